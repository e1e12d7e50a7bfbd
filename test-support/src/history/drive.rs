//! What a driver could record next: one thing of all that is due, carried out one way of all there are.

use shipslog_domain::deployment::{self, Command, Decided, Deployment, Due, NotBegun, Start, next};
use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Layer, Limits,
};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::object::{
    Before, Change, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal,
};
use shipslog_events::event::process::GateDecision;
use shipslog_events::ids::{AttemptId, ComponentDigest, DeploymentId};

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
        Some(Due::AwaitTurn | Due::OpenGate(_) | Due::AwaitGate { .. })
            if state.lanes[&deployment.lane]
                .superseded_by(deployment.id)
                .is_some() =>
        {
            end(state, deployment, DeploymentEndReason::Superseded)
        }
        None | Some(Due::Nothing | Due::AwaitTurn) => Vec::new(),
        Some(Due::OpenGate(id)) => vec![decided(deployment, Command::OpenGate(id))],
        Some(Due::AwaitGate { id, .. }) => {
            let decision = match how % 8 {
                0 => GateDecision::Failed,
                1 => GateDecision::Expired,
                _ => GateDecision::Passed,
            };
            let Decided { decided, turn } = deployment::decide_gate(deployment, id, decision).unwrap();
            let decided = decided.into_iter().map(Event::from).collect();
            let turn = turn.map(|it| on_lane(deployment, it));
            let to = Stream::Deployment(deployment.id);
            std::iter::once((to, decided)).chain(turn).collect()
        }
        Some(Due::StartAttempt { id, component }) if how % 6 == 5 => {
            vec![could_not_begin(deployment, id, component, how)]
        }
        Some(Due::StartAttempt { id, component }) => {
            vec![decided(
                deployment,
                Command::StartAttempt(start(id, component, Some(1))),
            )]
        }
        Some(Due::Attend(id)) => vec![attend(deployment, id, how / 2)],
        Some(Due::CancelAttempt(id)) => {
            vec![decided(deployment, end_of(id, AttemptOutcome::Cancelled, None))]
        }
        Some(Due::End { reason }) => end(state, deployment, reason),
    }
}

/// How a run begins, or is recorded as one that cannot.
fn start(id: AttemptId, component: ComponentDigest, journal_format: Option<u32>) -> Start {
    Start {
        id,
        seed: "00".to_owned(),
        deadline_seconds: 60,
        host_version: "0".to_owned(),
        component,
        limits: Limits {
            memory_bytes: 1,
            call_bytes: 1,
            calls: 1,
            journal_entries: 1,
            journal_bytes: 1,
            answer_bytes: 1,
        },
        journal_format,
    }
}

/// Why runs end errored: the step says so itself, or it could be otherwise the next time, or somebody has to look.
const ERRORED: [Option<EndReason>; 8] = [
    None,
    Some(EndReason::Diverged),
    Some(EndReason::ClusterAway),
    None,
    Some(EndReason::ServerFailed),
    Some(EndReason::OutcomeUnknown),
    Some(EndReason::JournalDamaged),
    Some(EndReason::JournalFull),
];

fn end_of(id: AttemptId, outcome: AttemptOutcome, reason: Option<EndReason>) -> Command {
    Command::EndAttempt {
        id,
        outcome,
        reason,
        journal: None,
    }
}

/// A run that cannot begin is over at once, for any of the reasons that nobody has to look at.
fn could_not_begin(deployment: &Deployment, id: AttemptId, component: ComponentDigest, how: u8) -> Facts {
    let outcome = [AttemptOutcome::Errored, AttemptOutcome::Failed][usize::from(how / 6 % 2)];
    let reasons = EndReason::ALL
        .into_iter()
        .filter(|it| !it.needs_a_person() && it.outcome() == outcome);
    let reason = pick(reasons, how / 12).unwrap();
    let start = start(id, component, None);
    let NotBegun { started, ended } = deployment::could_not_begin(deployment, start, reason).unwrap();
    let events = started.into_iter().chain(ended).map(Event::from).collect();
    (Stream::Deployment(deployment.id), events)
}

