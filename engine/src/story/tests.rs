use jiff::Timestamp;
use shipslog_events::chain::Hash;
use shipslog_events::event::configuration::{Phase, ProcessStep};
use shipslog_events::event::deployment::{AttemptOutcome, Layer, Limits, Outcome, PlannedStep};
use shipslog_events::event::process::Entry;
use shipslog_events::event::release::FrozenStep;
use shipslog_events::ids::AttemptNumber;
use shipslog_events::ids::EventId;
use shipslog_events::stream::LaneKey;
use shipslog_events::{Actor, Source};
use uuid::Uuid;

use super::*;

/// The event of a deployment's stream at this version, a second after the one before.
fn recorded(version: u64, event: DeploymentEvent) -> Recorded {
    Recorded {
        position: Position(100 + version),
        id: EventId(Uuid::from_u128(version.into())),
        stream: Stream::Deployment(DeploymentId(3)),
        version: StreamVersion(version),
        recorded_at: at(version),
        actor: Actor::Key("alice".into()),
        source: Source::default(),
        correlation: Uuid::nil(),
        causation: None,
        event: event.into(),
        bodies: vec![],
        previous: Hash::from_bytes([0; 32]),
        hash: Hash::from_bytes([1; 32]),
    }
}

fn at(version: u64) -> Timestamp {
    Timestamp::from_second(i64::try_from(version).unwrap()).unwrap()
}

fn requested() -> DeploymentEvent {
    let step = FrozenStep {
        step: ProcessStep {
            name: "Deploy/it".into(),
            uses: "deploy-containers@1".into(),
            roles: vec!["Httpd".into()],
        },
        component: "sha256:none".into(),
    };
    DeploymentEvent::DeploymentRequested {
        deployment: DeploymentId(3),
        project: "Httpd".into(),
        release: "1.0.0".into(),
        environment: "Development".into(),
        phase: Phase {
            name: "First".into(),
            environments: vec!["Development".into()],
        },
        lane: LaneKey::new("httpd", "development"),
        process: vec![Entry::Run(PlannedStep {
            step,
            targets: vec!["Here".into(), "There".into()],
        })],
        targets: Vec::new(),
    }
}

fn attempt(number: u32) -> AttemptId {
    AttemptId {
        step: "Deploy/it".into(),
        target: "Here".into(),
        attempt: AttemptNumber(number),
    }
}

fn started(number: u32) -> DeploymentEvent {
    DeploymentEvent::AttemptStarted {
        id: attempt(number),
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
}

fn milestone() -> DeploymentEvent {
    DeploymentEvent::MilestoneReached {
        id: attempt(1),
        name: "traffic-switched".into(),
    }
}

fn denied() -> DeploymentEvent {
    DeploymentEvent::AccessDenied {
        id: attempt(1),
        layer: Layer::Boundary,
        rule: "get secrets elsewhere".into(),
    }
}

fn output(sensitive: bool) -> DeploymentEvent {
    DeploymentEvent::OutputSet {
        id: attempt(1),
        name: "token".into(),
        sensitive,
    }
}

fn failed() -> DeploymentEvent {
    DeploymentEvent::AttemptEnded {
        id: attempt(1),
        outcome: AttemptOutcome::Failed,
        reason: None,
        journal: None,
    }
}

fn ended() -> DeploymentEvent {
    DeploymentEvent::DeploymentEnded {
        outcome: Outcome::Failed,
        reason: shipslog_events::event::deployment::DeploymentEndReason::Failed,
    }
}

/// The request and what follows it, each with its body.
fn told(events: Vec<(DeploymentEvent, Option<&str>)>) -> Story {
    let mut story = Story::begin(&recorded(1, requested())).unwrap();
    for ((event, body), version) in events.into_iter().zip(2..) {
        story.tell(&recorded(version, event), body.map(str::as_bytes));
    }
    story
}

#[test]
fn a_story_begins_with_a_request_and_with_nothing_else() {
    assert!(Story::begin(&recorded(1, started(1))).is_none());
    let story = told(vec![]);
    assert!(!story.is_over());
    assert_eq!((story.position(), story.message()), (Position(101), None));
    assert_eq!(story.view().requested_by, Actor::Key("alice".into()));
}

#[test]
fn the_end_is_told_with_its_moment_and_its_reason() {
    let story = told(vec![(ended(), Some("Deploy/it failed"))]);
    assert!(story.is_over());
    assert_eq!(story.view().requested_at, at(1));
    assert_eq!(story.view().ended_at, Some(at(2)));
    assert_eq!(story.message(), Some("Deploy/it failed"));
}

#[test]
fn each_deed_keeps_its_own_words_also_where_others_have_none() {
    let story = told(vec![
        (DeploymentEvent::DeploymentStarted {}, None),
        (started(1), None),
        (denied(), None),
        (milestone(), Some("{\"from\":1}")),
        (output(true), None),
        (denied(), Some("exceeded quota")),
        (failed(), Some("the pod never came up")),
    ]);
    let runs = story.runs(&"Deploy/it".into(), &"Here".into());
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].message(), Some("the pod never came up"));
    let words: Vec<_> = runs[0].deeds().map(|(_, words)| words).collect();
    assert_eq!(words, [None, Some("{\"from\":1}"), None, Some("exceeded quota")]);
    assert!(story.runs(&"Deploy/it".into(), &"There".into()).is_empty());
}

#[test]
fn a_handle_is_never_asked_for() {
    let body_of = |event: DeploymentEvent| Story::body_of(&event.into());
    assert_eq!(body_of(output(true)), None);
    assert_eq!(body_of(output(false)), Some(VALUE));
    assert_eq!(body_of(milestone()), Some(DETAIL));
    for event in [denied(), failed(), ended()] {
        assert_eq!(body_of(event), Some(MESSAGE));
    }
    assert_eq!(body_of(DeploymentEvent::CancelRequested {}), Some(REASON));
    for event in [requested(), started(1)] {
        assert_eq!(body_of(event), None);
    }
}
