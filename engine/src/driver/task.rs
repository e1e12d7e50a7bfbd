//! The task of one open deployment: loads, asks the domain what is due, does it, until the deployment has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use shipslog_domain::deployment::{self, Due, RESUMPTIONS, Status};
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason};
use shipslog_events::event::process::GateId;
use shipslog_events::ids::{AttemptId, ComponentDigest, DeploymentId};
use shipslog_runner::{Cancel, Ended, Unended};
use tokio::sync::Notify;
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::Instant;

use super::attempt::{self, Entrance};
use super::beginning;
use super::clock::Clock;
use super::deployment_records::{DeploymentRecords, Turn};
use super::failure::Failure;
use super::finished::Finished;
use super::gates;
use super::{OpenDeployment, Shared};
use crate::load::{self, DeploymentHistory};
use crate::pauses::Patience;

/// Drives a deployment to its end. The entry is put down when the task is over, however that comes.
pub(super) async fn run(entry: OpenDeployment, wake: Arc<Notify>) {
    let mut task = Task::new(&entry.shared, entry.id);
    tokio::select! {
        biased;
        () = entry.shared.stopped() => {}
        () = task.drive(&wake) => {}
    }
    task.tasks.shutdown().await;
}

struct Task {
    shared: Arc<Shared>,
    id: DeploymentId,
    tasks: JoinSet<Result<Finished, Unended>>,
    runs: BTreeMap<AttemptId, Run>,
    /// Runs that have not been in the sandbox since their beginning or going on was recorded: that counts once.
    counted: BTreeSet<AttemptId>,
    /// Why a run could not go on, if none has come to its end since: pauses go on growing.
    trouble: Option<String>,
    /// When attempts are due that have to wait first.
    due: BTreeMap<AttemptId, Instant>,
    /// When the time of a gate that it waits at is over.
    gates: BTreeMap<GateId, Instant>,
    /// Until the first of them is, or the time of a gate is over.
    later: Option<Duration>,
}

/// A run that began in this process and whose end is not recorded yet.
enum Run {
    UnderWay { task: task::Id, cancel: Cancel },
    Over(Result<Finished, Unended>),
}

/// What the driver does after it did what was due.
#[derive(PartialEq, Eq)]
enum Then {
    /// Ask again what is due.
    Again,
    /// First wait until something happens.
    Wait,
    /// Nothing any more: the deployment has ended.
    Over,
}