fn decided(deployment: &Deployment, command: Command) -> Facts {
    let events = deployment::decide(deployment, command).unwrap();
    let events = events.into_iter().map(Event::from).collect();
    (Stream::Deployment(deployment.id), events)
}

fn on_lane(deployment: &Deployment, event: LaneEvent) -> Facts {
    (Stream::Lane(deployment.lane.clone()), vec![event.into()])
}

/// The run says something of itself, writes something, goes on after a crash, or ends.
fn attend(deployment: &Deployment, id: AttemptId, how: u8) -> Facts {
    let by = deployment.id;
    let call = call(by, &id, how);
    let said = |event| (Stream::Deployment(by), vec![Event::from(event)]);
    let ended = |id, outcome, reason| decided(deployment, end_of(id, outcome, reason));
    match how % 16 {
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
        3..=5 => on_objects(deployment, touched(call, how / 16 * 3 + how % 16 - 3)),
        6 => ended(id, AttemptOutcome::Failed, None),
        7 | 8 | 12 | 13 => {
            let reason = ERRORED[usize::from(how / 16) % ERRORED.len()];
            ended(id, AttemptOutcome::Errored, reason)
        }
        14 | 15 => {
            let resume = Command::ResumeAttempt {
                id,
                entries: u64::from(how),
                host_version: "0".to_owned(),
            };
            decided(deployment, resume)
        }
        _ => ended(id, AttemptOutcome::Succeeded, None),
    }
}

fn call(deployment: DeploymentId, attempt: &AttemptId, how: u8) -> ObjectCall {
    ObjectCall {
        deployment,
        attempt: attempt.clone(),
        call: u64::from(how),
        cluster: ["here", "elsewhere"][usize::from(how / 16 % 2)].into(),
        object: ObjectReference {
            group: "apps".to_owned(),
            version: "v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("web".to_owned()),
            name: format!("web-{}", how % 3),
        },
    }
}

/// What becomes of an object, in any order.
fn touched(call: ObjectCall, how: u8) -> ObjectEvent {
    let digest = ObjectDigest::from_bytes([how; 32]);
    match how {
        12 => ObjectEvent::DriftTakenBack {
            call,
            fields: Vec::new(),
        },
        0 | 1 => ObjectEvent::ObjectIntended {
            call,
            before: Before::Absent,
            takes: Vec::new(),
            deletes: how == 1,
        },
        2 => ObjectEvent::ObjectIntended {
            call,
            before: Before::Present {
                uid: "u".to_owned(),
                digest,
            },
            takes: Vec::new(),
            deletes: false,
        },
        3..=6 => ObjectEvent::ObjectWritten {
            call,
            change: Change::Changed,
            uid: "u".to_owned(),
            digest,
            sent: digest,
            sent_with: None,
        },
        7 | 8 => ObjectEvent::ObjectRefused { call },
        11 => ObjectEvent::ObjectDeleted {
            call,
            uid: "u".to_owned(),
        },
        9 | 10 => ObjectEvent::ObjectRemoved {
            call,
            removal: Removal::Deleted,
            uid: Some("u".to_owned()),
            replaced: false,
        },
        _ => ObjectEvent::ClusterRecognised {
            deployment: call.deployment,
            target: call.attempt.target,
            cluster: call.cluster,
            marks: Vec::new(),
        },
    }
}

fn on_objects(deployment: &Deployment, event: ObjectEvent) -> Facts {
    (Stream::Objects(deployment.lane.clone()), vec![event.into()])
}

fn end(state: &State, deployment: &Deployment, reason: DeploymentEndReason) -> Vec<Facts> {
    let Stream::Progress(slug, version) = deployment.progress() else {
        unreachable!("it is told on a stream of its release");
    };
    let progress = state.progress.get(&(slug, version)).cloned().unwrap_or_default();
    let ending = deployment::ending(deployment, &progress, reason).unwrap();
    let ended = ending.ended.into_iter().map(Event::from).collect();
    let passed = [Some(ending.environment), ending.phase];
    vec![
        (Stream::Deployment(deployment.id), ended),
        on_lane(deployment, ending.turn),
        (
            deployment.progress(),
            passed.into_iter().flatten().map(Event::from).collect(),
        ),
    ]
}
