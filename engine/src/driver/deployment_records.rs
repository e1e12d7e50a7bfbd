//! What the driver records of a deployment: each an append that the domain decided on, made once however often it is
//! decided.

use std::time::Duration;

use shipslog_domain::deployment::{self, Command, Ending, NotBegun, Start};
use shipslog_domain::freeze::Impossible;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{DeploymentEndReason, DeploymentEvent, Outcome};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::progress::ProgressEvent;
use shipslog_events::ids::{AttemptId, DeploymentId, Position};
use shipslog_events::journal::JournalKey;
use shipslog_events::stream::LaneKey;
use shipslog_events::{NewBody, Stream};
use shipslog_log::{Append, Expected, Store, StreamAppend};
use shipslog_runner::Ended;
use tokio::time::timeout;

use super::append::{append, message, stream};
use super::conclusion::conclusion;
use super::failure::Failure;
use super::finished::Finished;
use super::journal_buffer::Waiting;
use super::kept_journal::kept;
use super::unknown_outcome::with_unknown_outcome;
use crate::load::{self, DeploymentHistory, Loaded, ProgressHistory};
use crate::transaction::persist;

/// How long the end of a run waits for its last lines.
const FLUSH_PATIENCE: Duration = Duration::from_secs(5);

/// The records of one deployment.
pub(super) struct DeploymentRecords<'a> {
    pub(super) store: &'a Store,
    pub(super) id: DeploymentId,
}

