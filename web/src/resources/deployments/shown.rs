//! A deployment as it is shown.

use jiff::SignedDuration;
use serde_json::Value;
use shipslog_api::deployments::{
    Attempt, Denial, Deployment, DeploymentItem, DeploymentStatus, Gate, GateStatus, Milestone, Output,
    Progress, RunStatus, Step, StepTarget, WaitingFor,
};
use shipslog_domain::deployment::{Attempt as Run, AttemptState, Deed, Status};
use shipslog_engine::Engine;
use shipslog_engine::driver::LiveState;
use shipslog_engine::story::{self, GateDecided, GateStory, Story};
use shipslog_engine::views::{DeploymentView, Views};
use shipslog_events::event::deployment::{AttemptOutcome, EndReason, Outcome};
use shipslog_events::event::process::{self, Entry, GateDecision};
use shipslog_events::ids::{DeploymentId, StepName, TargetName};

use crate::actor;
use crate::problem::Problem;

/// A deployment as lists show it.
pub(super) async fn listed(views: &Views, view: &DeploymentView) -> Result<DeploymentItem, Problem> {
    let deployment = &view.deployment;
    let lane = match deployment.status {
        Status::Waiting => views.lane(&deployment.lane).await?,
        Status::Running | Status::Ended { .. } => None,
    };
    let ahead = lane.and_then(|it| it.lane.ahead_of(deployment.id));
    Ok(item(view, ahead))
}

/// A deployment without its steps, and what it waits for.
fn item(view: &DeploymentView, ahead: Option<DeploymentId>) -> DeploymentItem {
    let deployment = &view.deployment;
    DeploymentItem {
        id: deployment.id,
        project: deployment.project.clone(),
        release: deployment.release.clone(),
        environment: deployment.environment.clone(),
        phase: deployment.phase.name.clone(),
        status: status(&deployment.status),
        reason: match &deployment.status {
            Status::Waiting | Status::Running => None,
            Status::Ended { reason, .. } => Some(*reason),
        },
        waiting_for: match (deployment.open_gate(), ahead) {
            (Some(id), _) => Some(WaitingFor::Gate {
                gate: id.gate.clone(),
            }),
            (None, Some(deployment)) => Some(WaitingFor::EarlierDeployment { deployment }),
            (None, None) => None,
        },
        cancel_requested: deployment.cancel_requested,
        requested_at: view.requested_at,
        requested_by: actor::name(&view.requested_by),
        ended_at: view.ended_at,
    }
}

/// A deployment with its steps as its story tells them, and what its runs say right now.
pub(super) async fn deployment(engine: &Engine, story: &Story) -> Result<Deployment, Problem> {
    let deployment = &story.view().deployment;
    let live = engine.live().of(deployment.id);
    let steps = deployment.process.iter().map(|entry| match entry {
        Entry::Run(planned) => {
            let step = &planned.step.step;
            let targets = planned.targets.iter();
            Step {
                name: step.name.clone(),
                uses: Some(step.uses.clone()),
                targets: targets.map(|it| target(story, &live, &step.name, it)).collect(),
                gate: None,
            }
        }
        Entry::Gate(it) => Step {
            name: it.name.clone(),
            uses: None,
            targets: Vec::new(),
            gate: Some(gate(it, story.gate(&it.id()), deployment.is_open())),
        },
    });
    Ok(Deployment {
        item: item(story.view(), engine.ahead_of(deployment).await?),
        requested_because: story.reason().map(str::to_owned),
        cancelled_by: story.cancel().map(|it| actor::name(&it.by)),
        cancelled_because: story.cancel().and_then(|it| it.reason.clone()),
        message: story.message().map(str::to_owned),
        position: story.position(),
        steps: steps.collect(),
    })
}

