//! Deployments: requested, promoted, shown with their steps, cancelled.

mod runs;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::DeploymentEndReason;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, GateName, PhaseName, Position, ProjectName, ReleaseVersion,
};
use utoipa::{IntoParams, ToSchema};

use crate::Done;
use crate::address::addresses;
use crate::words::shown_as_on_the_wire;
use crate::{schema, text};

pub use runs::{Attempt, Denial, Gate, GateStatus, Milestone, Output, Progress, RunStatus, Step, StepTarget};

addresses! {
    /// All deployments, and where one is requested.
    DEPLOYMENTS = "/api/v1/deployments";
    /// A single deployment.
    DEPLOYMENT = "/api/v1/deployments/{id}";
    /// Where it is asked to stop.
    CANCEL = "/api/v1/deployments/{id}/cancel";
    /// Where a gate is passed or failed.
    GATE = "/api/v1/deployments/{id}/gates/{gate}";
    /// Its state whenever it changes, a stream.
    WATCH = "/api/v1/deployments/{id}/watch";
}

/// What to deploy, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deploy {
    /// The project whose release it is.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// The release's version.
    #[schema(value_type = String)]
    pub release: ReleaseVersion,
    /// Where to: 1 to 100, all of them or none. Without this field the release is promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub environments: Option<Vec<EnvironmentName>>,
    /// How far it is promoted: to the next environment where it has not succeeded and is not on its way, or to all of
    /// these in the next phase.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_phase: bool,
}

/// What was accepted, all in one append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentsAccepted {
    /// One for each environment.
    pub deployments: Vec<DeploymentAccepted>,
    /// Where they stand in the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

/// A deployment that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentAccepted {
    /// Such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub deployment: DeploymentId,
    /// Where it goes.
    #[schema(value_type = String)]
    pub environment: EnvironmentName,
}

impl Done for DeploymentsAccepted {
    const STATUS: u16 = 202;
}

/// A deployment was asked to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CancelAccepted {
    /// The log's position with it.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for CancelAccepted {
    const STATUS: u16 = 202;
}

/// What somebody decides at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideGate {
    /// Whether the deployment goes on.
    pub decision: Decision,
}

/// Whether a deployment goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It goes on.
    Pass,
    /// It ends.
    Fail,
}

/// A gate was passed or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateDecided {
    /// The log's position with it.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Done for GateDecided {
    const STATUS: u16 = 202;
}

/// Which deployments to list; all conditions hold at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of a project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectName>,
    /// To an environment.
    #[param(value_type = Option<String>)]
    pub environment: Option<EnvironmentName>,
    /// Of a release.
    #[param(value_type = Option<String>)]
    pub release: Option<ReleaseVersion>,
    /// Only those that have not ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[param(required = false)]
    pub open: bool,
    /// Items on the page: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// Where a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentStatus {
    /// In line on its lane.
    Waiting,
    /// It has its turn.
    Running,
    /// Every step passed on every target.
    Succeeded,
    /// A step failed or stayed errored, or a gate was not passed.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// A newer one came while it was in line.
    Superseded,
}

shown_as_on_the_wire!(DeploymentStatus);

/// What a deployment waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum WaitingFor {
    /// The one before it on its lane.
    EarlierDeployment {
        /// Such as `deployments-841`.
        #[serde(with = "text")]
        #[schema(value_type = String)]
        deployment: DeploymentId,
    },
    /// Somebody's decision at a gate.
    Gate {
        /// The gate's name.
        #[schema(value_type = String)]
        gate: GateName,
    },
}

/// A deployment without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentItem {
    /// Such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub id: DeploymentId,
    /// The project whose release it is.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// The release's version.
    #[schema(value_type = String)]
    pub release: ReleaseVersion,
    /// Where it goes.
    #[schema(value_type = String)]
    pub environment: EnvironmentName,
    /// The phase that the environment is in.
    #[schema(value_type = String)]
    pub phase: PhaseName,
    /// Where it stands.
    pub status: DeploymentStatus,
    /// Why it ended so.
    #[schema(value_type = Option<schema::DeploymentEndReason>)]
    pub reason: Option<DeploymentEndReason>,
    /// What it waits for, in line or at a gate.
    pub waiting_for: Option<WaitingFor>,
    /// Whether a person asked it to stop.
    pub cancel_requested: bool,
    /// When it was requested.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// Who requested it: the name of a key.
    pub requested_by: String,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// A deployment with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// What lists show of it.
    #[serde(flatten)]
    pub item: DeploymentItem,
    /// Why it was requested, as whoever did it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_because: Option<String>,
    /// Who asked it to stop: the name of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<String>,
    /// Why, as they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_because: Option<String>,
    /// Why it ended so, and what was left behind.
    pub message: Option<String>,
    /// Position of its latest event.
    #[schema(value_type = u64)]
    pub position: Position,
    /// In the order of the process.
    pub steps: Vec<Step>,
}

impl DeploymentItem {
    /// What it waits for, in a sentence for people.
    pub fn waits(&self) -> Option<String> {
        self.waiting_for.as_ref().map(|it| match it {
            WaitingFor::EarlierDeployment { deployment } => {
                format!("waiting for {deployment} in {}", self.environment)
            }
            WaitingFor::Gate { gate } => {
                let (id, typed) = (self.id, quoted(gate.as_str()));
                format!(
                    "waiting for a decision at gate {gate}: `shipslog gate pass {id} {typed}` or `… fail …`"
                )
            }
        })
    }
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

impl DeploymentStatus {
    /// Whether nothing more will come of it.
    pub fn is_end(self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Superseded => true,
        }
    }
}

#[cfg(test)]
mod tests;
