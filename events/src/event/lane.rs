//! Lanes: whose turn it is, and what was written into the cluster on the lane's behalf.

use serde::{Deserialize, Serialize};

use crate::event::deployment::Outcome;
use crate::event::kinds::kinds;
use crate::ids::{DeploymentId, StepName, TargetName};

/// An object in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectReference {
    /// Empty for the core group.
    pub group: String,
    /// API version within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing for cluster-scoped kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `metadata.name`.
    pub name: String,
}

impl std::fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

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
    /// The step is about to write this object: recorded before the first write, so that the inventory has no gap.
    ///
    /// Appended by a run, before the first write of the object in it.
    ///
    /// Read by later runs of the step on the target, which clear up, and by the message of a deployment that
    /// did not succeed.
    ObjectIntended {
        /// By which deployment.
        deployment: DeploymentId,
        /// By which step.
        step: StepName,
        /// Through which target.
        target: TargetName,
        /// Which object.
        object: ObjectReference,
    },
    /// The object is gone from the cluster.
    ///
    /// Appended by a run, once an object that it deleted was seen to be gone.
    ///
    /// Read by later runs of the step on the target, and by the message of a deployment that did not succeed.
    ObjectRemoved {
        /// By which deployment.
        deployment: DeploymentId,
        /// By which step.
        step: StepName,
        /// Through which target.
        target: TargetName,
        /// Which object.
        object: ObjectReference,
    },
}

kinds! {
    LaneEvent {
        TurnRequested => "turn-requested" version 1,
        TurnTaken => "turn-taken" version 1,
        TurnEnded => "turn-ended" version 1,
        ObjectIntended => "object-intended" version 1,
        ObjectRemoved => "object-removed" version 1,
    }
}
