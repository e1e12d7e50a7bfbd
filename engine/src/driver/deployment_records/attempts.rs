//! Beginning, going on and end of each run.

use std::time::Duration;

use shipslog_domain::deployment::{self, Command, Start};
use shipslog_domain::freeze::Impossible;
use shipslog_events::ids::AttemptId;
use shipslog_events::journal::JournalKey;
use shipslog_events::{NewBody, NewEvent, Stream};
use shipslog_log::{AppendError, Expected, StreamAppend};
use shipslog_runner::Ended;
use tokio::time::timeout;

use super::{DeploymentRecords, give, recordable};
use crate::driver::append::{append, message};
use crate::driver::failure::Failure;
use crate::driver::finished::Finished;
use crate::driver::journal_buffer::Waiting;
use crate::driver::kept_journal::kept;
use crate::driver::unknown_outcome::with_unknown_outcome;
use crate::load::{self, DeploymentHistory};
use crate::transaction::NotAppended;

/// How long the end of a run waits for its last lines.
const FLUSH_PATIENCE: Duration = Duration::from_secs(5);

impl DeploymentRecords<'_> {
    pub(in crate::driver) async fn attempt_started(
        &self,
        start: Start,
        bodies: Vec<NewBody>,
    ) -> Result<(), Failure> {
        let label = started(&start.id);
        self.carry_out(Command::StartAttempt(start), &label, bodies, Waiting::default())
            .await
    }

    /// Beginning and end in one append, so that no stop of the server comes between them: what never ran is not told as
    /// a run.
    pub(in crate::driver) async fn attempt_could_not_begin(
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
            let append = recordable(decided).map(|not_begun| {
                let mut streams = self.events(&now, &started(id), not_begun.started);
                let mut end = self.events(&now, &ended(id), not_begun.ended);
                give(&mut end, message(&impossible.to_string()));
                streams.events.extend(end.events);
                append(&now.state, vec![streams])
            });
            Ok((append, ()))
        };
        self.persist(decide).await?;
        Ok(())
    }

    pub(in crate::driver) async fn attempt_ended(
        &self,
        id: &AttemptId,
        finished: &Finished,
    ) -> Result<(), Failure> {
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
        let mut tail = tail.cloned().unwrap_or_default();
        let (label, said) = (self::ended(id), message(&ended.message));
        let carried = self
            .carry_out(command.clone(), &label, said.clone(), tail.clone())
            .await;
        match carried {
            // What it did was told before, in other words: the first stand, and hold up no end.
            Err(Failure::Append(NotAppended::Log(AppendError::IdReused { .. })))
                if !tail.objects.is_empty() =>
            {
                self.tell_each(std::mem::take(&mut tail.objects)).await?;
                self.carry_out(command, &label, said, tail).await
            }
            carried => carried,
        }
    }

    /// Each on its own, unless it is told already.
    async fn tell_each(&self, events: Vec<NewEvent>) -> Result<(), Failure> {
        let Some(now) = load::deployment(&*self.store.events, self.id).await? else {
            return Ok(());
        };
        for event in events {
            let one = on_objects(&now.state, vec![event]);
            match self.store.events.append(append(&now.state, vec![one])).await {
                Ok(_) | Err(AppendError::IdReused { .. }) => {}
                Err(error) => return Err(NotAppended::Log(error).into()),
            }
        }
        Ok(())
    }

    /// Whatever goes wrong here is done at the next start.
    async fn pack(&self, key: JournalKey) {
        if let Err(error) = self.store.journals.pack_journal(key).await {
            tracing::warn!(%error, deployment = %self.id, "a journal was not packed; the next start tries again");
        }
    }

    /// How many entries the journal of a run has, or why it does not hold.
    pub(in crate::driver) async fn entries(&self, id: &AttemptId) -> Result<Result<u64, String>, Failure> {
        match self.store.journals.journal(JournalKey::of(self.id, id)).await {
            Ok(journal) => Ok(Ok(journal.head.entries)),
            Err(error) if error.is_lasting() => Ok(Err(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    pub(in crate::driver) async fn attempt_resumed(
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
                    append
                        .streams
                        .push(on_objects(&now.state, waiting.objects.clone()));
                }
                append
            });
            Ok((append, ()))
        };
        self.persist(decide).await?;
        Ok(())
    }
}

fn started(id: &AttemptId) -> String {
    format!("attempt-started:{id}")
}

fn ended(id: &AttemptId) -> String {
    format!("attempt-ended:{id}")
}

/// No decision guards them: they have happened.
fn on_objects(now: &DeploymentHistory, events: Vec<NewEvent>) -> StreamAppend {
    StreamAppend {
        stream: Stream::Objects(now.deployment.lane.clone()),
        expected: Expected::Any,
        events,
    }
}

#[cfg(test)]
mod tests {
    use shipslog_domain::deployment::Attempt;
    use shipslog_events::LogLevel;
    use shipslog_events::event::deployment::AttemptOutcome;
    use shipslog_events::event::object::{ObjectCall, ObjectEvent, ObjectReference};
    use shipslog_events::ids::{AttemptNumber, DeploymentId, EventId, StreamVersion};
    use shipslog_log::TaskLogLine;
    use uuid::Uuid;

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

    #[tokio::test]
    async fn what_was_told_before_in_other_words_holds_up_no_end() {
        let house = House::with(&["wait"]).await;
        let id = house.deploy("wait", "Development").await.unwrap().deployment;
        house.running(id).await;
        let store = &house.engine.tools.store;
        let now = load::deployment(&*store.events, id).await.unwrap().unwrap().state;
        let attempt = now
            .deployment
            .latest_attempts()
            .into_values()
            .next()
            .unwrap()
            .id
            .clone();
        let refused = |event: u128, call| NewEvent {
            id: EventId(Uuid::from_u128(event)),
            event: refused(id, &attempt, call).into(),
            bodies: Vec::new(),
        };
        let told = append(&now, vec![on_objects(&now, vec![refused(1, 1)])]);
        store.events.append(told).await.unwrap();
        let mut finished = Finished::at_once(AttemptOutcome::Failed, "no");
        finished.tail = Some(Waiting {
            journal: None,
            objects: vec![refused(1, 2), refused(2, 3)],
        });
        let records = DeploymentRecords { store, id };
        records.attempt_ended(&attempt, &finished).await.unwrap();
        let lane = Stream::Objects(now.deployment.lane.clone());
        let told = store.events.stream(lane, StreamVersion::NONE).await.unwrap();
        let ids: Vec<u128> = told.iter().map(|it| it.id.0.as_u128()).collect();
        assert_eq!(ids, [1, 2], "the first stands, and the new one is there");
        let after = load::deployment(&*store.events, id).await.unwrap().unwrap().state;
        let ended = after.deployment.attempt(&attempt).and_then(Attempt::outcome);
        assert_eq!(ended, Some(AttemptOutcome::Failed));
    }

    fn refused(deployment: DeploymentId, attempt: &AttemptId, call: u64) -> ObjectEvent {
        ObjectEvent::ObjectRefused {
            call: ObjectCall {
                deployment,
                attempt: attempt.clone(),
                call,
                cluster: "here".into(),
                object: ObjectReference {
                    group: String::new(),
                    version: "v1".into(),
                    kind: "ConfigMap".into(),
                    namespace: None,
                    name: "page".into(),
                },
            },
        }
    }
}
