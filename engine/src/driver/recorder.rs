//! Keeps what a run says: events on the deployment's and the lane's streams, lines in the task log, live progress.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::{DETAIL, VALUE};
use shipslog_events::event::deployment::{DeploymentEvent, Layer};
use shipslog_events::event::object::{ClusterMark, ObjectReference, Removal};
use shipslog_events::ids::{AttemptId, DeploymentId, EventId, Handle};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Context, NewBody, NewEvent, SealedValue, Stream, upcast};
use shipslog_log::{
    Append, AppendError, EventLog, Expected, JournalAppend, JournalStore, StreamAppend, TaskLog, TaskLogLine,
};
use shipslog_runner::{
    Gone, Intended, LogLevel, NotRead, NotRecorded, OutputValue, Recorder, Removed, Written,
};

use super::append;
use super::clock::now;
use super::journal_buffer::{JournalBuffer, Waiting};
use super::object_records::ObjectRecords;
use super::run_secrets::RunSecrets;
use super::{Live, LiveState};

/// The recorder of one run.
pub(super) struct RunRecorder {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) journals: Arc<dyn JournalStore>,
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
    pub(super) objects: ObjectRecords,
}

impl RunRecorder {
    /// Appends one fact. No decision guards it: it has happened. Its id derives from the call and the fact, so that a
    /// call that is made again after a crash appends it once.
    async fn append(
        &self,
        call: Option<u64>,
        event: Event,
        bodies: Vec<NewBody>,
        sealed: Vec<SealedValue>,
    ) -> Result<(), NotRecorded> {
        let fact = hex::encode(Sha256::digest(upcast::encode(&event)));
        let call = call.map_or_else(|| "before".to_owned(), |it| it.to_string());
        let label = format!("run:{}:{call}:{fact}", self.attempt);
        let id = EventId::derived(self.cause, &label, 0);
        let event = NewEvent { id, event, bodies };
        let to = Stream::Deployment(self.deployment);
        self.journal
            .along(|waiting| self.write(waiting, Some((to, event)), sealed))
            .await
    }

    /// Appends one fact about objects, after those that wait.
    async fn on_objects(&self, event: NewEvent) -> Result<(), NotRecorded> {
        let write = |mut waiting: Waiting| {
            waiting.objects.push(event);
            self.write(waiting, None, Vec::new())
        };
        self.journal.along(write).await
    }

    /// Makes everything durable at once.
    async fn write(
        &self,
        waiting: Waiting,
        event: Option<(Stream, NewEvent)>,
        sealed: Vec<SealedValue>,
    ) -> Result<(), NotRecorded> {
        let Waiting { journal, objects } = waiting;
        let objects = (!objects.is_empty()).then(|| (Stream::Objects(self.lane.clone()), objects));
        let event = event.map(|(to, event)| (to, vec![event]));
        let streams: Vec<StreamAppend> = objects.into_iter().chain(event).map(unguarded).collect();
        if streams.is_empty() {
            return self.entries(journal).await;
        }
        let append = Append {
            sealed: sealed.clone(),
            journal: journal.clone(),
            ..Append::new(self.context.clone(), streams.clone())
        };
        match self.log.append(append).await {
            Ok(_) => Ok(()),
            // The same call told the same before a crash, in other words of the API server: the first stand.
            Err(AppendError::IdReused { .. }) => {
                self.one_by_one(streams, sealed).await?;
                self.entries(journal).await
            }
            Err(error) => Err(NotRecorded(error.to_string())),
        }
    }

    async fn one_by_one(
        &self,
        streams: Vec<StreamAppend>,
        mut sealed: Vec<SealedValue>,
    ) -> Result<(), NotRecorded> {
        let each = |it: StreamAppend| {
            let stream = it.stream;
            it.events
                .into_iter()
                .map(move |event| (stream.clone(), vec![event]))
        };
        for event in streams.into_iter().flat_map(each) {
            let append = Append {
                sealed: std::mem::take(&mut sealed),
                ..Append::new(self.context.clone(), vec![unguarded(event)])
            };
            match self.log.append(append).await {
                Ok(_) | Err(AppendError::IdReused { .. }) => {}
                Err(error) => return Err(NotRecorded(error.to_string())),
            }
        }
        Ok(())
    }

    async fn entries(&self, entries: Option<JournalAppend>) -> Result<(), NotRecorded> {
        let Some(append) = entries else { return Ok(()) };
        let appended = self.journals.append_journal(append).await;
        appended.map(drop).map_err(|error| NotRecorded(error.to_string()))
    }

