//! What any part of a store answers where the store itself fails.

/// The log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event log cannot be read: {0}")]
pub struct ReadError(pub String);

/// Why nothing was written where no rule of the log said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// The log takes nothing more: the server is shutting down, or its appender has stopped.
    #[error("the event log is closed: {0}")]
    Closed(String),
    /// The store would not keep this. The log stays open, and what comes next is tried.
    #[error("the store of the event log refused: {0}; nothing was written, ask again when that is mended")]
    Refused(String),
}
