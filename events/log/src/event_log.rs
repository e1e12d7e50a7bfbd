//! Events: what is appended and read, and what any store of them must do. `conformance` is its specification in tests.

use async_trait::async_trait;
use shipslog_events::envelope::{Context, NewEvent, Recorded, SealedValue};
use shipslog_events::ids::{DeploymentId, EventId, Handle, KeyId, Position, StreamVersion};
use shipslog_events::stream::Stream;
use tokio::sync::watch;
use uuid::Uuid;

use crate::journal_store::{JournalAppend, JournalAppendError, JournalMoved};
use crate::unavailable::{ReadError, Unwritten};
use crate::verified::{Broken, Verified};

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
    /// What is answered when the command is asked again under the same key.
    pub answer: Option<NewAnswer>,
}

/// How a command is recognised that is asked again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// Who asked: keys of others are others.
    pub access_key: KeyId,
    /// As they named it.
    pub key: String,
}

/// The digest of all that a command asked for.
pub type RequestDigest = [u8; 32];

/// An answer to keep with the events of its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// Under which key.
    pub key: IdempotencyKey,
    /// To which request.
    pub request: RequestDigest,
    /// Its bytes; nothing where it shows a secret.
    pub answer: Option<Vec<u8>>,
}

/// An answer that was kept: for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// To which request.
    pub request: RequestDigest,
    /// Its bytes; nothing where it showed a secret.
    pub answer: Option<Vec<u8>>,
    /// Position of the last event of its command.
    pub position: Position,
}

impl Append {
    /// Events alone.
    pub fn new(context: Context, streams: Vec<StreamAppend>) -> Self {
        Self {
            context,
            streams,
            guards: Vec::new(),
            sealed: Vec::new(),
            journal: None,
            answer: None,
        }
    }
}

/// The answer to an append, the same for a repeated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Position of the append's last event.
    pub position: Position,
    /// The new version of each stream, in the order of the append.
    pub versions: Vec<(Stream, StreamVersion)>,
}

/// Why no event was written.
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
    /// Its command was done before, under the same key: look the answer up.
    #[error("a command with this idempotency key is done already")]
    DoneAlready,
    /// The entries that came with the events were made from another state of their journal.
    #[error(transparent)]
    JournalMoved(#[from] JournalMoved),
    /// Nothing to append, or a stream named twice: a mistake of the caller.
    #[error("malformed append: {0}")]
    Malformed(String),
    /// The log is closed, or its store refused.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
}

impl From<JournalAppendError> for AppendError {
    fn from(error: JournalAppendError) -> Self {
        match error {
            JournalAppendError::Moved(moved) => Self::JournalMoved(moved),
            JournalAppendError::Malformed(reason) => Self::Malformed(reason),
            JournalAppendError::Unwritten(why) => Self::Unwritten(why),
        }
    }
}

/// Reading events. Whoever gets only this can show everything and change nothing.
#[async_trait]
pub trait EventReader: Send + Sync + 'static {
    /// A stream's events after `after`, oldest first.
    async fn stream(&self, stream: Stream, after: StreamVersion) -> Result<Vec<Recorded>, ReadError>;

    /// The whole log after `after`, oldest first, at most `limit`.
    async fn read(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, ReadError>;

    /// The bytes of one body; nothing where it was erased or never was.
    async fn body(&self, event: EventId, name: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// The last committed position, and a wake-up at every commit of events. Task-log commits wake it too.
    fn head(&self) -> watch::Receiver<Position>;

    /// The log's own id, made with it: the instance.
    fn instance(&self) -> Uuid;

    /// Checks everything: each event's hash and link, each body and journal that is still there. Damaged lines of the
    /// task log are named beside.
    async fn verify(&self) -> Result<Verified, Broken>;
}

/// An append-only log with optimistic concurrency over several streams.
#[async_trait]
pub trait EventLog: EventReader {
    /// Appends atomically; acknowledged means durable.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// What a command was answered that was asked under this key within the last day.
    async fn kept_answer(&self, key: IdempotencyKey) -> Result<Option<KeptAnswer>, ReadError>;

    /// Reserves a deployment number: committed before the answer, gaps allowed.
    async fn reserve_deployment(&self) -> Result<DeploymentId, Unwritten>;

    /// Sealed values by handle; unknown handles are left out.
    async fn sealed(&self, handles: Vec<Handle>) -> Result<Vec<SealedValue>, ReadError>;
}
