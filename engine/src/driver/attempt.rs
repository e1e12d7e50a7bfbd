//! One attempt: begun with frozen inputs, carried out in the sandbox, concluded in words.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptId, AttemptOutcome, DeploymentEvent, Layer, Outcome};
use shipslog_events::ids::EventId;
use shipslog_events::{EventLog, NewBody};

use super::prepare::{Frozen, Impossible, Prepared, prepare};
use super::recorder::{RunRecorder, now};
use super::task::context;
use super::vault::Vault;
use crate::cluster::{self, Cluster, Right};
use crate::commands::Error;
use crate::domain::capability::{Boundary, Capability, Rights, Verb};
use crate::domain::deployment::{Command, Deployment};
use crate::domain::lane::Lane;
use crate::engine::Parts;
use crate::load::{self, DeploymentHistory, json_body};
use crate::runner::{Attempt, Cancel, Ended, Recorder, Situation};

/// Seconds until a run is stopped.
const DEADLINE: u64 = 30 * 60;

/// A run that is about to begin, or that cannot: then it is recorded as one that ended at once.
pub(super) struct Begun {
    seed: String,
    pub(super) prepared: Result<Prepared, Impossible>,
}

impl Begun {
    pub(super) fn command(&self, id: &AttemptId) -> Command {
        Command::StartAttempt {
            id: id.clone(),
            seed: self.seed.clone(),
            deadline_seconds: DEADLINE,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
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
            body("inputs", prepared.inputs.to_string().into_bytes()),
            body("situation", situation),
        ]
    }
}

/// Names the event of an attempt's start, so that its bodies are found again.
pub(super) fn label(id: &AttemptId) -> String {
    format!("attempt-started:{id}")
}

/// The same for every attempt of a step on a target.
fn seed(request: EventId, id: &AttemptId) -> [u8; 32] {
    Sha256::digest(format!("{request}/{}/{}", id.step, id.target)).into()
}

/// Gets a run ready: as the attempt before it was, or anew for the first.
pub(super) async fn begin(
    parts: &Parts,
    history: &DeploymentHistory,
    id: &AttemptId,
) -> Result<Begun, Error> {
    let prepared = match earlier(parts, history, id).await? {
        Some(prepared) => Ok(prepared),
        None => prepare(parts, history, id).await?,
    };
    Ok(Begun {
        seed: hex::encode(seed(history.request(), id)),
        prepared,
    })
}

/// What an attempt before this one was given.
async fn earlier(
    parts: &Parts,
    history: &DeploymentHistory,
    wanted: &AttemptId,
) -> Result<Option<Prepared>, Error> {
    for recorded in history.events.iter().rev() {
        let Event::Deployment(DeploymentEvent::AttemptStarted { id, .. }) = &recorded.event else {
            continue;
        };
        if id.step == wanted.step && id.target == wanted.target {
            return given(&*parts.log, recorded.id).await;
        }
    }
    Ok(None)
}

/// What the event of an attempt's start holds.
async fn given(log: &dyn EventLog, event: EventId) -> Result<Option<Prepared>, Error> {
    let (Some(inputs), Some(situation)) = (
        json_body(log, event, "inputs").await?,
        json_body(log, event, "situation").await?,
    ) else {
        return Ok(None);
    };
    let situation: Frozen = serde_json::from_value(situation).map_err(Error::internal)?;
    Ok(Some(Prepared { inputs, situation }))
}

/// Carries a run out. Whatever goes wrong is the run's outcome, never the driver's.
pub(super) async fn run(
    parts: &Arc<Parts>,
    history: &DeploymentHistory,
    id: &AttemptId,
    cancel: Cancel,
) -> Ended {
    match carry_out(parts, history, id, cancel).await {
        Ok(ended) => ended,
        Err(error @ (Error::Refused { .. } | Error::Invalid(_) | Error::NotFound(_))) => Ended {
            outcome: AttemptOutcome::Failed,
            message: error.to_string(),
        },
        Err(error @ (Error::Outside(_) | Error::Internal(_))) => Ended {
            outcome: AttemptOutcome::Errored,
            message: error.to_string(),
        },
    }
}

