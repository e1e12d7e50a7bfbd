//! What one run has to record: entries of its journal, and what it did to objects, wait here for the next append.

use std::sync::Arc;

use parking_lot::Mutex;
use shipslog_events::NewEvent;
use shipslog_events::ids::Handle;
use shipslog_events::journal::JournalKey;
use shipslog_log::{JournalAppend, JournalStore};
use shipslog_runner::{NotRead, NotRecorded};

use super::journal_tail::JournalTail;
use super::run_secrets::RunSecrets;

/// What waits.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    /// Entries of the journal; nothing where there are none.
    pub(super) journal: Option<JournalAppend>,
    /// Events for the objects of the lane.
    pub(super) objects: Vec<NewEvent>,
}

/// What waits, where it is kept, and the values that are new in it.
pub(super) struct JournalBuffer {
    store: Arc<dyn JournalStore>,
    secrets: Arc<RunSecrets>,
    tail: JournalTail,
    objects: Mutex<ObjectEvents>,
    /// Held while an append is under way: the next one follows on it.
    appending: tokio::sync::Mutex<()>,
}

/// Events for the objects of the lane.
#[derive(Default)]
struct ObjectEvents {
    /// They may go with the next append.
    ready: Vec<NewEvent>,
    /// What the call under way did: nobody is told before its entry says so too, since after a crash it may be answered
    /// otherwise.
    of_call: Vec<NewEvent>,
}

impl JournalBuffer {
    pub(super) fn new(store: &Arc<dyn JournalStore>, secrets: &Arc<RunSecrets>, key: JournalKey) -> Self {
        Self {
            store: Arc::clone(store),
            secrets: Arc::clone(secrets),
            tail: JournalTail::new(key),
            objects: Mutex::default(),
            appending: tokio::sync::Mutex::default(),
        }
    }

    /// What is durable. Values that were minted are at hand again.
    pub(super) async fn recorded(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        let journal = self.store.journal(self.tail.key().clone()).await;
        let journal = journal.map_err(|error| {
            let not_read = if error.is_lasting() {
                NotRead::Damaged
            } else {
                NotRead::Unavailable
            };
            not_read(error.to_string())
        })?;
        self.tail.go_on_after(journal.head);
        self.secrets.remember(journal.sealed);
        Ok(journal.entries)
    }

    /// Says whether enough is waiting for an append of its own.
    pub(super) fn entry(&self, entry: Vec<u8>, minted: &[Handle]) -> bool {
        let sealed = minted.iter().filter_map(|it| self.secrets.minted(it));
        {
            let ObjectEvents { ready, of_call } = &mut *self.objects.lock();
            ready.append(of_call);
        }
        self.tail.push(entry, sealed)
    }

    /// What a call did to an object: it waits with the call's entry.
    pub(super) fn events(&self, events: impl IntoIterator<Item = NewEvent>) {
        self.objects.lock().of_call.extend(events);
    }

    /// What waits is handed to `append`, which makes it durable, together with what else it has.
    pub(super) async fn along<F>(&self, append: impl FnOnce(Waiting) -> F) -> Result<(), NotRecorded>
    where
        F: Future<Output = Result<(), NotRecorded>>,
    {
        let _one_at_a_time = self.appending.lock().await;
        append(self.take()).await
    }

    /// All there is, for whoever records the run's end: no call is made again after that.
    pub(super) fn take_all(&self) -> Waiting {
        {
            let ObjectEvents { ready, of_call } = &mut *self.objects.lock();
            ready.append(of_call);
        }
        self.take()
    }

    fn take(&self) -> Waiting {
        let tail = self.tail.take();
        Waiting {
            journal: (!tail.entries.is_empty()).then_some(tail),
            objects: std::mem::take(&mut self.objects.lock().ready),
        }
    }
}