impl DeploymentRecords<'_> {
    /// Takes the turn if it is this deployment's, and says whether there is anything to go on with.
    pub(super) async fn take_turn(&self, lane: &LaneKey) -> Result<bool, Failure> {
        let decide = || async {
            let turns = load::lane(&*self.store.events, lane).await?;
            if turns.state.next() != Some(self.id) {
                return Ok((None, false));
            }
            let started = self.decided(Command::Start, "started").await?;
            let append = started.map(|(now, started)| {
                let turn = LaneEvent::TurnTaken { deployment: self.id };
                let expected = Expected::Version(turns.version);
                let to = Stream::Lane(lane.clone());
                let taken = stream(to, expected, now.state.request(), "turn-taken", [turn.into()]);
                append(&now.state, vec![taken, started])
            });
            Ok((append, true))
        };
        Ok(self.persist(decide).await?.0)
    }

    pub(super) async fn attempt_started(&self, start: Start, bodies: Vec<NewBody>) -> Result<(), Failure> {
        let label = started(&start.id);
        self.carry_out(Command::StartAttempt(start), &label, bodies, Waiting::default())
            .await
    }

    /// Beginning and end in one append, so that no stop of the server comes between them: what never ran is not told as
    /// a run.
    pub(super) async fn attempt_could_not_begin(
        &self,
        start: Start,
        impossible: &Impossible,
    ) -> Result<(), Failure> {
        let decide = || async {
            let Some(now) = load::deployment(&*self.store.events, self.id).await? else {
                return Ok((None, ()));
            };
            let id = &start.id;
            let decided =
                deployment::could_not_begin(&now.state.deployment, start.clone(), impossible.reason());
            let append = recordable(decided).map(|NotBegun { started, ended }| {
                let mut streams = self.events(&now, &self::started(id), started);
                let mut end = self.events(&now, &self::ended(id), ended);
                give(&mut end, message(&impossible.to_string()));
                streams.events.extend(end.events);
                append(&now.state, vec![streams])
            });
            Ok((append, ()))
        };
        self.persist(decide).await?;
        Ok(())
    }

    pub(super) async fn attempt_ended(&self, id: &AttemptId, finished: &Finished) -> Result<(), Failure> {
        let key = JournalKey::of(self.id, id);
        self.flush_task_log().await;
        let finished = &with_unknown_outcome(&*self.store.journals, &key, finished).await?;
        let tail = finished.tail.as_ref();
        let ended = self.attempt_ended_with(id, &finished.ended, &key, tail).await;
        if ended.is_err() && self.is_behind(&key, tail).await {
            let objects = tail.map(|it| it.objects.clone()).unwrap_or_default();
            let without = Waiting {
                journal: None,
                objects,
            };
            self.attempt_ended_with(id, &finished.ended, &key, Some(&without))
                .await?;
        } else {
            ended?;
        }
        self.pack(key).await;
        Ok(())
    }

    /// Whether the journal is not where these entries follow, and never will be: an append before them failed, or it is
    /// damaged.
    async fn is_behind(&self, key: &JournalKey, tail: Option<&Waiting>) -> bool {
        match (
            tail.and_then(|it| it.journal.as_ref()),
            self.store.journals.journal(key.clone()).await,
        ) {
            (Some(tail), Ok(journal)) => journal.head != tail.after,
            (Some(_), Err(error)) => error.is_lasting(),
            (None, _) => false,
        }
    }

    async fn attempt_ended_with(
        &self,
        id: &AttemptId,
        ended: &Ended,
        key: &JournalKey,
        tail: Option<&Waiting>,
    ) -> Result<(), Failure> {
        let journal = match tail.and_then(|it| it.journal.as_ref()) {
            Some(tail) => Some(tail.entries.iter().fold(tail.after, |head, it| head.with(it))),
            // Nobody has it in memory: what is durable is all there is.
            None => kept(&*self.store.journals, key).await?.map(|it| it.head),
        };
        let command = Command::EndAttempt {
            id: id.clone(),
            outcome: ended.outcome,
            reason: ended.reason,
            journal: journal.filter(|it| it.entries > 0),
        };
        let tail = tail.cloned().unwrap_or_default();
        self.carry_out(command, &self::ended(id), message(&ended.message), tail)
            .await
    }

    /// Whatever goes wrong here is done at the next start.
    async fn pack(&self, key: JournalKey) {
        if let Err(error) = self.store.journals.pack_journal(key).await {
            tracing::warn!(%error, deployment = %self.id, "a journal was not packed; the next start tries again");
        }
    }

    /// How many entries the journal of a run has, or why it does not hold.
    pub(super) async fn entries(&self, id: &AttemptId) -> Result<Result<u64, String>, Failure> {
        match self.store.journals.journal(JournalKey::of(self.id, id)).await {
            Ok(journal) => Ok(Ok(journal.head.entries)),
            Err(error) if error.is_lasting() => Ok(Err(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn attempt_resumed(
        &self,
        id: &AttemptId,
        entries: u64,
        times: u32,
    ) -> Result<(), Failure> {
        let command = Command::ResumeAttempt {
            id: id.clone(),
            entries,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let label = format!("attempt-resumed:{id}:{times}");
        self.carry_out(command, &label, Vec::new(), Waiting::default())
            .await
    }

    /// Whoever has read that a run is over finds all that it said. A store that is too slow for that holds nothing up.
    async fn flush_task_log(&self) {
        match timeout(FLUSH_PATIENCE, self.store.task_log.flush_lines()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, deployment = %self.id, "lines of the task log are missing");
            }
            Err(_) => tracing::warn!(deployment = %self.id, "lines of the task log come late"),
        }
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
        let said = conclusion(&*self.store.events, history, &objects, outcome).await?;
        let to = Stream::Deployment(self.id);
        let ended = ending.ended.into_iter().map(Event::from);
        let mut ended = stream(to, Expected::Version(now.version), cause, "ended", ended);
        give(&mut ended, message(&said));
        let to = Stream::Lane(history.deployment.lane.clone());
        let (expected, turn) = (Expected::Version(lane.version), ending.turn.into());
        let turn = stream(to, expected, cause, "turn-ended", [turn]);
        let passed = passed(now, progress, ending.environment, ending.phase);
        Ok(append(history, vec![ended, turn, passed]))
    }

    /// Records what a command leads to on the deployment's own stream, together with what a run left waiting.
    async fn carry_out(
        &self,
        command: Command,
        label: &str,
        bodies: Vec<NewBody>,
        waiting: Waiting,
    ) -> Result<(), Failure> {
        let decide = || async {
            let decided = self.decided(command.clone(), label).await?;
            let append = decided.map(|(now, mut events)| {
                give(&mut events, bodies.clone());
                let mut append = append(&now.state, vec![events]);
                append.journal.clone_from(&waiting.journal);
                if !waiting.objects.is_empty() {
                    append.streams.push(StreamAppend {
                        stream: Stream::Objects(now.state.deployment.lane.clone()),
                        expected: Expected::Any,
                        events: waiting.objects.clone(),
                    });
                }
                append
            });
            Ok((append, ()))
        };
        self.persist(decide).await?;
        Ok(())
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
    environment: ProgressEvent,
    phase: Option<ProgressEvent>,
) -> StreamAppend {
    let (history, cause) = (&now.state, now.state.request());
    let (to, expected) = (history.deployment.progress(), Expected::Version(progress.version));
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

fn started(id: &AttemptId) -> String {
    format!("attempt-started:{id}")
}

fn ended(id: &AttemptId) -> String {
    format!("attempt-ended:{id}")
}

/// The bodies belong to the first event.
fn give(events: &mut StreamAppend, bodies: Vec<NewBody>) {
    if let Some(first) = events.events.first_mut() {
        first.bodies = bodies;
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::LogLevel;
    use shipslog_events::event::deployment::AttemptOutcome;
    use shipslog_events::ids::AttemptNumber;
    use shipslog_log::TaskLogLine;

    use super::*;
    use crate::testing::house::House;

    #[tokio::test]
    async fn whoever_reads_that_a_run_is_over_finds_all_its_lines() {
        const LINES: u64 = 10_000;
        let house = House::with(&["wait"]).await;
        let id = house.deploy("wait", "Development").await.unwrap().deployment;
        house.running(id).await;
        let attempt = AttemptId {
            step: "Go".into(),
            target: "Web Development".into(),
            attempt: AttemptNumber::FIRST,
        };
        let line = |index| TaskLogLine {
            deployment: id,
            attempt: attempt.clone(),
            index,
            line: 1,
            at: 0,
            level: LogLevel::Info,
            message: "said last".to_owned(),
        };
        let store = &house.engine.tools.store;
        store
            .task_log
            .write_lines((0..LINES).map(line).collect())
            .await
            .unwrap();
        let records = DeploymentRecords { store, id };
        records
            .attempt_ended(&attempt, &Finished::at_once(AttemptOutcome::Succeeded, ""))
            .await
            .unwrap();
        let lines = store.task_log.lines(id, 0, usize::MAX).await.unwrap();
        assert_eq!(
            lines
                .iter()
                .filter(|(_, it)| it.as_ref().unwrap().message == "said last")
                .count() as u64,
            LINES
        );
    }
}
