//! What a deployment did to objects in clusters, told from the log alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::event::object::body::{BEFORE, MANIFEST, PATCH};
use shipslog_events::event::object::{
    Before, Change, ObjectCall, ObjectEvent, ObjectReference, Removal, TakenField,
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
    /// The write was refused: it is as it was.
    Refused,
    /// A write was announced, and its answer is not known.
    Unanswered,
    /// It is gone.
    Removed(Removal),
}

/// One call of a deployment's runs, and what it did to an object.
#[derive(Debug, Clone)]
pub struct ObjectChange {
    /// When that was recorded.
    pub at: Timestamp,
    /// The call.
    pub call: ObjectCall,
    /// What became of the object.
    pub effect: Effect,
    /// What was there before; nothing where the object was removed.
    pub before: Option<Before>,
    /// The fields that were taken from others.
    pub taken: Vec<TakenField>,
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
    let mut changes: Vec<ObjectChange> = Vec::new();
    let mut announced: BTreeMap<(AttemptId, u64, ObjectReference), usize> = BTreeMap::new();
    for recorded in events {
        let Event::Object(event) = &recorded.event else {
            continue;
        };
        let Some(call) = call_of(event).filter(|it| it.deployment == id) else {
            continue;
        };
        let key = (call.attempt.clone(), call.call, call.object.clone());
        let known = announced.get(&key).copied();
        match (event, known) {
            (ObjectEvent::ObjectIntended { before, takes, .. }, None) => {
                announced.insert(key, changes.len());
                changes.push(ObjectChange {
                    before: Some(before.clone()),
                    taken: takes.clone(),
                    found_with: Some(recorded.id),
                    ..change(recorded, call, Effect::Unanswered)
                });
            }
            // What was announced before was refused, as somebody else changed the object.
            (ObjectEvent::ObjectIntended { before, takes, .. }, Some(at)) => {
                changes[at].before = Some(before.clone());
                changes[at].taken.clone_from(takes);
            }
            (
                ObjectEvent::ObjectWritten {
                    change, sent_with, ..
                },
                Some(at),
            ) => {
                changes[at].at = recorded.recorded_at;
                changes[at].effect = Effect::Written(*change);
                changes[at].sent_with = Some(sent_with.unwrap_or(recorded.id));
            }
            (ObjectEvent::ObjectRefused { .. }, Some(at)) => {
                changes[at].at = recorded.recorded_at;
                changes[at].effect = Effect::Refused;
                changes[at].taken.clear();
            }
            (ObjectEvent::ObjectRemoved { removal, .. }, _) => {
                changes.push(change(recorded, call, Effect::Removed(*removal)));
            }
            (
                ObjectEvent::ObjectWritten { .. }
                | ObjectEvent::ObjectRefused { .. }
                | ObjectEvent::DriftTakenBack { .. }
                | ObjectEvent::ClusterRecognised { .. },
                _,
            ) => {}
        }
    }
    changes
}

fn change(recorded: &Recorded, call: &ObjectCall, effect: Effect) -> ObjectChange {
    ObjectChange {
        at: recorded.recorded_at,
        call: call.clone(),
        effect,
        before: None,
        taken: Vec::new(),
        found_with: None,
        sent_with: None,
    }
}

fn call_of(event: &ObjectEvent) -> Option<&ObjectCall> {
    match event {
        ObjectEvent::ClusterRecognised { .. } => None,
        ObjectEvent::ObjectIntended { call, .. }
        | ObjectEvent::ObjectWritten { call, .. }
        | ObjectEvent::ObjectRefused { call }
        | ObjectEvent::ObjectRemoved { call, .. }
        | ObjectEvent::DriftTakenBack { call, .. } => Some(call),
    }
}
