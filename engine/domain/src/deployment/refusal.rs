//! Why a deployment that was accepted does not do what it is told.

use shipslog_events::event::deployment::Outcome;
use shipslog_events::event::process::GateDecision;
use shipslog_events::ids::{AttemptId, DeploymentId, GateName};

use crate::NOT_FOUND;

/// Why a command was turned down. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("{id} is over ({outcome}) and takes no more commands")]
    Ended {
        /// Which deployment.
        id: DeploymentId,
        /// How it ended.
        outcome: Outcome,
    },
    /// It has no gate of the name.
    #[error("{0}")]
    NoGate(String),
    /// It has not come to the gate.
    #[error(
        "gate {gate} of {id} is not open: what stands before it comes first, or it is being opened this moment"
    )]
    GateNotOpen {
        /// Which deployment.
        id: DeploymentId,
        /// Which gate.
        gate: GateName,
    },
    /// It is asked to stop.
    #[error("{id} is asked to stop, and goes on from no gate")]
    BeingCancelled {
        /// Which deployment.
        id: DeploymentId,
    },
    /// It was decided before.
    #[error("gate {gate} of {id} has {decision} already; a decision is not taken back")]
    GateDecided {
        /// Which deployment.
        id: DeploymentId,
        /// Which gate.
        gate: GateName,
        /// What was decided.
        decision: GateDecision,
    },
    /// It cannot do that now.
    #[error("{id} is {status}: {why}")]
    Untimely {
        /// Which deployment.
        id: DeploymentId,
        /// Where it stands, in a word.
        status: &'static str,
        /// What was asked for.
        why: Untimely,
    },
}

/// Why a command comes too early, too late, or twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untimely {
    /// The gate was opened before.
    #[error("the gate is open already")]
    GateIsOpen,
    /// It was started before.
    #[error("it has its turn already")]
    HasItsTurn,
    /// It is still in line.
    #[error("it has not had its turn")]
    HadNoTurn,
    /// A run of the same step, or of any.
    #[error("an attempt is running")]
    AttemptRuns,
    /// Attempts are counted.
    #[error("attempt {0} is not the next")]
    NotNext(AttemptId),
    /// It never began, or is over.
    #[error("attempt {0} has nothing to go on from")]
    NothingToGoOnFrom(AttemptId),
    /// It never began, or is over.
    #[error("attempt {0} is not running")]
    NotRunning(AttemptId),
}

impl Refusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "deployment-ended",
            Self::NoGate(_) => NOT_FOUND,
            Self::GateNotOpen { .. } => "gate-not-open",
            Self::GateDecided { .. } => "gate-decided",
            Self::BeingCancelled { .. } => "being-cancelled",
            Self::Untimely { why, .. } => match why {
                Untimely::GateIsOpen => "gate-is-open",
                Untimely::HasItsTurn => "has-its-turn",
                Untimely::HadNoTurn => "had-no-turn",
                Untimely::AttemptRuns => "attempt-runs",
                Untimely::NotNext(_) => "attempt-not-next",
                Untimely::NothingToGoOnFrom(_) => "nothing-to-go-on-from",
                Untimely::NotRunning(_) => "attempt-not-running",
            },
        }
    }
}
