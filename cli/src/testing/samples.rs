//! Deployments for tests.

use serde_json::json;
use shipslog_api::deployments::{
    Attempt, Denial, Deployment, DeploymentItem, DeploymentStatus, Milestone, Output, Progress, RunStatus,
    Step, StepTarget,
};
use shipslog_events::event::deployment::Layer;
use shipslog_events::ids::{AttemptNumber, DeploymentId, Position};

/// The third deployment, of Httpd 1.0.1 to Development, with one step on one target.
pub(crate) fn deployment(status: DeploymentStatus, target: StepTarget) -> Deployment {
    let item = DeploymentItem {
        id: DeploymentId(3),
        project: "Httpd".into(),
        release: "1.0.1".into(),
        environment: "Development".into(),
        phase: "Development".into(),
        status,
        reason: None,
        waiting_for: None,
        cancel_requested: false,
        requested_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        requested_by: "alice".to_owned(),
        ended_at: status.is_end().then(|| "2026-01-02T03:05:16Z".parse().unwrap()),
    };
    let step = Step {
        name: "Deploy httpd".into(),
        uses: Some("deploy-containers@1".to_owned()),
        targets: vec![target],
        gate: None,
    };
    Deployment {
        item,
        requested_because: None,
        cancelled_by: None,
        cancelled_because: None,
        message: None,
        position: Position(40),
        steps: vec![step],
    }
}

/// The step on its target, with these runs.
pub(crate) fn target(status: RunStatus, attempts: Vec<Attempt>) -> StepTarget {
    StepTarget {
        target: "Httpd Development".into(),
        status,
        progress: None,
        attempts,
    }
}

/// A run of which nothing was recorded.
pub(crate) fn attempt(number: u32, status: RunStatus) -> Attempt {
    Attempt {
        number: AttemptNumber(number),
        status,
        resumed: 0,
        end_reason: None,
        message: None,
        milestones: vec![],
        denials: vec![],
        outputs: vec![],
    }
}

pub(crate) fn pending() -> StepTarget {
    target(RunStatus::Pending, vec![])
}

pub(crate) fn waiting_for(message: &str) -> StepTarget {
    StepTarget {
        progress: Some(Progress {
            done: 2,
            total: 5,
            message: message.to_owned(),
        }),
        ..target(RunStatus::Running, vec![attempt(1, RunStatus::Running)])
    }
}

pub(crate) fn output(name: &str, sensitive: bool, value: Option<&str>) -> Output {
    Output {
        name: name.to_owned(),
        sensitive,
        value: value.map(|it| json!(it)),
    }
}

pub(crate) fn failed(message: &str) -> StepTarget {
    let attempt = Attempt {
        message: Some(message.to_owned()),
        milestones: vec![Milestone {
            name: "applied".to_owned(),
            detail: Some(json!("Deployment httpd-deployments-3")),
        }],
        denials: vec![Denial {
            layer: Layer::Boundary,
            rule: "get secrets in httpd-production".to_owned(),
            message: None,
        }],
        outputs: vec![
            output("url", false, Some("http://x")),
            output("token", true, None),
        ],
        ..attempt(1, RunStatus::Failed)
    };
    target(RunStatus::Failed, vec![attempt])
}