fn gate(gate: &process::Gate, told: Option<&GateStory>, is_open: bool) -> Gate {
    let decided = told.and_then(|it| it.decided.as_ref());
    let by = |it: &GateDecided| (it.decision != GateDecision::Expired).then(|| actor::name(&it.by));
    let limit = i64::try_from(gate.time_limit_seconds).unwrap_or(i64::MAX);
    let expires = |it: &GateStory| it.opened_at.checked_add(SignedDuration::from_secs(limit)).ok();
    Gate {
        kind: gate.kind,
        status: match (told, decided.map(|it| it.decision)) {
            (None, _) => GateStatus::Pending,
            (Some(_), None) if !is_open => GateStatus::Left,
            (Some(_), None) => GateStatus::Open,
            (Some(_), Some(GateDecision::Passed)) => GateStatus::Passed,
            (Some(_), Some(GateDecision::Failed)) => GateStatus::Failed,
            (Some(_), Some(GateDecision::Expired)) => GateStatus::Expired,
        },
        instructions: told.and_then(|it| it.instructions.clone()),
        opened_at: told.map(|it| it.opened_at),
        expires_at: told.filter(|_| is_open && decided.is_none()).and_then(expires),
        decided_at: decided.map(|it| it.at),
        decided_by: decided.and_then(by),
        decided_because: decided.and_then(|it| it.reason.clone()),
    }
}

fn target(story: &Story, live: &[LiveState], step: &StepName, target: &TargetName) -> StepTarget {
    let runs = story.runs(step, target);
    let latest = runs.last().map(|it| it.attempt);
    let running = latest.filter(|it| it.state == AttemptState::Running);
    StepTarget {
        target: target.clone(),
        status: latest.map_or(RunStatus::Pending, run_status),
        progress: running.and_then(|run| live.iter().find(|it| it.attempt == run.id).map(progress)),
        attempts: runs.into_iter().map(attempt).collect(),
    }
}

fn progress(state: &LiveState) -> Progress {
    Progress {
        done: state.done,
        total: state.total,
        message: state.message.clone(),
    }
}

fn attempt(run: story::Run<'_>) -> Attempt {
    let mut attempt = Attempt {
        number: run.attempt.id.attempt,
        status: run_status(run.attempt),
        resumed: run.attempt.resumed,
        end_reason: end_reason(run.attempt),
        message: run.message().map(str::to_owned),
        milestones: Vec::new(),
        denials: Vec::new(),
        outputs: Vec::new(),
    };
    for (deed, words) in run.deeds() {
        match deed {
            Deed::Denied { layer, rule } => attempt.denials.push(Denial {
                layer: *layer,
                rule: rule.clone(),
                message: words.map(str::to_owned),
            }),
            Deed::Milestone { name } => attempt.milestones.push(Milestone {
                name: name.clone(),
                detail: words.map(json),
            }),
            Deed::Output { name, sensitive } => attempt.outputs.push(Output {
                name: name.clone(),
                sensitive: *sensitive,
                value: words.map(json),
            }),
        }
    }
    attempt
}

/// JSON as what it is, anything else as text.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Where a deployment stands.
pub(in crate::resources) fn status(status: &Status) -> DeploymentStatus {
    match status {
        Status::Waiting => DeploymentStatus::Waiting,
        Status::Running => DeploymentStatus::Running,
        Status::Ended { outcome, .. } => match outcome {
            Outcome::Succeeded => DeploymentStatus::Succeeded,
            Outcome::Failed => DeploymentStatus::Failed,
            Outcome::Cancelled => DeploymentStatus::Cancelled,
            Outcome::Superseded => DeploymentStatus::Superseded,
        },
    }
}

fn run_status(run: &Run) -> RunStatus {
    match run.state {
        AttemptState::Running => RunStatus::Running,
        AttemptState::Ended { outcome, .. } => match outcome {
            AttemptOutcome::Succeeded => RunStatus::Succeeded,
            AttemptOutcome::Failed => RunStatus::Failed,
            AttemptOutcome::Errored => RunStatus::Errored,
            AttemptOutcome::Cancelled => RunStatus::Cancelled,
        },
    }
}

fn end_reason(run: &Run) -> Option<EndReason> {
    match run.state {
        AttemptState::Running => None,
        AttemptState::Ended { reason, .. } => reason,
    }
}
