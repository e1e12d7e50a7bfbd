//! What the driver records of a deployment: each an append that the domain decided on, made once however often it is
//! decided.

mod attempts;

use shipslog_domain::deployment::{self, Command, Ending, Status};
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::INSTRUCTIONS;
use shipslog_events::event::deployment::{DeploymentEndReason, DeploymentEvent, Outcome};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::process::{GateDecision, GateId};
use shipslog_events::event::progress::ProgressEvent;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::stream::LaneKey;
use shipslog_events::{NewBody, Stream};
use shipslog_log::{Append, Expected, Store, StreamAppend};

use super::append::{append, message, stream};
use super::conclusion::conclusion;
use super::failure::Failure;
use crate::load::{self, DeploymentHistory, Loaded, ProgressHistory};
use crate::transaction::persist;

/// Whose turn it is on a lane, as a deployment in line sees it.
pub(super) enum Turn {
    /// Its own, and it has taken it.
    Its,
    /// Another one's, or nobody's yet.
    OfAnother,
    /// Never its own: a newer one has superseded it.
    Superseded,
}

/// The records of one deployment.
pub(super) struct DeploymentRecords<'a> {
    pub(super) store: &'a Store,
    pub(super) id: DeploymentId,
}

impl DeploymentRecords<'_> {
    /// Takes the turn if it is this deployment's.
    pub(super) async fn take_turn(&self, lane: &LaneKey) -> Result<Turn, Failure> {
        let decide = || async {
            let turns = load::lane(&*self.store.events, lane).await?;
            if turns.state.superseded_by(self.id).is_some() {
                return Ok((None, Turn::Superseded));
            }
            if turns.state.next() != Some(self.id) {
                return Ok((None, Turn::OfAnother));
            }
            let started = self.decided(Command::Start, "started").await?;
            let append = started.map(|(now, started)| {
                let turn = LaneEvent::TurnTaken { deployment: self.id };
                let expected = Expected::Version(turns.version);
                let to = Stream::Lane(lane.clone());
                let taken = stream(to, expected, now.state.request(), "turn-taken", [turn.into()]);
                append(&now.state, vec![taken, started])
            });
            Ok((append, Turn::Its))
        };
        Ok(self.persist(decide).await?.0)
    }

    /// Whether a newer deployment has superseded this one while it was in line.
    pub(super) async fn is_superseded(&self, lane: &LaneKey) -> Result<bool, Failure> {
        let turns = load::lane(&*self.store.events, lane).await?;
        Ok(turns.state.superseded_by(self.id).is_some())
    }

    /// Says that the deployment has come to a gate.
    pub(super) async fn gate_opened(&self, id: &GateId, instructions: Option<String>) -> Result<(), Failure> {
        let label = label("gate-opened", id);
        let decide = || async {
            let opened = self.decided(Command::OpenGate(id.clone()), &label).await?;
            let append = opened.map(|(now, mut opened)| {
                let instructions = instructions.clone().map(|it| NewBody {
                    name: INSTRUCTIONS.to_owned(),
                    bytes: it.into_bytes(),
                });
                give(&mut opened, instructions.into_iter().collect());
                append(&now.state, vec![opened])
            });
            Ok((append, ()))
        };
        self.persist(decide).await?;
        Ok(())
    }

    /// Nobody decided at a gate in time.
    pub(super) async fn gate_expired(&self, id: &GateId) -> Result<(), Failure> {
        let command = Command::DecideGate {
            id: id.clone(),
            decision: GateDecision::Expired,
        };
        let label = label("gate-expired", id);
        let decide = || async {
            let expired = self.decided(command.clone(), &label).await?;
            Ok((
                expired.map(|(now, expired)| append(&now.state, vec![expired])),
                (),
            ))
        };
        self.persist(decide).await?;
        Ok(())
    }

    /// Ends the deployment, leaves the lane and moves the release on: all in one append.
    pub(super) async fn ended(&self, reason: DeploymentEndReason) -> Result<(), Failure> {
        let decide = || async {
            let Some(now) = load::deployment(&*self.store.events, self.id).await? else {
                return Ok((None, ()));
            };
            let deployment = &now.state.deployment;
            let progress = load::progress(&*self.store.events, deployment.progress()).await?;
            match deployment::ending(deployment, &progress.state.progress, reason) {
                Ok(ending) => {
                    let append = self.ending(&now, &progress, ending, reason.outcome()).await?;
                    Ok((Some(append), ()))
                }
                // It is recorded already.
                Err(_) => Ok((None, ())),
            }
        };
        self.persist(decide).await?;
        Ok(())
    }

    async fn ending(
        &self,
        now: &Loaded<DeploymentHistory>,
        progress: &Loaded<ProgressHistory>,
        ending: Ending,
        outcome: Outcome,
    ) -> Result<Append, Failure> {
        let (history, cause) = (&now.state, now.state.request());
        let lane = load::lane(&*self.store.events, &history.deployment.lane).await?;
        let objects = load::objects(&*self.store.events, &history.deployment.lane).await?;
        let by = lane.state.superseded_by(self.id);
        let said = conclusion(&*self.store.events, history, &objects.state, outcome, by).await?;
        let to = Stream::Deployment(self.id);
        let ended = ending.ended.into_iter().map(Event::from);
        let mut ended = stream(to, Expected::Version(now.version), cause, "ended", ended);
        give(&mut ended, message(&said));
        let to = Stream::Lane(history.deployment.lane.clone());
        // Who never had the turn changes nothing for others, whatever they do meanwhile: many may leave the line at once.
        let (on_lane, on_progress) = match history.deployment.status {
            Status::Waiting => (Expected::Any, Expected::Any),
            Status::Running | Status::Ended { .. } => (
                Expected::Version(lane.version),
                Expected::Version(progress.version),
            ),
        };
        let (expected, turn) = (on_lane, ending.turn.into());
        let turn = stream(to, expected, cause, "turn-ended", [turn]);
        let passed = passed(now, progress, on_progress, ending.environment, ending.phase);
        Ok(append(history, vec![ended, turn, passed]))
    }

    async fn persist<T, F>(&self, decide: impl FnMut() -> F) -> Result<(T, Position), Failure>
    where
        F: Future<Output = Result<(Option<Append>, T), Failure>>,
    {
        persist(&*self.store.events, decide).await
    }

    /// The deployment as it is now, and what the command leads to. A refusal means that it is recorded already, or that
    /// the deployment is over: either way nothing is to be done.
    async fn decided(
        &self,
        command: Command,
        label: &str,
    ) -> Result<Option<(Loaded<DeploymentHistory>, StreamAppend)>, Failure> {
        let Some(now) = load::deployment(&*self.store.events, self.id).await? else {
            return Ok(None);
        };
        let decided = recordable(deployment::decide(&now.state.deployment, command));
        let decided = decided.filter(|it| !it.is_empty());
        Ok(decided.map(|it| {
            let events = self.events(&now, label, it);
            (now, events)
        }))
    }

    /// Events for the deployment's own stream.
    fn events(
        &self,
        now: &Loaded<DeploymentHistory>,
        label: &str,
        events: Vec<DeploymentEvent>,
    ) -> StreamAppend {
        let (to, expected) = (Stream::Deployment(self.id), Expected::Version(now.version));
        let events = events.into_iter().map(Event::from);
        stream(to, expected, now.state.request(), label, events)
    }
}

