//! One attempt: begun with frozen inputs, carried out in the sandbox, concluded in words.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use shipslog_domain::capability::{Boundary, Rights};
use shipslog_domain::deployment::{Command, Deployment};
use shipslog_events::NewBody;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::{INPUTS, SITUATION};
use shipslog_events::event::deployment::{AttemptId, AttemptOutcome, DeploymentEvent, Limits};
use shipslog_events::ids::{ComponentDigest, EventId};
use shipslog_events::journal::JournalKey;
use shipslog_log::EventReader;
use shipslog_runner::{Attempt, Cancel, CheckRefusal, Component, JOURNAL_FORMAT, Recorder, Situation};

use super::append::context;
use super::clock::{Clock, now};
use super::finished::Finished;
use super::journal::Journal;
use super::preflight::{preflight, stay_granted, stay_inside};
use super::prepare::{Frozen, Impossible, Prepared, prepare};
use super::recorder::RunRecorder;
use super::records::start_of;
use super::vault::Vault;
use crate::commands::Error;
use crate::engine::Parts;
use crate::load::{DeploymentHistory, json_body};

/// Seconds until a run is stopped.
const DEADLINE: u64 = 30 * 60;

/// A run that is about to begin, or that cannot: then it is recorded as one that ended at once.
pub(super) struct Begun {
    seed: String,
    component: Option<ComponentDigest>,
    limits: Limits,
    pub(super) prepared: Result<Prepared, Impossible>,
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
            journal_format: self.prepared.is_ok().then_some(JOURNAL_FORMAT),
        }
    }

    pub(super) fn bodies(&self) -> Vec<NewBody> {
        let Ok(prepared) = &self.prepared else {
            return Vec::new();
        };
        let body = |name: &str, bytes: Vec<u8>| NewBody {
            name: name.to_owned(),
            bytes,
        };
        let situation = serde_json::to_vec(&prepared.situation).expect("a situation is plain data");
        vec![
            body(INPUTS, prepared.inputs.to_string().into_bytes()),
            body(SITUATION, situation),
        ]
    }
}

/// The same for every attempt of a step on a target.
fn seed(request: EventId, id: &AttemptId) -> [u8; 32] {
    Sha256::digest(format!("{request}/{}/{}", id.step, id.target)).into()
}

/// Gets a run ready: as the attempt before it was, or anew for the first. What goes wrong is the attempt's outcome.
pub(super) async fn begin(parts: &Parts, history: &DeploymentHistory, id: &AttemptId) -> Begun {
    let prepared = match earlier(parts, history, id).await {
        Ok(Some(prepared)) => Ok(prepared),
        Ok(None) => prepare(parts, history, id).await,
        Err(error) => Err(error),
    };
    Begun {
        seed: hex::encode(seed(history.request(), id)),
        component: planned(&history.deployment, id).cloned(),
        limits: parts.runner.limits(),
        prepared: prepared.unwrap_or_else(|error| Err(Impossible::errored(error.to_string()))),
    }
}

