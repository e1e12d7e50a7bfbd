//! How deployments and attempts end, and why.

use serde::{Deserialize, Serialize};

use crate::words::words;

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step passed on every target.
    Succeeded,
    /// A step failed or stayed errored, or a gate was not passed.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// A newer one came while it was in line.
    Superseded,
}

words! {
    Outcome {
        Succeeded => "succeeded",
        Failed => "failed",
        Cancelled => "cancelled",
        Superseded => "superseded",
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
    /// Somebody failed a gate.
    GateFailed,
    /// Nobody decided at a gate in time.
    GateExpired,
    /// A person stopped it.
    Cancelled,
    /// A newer one came while it was in line.
    Superseded,
}

impl DeploymentEndReason {
    /// How a deployment ends for it.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Succeeded => Outcome::Succeeded,
            Self::Failed | Self::Errored | Self::GateFailed | Self::GateExpired => Outcome::Failed,
            Self::Cancelled => Outcome::Cancelled,
            Self::Superseded => Outcome::Superseded,
        }
    }
}

words! {
    DeploymentEndReason {
        Succeeded => "succeeded",
        Failed => "failed",
        Errored => "errored",
        GateFailed => "gate-failed",
        GateExpired => "gate-expired",
        Cancelled => "cancelled",
        Superseded => "superseded",
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

words! {
    AttemptOutcome {
        Succeeded => "succeeded",
        Failed => "failed",
        Errored => "errored",
        Cancelled => "cancelled",
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
    /// How an attempt ends for it. What may be otherwise the next time, or what nobody can tell, is errored; what stays
    /// wrong until somebody mends it has failed.
    pub fn outcome(self) -> AttemptOutcome {
        match self {
            Self::OutcomeUnknown
            | Self::Diverged
            | Self::JournalDamaged
            | Self::JournalFull
            | Self::ComponentErrored
            | Self::ClusterAway
            | Self::ServerFailed => AttemptOutcome::Errored,
            Self::NoTarget
            | Self::NoAccount
            | Self::AccountEmpty
            | Self::AccountWithoutToken
            | Self::SecretGone
            | Self::NoComponent
            | Self::ReleaseErased
            | Self::InputsErased
            | Self::InputsUnfit
            | Self::NotGranted
            | Self::OutsideBoundary
            | Self::RightsMissing
            | Self::ClusterUnusable => AttemptOutcome::Failed,
        }
    }

    /// Whether somebody has to look before the step runs again: a run that errored so is not tried again by itself.
    pub fn needs_a_person(self) -> bool {
        matches!(
            self,
            Self::OutcomeUnknown | Self::Diverged | Self::JournalDamaged | Self::JournalFull
        )
    }
}

words! {
    EndReason {
        OutcomeUnknown => "outcome-unknown",
        Diverged => "diverged",
        JournalDamaged => "journal-damaged",
        JournalFull => "journal-full",
        NoTarget => "no-target",
        NoAccount => "no-account",
        AccountEmpty => "account-empty",
        AccountWithoutToken => "account-without-token",
        SecretGone => "secret-gone",
        NoComponent => "no-component",
        ComponentErrored => "component-errored",
        ReleaseErased => "release-erased",
        InputsErased => "inputs-erased",
        InputsUnfit => "inputs-unfit",
        NotGranted => "not-granted",
        OutsideBoundary => "outside-boundary",
        RightsMissing => "rights-missing",
        ClusterUnusable => "cluster-unusable",
        ClusterAway => "cluster-away",
        ServerFailed => "server-failed",
    }
}
