//! Random histories that could have happened: each deed goes through the domain's own decisions, refused ones are left
//! out.

mod drive;
pub mod state;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use shipslog_domain::access;
use shipslog_domain::configuration::{self, Catalogue, Interface};
use shipslog_domain::deployment::{self, Command, Request};
use shipslog_domain::document::{Document, Key};
use shipslog_domain::release::{self, Create};
use shipslog_domain::slug::slug;
use shipslog_events::event::Event;
use shipslog_events::event::access::AccessRole;
use shipslog_events::event::process::{Entry, Gate, GateKind};
use shipslog_events::event::release::FrozenStep;
use shipslog_events::ids::{DeploymentId, EnvironmentName, EventId, ProjectName};
use shipslog_events::{Actor, Context, NewBody, NewEvent, Source, Stream};
use shipslog_log::{Append, EventLog, Expected, StreamAppend};
use uuid::Uuid;

use self::state::State;
use crate::documents::{project, surroundings};

/// What somebody does, or the driver. Numbers choose among what there is at that time.
#[derive(Debug, Clone)]
pub enum Deed {
    Apply(u8),
    MakeKey(u8),
    RevokeKey(u8),
    Release(u8),
    Deploy(u8, u8),
    Cancel(u8),
    Drive(u8, u8),
    /// The same again and again: a run that errors does so until nobody tries it any more.
    Persist(u8, u8),
}

/// Enough for three runs of a step, from the turn to the end of the deployment.
const AGAIN: usize = 8;

/// Some deeds, most of them the driver's.
pub fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        1 => any::<u8>().prop_map(Deed::Apply),
        1 => any::<u8>().prop_map(Deed::MakeKey),
        1 => any::<u8>().prop_map(Deed::RevokeKey),
        2 => any::<u8>().prop_map(Deed::Release),
        4 => any::<(u8, u8)>().prop_map(|(release, to)| Deed::Deploy(release, to)),
        1 => any::<u8>().prop_map(Deed::Cancel),
        14 => any::<(u8, u8)>().prop_map(|(which, how)| Deed::Drive(which, how)),
        2 => any::<(u8, u8)>().prop_map(|(which, how)| Deed::Persist(which, how)),
    ];
    vec(deed, 1..60)
}

/// Events for one stream, first to last.
type Facts = (Stream, Vec<Event>);

/// Does the deeds on a log; the first apply and release come before them.
pub async fn write(log: &dyn EventLog, deeds: &[Deed]) -> State {
    let mut writer = Writer {
        log,
        state: State::default(),
        documents: BTreeMap::new(),
    };
    let mut first = surroundings();
    let mut other = project("other", &json!({}));
    other["supersede"] = json!(true);
    first.extend([project("one", &json!({})), other]);
    writer.apply(&first).await;
    for number in 0..2 {
        writer.act(&Deed::Release(number)).await;
    }
    for deed in deeds {
        writer.act(deed).await;
    }
    writer.state
}

struct Writer<'a> {
    log: &'a dyn EventLog,
    state: State,
    documents: BTreeMap<Key, Document>,
}

