//! The log in one `SQLite` file: one writer on a thread of its own, readers beside it.

mod answers;
mod appender;
mod connection;
mod files;
mod idempotence;
mod insert;
mod journal;
mod lines;
mod lock;
mod open;
mod pages;
#[cfg(any(test, feature = "conformance"))]
pub(crate) mod raw;
mod reader;
mod row;
mod savepoint;
mod schema;
mod tail;
#[cfg(test)]
mod tests;
mod verify;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use async_trait::async_trait;
use futures::future::BoxFuture;
use jiff::Timestamp;
use shipslog_events::SealedValue;
use shipslog_events::envelope::Recorded;
use shipslog_events::ids::{DeploymentId, EventId, Handle, Position, StreamVersion};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_events::stream::Stream;
use tokio::sync::watch;
use uuid::Uuid;

use self::appender::Appender;
use self::journal::{pack, read};
use self::lock::Lock;
use self::reader::{Readers, unreadable};
use crate::caller::{Caller, Waiting, answered};
use crate::event_log::{Append, AppendError, Appended, EventLog, EventReader, IdempotencyKey, KeptAnswer};
use crate::journal_store::{
    Journal, JournalAppend, JournalAppendError, JournalError, JournalStore, PackError,
};
use crate::prepared::Prepared;
use crate::prepared_journal::PreparedJournal;
use crate::queue::{Queue, Request};
use crate::task_log::{StoredLine, TaskLog, TaskLogLine, TaskLogReader};
use crate::unavailable::{ReadError, Unwritten};
use crate::verified::{Broken, Verified};

pub use self::open::OpenError;
pub use self::verify::verify;

/// The log's file in a data directory.
pub const FILE: &str = "shipslog.db";

/// The log in one file, which no other process may open meanwhile.
///
/// Dropping it writes what is queued, task-log lines included, and closes the file. Reads need a Tokio runtime.
///
/// ```
/// use shipslog_events::event::access::AccessEvent;
/// use shipslog_events::ids::{EventId, StreamVersion};
/// use shipslog_events::{Actor, Context, NewEvent, Source, Stream};
/// use shipslog_log::sqlite::SqliteLog;
/// use shipslog_log::{Append, EventLog, EventReader, Expected, StreamAppend};
/// use uuid::Uuid;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("log.db");
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let log = SqliteLog::open(&path)?;
/// let revoked = AccessEvent::KeyRevoked { key: "k1".into() };
/// let context =
///     Context { actor: Actor::Server, source: Source::default(), correlation: Uuid::now_v7(), causation: None };
/// let access = StreamAppend {
///     stream: Stream::Access,
///     expected: Expected::Version(StreamVersion::NONE),
///     events: vec![NewEvent { id: EventId(Uuid::now_v7()), event: revoked.into(), bodies: vec![] }],
/// };
/// let appended = log.append(Append::new(context, vec![access])).await?;
/// assert_eq!(appended.versions, [(Stream::Access, StreamVersion(1))]);
/// assert_eq!(log.stream(Stream::Access, StreamVersion::NONE).await?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteLog {
    queue: Arc<Queue>,
    appender: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    head: watch::Receiver<Position>,
    commits: Arc<AtomicU64>,
    instance: Uuid,
    /// Let go last, when nobody writes any more.
    _lock: Lock,
}

impl SqliteLog {
    /// Opens the log at `path`, or makes a new one where there is no file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        open::check_file(path)?;
        let lock = Lock::take(path)?;
        let opened = open::open(path)?;
        let failed = |source| OpenError::Store {
            path: path.to_owned(),
            source,
        };
        let (queue, commits) = (Arc::<Queue>::default(), Arc::<AtomicU64>::default());
        let appender =
            Appender::new(opened.connection, Arc::clone(&queue), Arc::clone(&commits)).map_err(failed)?;
        let head = appender.head();
        let thread = std::thread::Builder::new()
            .name("event-log".into())
            .spawn(move || appender.run());
        let thread = thread.map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            queue,
            appender: Some(thread),
            readers: Readers::new(path.to_owned()),
            head,
            commits,
            instance: opened.instance,
            _lock: lock,
        })
    }

    /// Transactions committed since it was opened, those of the task log apart. Under load there are fewer of them
    /// than appends: that is the group commit at work.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Queues a request; what it is answered comes at the other end.
    fn hand_over<T, E: From<Unwritten>>(
        &self,
        request: impl FnOnce(Caller<T, E>) -> Request,
    ) -> Result<Waiting<T, E>, Unwritten> {
        let (caller, waiting) = Caller::new();
        self.queue.push(request(caller))?;
        Ok(waiting)
    }
}

