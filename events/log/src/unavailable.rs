//! What any part of a store answers where the store itself fails.

/// The log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event log cannot be read: {0}")]
pub struct ReadError(pub String);

/// The log is shutting down, or its store failed: nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event log is closed: {0}")]
pub struct Closed(pub String);
