//! Deployments: one release to one environment, step by step, target by target.

mod attempts;
mod ending;
mod gates;
mod next;
mod refusal;
mod request;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::Phase;
use shipslog_events::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Outcome, PlannedStep, PlannedTarget,
};
use shipslog_events::event::process::{self, Entry, GateDecision, GateId};
use shipslog_events::ids::{
    AttemptId, AttemptNumber, DeploymentId, EnvironmentName, ProjectName, ReleaseVersion, StepName,
    TargetName,
};
use shipslog_events::journal::JournalHead;
use shipslog_events::stream::{LaneKey, Stream};

use crate::slug::slug;

pub use attempts::{Attempt, AttemptState, Deed, NotBegun, Start, could_not_begin};
pub use ending::{Ending, ending};
pub use gates::{Decided, OpenedGate, decide_gate};
pub use next::{AWAY_ATTEMPTS, Due, ERRORED_ATTEMPTS, RESUMPTIONS, next};
pub use refusal::{Refusal, Untimely};
pub use request::{Facts, Plan, Request, RequestRefusal, plan};

/// A deployment, from its request to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its number.
    pub id: DeploymentId,
    /// Whose release.
    pub project: ProjectName,
    /// Which release.
    pub release: ReleaseVersion,
    /// Where to.
    pub environment: EnvironmentName,
    /// The phase that the environment is in.
    pub phase: Phase,
    /// The lane it goes through.
    pub lane: LaneKey,
    /// The process, steps with their targets.
    pub process: Vec<Entry<PlannedStep>>,
    /// The targets of all steps as they were when it was requested.
    pub targets: Vec<PlannedTarget>,
    /// Where it stands.
    pub status: Status,
    /// Whether a person asked it to stop.
    pub cancel_requested: bool,
    /// Runs so far, by step and target.
    pub attempts: Vec<Attempt>,
    /// Gates that it has come to, in order.
    pub gates: Vec<OpenedGate>,
}

/// Where a deployment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// In line on its lane.
    Waiting,
    /// Its turn.
    Running,
    /// Nothing happens any more.
    Ended {
        /// How it ended.
        outcome: Outcome,
        /// Why it ended so.
        reason: DeploymentEndReason,
    },
}

/// What can be asked of a deployment that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A person wants it to stop.
    Cancel,
    /// Its lane gives it the turn.
    Start,
    /// A run begins.
    StartAttempt(Start),
    /// A run goes on after the server stopped under it.
    ResumeAttempt {
        /// Which run.
        id: AttemptId,
        /// How many entries its journal has.
        entries: u64,
        /// Version of the host.
        host_version: String,
    },
    /// A run is over.
    EndAttempt {
        /// Which run.
        id: AttemptId,
        /// How it ended.
        outcome: AttemptOutcome,
        /// Why, where it is not the step that says it.
        reason: Option<EndReason>,
        /// What its journal has come to.
        journal: Option<JournalHead>,
    },
    /// It has come to a gate.
    OpenGate(GateId),
    /// Somebody decides at a gate, or its time is over.
    DecideGate {
        /// Which gate.
        id: GateId,
        /// Whether the deployment goes on.
        decision: GateDecision,
    },
    /// Everything that was to be done has been done, or cannot be.
    End {
        /// Why nothing more is to be done; the outcome follows from it.
        reason: DeploymentEndReason,
    },
}

