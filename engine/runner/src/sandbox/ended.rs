//! How the three exports of a component answer, in words.

pub use shipslog_events::event::deployment::{AttemptOutcome, EndReason};

use super::store::LastWrite;
use crate::bindings::Failure;
use crate::component::Errored;
use crate::config::RunnerConfig;
use crate::run::{Run, text};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Whether it did what it is for.
    pub outcome: AttemptOutcome,
    /// Why it ended so, where it is not the step that says it.
    pub reason: Option<EndReason>,
    /// For people, sensitive values blanked; empty where there is nothing to say.
    pub message: String,
}

/// Why a run has no end yet: it goes on from its journal later. The sentence says why not now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unended {
    /// It could not enter the sandbox, and did nothing.
    #[error("{0}")]
    NotReady(String),
    /// It was in the sandbox, and what it does there can be recorded no further.
    #[error("{0}")]
    CutOff(String),
}

impl Ended {
    /// For a reason of the host's.
    pub fn because(reason: EndReason, message: impl Into<String>) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(reason.outcome(), message)
        }
    }

    pub(crate) fn new(outcome: AttemptOutcome, message: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: None,
            message: message.into(),
        }
    }

    /// Nobody knows what became of a write: trying again by itself could do it twice.
    fn errored(message: String, run: &Run) -> Self {
        Self {
            reason: run
                .traces
                .is_outcome_unknown()
                .then_some(EndReason::OutcomeUnknown),
            ..Self::new(AttemptOutcome::Errored, message)
        }
    }
}

/// A step that failed after it heard that it is to stop, stopped; one that came to its end all the same, did that.
pub(crate) fn answered(answer: Result<(), Failure>, run: &Run) -> Ended {
    let cancelled = run.calls.has_told_cancel();
    let message = |text: &str| text::readable(&run.vault, text);
    match answer {
        Ok(()) => Ended::new(AttemptOutcome::Succeeded, ""),
        Err(Failure::Failed(text) | Failure::Errored(text)) if cancelled => {
            Ended::new(AttemptOutcome::Cancelled, message(&text))
        }
        Err(Failure::Failed(text)) => Ended::new(AttemptOutcome::Failed, message(&text)),
        Err(Failure::Errored(text)) => Ended::errored(message(&text), run),
    }
}

/// It crashed, or hit a limit.
pub(crate) fn stopped(Errored(text): &Errored, run: &Run) -> Ended {
    Ended::errored(text::readable(&run.vault, text), run)
}

/// Its time was over.
pub(crate) fn too_long(last: &LastWrite, run: &Run) -> Ended {
    let seconds = run.assignment.deadline.as_secs_f32();
    match last {
        LastWrite::Settled => {}
        LastWrite::Unanswered(_) => run.traces.outcome_is_unknown(),
    }
    Ended::errored(
        format!("the step was stopped after {seconds} s, its deadline{last}"),
        run,
    )
}

/// It was asked to stop and did not.
pub(crate) fn out_of_grace(last: &LastWrite, config: &RunnerConfig) -> Ended {
    let seconds = config.cancel_grace.as_secs_f32();
    Ended::new(
        AttemptOutcome::Cancelled,
        format!(
            "the step was cancelled and did not end within {seconds} s; it was stopped where it was{last}"
        ),
    )
}

/// What follows on the sentence that the run was stopped.
impl std::fmt::Display for LastWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Settled => Ok(()),
            Self::Unanswered(None) => write!(f, "; the cluster did not answer its last write"),
            Self::Unanswered(Some(object)) => write!(
                f,
                "; the cluster did not answer its last write, so that {object} may still change: look at it before \
                 you deploy again"
            ),
        }
    }
}
