//! The only way in which anything leaves a run, besides the cluster.

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::LogLevel;
use shipslog_events::event::deployment::Layer;
use shipslog_events::event::object::{
    Before, Change, ClusterMark, ObjectDigest, ObjectReference, Removal, TakenField,
};
use shipslog_events::ids::Handle;

/// Keeps what a run does and says. Each answer means: kept, as durably as the method says; and what was kept before is
/// durable by then. `index` is the call's, so that a repeat after a crash can be told from a new one.
#[async_trait]
pub trait Recorder: Send + Sync {
    /// The entries of this run's journal so far, their chain checked.
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, NotRead>;

    /// The next entry of the journal, with the handles that are new in it. Kept in mind only: it becomes durable with
    /// whatever is recorded next. Says whether enough is waiting for that to be worth a `flush`.
    fn entry(&self, entry: Vec<u8>, minted: Vec<Handle>) -> bool;

    /// Every entry is durable when it answers.
    async fn flush(&self) -> Result<(), NotRecorded>;

    /// Whether the cluster that the target leads to was recognised already, in this process.
    fn knows_cluster(&self) -> bool;

    /// By these marks the cluster is to be recognised, strongest first. The sentence says why the run must not write
    /// there.
    async fn cluster_recognised(
        &self,
        index: u64,
        marks: Vec<ClusterMark>,
    ) -> Result<Result<(), String>, NotRecorded>;

    /// The step is about to write an object, or to delete it: the call's `ordinal`-th intent, counted from 0. Durable when
    /// it answers; only then is the request sent.
    async fn object_intended(&self, index: u64, ordinal: u32, intended: Intended) -> Result<(), NotRecorded>;

    /// It was written. Kept in mind until the call's entry comes, and durable with that.
    fn object_written(&self, index: u64, written: Written);

    /// The API server took the delete of the object with this UID. Kept in mind as `object_written` is.
    fn object_deleted(&self, index: u64, object: &ObjectReference, uid: String);

    /// It was neither: what was there is there still. Kept in mind as `object_written` is.
    fn object_refused(&self, index: u64, object: &ObjectReference);

    /// How this object was removed, as it is gone; nothing where that is no news for the lane.
    fn removal(&self, index: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal>;

    /// The UID of this object, if the lane waits for its end: the API server took its delete, or may have. Empty where
    /// nobody could read it.
    fn awaits_end(&self, object: &ObjectReference) -> Option<String>;

    /// This object is gone.
    async fn object_removed(
        &self,
        index: u64,
        object: &ObjectReference,
        removed: Removed,
    ) -> Result<(), NotRecorded>;

    /// A call was refused: told once per run, layer and rule. The rule is our own sentence; `message` is what the API
    /// server said, where it was the one to refuse.
    async fn denied(
        &self,
        index: u64,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded>;

    /// A turning point that the component describes.
    async fn milestone(&self, index: u64, name: &str, detail: Value) -> Result<(), NotRecorded>;

    /// An output that the component describes.
    async fn output(&self, index: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded>;

    /// A line for the task log.
    async fn log(&self, index: u64, level: LogLevel, message: &str) -> Result<(), NotRecorded>;

    /// For live views; from the step, and from the host where it states what is being waited for. Never kept.
    async fn progress(&self, done: u32, total: u32, message: &str) -> Result<(), NotRecorded>;
}

/// How an object went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// By whom.
    pub removal: Removal,
    /// Whether another object has its name.
    pub replaced: bool,
    /// Whether it was the lane's: of another one nobody knows which it was.
    pub of_lane: bool,
}

/// What is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone<'a> {
    /// Only the object that had this UID; nothing where there is none of the name.
    pub uid: Option<&'a str>,
    /// It was so before the call could have done it.
    pub before: bool,
}

/// A write or a delete that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// What is written.
    pub object: ObjectReference,
    /// What was there.
    pub before: Before,
    /// The fields that it takes from others.
    pub takes: Vec<TakenField>,
    /// Whether the object is to go.
    pub deletes: bool,
    /// The object as it was found, in JSON, sensitive values blanked.
    pub found: Option<String>,
}

/// A write that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What was written.
    pub object: ObjectReference,
    /// What that did.
    pub change: Change,
    /// The UID of the object.
    pub uid: String,
    /// Of what the object is now.
    pub digest: ObjectDigest,
    /// What was sent.
    pub sent: Sent,
    /// The fields that it took from others.
    pub taken: Vec<TakenField>,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Of which form.
    pub form: SentForm,
    /// In JSON, sensitive values blanked.
    pub text: String,
    /// Keyed, of what was sent before anything was blanked.
    pub digest: ObjectDigest,
}

/// The form of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentForm {
    /// A whole manifest.
    Manifest,
    /// A patch.
    Patch,
}

/// What an output holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputValue {
    /// JSON, sensitive values already blanked.
    Plain(Value),
    /// The value is sealed; this names it.
    Sensitive(Handle),
}

/// The run cannot go on, because nobody would know what it does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what the step did could not be recorded: {0}")]
pub struct NotRecorded(pub String);

/// The journal of a run was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// It is not what was written: the sentence names the entry.
    #[error("{0}")]
    Damaged(String),
    /// It could not be read now.
    #[error("{0}")]
    Unavailable(String),
}