/// That a phase has succeeded is said once of a release, whichever deployment was the last.
fn passed(
    now: &Loaded<DeploymentHistory>,
    progress: &Loaded<ProgressHistory>,
    expected: Expected,
    environment: ProgressEvent,
    phase: Option<ProgressEvent>,
) -> StreamAppend {
    let (history, cause) = (&now.state, now.state.request());
    let to = history.deployment.progress();
    let mut passed = stream(
        to.clone(),
        expected,
        cause,
        "environment-ended",
        [environment.into()],
    );
    if let Some(event) = phase {
        // As JSON: whatever names there are, no two phases are told by the same text.
        let phase = serde_json::to_string(&history.deployment.phase).expect("a phase is plain data");
        let label = format!("phase-succeeded:all:{phase}");
        let release = progress.state.first.unwrap_or(cause);
        passed
            .events
            .extend(stream(to, expected, release, &label, [event.into()]).events);
    }
    passed
}

/// What was decided. A refusal means that it is recorded already, or that the deployment is over.
fn recordable<T>(decided: Result<T, deployment::Refusal>) -> Option<T> {
    decided
        .inspect_err(|refusal| tracing::debug!(%refusal, code = refusal.code(), "nothing is recorded"))
        .ok()
}

/// Tells the events of one gate from those of the others.
fn label(what: &str, id: &GateId) -> String {
    let id = serde_json::to_string(id).expect("names are plain data");
    format!("{what}:{id}")
}

/// The bodies belong to the first event.
fn give(events: &mut StreamAppend, bodies: Vec<NewBody>) {
    if let Some(first) = events.events.first_mut() {
        first.bodies = bodies;
    }
}
