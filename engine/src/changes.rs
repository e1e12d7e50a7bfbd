//! What a deployment did to objects in clusters, told from the log alone.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use shipslog_domain::objects::ObjectKey;
use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::event::object::body::{BEFORE, MANIFEST, PATCH};
use shipslog_events::event::object::{
    Before, Change, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal, TakenField,
};
use shipslog_events::ids::{AttemptId, DeploymentId, EventId, StreamVersion};
use shipslog_events::stream::Stream;
use shipslog_log::ReadError;

use crate::engine::Engine;
use crate::load;

/// What became of an object by one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was written.
    Written(Change),
    /// The write or the delete was refused: it is as it was.
    Refused,
    /// A write or a delete was announced, and its answer is not known.
    Unanswered,
    /// The API server took its delete; it may linger.
    Deleted,
    /// Somebody else had removed it, or it never came to be.
    FoundGone,
}

/// One call of a deployment's runs, and what it did to an object.
#[derive(Debug, Clone)]
pub struct ObjectChange {
    /// When that was recorded.
    pub at: Timestamp,
    /// The call.
    pub call: ObjectCall,
    /// Whether it was to delete the object.
    pub deletes: bool,
    /// What became of the object.
    pub effect: Effect,
    /// What was there before; nothing where the object was found gone.
    pub before: Option<Before>,
    /// The fields that were taken from others.
    pub taken: Vec<TakenField>,
    /// Whether what was found, or what was sent, is told by its digest alone: it was too large, or the step may not read
    /// it.
    pub left_out: bool,
    /// Where the object stands as it was found.
    found_with: Option<EventId>,
    /// Where what was sent stands.
    sent_with: Option<EventId>,
}

/// What lies beside the facts of a change, in JSON, as far as it was kept and not erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies {
    /// The object as it was found, where the lane had not left it so.
    pub found: Option<Vec<u8>>,
    /// The manifest that was applied.
    pub manifest: Option<Vec<u8>>,
    /// The patch that was sent.
    pub patch: Option<Vec<u8>>,
}

impl Engine {
    /// What a deployment did to objects, in order; nothing where nobody requested it.
    pub async fn changes(&self, id: DeploymentId) -> Result<Option<Vec<ObjectChange>>, ReadError> {
        let Some(loaded) = load::deployment(self.events(), id).await? else {
            return Ok(None);
        };
        let stream = Stream::Objects(loaded.state.deployment.lane);
        let events = self.events().stream(stream, StreamVersion::NONE).await?;
        Ok(Some(told(id, &events)))
    }

    /// What lies beside the facts of a change.
    pub async fn bodies(&self, change: &ObjectChange) -> Result<Bodies, ReadError> {
        let body = async |event: Option<EventId>, name| match event {
            Some(event) => self.events().body(event, name).await,
            None => Ok(None),
        };
        Ok(Bodies {
            found: body(change.found_with, BEFORE).await?,
            manifest: body(change.sent_with, MANIFEST).await?,
            patch: body(change.sent_with, PATCH).await?,
        })
    }
}

/// Each call is told once, where its answer stands; one without an answer where it was announced.
fn told(id: DeploymentId, events: &[Recorded]) -> Vec<ObjectChange> {
    let mut telling = Telling::default();
    for recorded in events {
        let Event::Object(event) = &recorded.event else {
            continue;
        };
        let call = call_of(event);
        if let Some(call) = call.filter(|it| it.deployment == id) {
            telling.tell(recorded, event, call);
        }
        if let (ObjectEvent::ObjectWritten { digest, .. }, Some(call)) = (event, call) {
            telling.left.insert(call.into(), *digest);
        }
    }
    telling.changes
}

/// What was told so far.
#[derive(Default)]
struct Telling {
    changes: Vec<ObjectChange>,
    /// The changes of calls that were announced.
    announced: HashMap<(AttemptId, u64, ObjectReference), usize>,
    /// Events that have an object as it was found.
    found: HashMap<(ObjectReference, ObjectDigest), EventId>,
    /// As the lane left each object.
    left: BTreeMap<ObjectKey, ObjectDigest>,
}

