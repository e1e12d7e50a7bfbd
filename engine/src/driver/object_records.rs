//! What is recorded of the objects that a run writes: events for the stream of its lane.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use shipslog_domain::freeze::Address;
use shipslog_domain::objects::{ObjectKey, State};
use shipslog_events::event::Event;
use shipslog_events::event::object::body::{BEFORE, MANIFEST, PATCH};
use shipslog_events::event::object::{
    Before, ClusterMark, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal,
};
use shipslog_events::ids::{AttemptId, ClusterId, DeploymentId, EventId, StreamVersion};
use shipslog_events::{NewBody, NewEvent, Recorded};
use shipslog_runner::{Gone, Intended, Removed, SentForm, Written};

use super::clock::now;
use crate::load::{Loaded, ObjectsHistory};

/// Larger ones are told by their digest alone.
const LARGEST_BODY: usize = 256 << 10;
/// What a process keeps for one run, in bytes: what comes then is told by its digest alone.
const MOST_BODIES: usize = 32 << 20;

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
    /// Of the stream that was read.
    version: StreamVersion,
    cluster: Option<ClusterId>,
    /// Of which it is said already what was there before, and what that was.
    noted: BTreeSet<(ObjectKey, ObjectDigest)>,
    /// How much may be kept yet.
    room: usize,
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
    pub(super) fn new(of: &Of<'_>, loaded: Loaded<ObjectsHistory>) -> Self {
        let Loaded {
            state: history,
            version,
        } = loaded;
        let led_to = history.objects.led_to(of.deployment, &of.attempt.target);
        Self {
            deployment: of.deployment,
            attempt: of.attempt.clone(),
            cause: of.cause,
            address: address_mark(of.address),
            expected: led_to.or(of.cluster).cloned(),
            known: Mutex::new(Known {
                history,
                version,
                cluster: None,
                noted: BTreeSet::new(),
                room: MOST_BODIES,
            }),
        }
    }

    pub(super) fn knows_cluster(&self) -> bool {
        self.known.lock().cluster.is_some()
    }

    /// Up to where the lane's objects were read.
    pub(super) fn version(&self) -> StreamVersion {
        self.known.lock().version
    }

    /// What others have told of the lane's objects meanwhile; nothing of this run is told before the cluster is known.
    pub(super) fn read_on(&self, since: &[Recorded]) {
        let mut known = self.known.lock();
        for recorded in since {
            known.history.take(recorded);
            known.version = recorded.version;
        }
    }

    /// Recognises the cluster. Where it is the first time in this deployment, the event, and the version of the stream
    /// that it follows on: two runs that name a cluster at once must not name it twice. A sentence, where it is not the
    /// cluster that the deployment began in.
    pub(super) fn recognised(
        &self,
        marks: &[ClusterMark],
    ) -> Result<Option<(NewEvent, StreamVersion)>, String> {
        let marks = [marks, std::slice::from_ref(&self.address)].concat();
        let target = &self.attempt.target;
        let mut known = self.known.lock();
        let cluster = known.history.objects.recognise(&marks);
        if self.expected.as_ref().is_some_and(|it| *it != cluster) {
            return Err(format!(
                "target {target} leads to another cluster than when {} began; nothing was written there. Deploy again",
                self.deployment
            ));
        }
        if known.history.objects.led_to(self.deployment, target).is_some() {
            known.cluster = Some(cluster);
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
        let event = NewEvent {
            id,
            event: event.into(),
            bodies: Vec::new(),
        };
        Ok(Some((event, known.version)))
    }

    /// From here on the run knows its cluster: this is durable.
    pub(super) fn has_recognised(&self, event: &NewEvent) {
        let (id, mut known) = (event.id, self.known.lock());
        if let Event::Object(event @ ObjectEvent::ClusterRecognised { cluster, .. }) = &event.event {
            known.cluster = Some(cluster.clone());
            known.tell(id, event.clone(), Vec::new());
        }
    }

    pub(super) fn intended(&self, index: u64, ordinal: u32, intended: Intended) -> NewEvent {
        let Intended {
            object,
            before,
            takes,
            deletes,
            found,
        } = intended;
        let mut known = self.known.lock();
        let call = self.call(&known, index, object);
        let key = ObjectKey::from(&call);
        let bodies = match (found, &before) {
            (Some(found), Before::Present { digest, .. }) if known.is_news(&key, *digest) => {
                known.body(BEFORE, found)
            }
            (_, _) => Vec::new(),
        };
        // A call announces itself anew where the object was changed meanwhile.
        let id = self.id(&format!("intended-{ordinal}"), &call);
        let event = ObjectEvent::ObjectIntended {
            call,
            before,
            takes,
            deletes,
        };
        known.tell(id, event, bodies)
    }

    pub(super) fn written(&self, index: u64, written: Written) -> Vec<NewEvent> {
        let mut known = self.known.lock();
        let call = self.call(&known, index, written.object);
        let name = match written.sent.form {
            SentForm::Manifest => MANIFEST,
            SentForm::Patch => PATCH,
        };
        let sent = written.sent.digest;
        let sent_with = known.history.sent_with(&ObjectKey::from(&call), sent);
        let bodies = if sent_with.is_none() {
            known.body(name, written.sent.text)
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

    pub(super) fn deleted(&self, index: u64, object: &ObjectReference, uid: String) -> NewEvent {
        let mut known = self.known.lock();
        let call = self.call(&known, index, object.clone());
        let id = self.id("deleted", &call);
        known.tell(id, ObjectEvent::ObjectDeleted { call, uid }, Vec::new())
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

    pub(super) fn removed(&self, index: u64, object: &ObjectReference, removed: Removed) -> NewEvent {
        let mut known = self.known.lock();
        let call = self.call(&known, index, object.clone());
        let its = known.history.objects.removal(&call, None, false);
        let uid = its.filter(|_| removed.of_lane).and_then(|(_, uid)| uid);
        let id = self.id("removed", &call);
        let event = ObjectEvent::ObjectRemoved {
            call,
            removal: removed.removal,
            uid,
            replaced: removed.replaced,
        };
        known.tell(id, event, Vec::new())
    }

    /// How the object was removed, as it is gone; nothing where that is no news. As long as the cluster is not recognised,
    /// in whichever.
    pub(super) fn removal(&self, index: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal> {
        let known = self.known.lock();
        let removal = |cluster: &ClusterId| {
            let call = self.call_in(cluster.clone(), index, object.clone());
            known.history.objects.removal(&call, gone.uid, gone.before)
        };
        let mut removals = known.clusters().filter_map(removal);
        removals.next().map(|(removal, _)| removal)
    }

    /// The UID of the object, if the lane waits for its end. As long as the cluster is not recognised, in whichever.
    pub(super) fn awaits_end(&self, object: &ObjectReference) -> Option<String> {
        let known = self.known.lock();
        let awaited = |cluster: &ClusterId| {
            let uid = known.history.objects.awaits_end(&ObjectKey::new(cluster, object));
            uid.map(str::to_owned)
        };
        known.clusters().find_map(awaited)
    }

    fn call(&self, known: &Known, index: u64, object: ObjectReference) -> ObjectCall {
        let cluster = known.cluster.clone();
        let cluster = cluster.expect("a cluster is recognised before anything is written in it");
        self.call_in(cluster, index, object)
    }

    fn call_in(&self, cluster: ClusterId, index: u64, object: ObjectReference) -> ObjectCall {
        ObjectCall {
            deployment: self.deployment,
            attempt: self.attempt.clone(),
            call: index,
            cluster,
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
        self.history.tell(id, now(), &event, !bodies.is_empty());
        let event = event.into();
        NewEvent { id, event, bodies }
    }

    /// Whether an object is otherwise than the lane left it, and nobody has said so in this run.
    fn is_news(&mut self, key: &ObjectKey, found: ObjectDigest) -> bool {
        let held = self.history.objects.find(key);
        let is_ours =
            held.is_some_and(|it| matches!(&it.state, State::Written { digest, .. } if *digest == found));
        !is_ours && self.noted.insert((key.clone(), found))
    }

    fn body(&mut self, name: &str, text: String) -> Vec<NewBody> {
        if text.len() > LARGEST_BODY.min(self.room) {
            return Vec::new();
        }
        self.room -= text.len();
        vec![NewBody {
            name: name.to_owned(),
            bytes: text.into_bytes(),
        }]
    }

    /// The cluster; each that the lane was led to, as long as nobody knows which one it is.
    fn clusters(&self) -> impl Iterator<Item = &ClusterId> {
        let all = self.cluster.is_none();
        let others = self.history.objects.clusters().filter(move |_| all);
        self.cluster.iter().chain(others)
    }
}

#[cfg(test)]
mod tests;
