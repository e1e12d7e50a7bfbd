//! What the driver itself fails at: it is tried again without end.

use shipslog_log::{JournalError, ReadError};
use shipslog_runner::Unended;

use crate::transaction::NotAppended;

/// A failure of our own, such as a full disk.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The log was not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The journal of a run was not read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What was decided was not appended.
    #[error(transparent)]
    Append(#[from] NotAppended),
    /// A run goes on from its journal later.
    #[error(transparent)]
    Unended(#[from] Unended),
    /// The log of the process says where.
    #[error("it panicked")]
    Panicked,
}
