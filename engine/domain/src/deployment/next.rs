//! What is due: derived from committed events alone, so that a replay after a crash finds the same.

use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, EndReason, PlannedStep};
use shipslog_events::event::process::{Entry, Gate, GateDecision, GateId};
use shipslog_events::ids::{AttemptId, AttemptNumber, ComponentDigest, TargetName};

use super::{AttemptState, Deployment, Status};

/// How often a step may end errored on a target before the deployment gives up.
pub const ERRORED_ATTEMPTS: usize = 3;

/// How often an attempt may find its cluster away before the deployment gives up: with the pauses between them, a quarter
/// of an hour and more.
pub const AWAY_ATTEMPTS: usize = 40;

/// How often one run may go on after the server stopped under it: by then it is the run that brings the server down.
pub const RESUMPTIONS: u32 = 100;

/// What the driver has to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Wait for the turn on the lane.
    AwaitTurn,
    /// Say that the deployment has come to a gate.
    OpenGate(GateId),
    /// Wait at a gate until somebody has decided, or its time is over.
    AwaitGate {
        /// Which gate.
        id: GateId,
        /// How long it waits from when it was opened.
        time_limit_seconds: u64,
    },
    /// Begin a run.
    StartAttempt {
        /// Which run.
        id: AttemptId,
        /// What runs, as it was planned.
        component: ComponentDigest,
    },
    /// A run is under way: carry it out, or go on with it if the server died under it.
    Attend(AttemptId),
    /// Ask a run to stop.
    CancelAttempt(AttemptId),
    /// End the deployment.
    End {
        /// Why nothing more is to be done.
        reason: DeploymentEndReason,
    },
    /// Nothing any more.
    Nothing,
}

/// What is due for a deployment.
pub fn next(deployment: &Deployment) -> Vec<Due> {
    match deployment.status {
        Status::Ended { .. } => vec![Due::Nothing],
        Status::Waiting if deployment.cancel_requested => vec![cancelled()],
        Status::Waiting => {
            let mut gates = deployment.gates_before_first_run();
            vec![
                gates
                    .find_map(|it| at_gate(deployment, it))
                    .unwrap_or(Due::AwaitTurn),
            ]
        }
        Status::Running => running(deployment),
    }
}

fn cancelled() -> Due {
    Due::End {
        reason: DeploymentEndReason::Cancelled,
    }
}

/// What is due at a gate; nothing where it is passed.
fn at_gate(deployment: &Deployment, gate: &Gate) -> Option<Due> {
    let id = gate.id();
    let reason = match deployment.opened(&id).map(|it| it.decision) {
        None => return Some(Due::OpenGate(id)),
        Some(None) => {
            return Some(Due::AwaitGate {
                id,
                time_limit_seconds: gate.time_limit_seconds,
            });
        }
        Some(Some(GateDecision::Passed)) => return None,
        Some(Some(GateDecision::Failed)) => DeploymentEndReason::GateFailed,
        Some(Some(GateDecision::Expired)) => DeploymentEndReason::GateExpired,
    };
    Some(Due::End { reason })
}

fn running(deployment: &Deployment) -> Vec<Due> {
    for entry in &deployment.process {
        let step = match entry {
            Entry::Run(step) => step,
            Entry::Gate(gate) => match at_gate(deployment, gate) {
                None => continue,
                Some(Due::OpenGate(_) | Due::AwaitGate { .. }) if deployment.cancel_requested => {
                    return vec![cancelled()];
                }
                Some(due) => return vec![due],
            },
        };
        let standings: Vec<Standing> = step
            .targets
            .iter()
            .map(|target| standing(deployment, step, target))
            .collect();
        if standings.iter().all(|it| matches!(it, Standing::Passed)) {
            continue;
        }
        return of_step(deployment.cancel_requested, standings);
    }
    vec![Due::End {
        reason: DeploymentEndReason::Succeeded,
    }]
}

/// Where a step stands on one target.
enum Standing {
    Passed,
    Running(AttemptId),
    ToStart(AttemptId, ComponentDigest),
    Failed(DeploymentEndReason),
    Cancelled,
}

fn standing(deployment: &Deployment, step: &PlannedStep, target: &TargetName) -> Standing {
    let name = &step.step.step.name;
    let start = |attempt| {
        let id = AttemptId {
            step: name.clone(),
            target: target.clone(),
            attempt,
        };
        Standing::ToStart(id, step.step.component.clone())
    };
    let Some(latest) = deployment.latest(name, target) else {
        return start(AttemptNumber::FIRST);
    };
    match latest.state {
        AttemptState::Running => Standing::Running(latest.id.clone()),
        AttemptState::Ended { outcome, reason } => match outcome {
            AttemptOutcome::Succeeded => Standing::Passed,
            AttemptOutcome::Failed => Standing::Failed(DeploymentEndReason::Failed),
            AttemptOutcome::Cancelled => Standing::Cancelled,
            AttemptOutcome::Errored if reason.is_some_and(EndReason::needs_a_person) => {
                Standing::Failed(DeploymentEndReason::Errored)
            }
            AttemptOutcome::Errored if gives_up(deployment, &latest.id) => {
                Standing::Failed(DeploymentEndReason::Errored)
            }
            AttemptOutcome::Errored => start(latest.id.attempt.next()),
        },
    }
}

fn gives_up(deployment: &Deployment, id: &AttemptId) -> bool {
    let (mut errored, mut away) = (0, 0);
    for attempt in &deployment.attempts {
        let AttemptState::Ended {
            outcome: AttemptOutcome::Errored,
            reason,
        } = attempt.state
        else {
            continue;
        };
        if attempt.id.step == id.step && attempt.id.target == id.target {
            let counter = if reason == Some(EndReason::ClusterAway) {
                &mut away
            } else {
                &mut errored
            };
            *counter += 1;
        }
    }
    errored >= ERRORED_ATTEMPTS || away >= AWAY_ATTEMPTS
}

/// Runs that have begun are always carried to their end; new ones begin only while nothing has failed and nobody
/// asked to stop.
fn of_step(cancel_requested: bool, standings: Vec<Standing>) -> Vec<Due> {
    let failed = standings.iter().find_map(|it| match it {
        Standing::Failed(reason) => Some(*reason),
        Standing::Passed | Standing::Running(_) | Standing::ToStart(..) | Standing::Cancelled => None,
    });
    let mut due = Vec::new();
    for standing in standings {
        match standing {
            Standing::Running(id) => {
                due.push(Due::Attend(id.clone()));
                if cancel_requested {
                    due.push(Due::CancelAttempt(id));
                }
            }
            Standing::ToStart(id, component) if failed.is_none() && !cancel_requested => {
                due.push(Due::StartAttempt { id, component });
            }
            Standing::Passed | Standing::ToStart(..) | Standing::Failed(_) | Standing::Cancelled => {}
        }
    }
    match (due.is_empty(), failed) {
        (false, _) => due,
        (true, Some(reason)) => vec![Due::End { reason }],
        (true, None) => vec![cancelled()],
    }
}
