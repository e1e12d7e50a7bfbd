//! One attempt, carried out in the sandbox: from its beginning, or from where its journal ends.

use std::fmt::Display;
use std::sync::Arc;

use shipslog_domain::capability::{Boundary, Rights};
use shipslog_domain::freeze::{Frozen, Impossible};
use shipslog_events::event::deployment::AttemptOutcome;
use shipslog_events::ids::{AttemptId, DeploymentId};
use shipslog_events::journal::JournalKey;
use shipslog_runner::{Assignment, Cancel, CheckRefusal, Component, Recorder, Unended};

use super::append::context;
use super::beginning::{RecordedStart, recall, recorded_start};
use super::clock::Clock;
use super::finished::Finished;
use super::journal_buffer::JournalBuffer;
use super::object_records::{ObjectRecords, Of};
use super::preflight::{Denied, beyond_boundary, beyond_grant, preflight};
use super::recorder::RunRecorder;
use super::run_secrets::RunSecrets;
use super::tools::Tools;
use crate::load::{self, DeploymentHistory};

/// Where a run takes up its work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entrance {
    /// It has just begun.
    Beginning,
    /// Where its journal ends, as the server stopped under it.
    Journal {
        /// How many there are.
        entries: u64,
    },
}

impl Entrance {
    /// Whether it made no call yet.
    fn is_fresh(self) -> bool {
        matches!(self, Self::Beginning | Self::Journal { entries: 0 })
    }

    /// Whether there is something to go on from, and so to wait for.
    fn has_entries(self) -> bool {
        matches!(self, Self::Journal { entries: 1.. })
    }

    /// What is said of a run that is stopped here. The first call may have come before the server stopped: then nobody
    /// knows that it did nothing.
    fn cancelled(self) -> Finished {
        let sentence = match self {
            Self::Beginning => "the step was cancelled before it began",
            Self::Journal { .. } => "the step was cancelled before it went on after the server had stopped",
        };
        Finished::at_once(AttemptOutcome::Cancelled, sentence)
    }
}

/// Carries a run out. Whatever goes wrong is the run's outcome, never the driver's.
pub(super) async fn run(
    tools: &Tools,
    deployment: DeploymentId,
    id: &AttemptId,
    entrance: Entrance,
    cancel: Cancel,
) -> Result<Finished, Unended> {
    let loaded = load::deployment(&*tools.store.events, deployment).await;
    let Some(loaded) = loaded.map_err(not_ready)? else {
        return Err(not_ready("its request is not in the log"));
    };
    let history = loaded.state;
    let start = match recorded_start(&history, id) {
        Ok(start) => start,
        Err(impossible) => return Ok(impossible.into()),
    };
    let may_wait = || {
        let left = start.left(&Clock::not_before(&history));
        entrance.has_entries() && !left.is_zero() && !cancel.is_requested()
    };
    // Until the step runs nothing is written, so that a wait for the API server may end anywhere.
    let ready = tokio::select! {
        biased;
        () = cancel.requested(), if entrance.is_fresh() => return Ok(entrance.cancelled()),
        ready = ready(tools, &history, id, &start, entrance) => ready,
    };
    let Ready {
        component,
        assignment,
        journal,
        recorder,
    } = match ready {
        Ok(ready) => ready,
        // What is in its journal is not given up for a server that is busy.
        Err(impossible) if impossible.outcome() == AttemptOutcome::Errored && may_wait() => {
            return Err(not_ready(impossible));
        }
        Err(impossible) => return Ok(impossible.into()),
    };
    let runner = &tools.steps.runner;
    let ended = runner.run(&component, assignment, recorder, cancel).await;
    Ok(Finished {
        ended: ended?,
        tail: Some(journal.take_all()),
    })
}

fn not_ready(why: impl Display) -> Unended {
    Unended::NotReady(why.to_string())
}

/// A run with everything it needs.
struct Ready {
    component: Component,
    assignment: Assignment,
    journal: Arc<JournalBuffer>,
    recorder: Arc<dyn Recorder>,
}

