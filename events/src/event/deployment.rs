//! Deployments: one release, one environment, steps and attempts.

use serde::{Deserialize, Serialize};

use crate::event::release::FrozenStep;
use crate::ids::{
    AttemptNumber, DeploymentId, EnvironmentName, PhaseName, ProjectName, ReleaseVersion, StepName,
    TargetName,
};
use crate::stream::LaneKey;

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

/// How one run of one step on one target ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptOutcome {
    /// It did what it is for.
    Succeeded,
    /// It ran, and the answer is no.
    Failed,
    /// It could not run or find out: the only outcome that is tried again by itself.
    Errored,
    /// It stopped because it was asked to.
    Cancelled,
    /// The server died under it; the next attempt has the same inputs.
    Interrupted,
}

impl std::fmt::Display for AttemptOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        })
    }
}

/// A step with the targets that it runs on, in order: no choice is left to running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// As the release froze it.
    #[serde(flatten)]
    pub step: FrozenStep,
    /// At least one.
    pub targets: Vec<TargetName>,
}

/// Which rule said no; the layers are those of the step contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The step's own declaration does not list it.
    Declaration,
    /// The project did not grant it.
    Grant,
    /// Outside the target's namespace or scope.
    Boundary,
    /// The API server's RBAC refused the target's account.
    Cluster,
    /// Quota, `PodSecurity`, a webhook, a terminating namespace.
    Admission,
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Declaration => "declaration",
            Self::Grant => "grant",
            Self::Boundary => "boundary",
            Self::Cluster => "cluster",
            Self::Admission => "admission",
        })
    }
}

/// One run of one step on one target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId {
    /// The step.
    pub step: StepName,
    /// The target.
    pub target: TargetName,
    /// Which run.
    pub attempt: AttemptNumber,
}

impl std::fmt::Display for AttemptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.step, self.target, self.attempt)
    }
}

/// Facts of streams `deployment/<n>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum DeploymentEvent {
    /// Accepted, with everything planned.
    DeploymentRequested {
        /// Its number.
        deployment: DeploymentId,
        /// Whose release.
        project: ProjectName,
        /// Which release.
        release: ReleaseVersion,
        /// Where to.
        environment: EnvironmentName,
        /// The phase of the lifecycle that the environment is in.
        phase: PhaseName,
        /// The lane it goes through.
        lane: LaneKey,
        /// Steps in order.
        steps: Vec<PlannedStep>,
    },
    /// Its turn on the lane came.
    DeploymentStarted {},
    /// A run begins. Bodies: `inputs` (resolved, with handles) and `situation`.
    AttemptStarted {
        /// Which run.
        #[serde(flatten)]
        id: AttemptId,
        /// Hex, the same for every run of this step on this target.
        seed: String,
        /// Seconds until the run is stopped.
        deadline_seconds: u64,
        /// Version of the host that began it.
        host_version: String,
    },
    /// A call was refused: once per attempt, layer and rule. Body: `message`, the API server's own words, where it was
    /// the one to refuse.
    AccessDenied {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// Who said no.
        layer: Layer,
        /// What was asked and what would allow it, in our own words.
        rule: String,
    },
    /// A turning point, such as traffic having moved. Body: `detail`.
    MilestoneReached {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// One that the step's description lists.
        name: String,
    },
    /// A value for later. Body: `value`, a handle where it is sensitive.
    OutputSet {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// One that the step's description lists.
        name: String,
        /// Whether the body is a handle.
        sensitive: bool,
    },
    /// The run is over. Body: `message`, where there is something to say.
    AttemptEnded {
        /// Which run.
        #[serde(flatten)]
        id: AttemptId,
        /// How.
        outcome: AttemptOutcome,
    },
    /// A person asked it to stop.
    CancelRequested {},
    /// Over. Body: `message`, why and what was left behind.
    DeploymentEnded {
        /// How.
        outcome: Outcome,
        /// A word that programs can read, such as `errored`.
        reason: String,
    },
}