impl Drop for SqliteLog {
    fn drop(&mut self) {
        // Before the writer may go: the last one to close the file takes the write-ahead log in, and readers cannot.
        self.readers.close();
        self.queue.close();
        if let Some(appender) = self.appender.take()
            && appender.join().is_err()
        {
            tracing::error!("the event log's appender had panicked");
        }
    }
}

#[async_trait]
impl EventReader for SqliteLog {
    async fn stream(&self, stream: Stream, after: StreamVersion) -> Result<Vec<Recorded>, ReadError> {
        self.readers
            .run(move |connection| reader::stream(connection, &stream, after))
            .await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.readers
            .run(move |connection| reader::read(connection, after, limit))
            .await
    }

    async fn body(&self, event: EventId, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let name = name.to_owned();
        self.readers
            .run(move |connection| reader::body(connection, event, &name))
            .await
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }

    fn instance(&self) -> Uuid {
        self.instance
    }

    async fn verify(&self) -> Result<Verified, Broken> {
        let path = self.readers.path().to_owned();
        tokio::task::spawn_blocking(move || verify(&path))
            .await
            .expect("verification answers with what is wrong, it does not panic")
    }
}

/// An append or reservation that was handed over happens, whether or not its caller waits for the answer.
#[async_trait]
impl EventLog for SqliteLog {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let prepared = Box::new(Prepared::new(append)?);
        answered(self.hand_over(|caller| Request::Append(prepared, caller))?).await
    }

    async fn kept_answer(&self, key: IdempotencyKey) -> Result<Option<KeptAnswer>, ReadError> {
        let now = Timestamp::now().as_microsecond();
        self.readers
            .run(move |connection| answers::find(connection, &key, now).map_err(unreadable))
            .await
    }

    async fn reserve_deployment(&self) -> Result<DeploymentId, Unwritten> {
        answered(self.hand_over(Request::Reserve)?).await
    }

    async fn sealed(&self, handles: Vec<Handle>) -> Result<Vec<SealedValue>, ReadError> {
        self.readers
            .run(move |connection| reader::sealed(connection, handles))
            .await
    }
}

#[async_trait]
impl TaskLogReader for SqliteLog {
    async fn lines(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredLine>, ReadError> {
        self.readers
            .run(move |connection| lines::read(connection, deployment, after, limit).map_err(unreadable))
            .await
    }
}

#[async_trait]
impl TaskLog for SqliteLog {
    async fn write_lines(&self, lines: Vec<TaskLogLine>) -> Result<(), Unwritten> {
        self.queue.push_lines(lines)
    }

    async fn flush_lines(&self) -> Result<(), Unwritten> {
        let (caller, answer) = Caller::new();
        self.queue.flush_lines(caller)?;
        answered(answer).await
    }
}

#[async_trait]
impl JournalStore for SqliteLog {
    fn append_journal(
        &self,
        append: JournalAppend,
    ) -> BoxFuture<'_, Result<JournalHead, JournalAppendError>> {
        let waiting = PreparedJournal::new(append)
            .map_err(JournalAppendError::Malformed)
            .and_then(|it| Ok(self.hand_over(|caller| Request::Journal(Box::new(it), caller))?));
        Box::pin(async move { answered(waiting?).await })
    }

    async fn journal(&self, key: JournalKey) -> Result<Journal, JournalError> {
        self.readers
            .run(move |connection| Ok(read::journal(connection, &key)))
            .await?
    }

    async fn pack_journal(&self, key: JournalKey) -> Result<(), PackError> {
        let packed = self
            .readers
            .run(move |connection| Ok(pack::read(connection, key)))
            .await??;
        match packed {
            None => Ok(()),
            Some(packed) => answered(self.hand_over(|caller| Request::Pack(Box::new(packed), caller))?).await,
        }
    }

    async fn open_journals(&self) -> Result<Vec<JournalKey>, ReadError> {
        self.readers
            .run(|connection| read::open_journals(connection).map_err(unreadable))
            .await
    }

    async fn drop_journals(&self, packed_before: Timestamp) -> Result<u64, Unwritten> {
        let before = packed_before.as_microsecond();
        let mut dropped = 0;
        loop {
            let some = answered(self.hand_over(|caller| Request::Drop(before, caller))?).await?;
            dropped += some;
            if some < pack::DROPS {
                return Ok(dropped);
            }
        }
    }
}
