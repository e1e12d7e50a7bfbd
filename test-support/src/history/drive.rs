//! What a driver could record next: one thing of all that is due, carried out one way of all there are.

use shipslog_domain::deployment::{self, Command, Deployment, Due, next};
use shipslog_domain::slug::slug;
use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Layer, Limits, Outcome,
};
use shipslog_events::event::lane::{LaneEvent, ObjectReference};
use shipslog_events::event::release::ReleaseEvent;
use shipslog_events::ids::AttemptId;

use super::state::State;
use super::{Facts, pick};

pub(super) fn drive(state: &State, which: u8, how: u8) -> Vec<Facts> {
    let open = state.deployments.values().filter(|it| it.is_open());
    let Some(deployment) = pick(open, which) else {
        return Vec::new();
    };
    match pick(next(deployment).into_iter(), how) {
        Some(Due::AwaitTurn) if state.lanes[&deployment.lane].next() == Some(deployment.id) => {
            let turn = LaneEvent::TurnTaken {
                deployment: deployment.id,
            };
            vec![on_lane(deployment, turn), decided(deployment, Command::Start)]
        }
        None | Some(Due::Nothing | Due::AwaitTurn) => Vec::new(),
        Some(Due::StartAttempt(id)) => {
            vec![decided(deployment, start(id))]
        }
        Some(Due::Attend(id)) => vec![attend(deployment, id, how / 2)],
        Some(Due::CancelAttempt(id)) => {
            vec![decided(deployment, end_of(id, AttemptOutcome::Cancelled))]
        }
        Some(Due::End { reason }) => end(deployment, reason),
    }
}

/// The command with which a run begins.
fn start(id: AttemptId) -> Command {
    Command::StartAttempt {
        id,
        seed: "00".to_owned(),
        deadline_seconds: 60,
        host_version: "0".to_owned(),
        component: Some("sha256:00".into()),
        limits: Limits {
            memory_bytes: 1,
            call_bytes: 1,
            calls: 1,
            journal_entries: 1,
            journal_bytes: 1,
            answer_bytes: 1,
        },
        journal_format: Some(1),
    }
}

fn end_of(id: AttemptId, outcome: AttemptOutcome) -> Command {
    let reason = (outcome == AttemptOutcome::Errored).then_some(EndReason::Diverged);
    Command::EndAttempt {
        id,
        outcome,
        reason,
        journal: None,
    }
}

fn decided(deployment: &Deployment, command: Command) -> Facts {
    let events = deployment::decide(deployment, command).unwrap();
    let events = events.into_iter().map(Event::from).collect();
    (Stream::Deployment(deployment.id), events)
}

fn on_lane(deployment: &Deployment, event: LaneEvent) -> Facts {
    (Stream::Lane(deployment.lane.clone()), vec![event.into()])
}

/// The run says something of itself, writes something, or ends.
fn attend(deployment: &Deployment, id: AttemptId, how: u8) -> Facts {
    let object = ObjectReference {
        group: "apps".to_owned(),
        version: "v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some("web".to_owned()),
        name: format!("web-{}", how % 3),
    };
    let (by, step, target) = (deployment.id, id.step.clone(), id.target.clone());
    let said = |event| (Stream::Deployment(by), vec![Event::from(event)]);
    let ended = |id, outcome| decided(deployment, end_of(id, outcome));
    match how % 12 {
        0 => said(DeploymentEvent::MilestoneReached {
            id,
            name: "moved".to_owned(),
        }),
        1 => said(DeploymentEvent::OutputSet {
            id,
            name: "token".to_owned(),
            sensitive: true,
        }),
        2 => said(DeploymentEvent::AccessDenied {
            id,
            layer: Layer::Boundary,
            rule: "get secrets".to_owned(),
        }),
        3 | 4 => on_lane(
            deployment,
            LaneEvent::ObjectIntended {
                deployment: by,
                step,
                target,
                object,
            },
        ),
        5 => on_lane(
            deployment,
            LaneEvent::ObjectRemoved {
                deployment: by,
                step,
                target,
                object,
            },
        ),
        6 => ended(id, AttemptOutcome::Failed),
        7 => ended(id, AttemptOutcome::Errored),
        _ => ended(id, AttemptOutcome::Succeeded),
    }
}

fn end(deployment: &Deployment, reason: DeploymentEndReason) -> Vec<Facts> {
    let (command, outcome) = (Command::End { reason }, reason.outcome());
    let turn = LaneEvent::TurnEnded {
        deployment: deployment.id,
        outcome,
    };
    let mut facts = vec![decided(deployment, command), on_lane(deployment, turn)];
    if outcome == Outcome::Succeeded {
        let event = ReleaseEvent::PhaseSucceeded {
            project: deployment.project.clone(),
            version: deployment.release.clone(),
            phase: deployment.phase.clone(),
            environment: deployment.environment.clone(),
            deployment: deployment.id,
        };
        facts.push((
            Stream::Releases(slug(deployment.project.as_str())),
            vec![event.into()],
        ));
    }
    facts
}