/// What an attempt before this one was given. Nothing is resolved a second time: where it was erased, the run cannot
/// begin.
async fn earlier(
    parts: &Parts,
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<Option<Result<Prepared, Impossible>>, Error> {
    for recorded in history.events.iter().rev() {
        let Event::Deployment(DeploymentEvent::AttemptStarted { id, .. }) = &recorded.event else {
            continue;
        };
        // One without bodies could not begin, so that nothing was frozen.
        if id.step == wanted.step && id.target == wanted.target && !recorded.bodies.is_empty() {
            let given = given(&*parts.log, recorded.id).await?;
            return Ok(Some(given.ok_or_else(|| Impossible::failed(erased(id)))));
        }
    }
    Ok(None)
}

fn erased(id: &AttemptId) -> String {
    format!("the inputs of attempt {id} were erased; create a new deployment")
}

/// What the event of an attempt's start holds.
async fn given(log: &dyn EventReader, event: EventId) -> Result<Option<Prepared>, Error> {
    let (Some(inputs), Some(situation)) = (
        json_body(log, event, INPUTS).await?,
        json_body(log, event, SITUATION).await?,
    ) else {
        return Ok(None);
    };
    let situation: Frozen = serde_json::from_value(situation).map_err(Error::internal)?;
    Ok(Some(Prepared { inputs, situation }))
}

/// Carries a run out, from its beginning (`fresh`: its journal has no entry) or from where its journal ends. Whatever
/// goes wrong is the run's outcome, never the driver's.
pub(super) async fn run(
    parts: &Arc<Parts>,
    history: &DeploymentHistory,
    id: &AttemptId,
    fresh: bool,
    cancel: Cancel,
) -> Finished {
    match carry_out(parts, history, id, fresh, cancel).await {
        Ok(finished) => finished,
        // What is in its journal is not given up for a server that is busy or a cluster that is away.
        Err(error @ (Error::Outside(_) | Error::Internal(_))) if !fresh => {
            Finished::at_once(AttemptOutcome::Interrupted, error.to_string())
        }
        Err(error @ (Error::Refused { .. } | Error::Invalid(_) | Error::NotFound(_))) => {
            Finished::at_once(AttemptOutcome::Failed, error.to_string())
        }
        Err(error @ (Error::Outside(_) | Error::Internal(_))) => {
            Finished::at_once(AttemptOutcome::Errored, error.to_string())
        }
    }
}

async fn carry_out(
    parts: &Arc<Parts>,
    history: &DeploymentHistory,
    id: &AttemptId,
    fresh: bool,
    cancel: Cancel,
) -> Result<Finished, Error> {
    let ready = ready(parts, history, id, fresh);
    // Until the step runs nothing is written, so that a wait for the API server may end anywhere.
    let ready = tokio::select! {
        biased;
        () = cancel.requested(), if fresh => {
            // Its first call may have come before the server stopped: then nobody knows that it did nothing.
            let began = history.deployment.attempt(id).is_some();
            let sentence = if began {
                "the step was cancelled before it went on after the server had stopped"
            } else {
                "the step was cancelled before it began"
            };
            return Ok(Finished::at_once(AttemptOutcome::Cancelled, sentence));
        }
        ready = ready => ready?,
    };
    let Ready {
        component,
        attempt,
        journal,
        recorder,
    } = ready;
    let ended = parts.runner.run(&component, attempt, recorder, cancel).await;
    Ok(Finished {
        ended,
        tail: Some(journal.take()),
    })
}

/// A run with everything it needs.
struct Ready {
    component: Component,
    attempt: Attempt,
    journal: Arc<Journal>,
    recorder: Arc<dyn Recorder>,
}

/// Nothing is resolved here: what a run is given was frozen when it began. One that goes on does not ask the API server
/// about its rights again.
async fn ready(
    parts: &Arc<Parts>,
    history: &DeploymentHistory,
    id: &AttemptId,
    fresh: bool,
) -> Result<Ready, Error> {
    let (deployment, cause) = (&history.deployment, history.request());
    let begun = beginning(history, id);
    let Some(Prepared { inputs, situation }) = given(&*parts.log, start_of(cause, id)).await? else {
        return Err(Error::refused("inputs-erased", erased(id)));
    };
    let component = component(parts, deployment, id)?;
    let description = parts.runner.describe(&component).await.map_err(Error::internal)?;
    let asked = match situation.asked.clone() {
        Some(asked) => asked,
        None => parts.runner.check(&component, &inputs).await.map_err(unchecked)?,
    };
    let cluster = parts
        .clusters
        .reach(parts, &situation.url, &situation.certificate, &situation.account)
        .await?
        .in_namespace(situation.namespace.clone());
    let vault = Arc::new(Vault::new(Arc::clone(parts)));
    let journal = Arc::new(Journal::new(parts, &vault, JournalKey::of(deployment.id, id)));
    let recorder: Arc<dyn Recorder> = Arc::new(RunRecorder {
        parts: Arc::clone(parts),
        vault: Arc::clone(&vault),
        deployment: deployment.id,
        lane: deployment.lane.clone(),
        attempt: id.clone(),
        cause,
        context: context(history),
        journal: Arc::clone(&journal),
    });
    let boundary = Boundary {
        namespace: situation.namespace.clone(),
    };
    if fresh {
        if let Some(grant) = &situation.grant {
            stay_granted(grant, &*recorder, &asked).await?;
        }
        stay_inside(&boundary, &*recorder, &asked).await?;
        preflight(&cluster, &*recorder, &asked, &situation).await?;
    }
    let rights = Rights {
        declared: description.capabilities.clone(),
        granted: situation.grant.clone().unwrap_or(asked),
        boundary,
    };
    let clock = Clock::not_before(history);
    let attempt = Attempt {
        id: id.clone(),
        situation: told(deployment, &situation),
        inputs,
        variables: situation.variables,
        outputs: description.outputs.clone(),
        milestones: description.milestones.clone(),
        rights,
        seed: seed(cause, id),
        deadline: begun.deadline,
        left: begun.deadline.saturating_sub(clock.since(begun.at)),
        limits: begun.limits.unwrap_or_else(|| parts.runner.limits()),
        cluster: Arc::new(cluster),
        secrets: vault,
        now: clock.into_now(),
    };
    Ok(Ready {
        component,
        attempt,
        journal,
        recorder,
    })
}

/// What the event of an attempt's start says.
struct Beginning {
    at: Timestamp,
    deadline: Duration,
    limits: Option<Limits>,
}

fn beginning(history: &DeploymentHistory, wanted: &AttemptId) -> Beginning {
    let start = history.events.iter().rev().find_map(|it| match &it.event {
        Event::Deployment(DeploymentEvent::AttemptStarted {
            id,
            deadline_seconds,
            limits,
            ..
        }) if id == wanted => Some(Beginning {
            at: it.recorded_at,
            deadline: Duration::from_secs(*deadline_seconds),
            limits: Some(*limits),
        }),
        _ => None,
    });
    // The task has read the log before the attempt began: then it begins now.
    start.unwrap_or(Beginning {
        at: now(),
        deadline: Duration::from_secs(DEADLINE),
        limits: None,
    })
}

fn planned<'a>(deployment: &'a Deployment, id: &AttemptId) -> Option<&'a ComponentDigest> {
    let planned = deployment.steps.iter().find(|it| it.step.step.name == id.step)?;
    Some(&planned.step.component)
}

fn component(parts: &Parts, deployment: &Deployment, id: &AttemptId) -> Result<Component, Error> {
    let digest =
        planned(deployment, id).ok_or_else(|| Error::refused("no-step", "the step is not in the plan"))?;
    parts
        .components
        .by_digest(digest)
        .map_err(|error| Error::refused("no-component", error))
}

/// Wrong inputs stay wrong; a component that did not answer may the next time.
fn unchecked(refusal: CheckRefusal) -> Error {
    match refusal {
        CheckRefusal::Errored(_) => Error::internal(refusal),
        CheckRefusal::Inputs(_) | CheckRefusal::BeyondDescription(_) => Error::refused("inputs", refusal),
    }
}

fn told(deployment: &Deployment, frozen: &Frozen) -> Situation {
    Situation {
        deployment: deployment.id,
        project: deployment.project.clone(),
        project_slug: frozen.project_slug.clone(),
        environment: deployment.environment.clone(),
        release: deployment.release.clone(),
        step_slug: frozen.step_slug.clone(),
        labels: frozen.labels.clone(),
        annotations: frozen.annotations.clone(),
        inventory: frozen.inventory.clone(),
    }
}
