//! Lanes: whose turn it is.

use serde::{Deserialize, Serialize};

use crate::event::deployment::Outcome;
use crate::event::kinds::kinds;
use crate::ids::DeploymentId;

/// Facts of streams `lane/<project>/<environment>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LaneEvent {
    /// A deployment stands in line.
    ///
    /// Appended with the request of the deployment.
    ///
    /// Read by whoever decides whose turn it is.
    TurnRequested {
        /// Who waits.
        deployment: DeploymentId,
        /// Not while a gate comes before its first run: until `turn-ready` others pass it.
        ready: bool,
        /// Whether those that are in line give way to it: each ends by itself. Whose turn has come goes on.
        supersedes: bool,
    },
    /// The gates before its first run are passed.
    ///
    /// Appended with the decision at the last of them.
    ///
    /// Read by whoever decides whose turn it is.
    TurnReady {
        /// Who waits.
        deployment: DeploymentId,
    },
    /// It is this deployment's turn; no other may act on the lane.
    ///
    /// Appended by the driver, with `deployment-started`.
    ///
    /// Read by whoever decides whose turn it is.
    TurnTaken {
        /// Who acts.
        deployment: DeploymentId,
    },
    /// The deployment has left the lane, from the line or from its turn.
    ///
    /// Appended with the end of the deployment.
    ///
    /// Read by whoever decides whose turn it is, and by accounts whose token is the output of the latest success.
    TurnEnded {
        /// Who left.
        deployment: DeploymentId,
        /// How it ended.
        outcome: Outcome,
    },
}

kinds! {
    LaneEvent {
        TurnRequested => "turn-requested" version 1,
        TurnReady => "turn-ready" version 1,
        TurnTaken => "turn-taken" version 1,
        TurnEnded => "turn-ended" version 1,
    }
}
