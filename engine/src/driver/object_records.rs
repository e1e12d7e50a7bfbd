//! What is recorded of the objects that a run writes: events for the stream of its lane.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use shipslog_domain::freeze::Address;
use shipslog_domain::objects::{ObjectKey, State};
use shipslog_events::event::object::body::{BEFORE, MANIFEST, PATCH};
use shipslog_events::event::object::{
    Before, ClusterMark, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal,
};
use shipslog_events::ids::{AttemptId, ClusterId, DeploymentId, EventId};
use shipslog_events::{NewBody, NewEvent, upcast};
use shipslog_runner::{Intended, Sent, Written};

use super::clock::now;
use crate::load::ObjectsHistory;

/// Larger ones are told by their digest alone.
const LARGEST_BODY: usize = 256 << 10;

/// What one run knows of its lane's objects, and says of them.
pub(super) struct ObjectRecords {
    deployment: DeploymentId,
    attempt: AttemptId,
    /// The event that requested the deployment.
    cause: EventId,
    address: ClusterMark,
    /// Where an earlier run of the deployment wrote through the target, or what this one was told of is.
    expected: Option<ClusterId>,
    known: Mutex<Known>,
}

struct Known {
    history: ObjectsHistory,
    cluster: Option<ClusterId>,
    /// Objects of which it is said already what was there before.
    noted: BTreeSet<ObjectKey>,
}

/// Whose records they are.
pub(super) struct Of<'a> {
    pub(super) deployment: DeploymentId,
    pub(super) attempt: &'a AttemptId,
    /// The event that requested the deployment.
    pub(super) cause: EventId,
    /// Where the cluster is reached.
    pub(super) address: &'a Address,
    /// The cluster whose objects the run was told of.
    pub(super) cluster: Option<&'a ClusterId>,
}

/// The cluster by where it is reached: the weakest mark.
pub(super) fn address_mark(address: &Address) -> ClusterMark {
    let digest = Sha256::new()
        .chain_update(&address.url)
        .chain_update([0])
        .chain_update(&address.certificate);
    ClusterMark::Address {
        digest: hex::encode(digest.finalize()),
    }
}

impl ObjectRecords {
    pub(super) fn new(of: &Of<'_>, history: ObjectsHistory) -> Self {
        let led_to = history.objects.led_to(of.deployment, &of.attempt.target);
        Self {
            deployment: of.deployment,
            attempt: of.attempt.clone(),
            cause: of.cause,
            address: address_mark(of.address),
            expected: led_to.or(of.cluster).cloned(),
            known: Mutex::new(Known {
                history,
                cluster: None,
                noted: BTreeSet::new(),
            }),
        }
    }

    pub(super) fn knows_cluster(&self) -> bool {
        self.known.lock().cluster.is_some()
    }

    /// Recognises the cluster. The event, where it is the first time in this deployment; a sentence, where it is not the
    /// one that the deployment began in.
    pub(super) fn recognised(&self, mut marks: Vec<ClusterMark>) -> Result<Option<NewEvent>, String> {
        marks.push(self.address.clone());
        let target = &self.attempt.target;
        let mut known = self.known.lock();
        let cluster = known.history.objects.recognise(&marks);
        if self.expected.as_ref().is_some_and(|it| *it != cluster) {
            return Err(format!(
                "target {target} leads to another cluster than when {} began; nothing was written there. Deploy again",
                self.deployment
            ));
        }
        known.cluster = Some(cluster.clone());
        if known.history.objects.led_to(self.deployment, target).is_some() {
            return Ok(None);
        }
        let event = ObjectEvent::ClusterRecognised {
            deployment: self.deployment,
            target: target.clone(),
            cluster,
            marks,
        };
        // Once a deployment and target, whichever of its runs comes first.
        let id = EventId::derived(self.cause, &format!("cluster-recognised:{target}"), 0);
        Ok(Some(known.tell(id, event, Vec::new())))
    }