async fn carry_out(
    parts: &Arc<Parts>,
    history: &DeploymentHistory,
    id: &AttemptId,
    cancel: Cancel,
) -> Result<Ended, Error> {
    let log = &*parts.log;
    let (deployment, cause) = (&history.deployment, history.request());
    let started = EventId::derived(cause, &label(id), 0);
    let Some(Prepared { inputs, situation }) = given(log, started).await? else {
        let message = format!("the inputs of attempt {id} were erased; create a new deployment");
        return Err(Error::refused("inputs-erased", message));
    };
    let planned = deployment.steps.iter().find(|it| it.step.step.name == id.step);
    let Some(planned) = planned else {
        return Err(Error::refused("no-step", "the step is not in the plan"));
    };
    let component = parts
        .components
        .by_digest(&planned.step.component)
        .map_err(|error| Error::refused("no-component", error))?;
    let description = parts.runner.describe(&component).await.map_err(Error::internal)?;
    let asked = parts
        .runner
        .check(&component, &inputs)
        .await
        .map_err(|refusal| Error::refused("inputs", refusal))?;
    let cluster = parts
        .clusters
        .reach(parts, &situation.url, &situation.certificate, &situation.account)
        .await?
        .in_namespace(situation.namespace.clone());
    let vault = Arc::new(Vault::new(Arc::clone(parts)));
    let recorder: Arc<dyn Recorder> = Arc::new(RunRecorder {
        parts: Arc::clone(parts),
        vault: Arc::clone(&vault),
        deployment: deployment.id,
        lane: deployment.lane.clone(),
        attempt: id.clone(),
        cause,
        context: context(history),
        ordinal: AtomicU32::new(0),
    });
    let rights = Rights {
        declared: description.capabilities.clone(),
        granted: situation.grant.clone().unwrap_or_else(|| asked.clone()),
        boundary: Boundary {
            namespace: situation.namespace.clone(),
            ..Boundary::default()
        },
    };
    preflight(&cluster, &*recorder, &asked, &situation).await?;
    let attempt = Attempt {
        id: id.clone(),
        situation: told(deployment, &situation),
        inputs,
        variables: situation.variables,
        outputs: description.outputs.clone(),
        milestones: description.milestones.clone(),
        rights,
        seed: seed(cause, id),
        deadline: Duration::from_secs(DEADLINE),
        cluster: Arc::new(cluster),
        secrets: vault,
        now: Arc::new(|| now().as_millisecond().unsigned_abs()),
    };
    Ok(parts.runner.run(&component, attempt, recorder, cancel).await)
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

/// Asks the API server about everything that the step needs, before its first write, and names all that is missing.
async fn preflight(
    cluster: &Cluster,
    recorder: &dyn Recorder,
    asked: &[Capability],
    situation: &Frozen,
) -> Result<(), Error> {
    let rights: Vec<Right> = asked.iter().flat_map(rights_of).collect();
    let missing = cluster.preflight(&rights).await.map_err(|error| match error {
        cluster::Error::Unavailable(_) | cluster::Error::Throttled(_) => Error::Outside(error.to_string()),
        other => Error::refused("cluster", other),
    })?;
    for rule in &missing {
        recorder
            .denied(Layer::Cluster, rule)
            .await
            .map_err(Error::internal)?;
    }
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(Error::refused(
            "rights-missing",
            format!(
                "account {} may not do what the step needs; nothing was written. Missing: {}",
                situation.account,
                missing.join("; ")
            ),
        )),
    }
}

/// A capability as the API server's rules have it.
fn rights_of(capability: &Capability) -> Vec<Right> {
    let right = |verb: &str, subresource: &str| Right {
        verb: verb.to_owned(),
        group: capability.group.clone(),
        kind: capability.kind.clone(),
        subresource: subresource.to_owned(),
        namespace: capability.namespace.clone(),
        name: (!capability.name.contains('*') && verb != "create").then(|| capability.name.clone()),
    };
    let of_verb = |verb: &Verb| match verb {
        Verb::Get => vec![right("get", "")],
        Verb::List => vec![right("list", "")],
        Verb::Watch => vec![right("watch", "")],
        Verb::Apply => vec![right("patch", ""), right("create", "")],
        Verb::Patch => vec![right("patch", "")],
        Verb::Delete => vec![right("delete", "")],
        Verb::Logs => vec![right("get", "log")],
        Verb::Force | Verb::RevealSecrets => Vec::new(),
    };
    capability.verbs.iter().flat_map(of_verb).collect()
}

/// How a deployment ended, in words, with what it left in the cluster.
pub(super) async fn conclusion(
    log: &dyn EventLog,
    history: &DeploymentHistory,
    lane: &Lane,
    outcome: Outcome,
) -> Result<String, Error> {
    if outcome == Outcome::Succeeded {
        return Ok("every step succeeded on every target".to_owned());
    }
    let mut sentences = Vec::new();
    for attempt in history.deployment.latest_attempts().into_values() {
        match attempt.outcome() {
            Some(AttemptOutcome::Succeeded) | None => continue,
            Some(AttemptOutcome::Failed | AttemptOutcome::Errored | AttemptOutcome::Cancelled) => {}
            Some(AttemptOutcome::Interrupted) => {}
        }
        let said = said(log, history, &attempt.id).await?;
        sentences.push(format!("{} on {}: {said}", attempt.id.step, attempt.id.target));
    }
    let left: Vec<String> = lane
        .written_by(history.deployment.id)
        .into_values()
        .flatten()
        .map(ToString::to_string)
        .collect();
    if !left.is_empty() {
        sentences.push(format!(
            "written by this deployment and still in the cluster: {}",
            left.join(", ")
        ));
    }
    Ok(sentences.join("\n"))
}

/// What an attempt said when it ended.
async fn said(log: &dyn EventLog, history: &DeploymentHistory, wanted: &AttemptId) -> Result<String, Error> {
    let end = history.events.iter().rev().find(|it| match &it.event {
        Event::Deployment(DeploymentEvent::AttemptEnded { id, .. }) => id == wanted,
        _ => false,
    });
    let Some(end) = end else { return Ok(String::new()) };
    let body = log.body(end.id, "message".to_owned()).await?;
    Ok(body
        .map(|it| String::from_utf8_lossy(&it).into_owned())
        .unwrap_or_default())
}
