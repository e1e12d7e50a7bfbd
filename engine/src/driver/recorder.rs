//! Keeps what a run says: events on the deployment's and the lane's streams, lines in the task log, live progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptId, DeploymentEvent, Layer};
use shipslog_events::event::lane::{LaneEvent, ObjectReference};
use shipslog_events::ids::{DeploymentId, EventId};
use shipslog_events::log::{SealedValue, TaskLogLine};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Append, Context, Expected, NewBody, Stream};

use super::LiveState;
use super::append::{self, stream};
use super::vault::Vault;
use crate::engine::Parts;
use crate::runner::{LogLevel, NotRecorded, OutputValue, Recorder};

/// The recorder of one run.
pub(super) struct RunRecorder {
    pub(super) parts: Arc<Parts>,
    pub(super) vault: Arc<Vault>,
    pub(super) deployment: DeploymentId,
    pub(super) lane: LaneKey,
    pub(super) attempt: AttemptId,
    /// The event that requested the deployment.
    pub(super) cause: EventId,
    pub(super) context: Context,
    /// Counts this run's events, so that each has an id of its own.
    pub(super) ordinal: AtomicU32,
}

impl RunRecorder {
    /// Appends one fact. No decision guards it: it has happened.
    async fn append(
        &self,
        to: Stream,
        event: Event,
        bodies: Vec<NewBody>,
        sealed: Vec<SealedValue>,
    ) -> Result<(), NotRecorded> {
        let label = format!(
            "run:{}:{}",
            self.attempt,
            self.ordinal.fetch_add(1, Ordering::Relaxed)
        );
        let mut appended = stream(to, Expected::Any, self.cause, &label, [event]);
        appended.events[0].bodies = bodies;
        let append = Append {
            context: self.context.clone(),
            streams: vec![appended],
            guards: Vec::new(),
            sealed,
        };
        self.parts
            .log
            .append(append)
            .await
            .map_err(|error| NotRecorded(error.to_string()))?;
        Ok(())
    }

    async fn on_deployment(&self, event: DeploymentEvent, bodies: Vec<NewBody>) -> Result<(), NotRecorded> {
        self.append(
            Stream::Deployment(self.deployment),
            event.into(),
            bodies,
            Vec::new(),
        )
        .await
    }

    async fn on_lane(&self, event: LaneEvent) -> Result<(), NotRecorded> {
        self.append(
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

impl Recorder for RunRecorder {
    fn object_intended<'a>(&'a self, object: &'a ObjectReference) -> BoxFuture<'a, Result<(), NotRecorded>> {
        self.on_lane(LaneEvent::ObjectIntended {
            deployment: self.deployment,
            step: self.attempt.step.clone(),
            target: self.attempt.target.clone(),
            object: object.clone(),
        })
        .boxed()
    }

    fn object_removed<'a>(&'a self, object: &'a ObjectReference) -> BoxFuture<'a, Result<(), NotRecorded>> {
        self.on_lane(LaneEvent::ObjectRemoved {
            deployment: self.deployment,
            step: self.attempt.step.clone(),
            target: self.attempt.target.clone(),
            object: object.clone(),
        })
        .boxed()
    }

    fn denied<'a>(
        &'a self,
        layer: Layer,
        rule: &'a str,
        message: Option<&'a str>,
    ) -> BoxFuture<'a, Result<(), NotRecorded>> {
        let event = DeploymentEvent::AccessDenied {
            id: self.attempt.clone(),
            layer,
            rule: rule.to_owned(),
        };
        self.on_deployment(event, append::message(message.unwrap_or_default()))
            .boxed()
    }

    fn milestone<'a>(&'a self, name: &'a str, detail: Value) -> BoxFuture<'a, Result<(), NotRecorded>> {
        let event = DeploymentEvent::MilestoneReached {
            id: self.attempt.clone(),
            name: name.to_owned(),
        };
        self.on_deployment(event, body("detail", detail.to_string().into_bytes()))
            .boxed()
    }

    fn output<'a>(&'a self, name: &'a str, value: OutputValue) -> BoxFuture<'a, Result<(), NotRecorded>> {
        let set = |sensitive| DeploymentEvent::OutputSet {
            id: self.attempt.clone(),
            name: name.to_owned(),
            sensitive,
        };
        let to = Stream::Deployment(self.deployment);
        match value {
            OutputValue::Plain(value) => self
                .on_deployment(set(false), body("value", value.to_string().into_bytes()))
                .boxed(),
            OutputValue::Sensitive(handle) => {
                let sealed: Vec<SealedValue> = self.vault.minted(&handle).into_iter().collect();
                let bodies = body("value", handle.as_str().as_bytes().to_vec());
                self.append(to, set(true).into(), bodies, sealed).boxed()
            }
        }
    }

    fn log<'a>(
        &'a self,
        index: u64,
        level: LogLevel,
        message: &'a str,
    ) -> BoxFuture<'a, Result<(), NotRecorded>> {
        let line = TaskLogLine {
            deployment: self.deployment,
            attempt: self.attempt.to_string(),
            index,
            line: 0,
            at: now().as_millisecond(),
            level: level_word(level).to_owned(),
            message: message.to_owned(),
        };
        async move {
            self.parts
                .log
                .write_task_log(vec![line])
                .await
                .map_err(|error| NotRecorded(error.to_string()))
        }
        .boxed()
    }

    fn progress<'a>(
        &'a self,
        done: u32,
        total: u32,
        message: &'a str,
    ) -> BoxFuture<'a, Result<(), NotRecorded>> {
        let state = LiveState {
            attempt: self.attempt.clone(),
            done,
            total,
            message: message.to_owned(),
        };
        self.parts.live.say(self.deployment, state);
        futures::future::ready(Ok(())).boxed()
    }
}

fn level_word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    }
}

/// The driver is the shell: it may look at the clock.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
