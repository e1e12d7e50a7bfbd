//! One attempt: begun with frozen inputs, carried out in the sandbox, concluded in words.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use shipslog_domain::capability::{Boundary, Rights};
use shipslog_domain::deployment::Command;
use shipslog_domain::freeze::{Frozen, Impossible};
use shipslog_events::NewBody;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::{INPUTS, SITUATION};
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent, Limits};
use shipslog_events::ids::{AttemptId, ComponentDigest, DeploymentId, EventId};
use shipslog_events::journal::JournalKey;
use shipslog_log::EventReader;
use shipslog_runner::{Attempt, Cancel, CheckRefusal, Component, JOURNAL_FORMAT, Recorder};

use super::append::context;
use super::clock::Clock;
use super::deployment_records::start_of;
use super::failure::failed;
use super::finished::Finished;
use super::freezing::frozen;
use super::journal_buffer::JournalBuffer;
use super::preflight::{Denied, beyond_boundary, beyond_grant, preflight};
use super::recorder::RunRecorder;
use super::run_secrets::RunSecrets;
use super::tools::Tools;
use crate::load::{self, DeploymentHistory, json_body};

/// Seconds until a run is stopped.
const DEADLINE: u64 = 30 * 60;

/// A run that is about to begin, or that cannot: then it is recorded as one that ended at once.
pub(super) struct Begun {
    seed: String,
    component: Option<ComponentDigest>,
    limits: Limits,
    pub(super) frozen: Result<Frozen, Impossible>,
}

