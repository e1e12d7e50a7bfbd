//! How far a release has come: where it was asked for, how that ended, which phases it has passed.

use serde::{Deserialize, Serialize};

use crate::event::configuration::Phase;
use crate::event::deployment::Outcome;
use crate::event::kinds::kinds;
use crate::ids::{DeploymentId, EnvironmentName, ProjectName, ReleaseVersion};

/// Facts of streams `progress/<project>/<version>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ProgressEvent {
    /// A deployment of the release to an environment was accepted.
    ///
    /// Appended with the request, in one append with `deployment-requested` and `turn-requested`.
    ///
    /// Read by requests and promotions, which pass by what is on its way.
    EnvironmentRequested {
        /// The project that it is a release of.
        project: ProjectName,
        /// Which release.
        version: ReleaseVersion,
        /// The phase that the environment is in, as it was then.
        phase: Phase,
        /// Where to.
        environment: EnvironmentName,
        /// By which deployment.
        deployment: DeploymentId,
    },
    /// A deployment of the release to an environment has ended, however it did.
    ///
    /// Appended with the end of the deployment, in one append with `deployment-ended` and `turn-ended`.
    ///
    /// Read by requests (which phases have succeeded, where it has been), promotions, and the ends of other
    /// deployments.
    EnvironmentEnded {
        /// The project that it is a release of.
        project: ProjectName,
        /// Which release.
        version: ReleaseVersion,
        /// Where it went.
        environment: EnvironmentName,
        /// Which deployment.
        deployment: DeploymentId,
        /// How it ended.
        outcome: Outcome,
        /// Whether a step of it succeeded, made a call, or left nobody able to tell: then something may have
        /// been done there.
        ran: bool,
    },
    /// The release has succeeded in all of these environments, which were the phase when the deployment was
    /// asked for that completed it.
    ///
    /// Appended with the `environment-ended` that completes the phase.
    ///
    /// Read by the ends of deployments, so that it is said once; requests look at environments and at the
    /// lifecycle as it is.
    PhaseSucceeded {
        /// The project that it is a release of.
        project: ProjectName,
        /// Which release.
        version: ReleaseVersion,
        /// Which phase.
        phase: Phase,
    },
}

kinds! {
    ProgressEvent {
        EnvironmentRequested => "environment-requested" version 1,
        EnvironmentEnded => "environment-ended" version 1,
        PhaseSucceeded => "phase-succeeded" version 1,
    }
}
