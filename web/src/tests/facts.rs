//! Facts as the driver writes them.

use shipslog_events::event::Event;
use shipslog_events::event::configuration::{Phase, ProcessStep};
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent, Layer, Limits, PlannedStep};
use shipslog_events::event::process::Entry;
use shipslog_events::event::release::FrozenStep;
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId, EventId, Position};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Actor, Context, NewBody, NewEvent, Source, Stream};
use shipslog_log::{Append, Expected, StreamAppend};
use uuid::Uuid;

use super::Server;

/// An event with its bodies.
pub(super) type Fact = (Event, Vec<(&'static str, String)>);

pub(super) async fn append(server: &Server, streams: Vec<(Stream, Vec<Fact>)>) -> Position {
    let streams = streams.into_iter().map(|(stream, facts)| StreamAppend {
        stream,
        expected: Expected::Any,
        events: facts.into_iter().map(event).collect(),
    });
    let context = Context {
        actor: Actor::Key("somebody".into()),
        source: Source::default(),
        correlation: Uuid::now_v7(),
        causation: None,
    };
    let append = Append::new(context, streams.collect());
    server.store.events.append(append).await.unwrap().position
}

fn event((event, bodies): Fact) -> NewEvent {
    let bodies = bodies.into_iter().map(|(name, text)| NewBody {
        name: name.into(),
        bytes: text.into_bytes(),
    });
    NewEvent {
        id: EventId(Uuid::now_v7()),
        event,
        bodies: bodies.collect(),
    }
}

pub(super) fn lane() -> LaneKey {
    LaneKey::new("httpd", "development")
}

pub(super) fn step() -> FrozenStep {
    FrozenStep {
        step: ProcessStep {
            name: "Deploy/it".into(),
            uses: "deploy-containers@1".into(),
            roles: vec!["Httpd".into()],
        },
        component: "sha256:none".into(),
    }
}

pub(super) fn phase() -> Phase {
    Phase {
        name: "First".into(),
        environments: vec!["Development".into()],
    }
}

pub(super) fn requested(id: DeploymentId) -> DeploymentEvent {
    DeploymentEvent::DeploymentRequested {
        deployment: id,
        project: "Httpd".into(),
        release: "1.0.0".into(),
        environment: "Development".into(),
        phase: phase(),
        lane: lane(),
        process: vec![Entry::Run(PlannedStep {
            step: step(),
            targets: vec!["Here".into(), "There".into()],
        })],
        targets: Vec::new(),
    }
}

pub(super) fn attempt(number: u32) -> AttemptId {
    AttemptId {
        step: "Deploy/it".into(),
        target: "Here".into(),
        attempt: AttemptNumber(number),
    }
}

pub(super) fn started(id: &AttemptId) -> Event {
    DeploymentEvent::AttemptStarted {
        id: id.clone(),
        seed: "00".into(),
        deadline_seconds: 60,
        host_version: "0.1.0".into(),
        component: "sha256:00".into(),
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
    .into()
}

pub(super) fn ended(id: &AttemptId, outcome: AttemptOutcome) -> Event {
    DeploymentEvent::AttemptEnded {
        id: id.clone(),
        outcome,
        reason: None,
        journal: None,
    }
    .into()
}

pub(super) fn denied(id: &AttemptId, layer: Layer, rule: &str) -> Event {
    DeploymentEvent::AccessDenied {
        id: id.clone(),
        layer,
        rule: rule.into(),
    }
    .into()
}

pub(super) fn milestone(id: &AttemptId) -> Event {
    DeploymentEvent::MilestoneReached {
        id: id.clone(),
        name: "traffic-switched".into(),
    }
    .into()
}

pub(super) fn output(id: &AttemptId, name: &str, sensitive: bool) -> Event {
    DeploymentEvent::OutputSet {
        id: id.clone(),
        name: name.into(),
        sensitive,
    }
    .into()
}
