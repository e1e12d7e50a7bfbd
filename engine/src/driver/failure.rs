//! What the driver itself fails at: it is tried again without end.

use shipslog_domain::freeze::Impossible;
use shipslog_log::ReadError;

use crate::transaction::NotAppended;

/// A failure of our own, such as a full disk.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The log was not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was decided was not appended.
    #[error(transparent)]
    Append(#[from] NotAppended),
    /// A run that can go on from its journal could not be recorded any further.
    #[error("{0}")]
    Run(String),
    /// The log of the process says where.
    #[error("it panicked")]
    Panicked,
}

/// What the server fails at while a run begins: it ends the attempt, and the next may do better.
pub(super) fn failed(error: impl std::fmt::Display) -> Impossible {
    Impossible::ServerFailed(error.to_string())
}
