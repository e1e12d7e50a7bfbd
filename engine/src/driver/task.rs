//! The task of one open deployment: loads, asks the domain what is due, does it, until the deployment has ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptId, AttemptOutcome, DeploymentEvent, Outcome};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::release::ReleaseEvent;
use shipslog_events::ids::DeploymentId;
use shipslog_events::ids::EventId;
use shipslog_events::log::StreamAppend;
use shipslog_events::{Actor, Append, Context, Expected, NewBody, NewEvent, Source, Stream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Shared;
use super::attempt;
use super::prepare::Impossible;
use crate::commands::{Error, transact};
use crate::domain::deployment::{self, Command, Deployment, Due, Status};
use crate::domain::slug::slug;
use crate::load::{self, DeploymentHistory, Loaded};
use crate::runner::{Cancel, Ended};

pub(super) async fn run(shared: Arc<Shared>, id: DeploymentId, wake: Arc<Notify>) {
    let mut task = Task {
        shared: Arc::clone(&shared),
        id,
        runs: JoinSet::new(),
        cancels: BTreeMap::new(),
    };
    if let Err(error) = task.drive(&wake).await {
        tracing::error!(%error, deployment = %id, "a deployment stands still; restart the server to go on with it");
    }
    shared.put_down(id);
}

struct Task {
    shared: Arc<Shared>,
    id: DeploymentId,
    runs: JoinSet<(AttemptId, Ended)>,
    cancels: BTreeMap<AttemptId, Cancel>,
}

/// Whether the deployment is over.
#[derive(PartialEq, Eq)]
enum Step {
    Again,
    Wait,
    Over,
}

impl Task {
    async fn drive(&mut self, wake: &Notify) -> Result<(), Error> {
        loop {
            match self.step().await? {
                Step::Again => {}
                Step::Over => return Ok(()),
                Step::Wait => tokio::select! {
                    () = wake.notified() => {}
                    Some(joined) = self.runs.join_next() => {
                        let (id, ended) = joined.map_err(Error::internal)?;
                        self.cancels.remove(&id);
                        self.end_attempt(&id, ended.outcome, &ended.message).await?;
                    }
                },
            }
        }
    }

    async fn step(&mut self) -> Result<Step, Error> {
        let Some(history) = load::deployment(&*self.shared.parts.log, self.id).await? else {
            return Ok(Step::Over);
        };
        let mut step = Step::Wait;
        for due in deployment::next(&history.state.deployment) {
            match self.act(&history, due).await? {
                Step::Wait => {}
                other => step = other,
            }
        }
        Ok(step)
    }

    async fn act(&mut self, history: &Loaded<DeploymentHistory>, due: Due) -> Result<Step, Error> {
        match due {
            Due::Nothing => Ok(Step::Over),
            Due::AwaitTurn => self.take_turn(history).await,
            Due::StartAttempt(id) => {
                let begun = attempt::begin(&self.shared.parts, &history.state, &id).await?;
                self.record(begun.command(&id), attempt::label(&id), begun.bodies())
                    .await?;
                match begun.prepared {
                    Ok(_) => self.spawn(&history.state, id),
                    Err(Impossible { outcome, message }) => self.end_attempt(&id, outcome, &message).await?,
                }
                Ok(Step::Again)
            }
            Due::Attend(id) if self.cancels.contains_key(&id) => Ok(Step::Wait),
            Due::Attend(id) => {
                let message = "the server stopped while the step ran; it runs again with the same inputs";
                self.end_attempt(&id, AttemptOutcome::Interrupted, message)
                    .await?;
                Ok(Step::Again)
            }
            Due::CancelAttempt(id) => {
                if let Some(cancel) = self.cancels.get(&id) {
                    cancel.request();
                }
                Ok(Step::Wait)
            }
            Due::End { outcome, reason } => {
                self.end(outcome, reason).await?;
                Ok(Step::Over)
            }
        }
    }

    fn spawn(&mut self, history: &DeploymentHistory, id: AttemptId) {
        let cancel = Cancel::new();
        self.cancels.insert(id.clone(), cancel.clone());
        let parts = Arc::clone(&self.shared.parts);
        let history = history.clone();
        self.runs.spawn(async move {
            let ended = attempt::run(&parts, &history, &id, cancel).await;
            (id, ended)
        });
    }

    /// Takes the turn if it is this deployment's; otherwise waits until the lane wakes it.
    async fn take_turn(&self, history: &Loaded<DeploymentHistory>) -> Result<Step, Error> {
        let log = &*self.shared.parts.log;
        let key = &history.state.deployment.lane;
        let decide = || async {
            let lane = load::lane(log, key).await?;
            if lane.state.next() != Some(self.id) {
                return Ok((None, Step::Wait));
            }
            let Some(now) = load::deployment(log, self.id).await? else {
                return Ok((None, Step::Over));
            };
            let Ok(events) = deployment::decide(&now.state.deployment, Command::Start) else {
                return Ok((None, Step::Again));
            };
            let cause = now.state.request();
            let turn = LaneEvent::TurnTaken { deployment: self.id };
            let streams = vec![
                stream(
                    Stream::Lane(key.clone()),
                    Expected::Version(lane.version),
                    cause,
                    "turn-taken",
                    [turn.into()],
                ),
                stream(
                    Stream::Deployment(self.id),
                    Expected::Version(now.version),
                    cause,
                    "started",
                    events.into_iter().map(Event::from),
                ),
            ];
            Ok((Some(append(&now.state, streams)), Step::Again))
        };
        Ok(transact(log, decide).await?.0)
    }

    async fn end_attempt(&self, id: &AttemptId, outcome: AttemptOutcome, message: &str) -> Result<(), Error> {
        let bodies = match message {
            "" => Vec::new(),
            _ => vec![NewBody {
                name: "message".to_owned(),
                bytes: message.as_bytes().to_vec(),
            }],
        };
        let command = Command::EndAttempt {
            id: id.clone(),
            outcome,
        };
        self.record(command, format!("attempt-ended:{id}"), bodies).await
    }

    /// Records what a command leads to on the deployment's own stream.
    async fn record(&self, command: Command, label: String, bodies: Vec<NewBody>) -> Result<(), Error> {
        let log = &*self.shared.parts.log;
        let decide = || async {
            let Some(now) = load::deployment(log, self.id).await? else {
                return Ok((None, ()));
            };
            // Refused means that it is recorded already, or that the deployment is over: either way nothing is to do.
            let Ok(events) = deployment::decide(&now.state.deployment, command.clone()) else {
                return Ok((None, ()));
            };
            let cause = now.state.request();
            let events = events.into_iter().map(Event::from);
            let expected = Expected::Version(now.version);
            let mut appended = stream(Stream::Deployment(self.id), expected, cause, &label, events);
            if let Some(first) = appended.events.first_mut() {
                first.bodies.clone_from(&bodies);
            }
            let streams = if appended.events.is_empty() {
                Vec::new()
            } else {
                vec![appended]
            };
            Ok(((!streams.is_empty()).then(|| append(&now.state, streams)), ()))
        };
        transact(log, decide).await?;
        Ok(())
    }

    /// Ends the deployment, leaves the lane and, after success, moves the release on: all in one append.
    async fn end(&self, outcome: Outcome, reason: &'static str) -> Result<(), Error> {
        let log = &*self.shared.parts.log;
        let decide = || async {
            let Some(now) = load::deployment(log, self.id).await? else {
                return Ok((None, ()));
            };
            let deployment = &now.state.deployment;
            let command = Command::End {
                outcome,
                reason: reason.to_owned(),
            };
            let Ok(events) = deployment::decide(deployment, command) else {
                return Ok((None, ()));
            };
            let lane = load::lane(log, &deployment.lane).await?;
            let message = attempt::conclusion(log, &now.state, &lane.state, outcome).await?;
            let cause = now.state.request();
            let mut ended = stream(
                Stream::Deployment(self.id),
                Expected::Version(now.version),
                cause,
                "ended",
                events.into_iter().map(Event::from),
            );
            if let Some(last) = ended.events.last_mut() {
                last.bodies = vec![NewBody {
                    name: "message".to_owned(),
                    bytes: message.into_bytes(),
                }];
            }
            let turn = LaneEvent::TurnEnded {
                deployment: self.id,
                outcome,
            };
            let lane_stream = Stream::Lane(deployment.lane.clone());
            let left = stream(
                lane_stream,
                Expected::Version(lane.version),
                cause,
                "turn-ended",
                [turn.into()],
            );
            let mut streams = vec![ended, left];
            if outcome == Outcome::Succeeded {
                streams.push(succeeded(deployment, cause));
            }
            Ok((Some(append(&now.state, streams)), ()))
        };
        transact(log, decide).await?;
        Ok(())
    }
}

fn succeeded(deployment: &Deployment, cause: EventId) -> StreamAppend {
    let event = ReleaseEvent::PhaseSucceeded {
        project: deployment.project.clone(),
        version: deployment.release.clone(),
        phase: deployment.phase.clone(),
        environment: deployment.environment.clone(),
        deployment: deployment.id,
    };
    let releases = Stream::Releases(slug(deployment.project.as_str()));
    stream(releases, Expected::Any, cause, "phase-succeeded", [event.into()])
}

/// Events of the driver: their ids derive from the cause, so that deciding again after a crash is the same append.
pub(super) fn stream(
    stream: Stream,
    expected: Expected,
    cause: EventId,
    label: &str,
    events: impl IntoIterator<Item = Event>,
) -> StreamAppend {
    let events = events
        .into_iter()
        .enumerate()
        .map(|(ordinal, event)| NewEvent {
            id: EventId::derived(cause, label, ordinal),
            event,
            bodies: Vec::new(),
        })
        .collect();
    StreamAppend {
        stream,
        expected,
        events,
    }
}

pub(super) fn append(history: &DeploymentHistory, streams: Vec<StreamAppend>) -> Append {
    let context = context(history);
    Append {
        context,
        streams,
        guards: Vec::new(),
        sealed: Vec::new(),
    }
}

pub(super) fn context(history: &DeploymentHistory) -> Context {
    Context {
        actor: Actor::Driver,
        source: Source::default(),
        correlation: history.events[0].correlation,
        causation: history.events.last().map(|it| it.id),
    }
}
