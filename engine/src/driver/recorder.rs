//! Keeps what a run says: events on the deployment's and the lane's streams, lines in the task log, live progress.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::{DETAIL, VALUE};
use shipslog_events::event::deployment::{DeploymentEvent, Layer};
use shipslog_events::event::lane::{LaneEvent, ObjectReference};
use shipslog_events::ids::{AttemptId, DeploymentId, EventId, Handle};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Context, NewBody, SealedValue, Stream, upcast};
use shipslog_log::{Append, AppendError, EventLog, Expected, TaskLog, TaskLogLine};
use shipslog_runner::{LogLevel, NotRead, NotRecorded, OutputValue, Recorder};

use super::append::{self, stream};
use super::clock::now;
use super::journal_buffer::JournalBuffer;
use super::run_secrets::RunSecrets;
use super::{Live, LiveState};

/// The recorder of one run.
pub(super) struct RunRecorder {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) task_log: Arc<dyn TaskLog>,
    pub(super) live: Live,
    pub(super) secrets: Arc<RunSecrets>,
    pub(super) deployment: DeploymentId,
    pub(super) lane: LaneKey,
    pub(super) attempt: AttemptId,
    /// The event that requested the deployment.
    pub(super) cause: EventId,
    pub(super) context: Context,
    pub(super) journal: Arc<JournalBuffer>,
}

impl RunRecorder {
    /// Appends one fact. No decision guards it: it has happened. Its id derives from the call and the fact, so that a
    /// call that is made again after a crash appends it once.
    async fn append(
        &self,
        call: Option<u64>,
        to: Stream,
        event: Event,
        bodies: Vec<NewBody>,
        sealed: Vec<SealedValue>,
    ) -> Result<(), NotRecorded> {
        let fact = hex::encode(Sha256::digest(upcast::encode(&event)));
        let call = call.map_or_else(|| "before".to_owned(), |it| it.to_string());
        let label = format!("run:{}:{call}:{fact}", self.attempt);
        let mut appended = stream(to, Expected::Any, self.cause, &label, [event]);
        appended.events[0].bodies = bodies;
        self.journal
            .along(|journal| async {
                let append = Append {
                    sealed,
                    journal: journal.clone(),
                    ..Append::new(self.context.clone(), vec![appended])
                };
                match self.log.append(append).await {
                    Ok(_) => Ok(()),
                    // The same call told the same before a crash, in other words of the API server: the first stand.
                    Err(AppendError::IdReused { .. }) => self.journal.entries_alone(journal).await,
                    Err(error) => Err(NotRecorded(error.to_string())),
                }
            })
            .await
    }

    /// What the step needs would be refused: told before its first call.
    pub(super) async fn would_be_denied(&self, layer: Layer, rule: &str) -> Result<(), NotRecorded> {
        self.on_deployment(None, self.refused(layer, rule), Vec::new())
            .await
    }

    fn refused(&self, layer: Layer, rule: &str) -> DeploymentEvent {
        DeploymentEvent::AccessDenied {
            id: self.attempt.clone(),
            layer,
            rule: rule.to_owned(),
        }
    }

    async fn on_deployment(
        &self,
        call: Option<u64>,
        event: DeploymentEvent,
        bodies: Vec<NewBody>,
    ) -> Result<(), NotRecorded> {
        self.append(
            call,
            Stream::Deployment(self.deployment),
            event.into(),
            bodies,
            Vec::new(),
        )
        .await
    }

    async fn on_lane(&self, index: u64, event: LaneEvent) -> Result<(), NotRecorded> {
        self.append(
            Some(index),
            Stream::Lane(self.lane.clone()),
            event.into(),
            Vec::new(),
            Vec::new(),
        )
        .await
    }
}

fn body(name: &str, bytes: Vec<u8>) -> Vec<NewBody> {
    vec![NewBody {
        name: name.to_owned(),
        bytes,
    }]
}

#[async_trait]
impl Recorder for RunRecorder {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        self.journal.recorded().await
    }

    fn entry(&self, entry: Vec<u8>, minted: Vec<Handle>) -> bool {
        self.journal.entry(entry, &minted)
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        self.journal.flush().await
    }

    async fn object_intended(&self, index: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        let intended = LaneEvent::ObjectIntended {
            deployment: self.deployment,
            step: self.attempt.step.clone(),
            target: self.attempt.target.clone(),
            object: object.clone(),
        };
        self.on_lane(index, intended).await
    }

    async fn object_removed(&self, index: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        let removed = LaneEvent::ObjectRemoved {
            deployment: self.deployment,
            step: self.attempt.step.clone(),
            target: self.attempt.target.clone(),
            object: object.clone(),
        };
        self.on_lane(index, removed).await
    }

    async fn denied(
        &self,
        index: u64,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = append::message(message.unwrap_or_default());
        self.on_deployment(Some(index), self.refused(layer, rule), said)
            .await
    }

    async fn milestone(&self, index: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        let event = DeploymentEvent::MilestoneReached {
            id: self.attempt.clone(),
            name: name.to_owned(),
        };
        let detail = body(DETAIL, detail.to_string().into_bytes());
        self.on_deployment(Some(index), event, detail).await
    }

    async fn output(&self, index: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded> {
        let set = |sensitive| DeploymentEvent::OutputSet {
            id: self.attempt.clone(),
            name: name.to_owned(),
            sensitive,
        };
        let to = Stream::Deployment(self.deployment);
        match value {
            OutputValue::Plain(value) => {
                self.on_deployment(
                    Some(index),
                    set(false),
                    body(VALUE, value.to_string().into_bytes()),
                )
                .await
            }
            OutputValue::Sensitive(handle) => {
                let sealed: Vec<SealedValue> = self.secrets.minted(&handle).into_iter().collect();
                let bodies = body(VALUE, handle.as_str().as_bytes().to_vec());
                self.append(Some(index), to, set(true).into(), bodies, sealed)
                    .await
            }
        }
    }

    async fn log(&self, index: u64, level: LogLevel, message: &str) -> Result<(), NotRecorded> {
        let line = TaskLogLine {
            deployment: self.deployment,
            attempt: self.attempt.clone(),
            index,
            line: 0,
            at: now().as_millisecond(),
            level,
            message: message.to_owned(),
        };
        self.task_log
            .write_lines(vec![line])
            .await
            .map_err(|error| NotRecorded(error.to_string()))
    }

    async fn progress(&self, done: u32, total: u32, message: &str) -> Result<(), NotRecorded> {
        let state = LiveState {
            attempt: self.attempt.clone(),
            done,
            total,
            message: message.to_owned(),
        };
        self.live.say(self.deployment, state);
        Ok(())
    }
}
