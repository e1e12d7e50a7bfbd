//! A run that is over, until that is recorded.

use shipslog_domain::freeze::Impossible;
use shipslog_log::JournalAppend;
use shipslog_runner::{AttemptOutcome, Ended};

/// How a run ended, and the end of its journal.
#[derive(Debug, Clone)]
pub(super) struct Finished {
    pub(super) ended: Ended,
    /// Entries that are not durable yet: they become so with the run's end. Nothing where the run did not take place, or
    /// was lost with what it held.
    pub(super) tail: Option<JournalAppend>,
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
