//! How deployments and attempts end, and why.

use serde::{Deserialize, Serialize};

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step passed on every target.
    Succeeded,
    /// A step failed or stayed errored.
    Failed,
    /// A person stopped it.
    Cancelled,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        })
    }
}

/// Why a deployment ended so, in a word that programs can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentEndReason {
    /// Every step passed on every target.
    Succeeded,
    /// A step's answer was no.
    Failed,
    /// A step could not run, or could not find out.
    Errored,
    /// A person stopped it.
    Cancelled,
}

impl DeploymentEndReason {
    /// How a deployment ends for it.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Succeeded => Outcome::Succeeded,
            Self::Failed | Self::Errored => Outcome::Failed,
            Self::Cancelled => Outcome::Cancelled,
        }
    }
}

impl std::fmt::Display for DeploymentEndReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Cancelled => "cancelled",
        })
    }
}

/// How one run of one step on one target ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptOutcome {
    /// It did what it is for.
    Succeeded,
    /// It ran, and the answer is no.
    Failed,
    /// It could not run or find out: the only outcome that is tried again by itself, unless somebody has to look first.
    Errored,
    /// It stopped because it was asked to.
    Cancelled,
}

impl std::fmt::Display for AttemptOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Cancelled => "cancelled",
        })
    }
}

/// Why a run ended so where it is not the step that says it, in a word that programs can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// A write was sent, the server stopped, and whether the write happened cannot be told.
    OutcomeUnknown,
    /// Resumed, it made another call than its journal has.
    Diverged,
    /// Its journal does not hold.
    JournalDamaged,
    /// It made more calls, or was answered more, than a journal takes.
    JournalFull,
    /// The step is not in the plan.
    NoStep,
    /// The target, or the certificate of its cluster, is not there any more.
    NoTarget,
    /// The target's account is not there any more.
    NoAccount,
    /// The account holds no credentials.
    AccountEmpty,
    /// The account's token comes from a deployment that has not made it.
    AccountWithoutToken,
    /// The account's secret is not kept any more.
    SecretGone,
    /// The step's component is not kept, or is not what it was.
    NoComponent,
    /// The step's component does not answer.
    ComponentErrored,
    /// What the release froze was erased.
    ReleaseErased,
    /// What an earlier attempt was given was erased.
    InputsErased,
    /// The step's inputs cannot be used there.
    InputsUnfit,
    /// The step needs more than the project grants.
    NotGranted,
    /// The step needs more than the target's boundary allows.
    OutsideBoundary,
    /// The account may not do what the step needs.
    RightsMissing,
    /// The cluster cannot be used as it is described, or does not answer as clusters do.
    ClusterUnusable,
    /// The cluster does not answer.
    ClusterAway,
    /// The server itself failed.
    ServerFailed,
}

impl EndReason {
    /// Whether somebody has to look before the step runs again: a run that errored so is not tried again by itself.
    pub fn needs_a_person(self) -> bool {
        matches!(
            self,
            Self::OutcomeUnknown | Self::Diverged | Self::JournalDamaged | Self::JournalFull
        )
    }
}

impl std::fmt::Display for EndReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OutcomeUnknown => "outcome unknown",
            Self::Diverged => "diverged",
            Self::JournalDamaged => "journal damaged",
            Self::JournalFull => "journal full",
            Self::NoStep => "no step",
            Self::NoTarget => "no target",
            Self::NoAccount => "no account",
            Self::AccountEmpty => "account empty",
            Self::AccountWithoutToken => "account without token",
            Self::SecretGone => "secret gone",
            Self::NoComponent => "no component",
            Self::ComponentErrored => "component errored",
            Self::ReleaseErased => "release erased",
            Self::InputsErased => "inputs erased",
            Self::InputsUnfit => "inputs unfit",
            Self::NotGranted => "not granted",
            Self::OutsideBoundary => "outside boundary",
            Self::RightsMissing => "rights missing",
            Self::ClusterUnusable => "cluster unusable",
            Self::ClusterAway => "cluster away",
            Self::ServerFailed => "server failed",
        })
    }
}
