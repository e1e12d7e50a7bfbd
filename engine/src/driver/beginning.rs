//! How a run begins: with frozen inputs, recorded, and read again by whoever carries it out.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use shipslog_domain::deployment::Start;
use shipslog_domain::freeze::{Frozen, Impossible, SHORTEST_LIMIT, latest_address};
use shipslog_events::NewBody;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::{INPUTS, SITUATION};
use shipslog_events::event::deployment::{DeploymentEvent, Limits};
use shipslog_events::ids::{AttemptId, ComponentDigest, EventId};
use shipslog_log::EventReader;
use shipslog_runner::JOURNAL_FORMAT;

use super::clock::Clock;
use super::freezing::frozen;
use super::tools::Tools;
use crate::load::{DeploymentHistory, json_body};

/// What a run begins with, or why it cannot: then it is recorded as one that ended at once.
pub(super) struct Preparation {
    seed: String,
    component: ComponentDigest,
    limits: Limits,
    pub(super) frozen: Result<Frozen, Impossible>,
}

impl Preparation {
    pub(super) fn start(&self, id: &AttemptId) -> Start {
        Start {
            id: id.clone(),
            seed: self.seed.clone(),
            deadline_seconds: self
                .frozen
                .as_ref()
                .map_or(SHORTEST_LIMIT, |it| it.given.time_limit()),
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            component: self.component.clone(),
            limits: self.limits,
            journal_format: self.frozen.is_ok().then_some(JOURNAL_FORMAT),
        }
    }
}

/// What a run is given, beside the event of its start.
pub(super) fn bodies(frozen: &Frozen) -> Vec<NewBody> {
    let body = |name: &str, bytes: Vec<u8>| NewBody {
        name: name.to_owned(),
        bytes,
    };
    let given = serde_json::to_vec(&frozen.given).expect("what a run is given is plain data");
    vec![
        body(INPUTS, frozen.inputs.to_string().into_bytes()),
        body(SITUATION, given),
    ]
}

/// The same for every attempt of a step on a target.
fn seed(request: EventId, id: &AttemptId) -> [u8; 32] {
    Sha256::digest(format!("{request}/{}/{}", id.step, id.target)).into()
}

/// Gets a run ready: as the attempt before it was, or anew for the first. What goes wrong is the attempt's outcome.
pub(super) async fn prepare(
    tools: &Tools,
    history: &DeploymentHistory,
    id: &AttemptId,
    component: ComponentDigest,
) -> Preparation {
    let frozen = match earlier(tools, history, id).await {
        Ok(Some(frozen)) => Ok(frozen),
        Ok(None) => frozen(tools, history, id, &component).await,
        Err(impossible) => Err(impossible),
    };
    Preparation {
        seed: hex::encode(seed(history.request(), id)),
        component,
        limits: tools.steps.runner.limits(),
        frozen,
    }
}

/// What an attempt before this one was given. Nothing is resolved a second time, but for where the cluster is reached:
/// where it was erased, the run cannot begin.
async fn earlier(
    tools: &Tools,
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<Option<Frozen>, Impossible> {
    for recorded in history.events.iter().rev() {
        // For one that could not begin nothing was frozen.
        let Event::Deployment(DeploymentEvent::AttemptStarted {
            id,
            journal_format: Some(_),
            ..
        }) = &recorded.event
        else {
            continue;
        };
        if id.step == wanted.step && id.target == wanted.target {
            let mut frozen = recall(&*tools.store.events, recorded.id, id).await?;
            let configured = tools.configurations.load().await.map_err(Impossible::failed)?;
            let (documents, deployment) = (&configured.state.documents, &history.deployment);
            frozen.given.cluster = latest_address(documents, deployment, wanted)?;
            return Ok(Some(frozen));
        }
    }
    Ok(None)
}

/// What the event of an attempt's start holds.
pub(super) async fn recall(
    log: &dyn EventReader,
    event: EventId,
    id: &AttemptId,
) -> Result<Frozen, Impossible> {
    let (Some(inputs), Some(given)) = (
        json_body(log, event, INPUTS).await.map_err(Impossible::failed)?,
        json_body(log, event, SITUATION)
            .await
            .map_err(Impossible::failed)?,
    ) else {
        return Err(Impossible::InputsErased(id.clone()));
    };
    let given = serde_json::from_value(given).map_err(Impossible::failed)?;
    Ok(Frozen { inputs, given })
}

/// What the event of an attempt's start says.
pub(super) struct RecordedStart {
    /// Its bodies hold what the run was given.
    pub(super) event: EventId,
    at: Timestamp,
    pub(super) deadline: Duration,
    pub(super) component: ComponentDigest,
    pub(super) limits: Limits,
    pub(super) seed: [u8; 32],
}

impl RecordedStart {
    /// Until the run is stopped.
    pub(super) fn left(&self, clock: &Clock) -> Duration {
        self.deadline.saturating_sub(clock.since(self.at))
    }
}

pub(super) fn recorded_start(
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<RecordedStart, Impossible> {
    for recorded in history.events.iter().rev() {
        let Event::Deployment(DeploymentEvent::AttemptStarted {
            id,
            seed,
            deadline_seconds,
            component,
            limits,
            ..
        }) = &recorded.event
        else {
            continue;
        };
        if id == wanted {
            let mut bytes = [0; 32];
            hex::decode_to_slice(seed, &mut bytes).map_err(Impossible::failed)?;
            return Ok(RecordedStart {
                event: recorded.id,
                at: recorded.recorded_at,
                deadline: Duration::from_secs(*deadline_seconds),
                component: component.clone(),
                limits: *limits,
                seed: bytes,
            });
        }
    }
    Err(Impossible::failed("its beginning is not in the log"))
}