/// Nothing is resolved here: what a run is given was frozen when it began. One that goes on does not ask the API server
/// about its rights again.
async fn ready(
    tools: &Tools,
    history: &DeploymentHistory,
    id: &AttemptId,
    start: &RecordedStart,
    entrance: Entrance,
) -> Result<Ready, Impossible> {
    let (deployment, cause) = (&history.deployment, history.request());
    let store = &tools.store;
    let Frozen { inputs, given } = recall(&*store.events, start.event, id).await?;
    let component = tools.component(&start.component)?;
    let runner = &tools.steps.runner;
    let description = runner
        .describe(&component)
        .await
        .map_err(|error| Impossible::ComponentErrored(error.to_string()))?;
    let asked = match given.asked.clone() {
        Some(asked) => asked,
        None => {
            runner
                .check(&component, &inputs)
                .await
                .map_err(|it| unchecked(&it))?
                .capabilities
        }
    };
    let cluster = tools.clusters.reach(&given.cluster).await?;
    let cluster = cluster.in_namespace(given.namespace.clone());
    let secrets = Arc::new(RunSecrets::new(Arc::clone(&tools.secrets)));
    let key = JournalKey::of(deployment.id, id);
    let journal = Arc::new(JournalBuffer::new(&store.journals, &secrets, key));
    let objects = load::objects(&*store.events, &deployment.lane).await;
    let of = Of {
        deployment: deployment.id,
        attempt: id,
        cause,
        address: &given.cluster,
        cluster: given.recognised.as_ref(),
    };
    let objects = ObjectRecords::new(&of, objects.map_err(Impossible::failed)?);
    let recorder = Arc::new(RunRecorder {
        log: Arc::clone(&store.events),
        journals: Arc::clone(&store.journals),
        task_log: Arc::clone(&store.task_log),
        live: tools.live.clone(),
        secrets: Arc::clone(&secrets),
        deployment: deployment.id,
        lane: deployment.lane.clone(),
        attempt: id.clone(),
        cause,
        context: context(history),
        journal: Arc::clone(&journal),
        objects,
    });
    let boundary = Boundary {
        namespace: given.namespace.clone(),
    };
    if entrance.is_fresh() {
        let grant = given.grant.as_deref();
        let denied = match grant
            .and_then(|it| beyond_grant(it, &asked))
            .or_else(|| beyond_boundary(&boundary, &asked))
        {
            Some(denied) => Some(denied),
            None => preflight(&cluster, &asked, &given.cluster).await?,
        };
        if let Some(denied) = denied {
            return Err(record(&recorder, denied).await);
        }
    }
    let rights = Rights {
        declared: description.capabilities.clone(),
        granted: given.grant.clone().unwrap_or(asked),
        boundary,
    };
    let clock = Clock::not_before(history);
    let assignment = Assignment {
        id: id.clone(),
        situation: given.situation,
        inputs,
        variables: given.variables,
        outputs: description.outputs.clone(),
        milestones: description.milestones.clone(),
        rights,
        seed: start.seed,
        deadline: start.deadline,
        left: start.left(&clock),
        limits: start.limits,
        cluster: Arc::new(cluster),
        secrets,
        now: clock.into_now(),
    };
    Ok(Ready {
        component,
        assignment,
        journal,
        recorder,
    })
}

/// Each rule is an event of its own.
async fn record(recorder: &RunRecorder, denied: Denied) -> Impossible {
    for rule in &denied.rules {
        if let Err(error) = recorder.would_be_denied(denied.layer, rule).await {
            return Impossible::failed(error);
        }
    }
    denied.impossible
}

/// Wrong inputs stay wrong; a component that did not answer may the next time.
fn unchecked(refusal: &CheckRefusal) -> Impossible {
    let sentence = refusal.to_string();
    match refusal {
        CheckRefusal::Errored(_) => Impossible::ComponentErrored(sentence),
        CheckRefusal::Inputs(_) | CheckRefusal::BeyondDescription(_) => Impossible::InputsRefused(sentence),
    }
}
