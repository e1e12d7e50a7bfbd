//! The steps of a deployment, their targets, and the runs on each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::event::deployment::{EndReason, Layer};
use shipslog_events::event::process::GateKind;
use shipslog_events::ids::{AttemptNumber, StepName, TargetName};
use utoipa::ToSchema;

use crate::schema;
use crate::words::shown_as_on_the_wire;

/// Where a step on a target, or one run of it, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
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
}

shown_as_on_the_wire!(RunStatus);

/// An entry of a deployment's process: a step, or a gate, which has no targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeploymentStep)]
pub struct Step {
    /// As in the process.
    #[schema(value_type = String)]
    pub name: StepName,
    /// Such as `deploy-containers@1`; nothing for a gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// In the order of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<StepTarget>,
    /// What is told of the gate, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// A gate of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// Who decides.
    #[schema(value_type = schema::GateKind)]
    pub kind: GateKind,
    /// Where it stands.
    pub status: GateStatus,
    /// What whoever decides should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// When the deployment came to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opened_at: Option<Timestamp>,
    /// When its time is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// Who decided: the name of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Why, as they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_because: Option<String>,
}

/// Where a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateStatus {
    /// The deployment has not come to it.
    Pending,
    /// It waits for a decision.
    Open,
    /// The deployment went on.
    Passed,
    /// Somebody failed it.
    Failed,
    /// Nobody decided in time.
    Expired,
    /// The deployment ended at it without a decision.
    Left,
}

shown_as_on_the_wire!(GateStatus);

/// A step on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepTarget {
    /// The target's name.
    #[schema(value_type = String)]
    pub target: TargetName,
    /// Where it stands.
    pub status: RunStatus,
    /// What it says of itself right now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Runs so far.
    pub attempts: Vec<Attempt>,
}

/// What a run says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// How much is done.
    pub done: u32,
    /// How much there is to do.
    pub total: u32,
    /// What it is doing, or waiting for.
    pub message: String,
}

/// One run of a step on a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Counted from 1.
    #[serde(rename = "attempt")]
    #[schema(value_type = u32)]
    pub number: AttemptNumber,
    /// Where it stands.
    pub status: RunStatus,
    /// How often it went on after the server had stopped under it; left out where it never did.
    #[serde(default, skip_serializing_if = "never")]
    pub resumed: u32,
    /// Why it ended so, where it is not the step that says it. `message` says it in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::EndReason>)]
    pub end_reason: Option<EndReason>,
    /// What it said when it ended.
    pub message: Option<String>,
    /// Turning points, in order.
    pub milestones: Vec<Milestone>,
    /// Calls that were refused.
    pub denials: Vec<Denial>,
    /// Values for later, in order.
    pub outputs: Vec<Output>,
}

/// A turning point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Milestone {
    /// One that the step's description lists.
    pub name: String,
    /// What the step says about it.
    pub detail: Option<Value>,
}

/// A call that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Denial {
    /// Who said no.
    #[schema(value_type = schema::Layer)]
    pub layer: Layer,
    /// What was asked, in words.
    pub rule: String,
    /// What the API server said, where it was the one to refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A value for later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Output {
    /// One that the step's description lists.
    pub name: String,
    /// Whether it is never shown.
    pub sensitive: bool,
    /// The value, unless it is sensitive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde hands over")]
fn never(times: &u32) -> bool {
    *times == 0
}
