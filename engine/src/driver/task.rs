//! The task of one open deployment: loads, asks the domain what is due, does it, until the deployment has ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use shipslog_events::event::deployment::{AttemptId, AttemptOutcome};
use shipslog_events::ids::DeploymentId;
use tokio::sync::Notify;
use tokio::task::{self, JoinError, JoinSet};

use super::Shared;
use super::attempt;
use super::prepare::Impossible;
use super::records::Records;
use crate::commands::Error;
use crate::domain::deployment::{self, Due};
use crate::load::{self, DeploymentHistory};
use crate::runner::{Cancel, Ended};

pub(super) async fn run(shared: Arc<Shared>, id: DeploymentId, wake: Arc<Notify>) {
    let mut task = Task::new(&shared, id);
    let driven = tokio::select! {
        biased;
        () = shared.stopped() => Ok(()),
        driven = task.drive(&wake) => driven,
    };
    if let Err(error) = driven {
        tracing::error!(%error, deployment = %id, "a deployment stands still; restart the server to go on with it");
    }
    task.runs.shutdown().await;
    shared.put_down(id);
}

struct Task {
    shared: Arc<Shared>,
    id: DeploymentId,
    runs: JoinSet<Ended>,
    under_way: BTreeMap<AttemptId, Run>,
}

/// A run under way.
struct Run {
    task: task::Id,
    cancel: Cancel,
}

/// Whether the deployment is over.
#[derive(PartialEq, Eq)]
enum Step {
    Again,
    Wait,
    Over,
}

impl Task {
    fn new(shared: &Arc<Shared>, id: DeploymentId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
            runs: JoinSet::new(),
            under_way: BTreeMap::new(),
        }
    }

    async fn drive(&mut self, wake: &Notify) -> Result<(), Error> {
        loop {
            match self.step().await? {
                Step::Again => {}
                Step::Over => return Ok(()),
                Step::Wait => tokio::select! {
                    () = wake.notified() => {}
                    Some(joined) = self.runs.join_next_with_id() => self.conclude(joined).await?,
                },
            }
        }
    }

    async fn step(&mut self) -> Result<Step, Error> {
        let Some(history) = load::deployment(&*self.shared.parts.log, self.id).await? else {
            return Ok(Step::Over);
        };
        let mut step = Step::Wait;
        for due in deployment::next(&history.state.deployment) {
            match self.act(&history.state, due).await? {
                Step::Wait => {}
                other => step = other,
            }
        }
        Ok(step)
    }

    async fn act(&mut self, history: &DeploymentHistory, due: Due) -> Result<Step, Error> {
        match due {
            Due::Nothing => Ok(Step::Over),
            Due::AwaitTurn => {
                let on = self.records().take_turn(&history.deployment.lane).await?;
                Ok(if on { Step::Again } else { Step::Wait })
            }
            Due::StartAttempt(id) => {
                self.start(history, id).await?;
                Ok(Step::Again)
            }
            Due::Attend(id) if self.under_way.contains_key(&id) => Ok(Step::Wait),
            Due::Attend(id) => {
                let said = "the server stopped while the step ran";
                self.records()
                    .attempt_ended(&id, AttemptOutcome::Interrupted, said)
                    .await?;
                Ok(Step::Again)
            }
            Due::CancelAttempt(id) => {
                if let Some(run) = self.under_way.get(&id) {
                    run.cancel.request();
                }
                Ok(Step::Wait)
            }
            Due::End { outcome, reason } => {
                self.records().ended(outcome, reason).await?;
                Ok(Step::Over)
            }
        }
    }

    async fn start(&mut self, history: &DeploymentHistory, id: AttemptId) -> Result<(), Error> {
        let begun = attempt::begin(&self.shared.parts, history, &id).await;
        self.records()
            .attempt_started(begun.command(&id), &id, begun.bodies())
            .await?;
        match begun.prepared {
            Ok(_) => self.spawn(history, id),
            Err(Impossible { outcome, message }) => {
                self.records().attempt_ended(&id, outcome, &message).await?;
            }
        }
        Ok(())
    }

    fn spawn(&mut self, history: &DeploymentHistory, id: AttemptId) {
        let (parts, history) = (Arc::clone(&self.shared.parts), history.clone());
        let (cancel, attempt) = (Cancel::new(), id.clone());
        let cancelled = cancel.clone();
        let run = async move { attempt::run(&parts, &history, &attempt, cancelled).await };
        self.watch(id, cancel, run);
    }

    fn watch(&mut self, id: AttemptId, cancel: Cancel, run: impl Future<Output = Ended> + Send + 'static) {
        let task = self.runs.spawn(run).id();
        self.under_way.insert(id, Run { task, cancel });
    }

    /// Records how a run ended. One that panicked is errored: its deployment must not stand still for it.
    async fn conclude(&mut self, joined: Result<(task::Id, Ended), JoinError>) -> Result<(), Error> {
        let (task, outcome, message) = match joined {
            Ok((task, ended)) => (task, ended.outcome, ended.message),
            Err(error) => (
                error.id(),
                AttemptOutcome::Errored,
                format!("the server failed under the run ({error}); its log says more"),
            ),
        };
        let ended = self
            .under_way
            .iter()
            .find(|(_, run)| run.task == task)
            .map(|(id, _)| id.clone());
        if let Some(id) = ended {
            self.under_way.remove(&id);
            self.records().attempt_ended(&id, outcome, &message).await?;
        }
        Ok(())
    }

    fn records(&self) -> Records<'_> {
        Records {
            log: &*self.shared.parts.log,
            id: self.id,
        }
    }
}

/// Concludes a run that panics.
#[cfg(test)]
pub(super) async fn panicking(shared: Arc<Shared>, id: DeploymentId, attempt: AttemptId) {
    let mut task = Task::new(&shared, id);
    task.watch(attempt, Cancel::new(), async { panic!("as a test wants it") });
    let joined = task.runs.join_next_with_id().await.unwrap();
    task.conclude(joined).await.unwrap();
}