    pub(super) fn intended(&self, index: u64, intended: Intended) -> NewEvent {
        let Intended {
            object,
            before,
            takes,
            found,
        } = intended;
        let mut known = self.known.lock();
        let call = self.call(&known, index, object);
        let key = ObjectKey::from(&call);
        let bodies = match found {
            Some(found) if known.is_news(&key, &before) => body(BEFORE, found),
            Some(_) | None => Vec::new(),
        };
        known.noted.insert(key);
        let event = ObjectEvent::ObjectIntended { call, before, takes };
        // A call announces itself anew where the object was changed meanwhile.
        let facts = hex::encode(Sha256::digest(upcast::encode(&event.clone().into())));
        let id = EventId::derived(self.cause, &format!("object:{}:{index}:{facts}", self.attempt), 0);
        known.tell(id, event, bodies)
    }

    pub(super) fn written(&self, index: u64, written: Written) -> Vec<NewEvent> {
        let mut known = self.known.lock();
        let call = self.call(&known, index, written.object);
        let (name, text) = match written.sent {
            Sent::Manifest(text) => (MANIFEST, text),
            Sent::Patch(text) => (PATCH, text),
        };
        let sent = ObjectDigest::from_bytes(Sha256::digest(&text).into());
        let sent_with = known.history.sent_with(&ObjectKey::from(&call), sent);
        let bodies = if sent_with.is_none() {
            body(name, text)
        } else {
            Vec::new()
        };
        let event = ObjectEvent::ObjectWritten {
            call: call.clone(),
            change: written.change,
            uid: written.uid,
            digest: written.digest,
            sent,
            sent_with,
        };
        let mut events = vec![known.tell(self.id("written", &call), event, bodies)];
        if !written.taken.is_empty() {
            let fields = written.taken;
            let id = self.id("drift", &call);
            let event = ObjectEvent::DriftTakenBack { call, fields };
            events.push(known.tell(id, event, Vec::new()));
        }
        events
    }

    pub(super) fn refused(&self, index: u64, object: &ObjectReference) -> NewEvent {
        let mut known = self.known.lock();
        let call = self.call(&known, index, object.clone());
        known.tell(
            self.id("refused", &call),
            ObjectEvent::ObjectRefused { call },
            Vec::new(),
        )
    }

    pub(super) fn removed(&self, index: u64, object: &ObjectReference, removal: Removal) -> NewEvent {
        let mut known = self.known.lock();
        let call = self.call(&known, index, object.clone());
        let id = self.id("removed", &call);
        known.tell(id, ObjectEvent::ObjectRemoved { call, removal }, Vec::new())
    }

    /// Whether the lane has it. As long as the cluster is not recognised, in whichever.
    pub(super) fn holds(&self, object: &ObjectReference) -> bool {
        let known = self.known.lock();
        let objects = &known.history.objects;
        match &known.cluster {
            Some(cluster) => objects.find(&ObjectKey::new(cluster, object)).is_some(),
            None => objects.all().any(|(key, _)| key.is_of(object)),
        }
    }

    fn call(&self, known: &Known, index: u64, object: ObjectReference) -> ObjectCall {
        let cluster = known.cluster.clone();
        ObjectCall {
            deployment: self.deployment,
            attempt: self.attempt.clone(),
            call: index,
            cluster: cluster.expect("a cluster is recognised before anything is written in it"),
            object,
        }
    }

    /// Of attempt, call, type and object: where the same is said again, the first stands.
    fn id(&self, what: &str, call: &ObjectCall) -> EventId {
        let (attempt, index, object) = (&self.attempt, call.call, &call.object);
        let label = format!("object-{what}:{attempt}:{index}:{}/{object}", object.group);
        EventId::derived(self.cause, &label, 0)
    }
}

impl Known {
    fn tell(&mut self, id: EventId, event: ObjectEvent, bodies: Vec<NewBody>) -> NewEvent {
        self.history.tell(id, now(), &event);
        let event = event.into();
        NewEvent { id, event, bodies }
    }

    /// Whether an object was otherwise than the lane left it, and nobody has said so in this run.
    fn is_news(&self, key: &ObjectKey, before: &Before) -> bool {
        let Before::Present { digest: found, .. } = before else {
            return false;
        };
        let held = self.history.objects.find(key);
        let is_ours =
            held.is_some_and(|it| matches!(&it.state, State::Written { digest, .. } if digest == found));
        !is_ours && !self.noted.contains(key)
    }
}

fn body(name: &str, text: String) -> Vec<NewBody> {
    if text.len() > LARGEST_BODY {
        return Vec::new();
    }
    vec![NewBody {
        name: name.to_owned(),
        bytes: text.into_bytes(),
    }]
}

#[cfg(test)]
mod tests;
