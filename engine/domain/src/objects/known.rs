//! One object: as it was written last, and what was announced of it since.

use shipslog_events::event::object::{Before, ObjectCall, ObjectDigest};
use shipslog_events::ids::{AttemptId, TargetName};

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
    deleting: Option<String>,
    /// What follows from the above.
    held: Option<Held>,
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
        self.held.as_ref()
    }

    /// After each change.
    pub(super) fn settle(&mut self) {
        let written = self.written.clone().map(|mut it| {
            if let Some(uid) = self.being_deleted().map(str::to_owned) {
                it.state = State::BeingDeleted { uid };
            } else if self.announced.iter().any(|it| it.deletes) {
                it.state = State::MayExist;
            }
            it
        });
        let announced = self.announced.iter().rev().find(|it| !it.deletes);
        self.held = announced.map(|it| it.held.clone()).or(written);
    }

    pub(super) fn uid(&self) -> Option<&str> {
        let written = self.written.as_ref().and_then(|it| match &it.state {
            State::Written { uid, .. } => Some(uid.as_str()),
            State::BeingDeleted { .. } | State::MayExist => None,
        });
        written.or(self.deleting.as_deref().filter(|it| !it.is_empty()))
    }

    /// Whether a step deleted it, or may have: this call too, unless the object was gone `before`.
    pub(super) fn is_to_go(&self, call: &ObjectCall, before: bool) -> bool {
        let mut others = self.announced.iter().filter(|it| !(before && it.is_of(call)));
        self.being_deleted().is_some() || others.any(|it| it.deletes)
    }

    /// The UID of what the API server is deleting, where that is what the lane has.
    fn being_deleted(&self) -> Option<&str> {
        let uid = self.deleting.as_deref();
        uid.filter(|it| it.is_empty() || Some(*it) == self.uid())
    }

    /// Whether the call has announced itself.
    pub(super) fn is_announced_by(&self, call: &ObjectCall) -> bool {
        self.announced.iter().any(|it| it.is_of(call))
    }

    /// The UID of what is to go, or may be.
    pub(super) fn awaited(&self) -> Option<&str> {
        let may_go = self.announced.iter().any(|it| it.deletes);
        let unsure = || may_go.then(|| self.uid().unwrap_or_default());
        self.being_deleted().or_else(unsure)
    }

    pub(super) fn announced(&mut self, call: &ObjectCall, before: &Before, deletes: bool) {
        self.found(call, before);
        // What the call announced first was refused, or is done by what it announces now.
        self.answered(call);
        if self.announced.len() == MOST_ANNOUNCED {
            // What may exist is not forgotten for what may be gone.
            let least = self.announced.iter().position(|it| it.deletes).unwrap_or(0);
            self.announced.remove(least);
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
        self.deleting = Some(uid);
    }

    /// What the call announced is not open any more.
    pub(super) fn answered(&mut self, call: &ObjectCall) {
        self.announced.retain(|it| !it.is_of(call));
    }

    /// Nothing is there any more; or another object has the name, which an earlier write without an answer may have made.
    pub(super) fn removed(&mut self, call: &ObjectCall, uid: Option<&str>, replaced: bool) {
        self.announced
            .retain(|it| !it.is_through(call) || (replaced && !it.deletes));
        if uid == self.uid() && self.is_of(&call.attempt.target) {
            self.written = None;
            self.deleting = None;
        }
    }

    /// Whether the word of this target counts. Another one than that which it was written through may lead to another
    /// cluster, which says that it is this one.
    pub(super) fn is_of(&self, target: &TargetName) -> bool {
        match &self.written {
            Some(written) => written.target == *target,
            None => self.announced.iter().all(|it| it.held.target == *target),
        }
    }

    /// What is not there is nobody's, and another object of the name is not the lane's.
    fn found(&mut self, call: &ObjectCall, before: &Before) {
        match before {
            Before::Absent => self.announced.retain(|it| !it.is_through(call)),
            // A delete of the one before it does nothing to this one.
            Before::Present { uid, .. } if self.uid().is_some_and(|it| it != uid) => {
                self.announced.retain(|it| !(it.is_through(call) && it.deletes));
            }
            Before::Present { .. } | Before::Unread => return,
        }
        if self.is_of(&call.attempt.target) {
            self.written = None;
            self.deleting = None;
        }
    }
}

impl Announced {
    fn is_of(&self, call: &ObjectCall) -> bool {
        (self.held.deployment, &self.attempt, self.call) == (call.deployment, &call.attempt, call.call)
    }

    /// Whether it went through the same target.
    fn is_through(&self, call: &ObjectCall) -> bool {
        self.held.target == call.attempt.target
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
