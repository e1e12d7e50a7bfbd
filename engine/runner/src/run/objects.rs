//! The objects that a run deleted, and the one it wrote last.

use std::collections::BTreeSet;

use parking_lot::{Mutex, MutexGuard};
use shipslog_events::event::object::ObjectReference;

/// What became of each, as far as the run has heard.
#[derive(Debug, Default)]
pub(crate) struct Objects(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    deleting: BTreeSet<ObjectReference>,
    latest: Option<ObjectReference>,
}

impl Objects {
    /// It is being deleted, and was there when it was last looked at.
    pub(super) fn deleting(&self, object: &ObjectReference) {
        self.heard().deleting.insert(object.clone());
    }

    /// What was deleted is gone.
    pub(super) fn gone(&self, object: &ObjectReference) {
        self.heard().deleting.remove(object);
    }

    /// A write of it is sent.
    pub(super) fn sent(&self, object: &ObjectReference) {
        self.heard().latest = Some(object.clone());
    }

    /// The object of the last write that was sent.
    pub(crate) fn latest_write(&self) -> Option<ObjectReference> {
        self.heard().latest.clone()
    }

    /// Whether the step deleted it, and it was there still when it was last looked at.
    pub(crate) fn awaits_end_of(&self, object: &ObjectReference) -> bool {
        self.heard().deleting.contains(object)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock()
    }
}
