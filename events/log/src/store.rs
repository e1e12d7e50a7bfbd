//! Everything that one store keeps, by what it is for.

use std::sync::Arc;

use crate::event_log::EventLog;
use crate::journal_store::JournalStore;
use crate::task_log::TaskLog;

/// The three sides of one store. Clones share it.
#[derive(Clone)]
pub struct Store {
    /// Events, and the sealed values that came with them.
    pub events: Arc<dyn EventLog>,
    /// Journals of runs.
    pub journals: Arc<dyn JournalStore>,
    /// Lines for people.
    pub task_log: Arc<dyn TaskLog>,
}

impl Store {
    /// The store as each of its sides.
    pub fn new(store: Arc<impl EventLog + JournalStore + TaskLog>) -> Self {
        Self {
            events: Arc::clone(&store) as _,
            journals: Arc::clone(&store) as _,
            task_log: store,
        }
    }
}