impl Task {
    fn new(shared: &Arc<Shared>, id: DeploymentId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
            tasks: JoinSet::new(),
            runs: BTreeMap::new(),
            counted: BTreeSet::new(),
            trouble: None,
            due: BTreeMap::new(),
            gates: BTreeMap::new(),
            later: None,
        }
    }

    async fn drive(&mut self, wake: &Notify) {
        let mut patience = Patience::new(self.shared.pauses);
        loop {
            // The log says what the panic was; here it is one more failure that must not leave the lane held.
            let acted = AssertUnwindSafe(self.act_on_all()).catch_unwind().await;
            match acted.unwrap_or(Err(Failure::Panicked)) {
                Ok(Then::Over) => return,
                Ok(Then::Again) => patience.renew(),
                Ok(Then::Wait) => {
                    if self.trouble.is_none() {
                        patience.renew();
                    }
                    self.wait(wake).await;
                }
                Err(error) => patience.pause(self.id, error).await,
            }
        }
    }

    /// Until somebody wakes the deployment, a run is over, or an attempt has waited long enough.
    async fn wait(&mut self, wake: &Notify) {
        let later = self.later;
        let due = async {
            match later {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = due => {}
            Some(joined) = self.tasks.join_next_with_id() => self.conclude(joined),
        }
    }

    async fn act_on_all(&mut self) -> Result<Then, Failure> {
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            self.conclude(joined);
        }
        let Some(history) = load::deployment(&*self.shared.tools.store.events, self.id).await? else {
            return Ok(Then::Over);
        };
        self.later = None;
        let mut then = Ok(Then::Wait);
        // What one run fails at keeps no other from its end, and nobody's cancellation from being heard.
        for due in deployment::next(&history.state.deployment) {
            match self.act(&history.state, due).await {
                Ok(Then::Wait) => {}
                Ok(other) if then.is_ok() => then = Ok(other),
                Ok(_) => {}
                Err(error) => {
                    if let Err(earlier) = std::mem::replace(&mut then, Err(error)) {
                        tracing::warn!(error = %earlier, deployment = %self.id, "it cannot go on for this either");
                    }
                }
            }
        }
        then
    }

    async fn act(&mut self, history: &DeploymentHistory, due: Due) -> Result<Then, Failure> {
        match due {
            Due::Nothing => Ok(Then::Over),
            Due::AwaitTurn => match self.records().take_turn(&history.deployment.lane).await? {
                Turn::Its => Ok(Then::Again),
                Turn::OfAnother => Ok(Then::Wait),
                Turn::Superseded => self.superseded().await,
            },
            Due::OpenGate(id) => {
                if self.is_superseded(history).await? {
                    return self.superseded().await;
                }
                let instructions = gates::instructions(&self.shared.tools, history, &id).await?;
                self.records().gate_opened(&id, instructions).await?;
                Ok(Then::Again)
            }
            Due::AwaitGate {
                id,
                time_limit_seconds,
            } => {
                if self.is_superseded(history).await? {
                    return self.superseded().await;
                }
                let limit = Duration::from_secs(time_limit_seconds);
                // From then on the machine's clock may be set as it likes.
                let ends = *self
                    .gates
                    .entry(id.clone())
                    .or_insert_with(|| Instant::now() + gates::left(history, &id, limit));
                let left = ends.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    self.records().gate_expired(&id).await?;
                    return Ok(Then::Again);
                }
                self.not_after(left);
                Ok(Then::Wait)
            }
            Due::StartAttempt { id, component } => {
                if let Some(pause) = self.pause_before(history, &id) {
                    self.not_after(pause);
                    return Ok(Then::Wait);
                }
                self.start(history, id.clone(), component).await?;
                self.due.remove(&id);
                Ok(Then::Again)
            }
            Due::Attend(id) => self.attend(history, &id).await,
            Due::CancelAttempt(id) => {
                if let Some(Run::UnderWay { cancel, .. }) = self.runs.get(&id) {
                    cancel.request();
                }
                Ok(Then::Wait)
            }
            Due::End { reason } => {
                self.records().ended(reason).await?;
                Ok(Then::Over)
            }
        }
    }

    async fn is_superseded(&self, history: &DeploymentHistory) -> Result<bool, Failure> {
        let deployment = &history.deployment;
        Ok(deployment.status == Status::Waiting && self.records().is_superseded(&deployment.lane).await?)
    }

    async fn superseded(&self) -> Result<Then, Failure> {
        self.records().ended(DeploymentEndReason::Superseded).await?;
        Ok(Then::Over)
    }

    /// Looks again then, if nothing wakes it before.
    fn not_after(&mut self, pause: Duration) {
        self.later = Some(self.later.map_or(pause, |it| it.min(pause)));
    }

    /// How long an attempt has to wait yet. What is recorded of the one before it says when it was due at first; from then
    /// on the machine's clock may be set as it likes.
    fn pause_before(&mut self, history: &DeploymentHistory, id: &AttemptId) -> Option<Duration> {
        let pause = self.shared.pauses.before(id.attempt);
        let due = *self.due.entry(id.clone()).or_insert_with(|| {
            let waited = ended_before(history, id).map_or(pause, |it| Clock::not_before(history).since(it));
            Instant::now() + pause.saturating_sub(waited)
        });
        let left = due.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    async fn start(
        &mut self,
        history: &DeploymentHistory,
        id: AttemptId,
        component: ComponentDigest,
    ) -> Result<(), Failure> {
        let prepared = beginning::prepare(&self.shared.tools, history, &id, component).await;
        let start = prepared.start(&id);
        match &prepared.frozen {
            Ok(frozen) => {
                let bodies = beginning::bodies(frozen);
                self.records().attempt_started(start, bodies).await?;
                self.counted.insert(id.clone());
                self.spawn(id, Entrance::Beginning);
                Ok(())
            }
            Err(impossible) => self.records().attempt_could_not_begin(start, impossible).await,
        }
    }

    fn spawn(&mut self, id: AttemptId, entrance: Entrance) {
        let (tools, deployment) = (Arc::clone(&self.shared.tools), self.id);
        let (cancel, attempt) = (Cancel::new(), id.clone());
        let cancelled = cancel.clone();
        let run = async move { attempt::run(&tools, deployment, &attempt, entrance, cancelled).await };
        let task = self.tasks.spawn(run).id();
        self.runs.insert(id, Run::UnderWay { task, cancel });
    }

    /// Keeps how a run ended until that is recorded. One that panicked is errored: its deployment must not stand still
    /// for it.
    fn conclude(&mut self, joined: Result<(task::Id, Result<Finished, Unended>), JoinError>) {
        let (task, finished) = joined.unwrap_or_else(|error| {
            let message = format!("the server failed under the run ({error}); its log says more");
            let ended = Ended::because(EndReason::ServerFailed, message);
            (error.id(), Ok(ended.into()))
        });
        for run in self.runs.values_mut() {
            if matches!(run, Run::UnderWay { task: its, .. } if *its == task) {
                *run = Run::Over(finished);
                return;
            }
        }
    }

    /// A run goes on, or its end is recorded.
    async fn attend(&mut self, history: &DeploymentHistory, id: &AttemptId) -> Result<Then, Failure> {
        let finished = match self.runs.get(id) {
            Some(Run::UnderWay { .. }) => return Ok(Then::Wait),
            Some(Run::Over(Ok(finished))) => finished.clone(),
            // As after a crash, it goes on from its journal.
            Some(Run::Over(Err(unended))) => {
                let unended = unended.clone();
                if matches!(unended, Unended::CutOff(_)) {
                    self.counted.remove(id);
                }
                self.trouble = Some(unended.to_string());
                self.runs.remove(id);
                return Err(unended.into());
            }
            None => match self.resume(history, id).await? {
                Some(finished) => finished,
                None => return Ok(Then::Wait),
            },
        };
        self.records().attempt_ended(id, &finished).await?;
        self.runs.remove(id);
        self.counted.remove(id);
        self.trouble = None;
        Ok(Then::Again)
    }

    /// A run that did not begin in this process goes on here, from its journal; how it ended, where it cannot.
    async fn resume(
        &mut self,
        history: &DeploymentHistory,
        id: &AttemptId,
    ) -> Result<Option<Finished>, Failure> {
        let entries = match self.records().entries(id).await? {
            Ok(entries) => entries,
            // It is not gone on from, and its component not even made ready.
            Err(sentence) => return Ok(Some(Ended::because(EndReason::JournalDamaged, sentence).into())),
        };
        if !self.counted.contains(id) {
            let times = history.deployment.attempt(id).map_or(0, |it| it.resumed);
            if times >= RESUMPTIONS {
                return Ok(Some(self.interrupted_too_often()));
            }
            self.records().attempt_resumed(id, entries, times).await?;
            self.counted.insert(id.clone());
        }
        self.spawn(id.clone(), Entrance::Journal { entries });
        Ok(None)
    }

    fn interrupted_too_often(&self) -> Finished {
        let last = self.trouble.as_ref();
        let last = last
            .map(|it| format!("; the last time: {it}"))
            .unwrap_or_default();
        let message = format!(
            "the run was interrupted {RESUMPTIONS} times, by stops of the server or of its log; it does not go on{last}"
        );
        Finished::at_once(AttemptOutcome::Errored, message)
    }

    fn records(&self) -> DeploymentRecords<'_> {
        DeploymentRecords {
            store: &self.shared.tools.store,
            id: self.id,
        }
    }
}

/// When the attempt before this one ended.
fn ended_before(history: &DeploymentHistory, id: &AttemptId) -> Option<Timestamp> {
    let mut ended = history.events.iter().rev().filter(|it| match &it.event {
        Event::Deployment(DeploymentEvent::AttemptEnded { id: ended, .. }) => {
            ended.step == id.step && ended.target == id.target
        }
        _ => false,
    });
    ended.next().map(|it| it.recorded_at)
}
