//! Who compiles at once: a compile cannot be interrupted, so those that could take long leave a place for those that
//! cannot.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::effort::Effort;

/// Who may compile at once: all of them together, and those that could take long.
#[derive(Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Places {
    /// One place less for long compiles, where there is more than one.
    pub(super) fn new(places: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(places.max(1))),
            long: Arc::new(Semaphore::new(places.saturating_sub(1).max(1))),
        }
    }

    /// Held until the compile is over.
    pub(super) async fn take(&self, effort: Effort) -> Vec<OwnedSemaphorePermit> {
        let mut held = Vec::new();
        let needed: &[&Arc<Semaphore>] = match effort {
            Effort::Quick => &[&self.all],
            Effort::Long => &[&self.long, &self.all],
        };
        for places in needed {
            held.extend(Arc::clone(places).acquire_owned().await.ok());
        }
        held
    }
}
