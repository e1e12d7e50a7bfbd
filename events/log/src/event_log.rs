//! What any store of the log must do. `conformance` is its specification in tests.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use shipslog_events::envelope::{Context, NewEvent, Recorded, SealedValue};
use shipslog_events::ids::{DeploymentId, EventId, Handle, Position, StreamVersion};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_events::stream::Stream;
use tokio::sync::watch;

use crate::journal_store::{Journal, JournalAppend, JournalError};

/// A future that a trait object can answer with.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a stream's version must be for an append to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this one; `StreamVersion::NONE` means that the stream must be new.
    Version(StreamVersion),
    /// Whatever it is: for facts that no decision guards, such as an output.
    Any,
}

/// A stream that the decision read and that must not have moved since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The stream that was read.
    pub stream: Stream,
    /// Its version then.
    pub version: StreamVersion,
}

/// The events for one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamAppend {
    /// Where they go.
    pub stream: Stream,
    /// What must hold there.
    pub expected: Expected,
    /// At least one.
    pub events: Vec<NewEvent>,
}

/// One atomic append: all of it or nothing. Positions follow the order given here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Who, from where, why.
    pub context: Context,
    /// Events by stream, each stream at most once.
    pub streams: Vec<StreamAppend>,
    /// What must still hold elsewhere.
    pub guards: Vec<Guard>,
    /// Values minted with these events.
    pub sealed: Vec<SealedValue>,
    /// Entries that led to these events: there when the events are, and not without them.
    pub journal: Option<JournalAppend>,
}

/// The answer to an append, the same for a repeated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Position of the append's last event.
    pub position: Position,
    /// The new version of each stream, in the order of the append.
    pub versions: Vec<(Stream, StreamVersion)>,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote first: read again, decide again.
    #[error("stream {stream} is at version {actual}, not at {expected}")]
    Conflict {
        /// The stream that moved.
        stream: Stream,
        /// What the append or a guard counted on.
        expected: StreamVersion,
        /// What it is.
        actual: StreamVersion,
    },
    /// The event id is taken by an event with other bytes.
    #[error("event id {id} is already used by another event")]
    IdReused {
        /// The id that was used before.
        id: EventId,
    },
    /// The journal does not end where these entries would follow: they were made from another state of it.
    #[error(
        "the journal of {key} has {actual} entries, not the {expected} that these would follow: read it again"
    )]
    JournalMoved {
        /// Whose.
        key: JournalKey,
        /// How many entries the append counted on.
        expected: u64,
        /// How many there are; as many as expected where they are others.
        actual: u64,
    },
    /// The journal is not packed, so that what is wrong with it can still be seen.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Nothing to append, or a stream named twice: a mistake of the caller.
    #[error("malformed append: {0}")]
    Malformed(String),
    /// The log is shutting down, or its store failed.
    #[error("the event log is closed: {0}")]
    Closed(String),
}

/// The log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event log cannot be read: {0}")]
pub struct ReadError(pub String);

/// A line of the task log, for people; not an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLogLine {
    /// The deployment it belongs to.
    pub deployment: DeploymentId,
    /// `<step>/<target>/<attempt number>`.
    pub attempt: String,
    /// Index of the host call that wrote it.
    pub index: u64,
    /// Which line of that call.
    pub line: u32,
    /// Milliseconds since 1970.
    pub at: i64,
    /// `debug`, `info`, `warning` or `error`.
    pub level: String,
    /// The text, already redacted.
    pub message: String,
}

/// An append-only log with optimistic concurrency over several streams.
pub trait EventLog: Send + Sync + 'static {
    /// Appends atomically; acknowledged means durable.
    fn append(&self, append: Append) -> Answer<'_, Result<Appended, AppendError>>;

    /// Reserves a deployment number: committed before the answer, gaps allowed.
    fn reserve_deployment(&self) -> Answer<'_, Result<DeploymentId, AppendError>>;

    /// A stream's events after `after`, oldest first.
    fn stream(&self, stream: Stream, after: StreamVersion) -> Answer<'_, Result<Vec<Recorded>, ReadError>>;

    /// The whole log after `after`, oldest first, at most `limit`.
    fn read(&self, after: Position, limit: usize) -> Answer<'_, Result<Vec<Recorded>, ReadError>>;

    /// The bytes of one body; nothing where it was erased or never was.
    fn body(&self, event: EventId, name: String) -> Answer<'_, Result<Option<Vec<u8>>, ReadError>>;

    /// Sealed values by handle; unknown handles are left out.
    fn sealed(&self, handles: Vec<Handle>) -> Answer<'_, Result<Vec<SealedValue>, ReadError>>;

    /// Adds lines to the task log at low priority; a line that is there already is left alone.
    fn write_task_log(&self, lines: Vec<TaskLogLine>) -> Answer<'_, Result<(), AppendError>>;

    /// Answers when every line that was handed over before can be read.
    fn flush_task_log(&self) -> Answer<'_, Result<(), AppendError>>;

    /// A deployment's task log in order, after the row number `after`; each with its row number.
    fn task_log(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Result<Vec<(u64, TaskLogLine)>, ReadError>>;

    /// Appends entries alone; durable when it answers. Handed over when called, whether or not the answer is awaited:
    /// what is appended later comes after it. The same entries after the same head again get the first answer.
    fn append_journal(&self, append: JournalAppend) -> Answer<'_, Result<JournalHead, AppendError>>;

    /// A journal with its chain checked; one that never was is empty.
    fn journal(&self, key: JournalKey) -> Answer<'_, Result<Journal, JournalError>>;

    /// Packs the journal of an attempt that is over: one compressed row, its sealed values deleted. Packing again, or
    /// a journal without entries, does nothing.
    fn pack_journal(&self, key: JournalKey) -> Answer<'_, Result<(), AppendError>>;

    /// Journals that are not packed, in order.
    fn open_journals(&self) -> Answer<'_, Result<Vec<JournalKey>, ReadError>>;

    /// Drops what was packed before this moment; answers how many. Their count and hash stay.
    fn drop_journals(&self, packed_before: Timestamp) -> Answer<'_, Result<u64, AppendError>>;

    /// The last committed position, and a wake-up at every commit of events. Task-log commits wake it too.
    fn head(&self) -> watch::Receiver<Position>;

    /// The log's own id, made with it: the instance.
    fn instance(&self) -> uuid::Uuid;
}
