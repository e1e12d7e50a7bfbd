//! The task log: lines for people, kept beside the events.

use async_trait::async_trait;
use shipslog_events::LogLevel;
use shipslog_events::event::deployment::AttemptId;
use shipslog_events::ids::DeploymentId;

use crate::unavailable::{Closed, ReadError};

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

/// Keeps the task log, at low priority.
#[async_trait]
pub trait TaskLog: Send + Sync + 'static {
    /// Hands lines over; a line that is there already is left alone. They are written when there is time.
    async fn write_lines(&self, lines: Vec<TaskLogLine>) -> Result<(), Closed>;

    /// Answers when every line that was handed over before can be read.
    async fn flush_lines(&self) -> Result<(), Closed>;

    /// A deployment's lines in order, after the row number `after`; each with its row number.
    async fn lines(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskLogLine)>, ReadError>;
}