impl Writer<'_> {
    async fn act(&mut self, deed: &Deed) {
        let facts = match *deed {
            Deed::Apply(number) => return self.apply(&[document(number)]).await,
            Deed::MakeKey(number) => self.make_key(number),
            Deed::RevokeKey(number) => self.revoke_key(number),
            Deed::Release(number) => self.release(number),
            Deed::Deploy(release, to) => self.deploy(release, to),
            Deed::Cancel(number) => self.cancel(number),
            Deed::Drive(which, how) => drive::drive(&self.state, which, how),
            Deed::Persist(which, how) => {
                for _ in 0..AGAIN {
                    self.append(drive::drive(&self.state, which, how)).await;
                }
                return;
            }
        };
        self.append(facts).await;
    }

    async fn apply(&mut self, values: &[Value]) {
        let documents: Vec<Document> = values.iter().map(|it| Document::read(it).unwrap()).collect();
        let decided = configuration::decide(
            &self.state.configuration,
            &documents,
            &self.documents,
            &catalogue(),
        );
        let changes = decided.unwrap();
        self.documents
            .extend(documents.into_iter().map(|it| (it.key(), it)));
        let events = changes.into_iter().map(|it| it.event.into()).collect();
        self.append(vec![(Stream::Configuration, events)]).await;
    }

    fn make_key(&self, number: u8) -> Vec<Facts> {
        let made = self.state.access.all().count();
        let command = access::Command::Create {
            key: format!("key-{made}").into(),
            name: format!("name-{}", number % 4),
            access_role: AccessRole::ALL[usize::from(number) % AccessRole::ALL.len()],
            digest: format!("{number:02x}"),
        };
        self.of_access(command)
    }

    fn revoke_key(&self, number: u8) -> Vec<Facts> {
        let key = pick(self.state.access.all().map(|it| it.0), number);
        key.map(|key| self.of_access(access::Command::Revoke { key: key.clone() }))
            .unwrap_or_default()
    }

    fn of_access(&self, command: access::Command) -> Vec<Facts> {
        let events = access::decide(&self.state.access, command).unwrap_or_default();
        vec![(Stream::Access, events.into_iter().map(Event::from).collect())]
    }

    fn release(&self, number: u8) -> Vec<Facts> {
        let project = ProjectName::from(["one", "other"][usize::from(number) % 2]);
        let create = Create {
            project: project.clone(),
            version: None,
            lifecycle: "Application".into(),
            revision: 1,
            packages: Vec::new(),
            process: process(&project),
        };
        let before = self
            .state
            .releases
            .get(project.as_str())
            .cloned()
            .unwrap_or_default();
        let event = release::decide(&before, create).unwrap();
        vec![(Stream::Releases(slug(project.as_str())), vec![event.into()])]
    }

    fn deploy(&self, number: u8, to: u8) -> Vec<Facts> {
        let Some(release) = pick(self.state.all_releases(), number) else {
            return Vec::new();
        };
        let environment = EnvironmentName::from(["Development", "Production"][usize::from(to) % 2]);
        let id = DeploymentId(self.state.deployments.len() as u64 + 1);
        let request = Request {
            release,
            progress: self.state.progress_of(release),
            environment,
        };
        let Ok(plan) = deployment::plan(&self.state.configuration, request) else {
            return Vec::new();
        };
        let plan = plan.numbered(id);
        vec![
            (Stream::Deployment(id), vec![plan.requested.into()]),
            (plan.progress, vec![plan.going.into()]),
            (Stream::Lane(plan.lane), vec![plan.turn.into()]),
        ]
    }

    fn cancel(&self, number: u8) -> Vec<Facts> {
        let Some(deployment) = pick(self.state.deployments.values(), number) else {
            return Vec::new();
        };
        let events = deployment::decide(deployment, Command::Cancel).unwrap_or_default();
        let events = events.into_iter().map(Event::from).collect();
        vec![(Stream::Deployment(deployment.id), events)]
    }

    async fn append(&mut self, facts: Vec<Facts>) {
        let facts: Vec<Facts> = facts.into_iter().filter(|it| !it.1.is_empty()).collect();
        if facts.is_empty() {
            return;
        }
        for (stream, events) in &facts {
            for event in events {
                self.state = std::mem::take(&mut self.state).after(stream, event);
            }
        }
        self.log.append(append(facts)).await.unwrap();
    }
}

/// Each event with a body, so that there is something to erase.
fn append(facts: Vec<Facts>) -> Append {
    let body = |event: &Event| NewBody {
        name: "said".to_owned(),
        bytes: format!("{event:?}").into_bytes(),
    };
    let new = |event: Event| NewEvent {
        id: EventId(Uuid::now_v7()),
        bodies: vec![body(&event)],
        event,
    };
    let streams = facts.into_iter().map(|(stream, events)| StreamAppend {
        stream,
        expected: Expected::Any,
        events: events.into_iter().map(new).collect(),
    });
    let correlation = Uuid::now_v7();
    let actors = [Actor::Driver, Actor::Server, Actor::Key("ci".into())];
    let context = Context {
        actor: actors[usize::from(correlation.as_bytes()[15]) % 3].clone(),
        source: Source::default(),
        correlation,
        causation: None,
    };
    Append::new(context, streams.collect())
}