/// The rules of a deployment that was accepted.
pub fn decide(deployment: &Deployment, command: Command) -> Result<Vec<DeploymentEvent>, Refusal> {
    match (&deployment.status, command) {
        (Status::Ended { outcome, .. }, _) => Err(Refusal::Ended {
            id: deployment.id,
            outcome: *outcome,
        }),
        (Status::Waiting | Status::Running, Command::Cancel) if deployment.cancel_requested => Ok(Vec::new()),
        (Status::Waiting | Status::Running, Command::Cancel) => Ok(vec![DeploymentEvent::CancelRequested {}]),
        (Status::Waiting | Status::Running, Command::OpenGate(id)) => match deployment.opened(&id) {
            None => Ok(vec![DeploymentEvent::GateOpened { id }]),
            Some(_) => Err(deployment.untimely(Untimely::GateIsOpen)),
        },
        (Status::Waiting | Status::Running, Command::DecideGate { id, decision }) => {
            deployment.decided(id, decision).map(|it| vec![it])
        }
        (Status::Waiting, Command::Start) => Ok(vec![DeploymentEvent::DeploymentStarted {}]),
        (Status::Running, Command::Start) => Err(deployment.untimely(Untimely::HasItsTurn)),
        (
            Status::Running,
            Command::StartAttempt(Start {
                id,
                seed,
                deadline_seconds,
                host_version,
                component,
                limits,
                journal_format,
            }),
        ) => match deployment.latest(&id.step, &id.target) {
            Some(it) if it.state == AttemptState::Running => Err(deployment.untimely(Untimely::AttemptRuns)),
            latest if latest.map_or(AttemptNumber::FIRST, |it| it.id.attempt.next()) == id.attempt => {
                Ok(vec![DeploymentEvent::AttemptStarted {
                    id,
                    seed,
                    deadline_seconds,
                    host_version,
                    component,
                    limits,
                    journal_format,
                }])
            }
            Some(_) | None => Err(deployment.untimely(Untimely::NotNext(id))),
        },
        (
            Status::Running,
            Command::ResumeAttempt {
                id,
                entries,
                host_version,
            },
        ) => match deployment.attempt(&id) {
            Some(it) if it.state == AttemptState::Running => Ok(vec![DeploymentEvent::AttemptResumed {
                id,
                entries,
                host_version,
            }]),
            Some(_) | None => Err(deployment.untimely(Untimely::NothingToGoOnFrom(id))),
        },
        (
            Status::Running,
            Command::EndAttempt {
                id,
                outcome,
                reason,
                journal,
            },
        ) => match deployment.attempt(&id) {
            Some(it) if it.state == AttemptState::Running => Ok(vec![DeploymentEvent::AttemptEnded {
                id,
                outcome,
                reason,
                journal,
            }]),
            Some(_) | None => Err(deployment.untimely(Untimely::NotRunning(id))),
        },
        (
            Status::Waiting,
            Command::StartAttempt(_) | Command::ResumeAttempt { .. } | Command::EndAttempt { .. },
        ) => Err(deployment.untimely(Untimely::HadNoTurn)),
        (Status::Waiting | Status::Running, Command::End { .. })
            if deployment
                .attempts
                .iter()
                .any(|it| it.state == AttemptState::Running) =>
        {
            Err(deployment.untimely(Untimely::AttemptRuns))
        }
        (Status::Waiting | Status::Running, Command::End { reason }) => {
            Ok(vec![DeploymentEvent::DeploymentEnded {
                outcome: reason.outcome(),
                reason,
            }])
        }
    }
}

