//! Why a release does not go somewhere: a type a decision, each with a stable word for programs.

use shipslog_events::ids::{DeploymentId, EnvironmentName, LifecycleName, PhaseName, ReleaseVersion};

/// Why a release may not enter a phase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnterRefusal {
    /// The lifecycle does not lead there.
    #[error("lifecycle {lifecycle} does not lead to {environment}; its phases are {phases}")]
    NotInLifecycle {
        /// The lifecycle.
        lifecycle: LifecycleName,
        /// The environment that was asked for.
        environment: EnvironmentName,
        /// Phases with their environments, in words.
        phases: String,
    },
    /// A phase before has not succeeded.
    #[error(
        "release {version} cannot be deployed to {environment}: phase {phase} has not succeeded \
         (missing: {missing}); deploy it there first"
    )]
    PhaseMissing {
        /// Which release.
        version: ReleaseVersion,
        /// Where it was to go.
        environment: EnvironmentName,
        /// The first phase that has not succeeded.
        phase: PhaseName,
        /// Its environments where no deployment of this release succeeded.
        missing: String,
    },
}

impl EnterRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInLifecycle { .. } => "not-in-lifecycle",
            Self::PhaseMissing { .. } => "phase-not-succeeded",
        }
    }
}

/// Why a release is not promoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromoteRefusal {
    /// There is nothing to promote it from.
    #[error("release {version} cannot be promoted: phase {phase} has not succeeded; deploy it there first")]
    NothingSucceeded {
        /// Which release.
        version: ReleaseVersion,
        /// The lifecycle's first phase.
        phase: PhaseName,
    },
    /// It is being deployed there already.
    #[error(
        "release {version} is on its way to {environment} already ({deployment}); promote it further when that has \
         succeeded"
    )]
    OnItsWay {
        /// Which release.
        version: ReleaseVersion,
        /// Where it goes.
        environment: EnvironmentName,
        /// By which deployment.
        deployment: DeploymentId,
    },
    /// Somebody else promoted it at the same moment.
    #[error(
        "release {version} was sent to {environment} at the same moment ({deployment}); look at that before you promote it \
         further"
    )]
    Overtaken {
        /// Which release.
        version: ReleaseVersion,
        /// Where it goes.
        environment: EnvironmentName,
        /// By which deployment.
        deployment: DeploymentId,
    },
    /// It has been everywhere.
    #[error(
        "release {version} has succeeded in every phase of lifecycle {lifecycle}; `shipslog deploy --to` deploys it \
         again"
    )]
    SucceededEverywhere {
        /// Which release.
        version: ReleaseVersion,
        /// Its lifecycle.
        lifecycle: LifecycleName,
    },
}

impl PromoteRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingSucceeded { .. } => "phase-not-succeeded",
            Self::OnItsWay { .. } | Self::Overtaken { .. } => "on-its-way",
            Self::SucceededEverywhere { .. } => "nowhere-to-promote",
        }
    }
}
