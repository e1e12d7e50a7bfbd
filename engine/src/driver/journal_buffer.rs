//! The journal of one run on its way to the log: entries wait here for the next append.

use std::sync::Arc;

use shipslog_events::ids::Handle;
use shipslog_events::journal::JournalKey;
use shipslog_log::{JournalAppend, JournalStore};
use shipslog_runner::{NotRead, NotRecorded};

use super::journal_tail::JournalTail;
use super::run_secrets::RunSecrets;

/// What waits, where it is kept, and the values that are new in it.
pub(super) struct JournalBuffer {
    store: Arc<dyn JournalStore>,
    secrets: Arc<RunSecrets>,
    tail: JournalTail,
    /// Held while an append is under way: the next one follows on it.
    appending: tokio::sync::Mutex<()>,
}

impl JournalBuffer {
    pub(super) fn new(store: &Arc<dyn JournalStore>, secrets: &Arc<RunSecrets>, key: JournalKey) -> Self {
        Self {
            store: Arc::clone(store),
            secrets: Arc::clone(secrets),
            tail: JournalTail::new(key),
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
        self.tail.push(entry, sealed)
    }

    /// Makes what waits durable together with what `append` makes of it; it gets nothing where nothing waits.
    pub(super) async fn along<F>(
        &self,
        append: impl FnOnce(Option<JournalAppend>) -> F,
    ) -> Result<(), NotRecorded>
    where
        F: Future<Output = Result<(), NotRecorded>>,
    {
        let _one_at_a_time = self.appending.lock().await;
        let tail = self.take();
        append((!tail.entries.is_empty()).then_some(tail)).await
    }

    /// Makes what waits durable.
    pub(super) async fn flush(&self) -> Result<(), NotRecorded> {
        self.along(|waiting| self.entries_alone(waiting)).await
    }

    /// Appends entries without an event.
    pub(super) async fn entries_alone(&self, entries: Option<JournalAppend>) -> Result<(), NotRecorded> {
        let Some(append) = entries else { return Ok(()) };
        let appended = self.store.append_journal(append).await;
        appended.map(drop).map_err(|error| NotRecorded(error.to_string()))
    }

    /// What waits, for whoever records the run's end.
    pub(super) fn take(&self) -> JournalAppend {
        self.tail.take()
    }
}
