//! The task log: lines for people, kept beside the events.

use async_trait::async_trait;
use shipslog_events::LogLevel;
use shipslog_events::ids::{AttemptId, DeploymentId};

use crate::unavailable::{ReadError, Unwritten};

/// A line of the task log, for people; not an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLogLine {
    /// The deployment it belongs to.
    pub deployment: DeploymentId,
    /// The run that wrote it.
    pub attempt: AttemptId,
    /// Index of the host call that wrote it.
    pub index: u64,
    /// Which line of that call.
    pub line: u32,
    /// Milliseconds since 1970.
    pub at: i64,
    /// How much it matters.
    pub level: LogLevel,
    /// The text, already redacted.
    pub message: String,
}

/// A line that is not what was handed over: somebody changed it, or it was damaged. What there is, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct UnreadableLine {
    /// What stands where its run should be named.
    pub attempt: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What the step said, or what was made of it.
    pub message: String,
    /// What about it cannot be read.
    pub reason: String,
}

/// A line under its row number, as it is read back.
pub type StoredLine = (u64, Result<TaskLogLine, UnreadableLine>);

/// Reading the task log. Whoever gets only this can show everything and change nothing.
#[async_trait]
pub trait TaskLogReader: Send + Sync + 'static {
    /// A deployment's lines in order, after the row number `after`. One that is damaged hides no other.
    async fn lines(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredLine>, ReadError>;
}

/// Keeps the task log, at low priority.
#[async_trait]
pub trait TaskLog: TaskLogReader {
    /// Hands lines over; a line that is there already is left alone. They are written when there is time.
    async fn write_lines(&self, lines: Vec<TaskLogLine>) -> Result<(), Unwritten>;

    /// Answers when every line that was handed over before can be read.
    async fn flush_lines(&self) -> Result<(), Unwritten>;
}
