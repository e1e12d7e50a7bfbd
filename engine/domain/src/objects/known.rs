//! One object: as it was written last, and what was announced of it since.

use shipslog_events::event::object::{Before, ObjectCall, ObjectDigest};
use shipslog_events::ids::AttemptId;

use super::{Held, State};

/// More calls than so without an answer are no news.
const MOST_ANNOUNCED: usize = 8;

/// What is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    written: Option<Held>,
    /// Calls without an answer, oldest first.
    announced: Vec<Announced>,
    /// The UID of what the API server is deleting; empty where it could not be read.
    pub(super) deleting: Option<String>,
}

/// A call that is about to be sent, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Announced {
    held: Held,
    attempt: AttemptId,
    call: u64,
    deletes: bool,
}

impl Known {
    /// The object as the lane has it.
    pub(super) fn held(&self) -> Option<&Held> {
        let announced = self.announced.iter().rev().find(|it| !it.deletes);
        announced.map(|it| &it.held).or(self.written.as_ref())
    }

    pub(super) fn uid(&self) -> Option<&str> {
        let written = self.written.as_ref().and_then(|it| match &it.state {
            State::Written { uid, .. } | State::BeingDeleted { uid } => Some(uid.as_str()),
            State::MayExist => None,
        });
        written.or(self.deleting.as_deref().filter(|it| !it.is_empty()))
    }

    /// Whether a step deleted it, or may have.
    pub(super) fn is_to_go(&self) -> bool {
        self.deleting.is_some() || self.announced.iter().any(|it| it.deletes)
    }

    pub(super) fn announced(&mut self, call: &ObjectCall, before: &Before, deletes: bool) {
        self.found(call, before);
        // What the call announced first was refused, or is done by what it announces now.
        self.answered(call);
        if self.announced.len() == MOST_ANNOUNCED {
            self.announced.remove(0);
        }
        self.announced.push(Announced {
            held: held(call, State::MayExist),
            attempt: call.attempt.clone(),
            call: call.call,
            deletes,
        });
    }

    pub(super) fn written(&mut self, call: &ObjectCall, uid: &str, digest: ObjectDigest) {
        self.announced.retain(|it| it.is_beside(call));
        self.deleting.take_if(|it| it != uid);
        let uid = uid.to_owned();
        self.written = Some(held(call, State::Written { uid, digest }));
    }

    pub(super) fn deleted(&mut self, call: &ObjectCall, uid: &str) {
        self.answered(call);
        let uid = self.uid().filter(|_| uid.is_empty()).unwrap_or(uid).to_owned();
        if let Some(written) = &mut self.written {
            written.state = State::BeingDeleted { uid: uid.clone() };
        }
        self.deleting = Some(uid);
    }

    /// What the call announced is not open any more.
    pub(super) fn answered(&mut self, call: &ObjectCall) {
        self.announced.retain(|it| !it.is_of(call));
    }

    /// Nothing is there any more, or not the one with this UID.
    pub(super) fn removed(&mut self, call: &ObjectCall, uid: Option<&str>) {
        self.announced.retain(|it| it.is_beside(call));
        if uid == self.uid() {
            self.written = None;
            self.deleting = None;
        }
    }

    /// What is not there is nobody's, and another object of the name is not the lane's.
    fn found(&mut self, call: &ObjectCall, before: &Before) {
        match before {
            Before::Absent => {
                self.announced.retain(|it| it.is_beside(call));
                self.written = None;
                self.deleting = None;
            }
            Before::Present { uid, .. } => {
                if self.uid().is_some_and(|it| it != uid) {
                    self.written = None;
                    self.deleting = None;
                }
            }
            Before::Unread => {}
        }
    }
}

impl Announced {
    fn is_of(&self, call: &ObjectCall) -> bool {
        (self.held.deployment, &self.attempt, self.call) == (call.deployment, &call.attempt, call.call)
    }

    /// Whether it is of a run that goes on beside the one of the call, through another target.
    fn is_beside(&self, call: &ObjectCall) -> bool {
        self.held.deployment == call.deployment && self.held.target != call.attempt.target
    }
}

fn held(call: &ObjectCall, state: State) -> Held {
    Held {
        deployment: call.deployment,
        step: call.attempt.step.clone(),
        target: call.attempt.target.clone(),
        object: call.object.clone(),
        state,
    }
}