fn pick<T>(among: impl Iterator<Item = T>, number: u8) -> Option<T> {
    let mut among: Vec<T> = among.collect();
    match among.len() {
        0 => None,
        count => Some(among.swap_remove(usize::from(number) % count)),
    }
}

/// One project has a gate before its first run and one between its runs.
fn process(project: &ProjectName) -> Vec<Entry<FrozenStep>> {
    let gate = |name: &str| {
        Entry::Gate(Gate {
            name: name.into(),
            kind: GateKind::Manual,
            time_limit_seconds: 60,
        })
    };
    let (go, go_on) = (Entry::Run(step("Go")), Entry::Run(step("Go on")));
    if project.as_str() == "other" {
        vec![gate("Approve"), go, gate("Look"), go_on]
    } else {
        vec![go, go_on]
    }
}

fn step(name: &str) -> FrozenStep {
    serde_json::from_value(
        json!({ "name": name, "uses": "one@1", "roles": ["Web"], "component": "sha256:00" }),
    )
    .unwrap()
}

fn document(number: u8) -> Value {
    match number % 3 {
        0 => json!({ "kind": "Environment", "name": "Development", "description": format!("{number}") }),
        1 => json!({ "kind": "Environment", "name": format!("Test {}", number % 8) }),
        _ => json!({ "kind": "Target", "name": format!("Web {}", number % 8), "account": "deployer",
            "cluster": { "url": "https://127.0.0.1:1", "certificate": "ca" },
            "environments": ["Development"], "roles": ["Web"] }),
    }
}

fn catalogue() -> Catalogue {
    let interface = Interface {
        inputs: json!({ "type": "object" }),
        outputs: BTreeMap::new(),
    };
    ["one@1", "other@1"]
        .map(|it| (it.to_owned(), interface.clone()))
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    use shipslog_domain::deployment::{Attempt, AttemptState};
    use shipslog_events::event::deployment::{AttemptOutcome, EndReason};
    use shipslog_events::ids::AttemptNumber;
    use shipslog_events::{Recorded, upcast};
    use shipslog_log::Location;

    use super::*;
    use crate::history::state::all;

    /// Some histories, the same each time: their events, and what they come to.
    async fn some() -> Vec<(Vec<Recorded>, State)> {
        let (mut runner, mut histories) = (TestRunner::deterministic(), Vec::new());
        for _ in 0..40 {
            let directory = tempfile::tempdir().unwrap();
            let location = Location::Directory(directory.path().to_owned());
            let log = shipslog_log::open(&location).unwrap().events;
            let state = write(&*log, &deeds().new_tree(&mut runner).unwrap().current()).await;
            histories.push((all(&*log).await, state));
        }
        histories
    }

    #[tokio::test]
    async fn histories_reach_every_kind_of_event_and_every_way_to_end_errored() {
        let histories = some().await;
        let events = histories.iter().flat_map(|it| &it.0);
        let reached: BTreeSet<&str> = events.map(|it| it.event.kind().0).collect();
        let known: BTreeSet<&str> = upcast::kinds().map(|it| it.0).collect();
        assert_eq!(reached, known);

        let deployments = histories.iter().flat_map(|it| it.1.deployments.values());
        let runs: Vec<_> = deployments.flat_map(|it| &it.attempts).collect();
        let errored = |is_so: fn(&Attempt, Option<EndReason>) -> bool| {
            runs.iter().any(|it| match it.state {
                AttemptState::Ended {
                    outcome: AttemptOutcome::Errored,
                    reason,
                } => is_so(it, reason),
                AttemptState::Running | AttemptState::Ended { .. } => false,
            })
        };
        assert!(errored(|_, reason| reason.is_none()), "by the step itself");
        assert!(
            errored(|_, reason| reason.is_some_and(EndReason::needs_a_person)),
            "until somebody looks"
        );
        assert!(
            errored(|_, reason| reason == Some(EndReason::ComponentErrored)),
            "before it began"
        );
        assert!(errored(|it, _| it.resumed > 0), "after it went on");
        assert!(
            errored(|it, _| it.id.attempt == AttemptNumber(3)),
            "for the last time"
        );
    }
}
