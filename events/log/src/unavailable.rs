//! What any part of a store answers where the store itself fails.

/// The log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The store failed, such as for a disk that did not answer. It may go better the next time.
    #[error("the event log cannot be read: {0}")]
    Failed(String),
    /// What stands there is not what this version writes: no later try reads it.
    #[error(
        "the event log cannot be read: {0}; `shipslog audit verify --data-dir DIR` says whether it is damaged: then \
         restore it from a backup"
    )]
    Damaged(String),
}

/// Why nothing was written where no rule of the log said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// The log takes nothing more: the server is shutting down, or its appender has stopped.
    #[error("the event log is closed: {0}")]
    Closed(String),
    /// The store would not keep this. The log stays open, and what comes next is tried.
    #[error("the store of the event log failed: {0}; nothing was written, ask again when that is mended")]
    Failed(String),
}
