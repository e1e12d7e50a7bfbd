//! How the three exports of a component answer, in words.

pub use shipslog_events::event::deployment::{AttemptOutcome, EndReason};

use shipslog_domain::capability::Capability;

use super::bindings::Failure;
use super::run::Run;
use super::sandbox::LastWrite;
use super::{RunnerConfig, text};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// `Interrupted` where the run could not be recorded any more: it can go on from its journal.
    pub outcome: AttemptOutcome,
    /// Why trying it again by itself would be wrong, where it errored so.
    pub reason: Option<EndReason>,
    /// For people, sensitive values blanked; empty where there is nothing to say.
    pub message: String,
}

impl Ended {
    pub(super) fn new(outcome: AttemptOutcome, message: impl Into<String>) -> Self {
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

/// The component could not answer: it is no step, or it failed inside the sandbox. Users read the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Errored(pub String);

/// What is wrong with the inputs, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// As in `containers[0].ports`; may be empty.
    pub path: String,
    /// A sentence.
    pub message: String,
}

/// Why `check` named no capabilities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckRefusal {
    /// The inputs are wrong.
    #[error("the inputs are not valid: {}", sentences(.0))]
    Inputs(Vec<Cause>),
    /// The step needs more than its component describes: a fault of the component.
    #[error("the step asks for more than its component declares: {}", rights(.0))]
    BeyondDescription(Vec<Capability>),
    /// No answer.
    #[error(transparent)]
    Errored(#[from] Errored),
}

/// A step that failed after it heard that it is to stop, stopped; one that came to its end all the same, did that.
pub(super) fn answered(answer: Result<(), Failure>, run: &Run) -> Ended {
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
pub(super) fn stopped(Errored(text): &Errored, run: &Run) -> Ended {
    Ended::errored(text::readable(&run.vault, text), run)
}

/// Its time was over.
pub(super) fn too_long(last: &LastWrite, run: &Run) -> Ended {
    let seconds = run.attempt.deadline.as_secs_f32();
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
pub(super) fn out_of_grace(last: &LastWrite, config: &RunnerConfig) -> Ended {
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

fn sentences(causes: &[Cause]) -> String {
    causes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

fn rights(capabilities: &[Capability]) -> String {
    capabilities
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}