/// The memory of a deployment: cannot fail, because what is in the log has happened.
#[must_use]
pub fn evolve(deployment: Option<Deployment>, event: &DeploymentEvent) -> Option<Deployment> {
    if let DeploymentEvent::DeploymentRequested {
        deployment,
        project,
        release,
        environment,
        phase,
        lane,
        process,
        targets,
    } = event
    {
        return Some(Deployment {
            id: *deployment,
            project: project.clone(),
            release: release.clone(),
            environment: environment.clone(),
            phase: phase.clone(),
            lane: lane.clone(),
            process: process.clone(),
            targets: targets.clone(),
            status: Status::Waiting,
            cancel_requested: false,
            attempts: Vec::new(),
            gates: Vec::new(),
        });
    }
    let mut deployment = deployment?;
    match event {
        DeploymentEvent::DeploymentRequested { .. } => {}
        DeploymentEvent::DeploymentStarted {} => deployment.status = Status::Running,
        DeploymentEvent::CancelRequested {} => deployment.cancel_requested = true,
        DeploymentEvent::GateOpened { id } => deployment.gates.push(OpenedGate {
            id: id.clone(),
            decision: None,
        }),
        DeploymentEvent::GateDecided { id, decision } => {
            if let Some(gate) = deployment.gates.iter_mut().find(|it| it.id == *id) {
                gate.decision = Some(*decision);
            }
        }
        DeploymentEvent::DeploymentEnded { outcome, reason } => {
            deployment.status = Status::Ended {
                outcome: *outcome,
                reason: *reason,
            };
        }
        DeploymentEvent::AttemptStarted { id, .. } => deployment.attempts.push(Attempt::started(id.clone())),
        DeploymentEvent::AttemptResumed { id, .. } => deployment.change(id, |it| it.resumed += 1),
        DeploymentEvent::AttemptEnded {
            id,
            outcome,
            reason,
            journal,
        } => deployment.change(id, |it| {
            it.state = AttemptState::Ended {
                outcome: *outcome,
                reason: *reason,
            };
            it.journal = *journal;
        }),
        DeploymentEvent::AccessDenied { id, layer, rule } => {
            deployment.change(id, |it| {
                it.deeds.push(Deed::Denied {
                    layer: *layer,
                    rule: rule.clone(),
                });
            });
        }
        DeploymentEvent::MilestoneReached { id, name } => {
            deployment.change(id, |it| it.deeds.push(Deed::Milestone { name: name.clone() }));
        }
        DeploymentEvent::OutputSet { id, name, sensitive } => {
            let output = Deed::Output {
                name: name.clone(),
                sensitive: *sensitive,
            };
            deployment.change(id, |it| it.deeds.push(output));
        }
    }
    Some(deployment)
}

/// Whether something is due since that whoever drives the deployment did not bring about itself.
pub fn wakes(event: &DeploymentEvent) -> bool {
    match event {
        DeploymentEvent::DeploymentRequested { .. }
        | DeploymentEvent::CancelRequested {}
        | DeploymentEvent::GateDecided { .. } => true,
        DeploymentEvent::DeploymentStarted {}
        | DeploymentEvent::GateOpened { .. }
        | DeploymentEvent::AttemptStarted { .. }
        | DeploymentEvent::AttemptResumed { .. }
        | DeploymentEvent::AccessDenied { .. }
        | DeploymentEvent::MilestoneReached { .. }
        | DeploymentEvent::OutputSet { .. }
        | DeploymentEvent::AttemptEnded { .. }
        | DeploymentEvent::DeploymentEnded { .. } => false,
    }
}

impl Deployment {
    /// Where it is told how far its release has come.
    pub fn progress(&self) -> Stream {
        Stream::Progress(slug(self.project.as_str()), self.release.clone())
    }

    /// Whether something may still happen.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Ended { .. })
    }

    /// What runs, in order.
    pub fn steps(&self) -> impl Iterator<Item = &PlannedStep> + Clone {
        process::runs(&self.process)
    }

    /// One run.
    pub fn attempt(&self, id: &AttemptId) -> Option<&Attempt> {
        self.attempts.iter().find(|it| it.id == *id)
    }

    /// The latest run of a step on a target.
    pub fn latest(&self, step: &StepName, target: &TargetName) -> Option<&Attempt> {
        self.attempts
            .iter()
            .rev()
            .find(|it| it.id.step == *step && it.id.target == *target)
    }

    /// The latest runs, by step and target.
    pub fn latest_attempts(&self) -> BTreeMap<(&StepName, &TargetName), &Attempt> {
        self.attempts
            .iter()
            .map(|it| ((&it.id.step, &it.id.target), it))
            .collect()
    }

    fn change(&mut self, id: &AttemptId, change: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = self.attempts.iter_mut().find(|it| it.id == *id) {
            change(attempt);
        }
    }

    fn untimely(&self, why: Untimely) -> Refusal {
        let status = match self.status {
            Status::Waiting => "waiting",
            Status::Running => "running",
            Status::Ended { .. } => "over",
        };
        Refusal::Untimely {
            id: self.id,
            status,
            why,
        }
    }
}

#[cfg(test)]
mod tests;