impl Begun {
    pub(super) fn command(&self, id: &AttemptId) -> Command {
        Command::StartAttempt {
            id: id.clone(),
            seed: self.seed.clone(),
            deadline_seconds: DEADLINE,
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
pub(super) async fn begin(tools: &Tools, history: &DeploymentHistory, id: &AttemptId) -> Begun {
    let frozen = match earlier(tools, history, id).await {
        Ok(Some(frozen)) => Ok(frozen),
        Ok(None) => frozen(tools, history, id).await,
        Err(impossible) => Err(impossible),
    };
    Begun {
        seed: hex::encode(seed(history.request(), id)),
        component: history.deployment.component(&id.step).cloned(),
        limits: tools.steps.runner.limits(),
        frozen,
    }
}

/// What an attempt before this one was given. Nothing is resolved a second time: where it was erased, the run cannot
/// begin.
async fn earlier(
    tools: &Tools,
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<Option<Frozen>, Impossible> {
    for recorded in history.events.iter().rev() {
        let Event::Deployment(DeploymentEvent::AttemptStarted { id, .. }) = &recorded.event else {
            continue;
        };
        // One without bodies could not begin, so that nothing was frozen.
        if id.step == wanted.step && id.target == wanted.target && !recorded.bodies.is_empty() {
            return recall(&*tools.store.events, recorded.id, id).await.map(Some);
        }
    }
    Ok(None)
}

/// What the event of an attempt's start holds.
async fn recall(log: &dyn EventReader, event: EventId, id: &AttemptId) -> Result<Frozen, Impossible> {
    let (Some(inputs), Some(given)) = (
        json_body(log, event, INPUTS).await.map_err(failed)?,
        json_body(log, event, SITUATION).await.map_err(failed)?,
    ) else {
        return Err(Impossible::InputsErased(id.clone()));
    };
    let given = serde_json::from_value(given).map_err(failed)?;
    Ok(Frozen { inputs, given })
}

/// A run has no end yet: it goes on from its journal, later. The sentence says why not now.
#[derive(Debug)]
pub(super) struct Postponed(pub(super) String);

/// Carries a run out, from its beginning (`fresh`: its journal has no entry) or from where its journal ends. Whatever
/// goes wrong is the run's outcome, never the driver's.
pub(super) async fn run(
    tools: &Tools,
    deployment: DeploymentId,
    id: &AttemptId,
    fresh: bool,
    cancel: Cancel,
) -> Result<Finished, Postponed> {
    match carry_out(tools, deployment, id, fresh, cancel).await {
        Ok(finished) => finished,
        // What is in its journal is not given up for a server that is busy or a cluster that is away.
        Err(impossible) if !fresh && impossible.outcome() == AttemptOutcome::Errored => {
            Err(Postponed(impossible.to_string()))
        }
        Err(impossible) => Ok(impossible.into()),
    }
}

async fn carry_out(
    tools: &Tools,
    deployment: DeploymentId,
    id: &AttemptId,
    fresh: bool,
    cancel: Cancel,
) -> Result<Result<Finished, Postponed>, Impossible> {
    let loaded = load::deployment(&*tools.store.events, deployment)
        .await
        .map_err(failed)?;
    let history = loaded
        .ok_or_else(|| failed("its request is not in the log"))?
        .state;
    // Until the step runs nothing is written, so that a wait for the API server may end anywhere.
    let ready = tokio::select! {
        biased;
        () = cancel.requested(), if fresh => return Ok(Ok(cancelled(&history, id))),
        ready = ready(tools, &history, id, fresh) => ready?,
    };
    let Ready {
        component,
        attempt,
        journal,
        recorder,
    } = ready;
    let ended = tools
        .steps
        .runner
        .run(&component, attempt, recorder, cancel)
        .await;
    Ok(match ended {
        Ok(ended) => Ok(Finished {
            ended,
            tail: Some(journal.take()),
        }),
        Err(error) => Err(Postponed(error.to_string())),
    })
}

/// Its first call may have come before the server stopped: then nobody knows that it did nothing.
fn cancelled(history: &DeploymentHistory, id: &AttemptId) -> Finished {
    let resumed = history.deployment.attempt(id).is_some_and(|it| it.resumed > 0);
    let sentence = if resumed {
        "the step was cancelled before it went on after the server had stopped"
    } else {
        "the step was cancelled before it began"
    };
    Finished::at_once(AttemptOutcome::Cancelled, sentence)
}

/// A run with everything it needs.
struct Ready {
    component: Component,
    attempt: Attempt,
    journal: Arc<JournalBuffer>,
    recorder: Arc<dyn Recorder>,
}

/// Nothing is resolved here: what a run is given was frozen when it began. One that goes on does not ask the API server
/// about its rights again.
async fn ready(
    tools: &Tools,
    history: &DeploymentHistory,
    id: &AttemptId,
    fresh: bool,
) -> Result<Ready, Impossible> {
    let (deployment, cause) = (&history.deployment, history.request());
    let begun = beginning(history, id)?;
    let store = &tools.store;
    let Frozen { inputs, given } = recall(&*store.events, start_of(cause, id), id).await?;
    let component = tools.component(deployment, id)?;
    let runner = &tools.steps.runner;
    let description = runner
        .describe(&component)
        .await
        .map_err(|error| Impossible::ComponentErrored(error.to_string()))?;
    let asked = match given.asked.clone() {
        Some(asked) => asked,
        None => runner
            .check(&component, &inputs)
            .await
            .map_err(|it| unchecked(&it))?,
    };
    let cluster = tools.clusters.reach(&given.cluster).await?;
    let cluster = cluster.in_namespace(given.namespace.clone());
    let secrets = Arc::new(RunSecrets::new(Arc::clone(&tools.secrets)));
    let key = JournalKey::of(deployment.id, id);
    let journal = Arc::new(JournalBuffer::new(&store.journals, &secrets, key));
    let recorder: Arc<dyn Recorder> = Arc::new(RunRecorder {
        log: Arc::clone(&store.events),
        task_log: Arc::clone(&store.task_log),
        live: tools.live.clone(),
        secrets: Arc::clone(&secrets),
        deployment: deployment.id,
        lane: deployment.lane.clone(),
        attempt: id.clone(),
        cause,
        context: context(history),
        journal: Arc::clone(&journal),
    });
    let boundary = Boundary {
        namespace: given.namespace.clone(),
    };
    if fresh {
        let grant = given.grant.as_deref();
        let denied = match grant
            .and_then(|it| beyond_grant(it, &asked))
            .or_else(|| beyond_boundary(&boundary, &asked))
        {
            Some(denied) => Some(denied),
            None => preflight(&cluster, &asked, &given.cluster).await?,
        };
        if let Some(denied) = denied {
            return Err(record(&*recorder, denied).await);
        }
    }
    let rights = Rights {
        declared: description.capabilities.clone(),
        granted: given.grant.clone().unwrap_or(asked),
        boundary,
    };
    let clock = Clock::not_before(history);
    let attempt = Attempt {
        id: id.clone(),
        situation: given.situation,
        inputs,
        variables: given.variables,
        outputs: description.outputs.clone(),
        milestones: description.milestones.clone(),
        rights,
        seed: begun.seed,
        deadline: begun.deadline,
        left: begun.deadline.saturating_sub(clock.since(begun.at)),
        limits: begun.limits,
        cluster: Arc::new(cluster),
        secrets,
        now: clock.into_now(),
    };
    Ok(Ready {
        component,
        attempt,
        journal,
        recorder,
    })
}

/// Each rule is an event of its own.
async fn record(recorder: &dyn Recorder, denied: Denied) -> Impossible {
    for rule in &denied.rules {
        if let Err(error) = recorder.denied(None, denied.layer, rule, None).await {
            return failed(error);
        }
    }
    denied.impossible
}

/// What the event of an attempt's start says.
struct Beginning {
    at: Timestamp,
    deadline: Duration,
    limits: Limits,
    seed: [u8; 32],
}

fn beginning(history: &DeploymentHistory, wanted: &AttemptId) -> Result<Beginning, Impossible> {
    for recorded in history.events.iter().rev() {
        let Event::Deployment(DeploymentEvent::AttemptStarted {
            id,
            seed,
            deadline_seconds,
            limits,
            ..
        }) = &recorded.event
        else {
            continue;
        };
        if id == wanted {
            let mut bytes = [0; 32];
            hex::decode_to_slice(seed, &mut bytes).map_err(failed)?;
            return Ok(Beginning {
                at: recorded.recorded_at,
                deadline: Duration::from_secs(*deadline_seconds),
                limits: *limits,
                seed: bytes,
            });
        }
    }
    Err(failed("its beginning is not in the log"))
}

/// Wrong inputs stay wrong; a component that did not answer may the next time.
fn unchecked(refusal: &CheckRefusal) -> Impossible {
    let sentence = refusal.to_string();
    match refusal {
        CheckRefusal::Errored(_) => Impossible::ComponentErrored(sentence),
        CheckRefusal::Inputs(_) | CheckRefusal::BeyondDescription(_) => Impossible::InputsRefused(sentence),
    }
}