    /// What the step needs would be refused: told before its first call.
    pub(super) async fn would_be_denied(&self, layer: Layer, rule: &str) -> Result<(), NotRecorded> {
        self.append(None, self.refused(layer, rule).into(), Vec::new(), Vec::new())
            .await
    }

    fn refused(&self, layer: Layer, rule: &str) -> DeploymentEvent {
        DeploymentEvent::AccessDenied {
            id: self.attempt.clone(),
            layer,
            rule: rule.to_owned(),
        }
    }
}

fn unguarded((stream, events): (Stream, Vec<NewEvent>)) -> StreamAppend {
    StreamAppend {
        stream,
        expected: Expected::Any,
        events,
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
        self.journal
            .along(|waiting| self.write(waiting, None, Vec::new()))
            .await
    }

    fn knows_cluster(&self) -> bool {
        self.objects.knows_cluster()
    }

    async fn cluster_recognised(
        &self,
        _: u64,
        marks: Vec<ClusterMark>,
    ) -> Result<Result<(), String>, NotRecorded> {
        // What led here is durable before anything is seen outside.
        self.flush().await?;
        loop {
            let (event, version) = match self.objects.recognised(&marks) {
                Ok(Some(first)) => first,
                Ok(None) => return Ok(Ok(())),
                Err(sentence) => return Ok(Err(sentence)),
            };
            let recognised = StreamAppend {
                stream: Stream::Objects(self.lane.clone()),
                expected: Expected::Version(version),
                events: vec![event.clone()],
            };
            match self
                .log
                .append(Append::new(self.context.clone(), vec![recognised]))
                .await
            {
                Ok(_) => {
                    self.objects.has_recognised(&event);
                    return Ok(Ok(()));
                }
                // Another run has told something meanwhile: perhaps of this very cluster.
                Err(AppendError::Conflict { .. }) => {
                    let stream = Stream::Objects(self.lane.clone());
                    let since = self.log.stream(stream, self.objects.version()).await;
                    let since = since.map_err(|error| NotRecorded(error.to_string()))?;
                    self.objects.read_on(&since);
                }
                Err(error) => return Err(NotRecorded(error.to_string())),
            }
        }
    }

    async fn object_intended(&self, index: u64, ordinal: u32, intended: Intended) -> Result<(), NotRecorded> {
        self.on_objects(self.objects.intended(index, ordinal, intended))
            .await
    }

    fn object_written(&self, index: u64, written: Written) {
        self.journal.events(self.objects.written(index, written));
    }

    fn object_deleted(&self, index: u64, object: &ObjectReference, uid: String) {
        self.journal.events([self.objects.deleted(index, object, uid)]);
    }

    fn object_refused(&self, index: u64, object: &ObjectReference) {
        self.journal.events([self.objects.refused(index, object)]);
    }

    fn removal(&self, index: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal> {
        self.objects.removal(index, object, gone)
    }

    fn awaits_end(&self, object: &ObjectReference) -> Option<String> {
        self.objects.awaits_end(object)
    }

    async fn object_removed(
        &self,
        index: u64,
        object: &ObjectReference,
        removed: Removed,
    ) -> Result<(), NotRecorded> {
        self.on_objects(self.objects.removed(index, object, removed))
            .await
    }

    async fn denied(
        &self,
        index: u64,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = append::message(message.unwrap_or_default());
        self.append(Some(index), self.refused(layer, rule).into(), said, Vec::new())
            .await
    }

    async fn milestone(&self, index: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        let event = DeploymentEvent::MilestoneReached {
            id: self.attempt.clone(),
            name: name.to_owned(),
        };
        let detail = body(DETAIL, detail.to_string().into_bytes());
        self.append(Some(index), event.into(), detail, Vec::new()).await
    }

    async fn output(&self, index: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded> {
        let set = |sensitive| DeploymentEvent::OutputSet {
            id: self.attempt.clone(),
            name: name.to_owned(),
            sensitive,
        };
        match value {
            OutputValue::Plain(value) => {
                self.append(
                    Some(index),
                    set(false).into(),
                    body(VALUE, value.to_string().into_bytes()),
                    Vec::new(),
                )
                .await
            }
            OutputValue::Sensitive(handle) => {
                let sealed: Vec<SealedValue> = self.secrets.minted(&handle).into_iter().collect();
                let bodies = body(VALUE, handle.as_str().as_bytes().to_vec());
                self.append(Some(index), set(true).into(), bodies, sealed).await
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