impl Telling {
    fn tell(&mut self, recorded: &Recorded, event: &ObjectEvent, call: &ObjectCall) {
        let key = (call.attempt.clone(), call.call, call.object.clone());
        match event {
            ObjectEvent::ObjectIntended { before, deletes, .. } => {
                let found_with = self.found_with(recorded, call, before);
                let as_left = match before {
                    Before::Present { digest, .. } => self.left.get(&call.into()) == Some(digest),
                    Before::Absent | Before::Unread => true,
                };
                let last = self.changes.len();
                // What was announced before was refused, as somebody else changed the object.
                let at = *self.announced.entry(key).or_insert(last);
                if at == last {
                    self.changes.push(change(recorded, call, Effect::Unanswered));
                }
                let change = &mut self.changes[at];
                change.before = Some(before.clone());
                change.deletes = *deletes;
                change.found_with = found_with;
                change.left_out = found_with.is_none() && !as_left;
            }
            ObjectEvent::ObjectRemoved { removal, .. } => self.removed(recorded, call, *removal),
            ObjectEvent::ObjectWritten { .. }
            | ObjectEvent::ObjectDeleted { .. }
            | ObjectEvent::ObjectRefused { .. }
            | ObjectEvent::DriftTakenBack { .. }
            | ObjectEvent::ClusterRecognised { .. } => {
                if let Some(at) = self.announced.get(&key) {
                    answered(&mut self.changes[*at], recorded, event);
                }
            }
        }
    }

    /// Where the object stands as it was found; perhaps an earlier call of the deployment found it so.
    fn found_with(&mut self, recorded: &Recorded, call: &ObjectCall, before: &Before) -> Option<EventId> {
        let Before::Present { digest, .. } = before else {
            return None;
        };
        let key = (call.object.clone(), *digest);
        if recorded.bodies.iter().any(|it| it.name == BEFORE) {
            self.found.insert(key.clone(), recorded.id);
        }
        self.found.get(&key).copied()
    }

    /// The end of what a deployment deleted is no further change; nor is it one of another deployment that saw it.
    fn removed(&mut self, recorded: &Recorded, call: &ObjectCall, removal: Removal) {
        let its = self.changes.iter_mut().rev().find(|it| {
            let may_be_its = matches!(it.effect, Effect::Unanswered | Effect::Deleted);
            it.deletes && may_be_its && it.call.object == call.object && it.call.cluster == call.cluster
        });
        match (removal, its) {
            (Removal::Deleted, Some(deleted)) => {
                deleted.at = recorded.recorded_at;
                deleted.effect = Effect::Deleted;
            }
            (Removal::Deleted, None) => {}
            (Removal::FoundGone, Some(deleted)) if deleted.call == *call => {
                deleted.at = recorded.recorded_at;
                deleted.effect = Effect::FoundGone;
            }
            (Removal::FoundGone, _) => self.changes.push(change(recorded, call, Effect::FoundGone)),
        }
    }
}

fn answered(change: &mut ObjectChange, recorded: &Recorded, answer: &ObjectEvent) {
    change.at = recorded.recorded_at;
    match answer {
        ObjectEvent::ObjectWritten {
            change: what,
            sent_with,
            ..
        } => {
            change.effect = Effect::Written(*what);
            change.sent_with = Some(sent_with.unwrap_or(recorded.id));
            change.left_out |= sent_with.is_none() && recorded.bodies.is_empty();
        }
        ObjectEvent::ObjectDeleted { .. } => change.effect = Effect::Deleted,
        ObjectEvent::ObjectRefused { .. } => change.effect = Effect::Refused,
        ObjectEvent::DriftTakenBack { fields, .. } => change.taken.clone_from(fields),
        ObjectEvent::ClusterRecognised { .. }
        | ObjectEvent::ObjectIntended { .. }
        | ObjectEvent::ObjectRemoved { .. } => {}
    }
}

fn change(recorded: &Recorded, call: &ObjectCall, effect: Effect) -> ObjectChange {
    ObjectChange {
        at: recorded.recorded_at,
        call: call.clone(),
        deletes: false,
        effect,
        before: None,
        taken: Vec::new(),
        left_out: false,
        found_with: None,
        sent_with: None,
    }
}

fn call_of(event: &ObjectEvent) -> Option<&ObjectCall> {
    match event {
        ObjectEvent::ClusterRecognised { .. } => None,
        ObjectEvent::ObjectIntended { call, .. }
        | ObjectEvent::ObjectWritten { call, .. }
        | ObjectEvent::ObjectDeleted { call, .. }
        | ObjectEvent::ObjectRefused { call }
        | ObjectEvent::ObjectRemoved { call, .. }
        | ObjectEvent::DriftTakenBack { call, .. } => Some(call),
    }
}
