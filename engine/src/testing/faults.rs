//! A store that fails when a test wants it.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;
use shipslog_events::ids::{DeploymentId, EventId, Handle, Position, StreamVersion};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_events::{Recorded, SealedValue, Stream};
use shipslog_log::{
    Append, AppendError, Appended, Broken, EventLog, EventReader, IdempotencyKey, Journal, JournalAppend,
    JournalAppendError, JournalError, JournalStore, KeptAnswer, PackError, ReadError, Store, StoredLine,
    TaskLog, TaskLogLine, TaskLogReader, Unwritten, Verified,
};
use tokio::sync::watch;
use uuid::Uuid;

/// What is asked of the log.
pub(crate) enum Call<'a> {
    Append(&'a Append),
    Stream(&'a Stream),
    Read,
    Body,
    Journal(&'a JournalAppend),
    ReadJournal,
    Pack,
}

type Script = dyn FnMut(Call<'_>) -> bool + Send;

/// Says of each call whether it fails. Nothing fails at first.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Option<Box<Script>>>>);

impl Faults {
    pub(crate) fn script(&self, script: impl FnMut(Call<'_>) -> bool + Send + 'static) {
        *self.0.lock() = Some(Box::new(script));
    }

    fn hit(&self, call: Call<'_>) -> bool {
        let mut script = self.0.lock();
        script.as_mut().is_some_and(|it| it(call))
    }
}

/// A store that fails when a test wants it.
pub(crate) struct FaultyStore {
    pub(crate) store: Store,
    pub(crate) faults: Faults,
}

fn refused() -> Unwritten {
    Unwritten::Failed("as a test wants it".to_owned())
}

#[async_trait]
impl EventReader for FaultyStore {
    async fn stream(&self, stream: Stream, after: StreamVersion) -> Result<Vec<Recorded>, ReadError> {
        if self.faults.hit(Call::Stream(&stream)) {
            return Err(ReadError::Failed("as a test wants it".to_owned()));
        }
        self.store.events.stream(stream, after).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        if self.faults.hit(Call::Read) {
            return Err(ReadError::Failed("as a test wants it".to_owned()));
        }
        self.store.events.read(after, limit).await
    }

    async fn body(&self, event: EventId, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        if self.faults.hit(Call::Body) {
            return Err(ReadError::Failed("as a test wants it".to_owned()));
        }
        self.store.events.body(event, name).await
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.store.events.head()
    }

    fn instance(&self) -> Uuid {
        self.store.events.instance()
    }

    async fn verify(&self) -> Result<Verified, Broken> {
        self.store.events.verify().await
    }
}

#[async_trait]
impl EventLog for FaultyStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if self.faults.hit(Call::Append(&append)) {
            return Err(refused().into());
        }
        self.store.events.append(append).await
    }

    async fn kept_answer(&self, key: IdempotencyKey) -> Result<Option<KeptAnswer>, ReadError> {
        self.store.events.kept_answer(key).await
    }

    async fn reserve_deployment(&self) -> Result<DeploymentId, Unwritten> {
        self.store.events.reserve_deployment().await
    }

    async fn sealed(&self, handles: Vec<Handle>) -> Result<Vec<SealedValue>, ReadError> {
        self.store.events.sealed(handles).await
    }
}

#[async_trait]
impl JournalStore for FaultyStore {
    fn append_journal(
        &self,
        append: JournalAppend,
    ) -> BoxFuture<'_, Result<JournalHead, JournalAppendError>> {
        if self.faults.hit(Call::Journal(&append)) {
            return Box::pin(async { Err(refused().into()) });
        }
        self.store.journals.append_journal(append)
    }

    async fn journal(&self, key: JournalKey) -> Result<Journal, JournalError> {
        if self.faults.hit(Call::ReadJournal) {
            return Err(ReadError::Failed("as a test wants it".to_owned()).into());
        }
        self.store.journals.journal(key).await
    }

    async fn pack_journal(&self, key: JournalKey) -> Result<(), PackError> {
        if self.faults.hit(Call::Pack) {
            return Err(refused().into());
        }
        self.store.journals.pack_journal(key).await
    }

    async fn open_journals(&self) -> Result<Vec<JournalKey>, ReadError> {
        self.store.journals.open_journals().await
    }

    async fn drop_journals(&self, packed_before: Timestamp) -> Result<u64, Unwritten> {
        self.store.journals.drop_journals(packed_before).await
    }
}

#[async_trait]
impl TaskLogReader for FaultyStore {
    async fn lines(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredLine>, ReadError> {
        self.store.task_log.lines(deployment, after, limit).await
    }
}

#[async_trait]
impl TaskLog for FaultyStore {
    async fn write_lines(&self, lines: Vec<TaskLogLine>) -> Result<(), Unwritten> {
        self.store.task_log.write_lines(lines).await
    }

    async fn flush_lines(&self) -> Result<(), Unwritten> {
        self.store.task_log.flush_lines().await
    }
}
