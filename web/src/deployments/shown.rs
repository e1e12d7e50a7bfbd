//! A deployment as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shipslog_domain::deployment::Status;
use shipslog_engine::views::DeploymentView;
use shipslog_events::event::deployment::{AttemptOutcome, EndReason, Outcome};
use utoipa::ToSchema;

use crate::actor;

/// Where a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DeploymentStatus {
    /// In line on its lane.
    Waiting,
    /// Its turn.
    Running,
    /// Every step passed on every target.
    Succeeded,
    /// A step failed or stayed errored.
    Failed,
    /// A person stopped it.
    Cancelled,
}

/// Where a step on a target, or one run of it, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RunStatus {
    /// It has not run.
    Pending,
    /// It runs.
    Running,
    /// It did what it is for.
    Succeeded,
    /// It ran, and the answer is no.
    Failed,
    /// It could not run or find out.
    Errored,
    /// It stopped because it was asked to.
    Cancelled,
    /// The server died under it.
    Interrupted,
}

/// A deployment without its steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentItem {
    /// Such as `deployments-841`.
    pub(super) id: String,
    /// Whose release.
    pub(super) project: String,
    /// Which release.
    pub(super) release: String,
    /// Where to.
    pub(super) environment: String,
    /// The phase that the environment is in.
    pub(super) phase: String,
    /// Where it stands.
    pub(super) status: DeploymentStatus,
    /// How it ended, in a word that programs can read.
    pub(super) reason: Option<String>,
    /// What a waiting deployment waits for.
    pub(super) waiting_for: Option<String>,
    /// Whether a person asked it to stop.
    pub(super) cancel_requested: bool,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) requested_at: Timestamp,
    /// By whom.
    pub(super) requested_by: String,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) ended_at: Option<Timestamp>,
}

/// A deployment with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    #[serde(flatten)]
    pub(super) item: DeploymentItem,
    /// Why it ended so, and what was left behind.
    pub(super) message: Option<String>,
    /// Position of its latest event.
    pub(super) position: u64,
    /// In order.
    pub(super) steps: Vec<Step>,
}

/// A step of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = DeploymentStep)]
pub(crate) struct Step {
    /// As in the process.
    pub(super) name: String,
    /// Such as `deploy-containers@1`.
    pub(super) uses: String,
    /// In order.
    pub(super) targets: Vec<StepTarget>,
}

/// A step on one target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StepTarget {
    /// The target's name.
    pub(super) target: String,
    /// Where it stands.
    pub(super) status: RunStatus,
    /// What it says of itself right now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) progress: Option<Progress>,
    /// Runs so far.
    pub(super) attempts: Vec<Attempt>,
}

/// What a run says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// So much is done.
    pub(super) done: u32,
    /// Of so much.
    pub(super) total: u32,
    /// What it is doing, or waiting for.
    pub(super) message: String,
}

/// One run of a step on a target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    /// Counted from 1.
    #[serde(rename = "attempt")]
    pub(super) number: u32,
    /// Where it stands.
    pub(super) status: RunStatus,
    /// How often it went on after the server had stopped under it; left out where it never did.
    #[serde(skip_serializing_if = "never")]
    #[schema(required = false)]
    pub(super) resumed: u32,
    /// Why it errored and is not tried again by itself: `outcome-unknown`, `diverged`, `journal-damaged` or
    /// `journal-full`. `message` says it in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) end_reason: Option<EndReason>,
    /// What it said when it ended.
    pub(super) message: Option<String>,
    /// Turning points, in order.
    pub(super) milestones: Vec<Milestone>,
    /// Calls that were refused.
    pub(super) denials: Vec<Denial>,
    /// Values for later, in order.
    pub(super) outputs: Vec<Output>,
}

/// A turning point.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Milestone {
    /// One that the step's description lists.
    pub(super) name: String,
    /// What the step says about it.
    pub(super) detail: Option<Value>,
}

/// A call that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Denial {
    /// Who said no: `declaration`, `grant`, `boundary`, `cluster` or `admission`.
    pub(super) layer: String,
    /// What was asked, in words.
    pub(super) rule: String,
    /// What the API server said, where it was the one to refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

/// A value for later.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Output {
    /// One that the step's description lists.
    pub(super) name: String,
    /// Whether it is never shown.
    pub(super) sensitive: bool,
    /// The value, unless it is sensitive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde hands over")]
fn never(times: &u32) -> bool {
    *times == 0
}

impl DeploymentItem {
    pub(super) fn new(view: DeploymentView, waiting_for: Option<String>) -> Self {
        let deployment = view.deployment;
        let status = DeploymentStatus::from(&deployment.status);
        Self {
            id: deployment.id.to_string(),
            project: deployment.project.to_string(),
            release: deployment.release.to_string(),
            environment: deployment.environment.to_string(),
            phase: deployment.phase.to_string(),
            status,
            reason: match deployment.status {
                Status::Waiting | Status::Running => None,
                Status::Ended { reason, .. } => Some(reason),
            },
            waiting_for,
            cancel_requested: deployment.cancel_requested,
            requested_at: view.requested_at,
            requested_by: actor::name(&view.requested_by),
            ended_at: view.ended_at,
        }
    }
}

impl From<&Status> for DeploymentStatus {
    fn from(status: &Status) -> Self {
        match status {
            Status::Waiting => Self::Waiting,
            Status::Running => Self::Running,
            Status::Ended { outcome, .. } => match outcome {
                Outcome::Succeeded => Self::Succeeded,
                Outcome::Failed => Self::Failed,
                Outcome::Cancelled => Self::Cancelled,
            },
        }
    }
}

impl From<AttemptOutcome> for RunStatus {
    fn from(outcome: AttemptOutcome) -> Self {
        match outcome {
            AttemptOutcome::Succeeded => Self::Succeeded,
            AttemptOutcome::Failed => Self::Failed,
            AttemptOutcome::Errored => Self::Errored,
            AttemptOutcome::Cancelled => Self::Cancelled,
            AttemptOutcome::Interrupted => Self::Interrupted,
        }
    }
}
