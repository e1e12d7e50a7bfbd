//! A run that is over, until that is recorded.

use shipslog_domain::freeze::Impossible;
use shipslog_runner::{AttemptOutcome, Ended};

use super::journal_buffer::Waiting;

/// How a run ended, and the last that it did.
#[derive(Debug, Clone)]
pub(super) struct Finished {
    pub(super) ended: Ended,
    /// What is not durable yet: it becomes so with the run's end. Nothing where the run did not take place, or was lost
    /// with what it held.
    pub(super) tail: Option<Waiting>,
}

impl Finished {
    /// Without having run.
    pub(super) fn at_once(outcome: AttemptOutcome, message: impl Into<String>) -> Self {
        Self::from(Ended {
            outcome,
            reason: None,
            message: message.into(),
        })
    }
}

impl From<Impossible> for Finished {
    fn from(impossible: Impossible) -> Self {
        Self::from(Ended::because(impossible.reason(), impossible.to_string()))
    }
}

impl From<Ended> for Finished {
    fn from(ended: Ended) -> Self {
        Self { ended, tail: None }
    }
}
