//! Folds open deployments, runs what is due, records what happened: the only place that acts.
//!
//! One task per open deployment; a follower wakes them as the log grows. What is due is derived from committed events
//! alone, so that a start after a crash finds the same and goes on.

mod append;
mod attempt;
mod beginning;
mod clock;
mod conclusion;
mod deployment_records;
mod failure;
mod finished;
mod follow;
mod freezing;
mod gates;
mod journal_buffer;
mod journal_retention;
mod journal_tail;
mod kept_journal;
mod live;
mod object_records;
mod preflight;
mod recorder;
mod run_secrets;
mod task;
mod tools;
mod unknown_outcome;

use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_log::ReadError;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::pauses::Pauses;
use crate::views::{self, DeploymentFilter, DeploymentView, Views};

pub use journal_tail::JournalTail;
pub use live::{Live, LiveState};
pub(crate) use tools::Tools;

/// The driver of one server. Clones are the same driver.
#[derive(Clone)]
pub struct Driver {
    shared: Arc<Shared>,
}

/// What the follower and the deployments' tasks share.
struct Shared {
    tools: Arc<Tools>,
    pauses: Pauses,
    keep_journals: Option<Duration>,
    open: Mutex<BTreeMap<DeploymentId, Arc<Notify>>>,
    /// Nothing once the driver has stopped: then no task begins any more.
    tasks: Mutex<Option<JoinSet<()>>>,
    stop: watch::Sender<bool>,
}

impl Driver {
    /// Goes on with every open deployment, then follows the log.
    pub(crate) async fn start(
        tools: Arc<Tools>,
        views: &Views,
        pauses: Pauses,
        keep_journals: Option<Duration>,
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            tools,
            pauses,
            keep_journals,
            open: Mutex::default(),
            tasks: Mutex::new(Some(JoinSet::new())),
            stop: watch::Sender::new(false),
        });
        let head = *shared.tools.store.events.head().borrow();
        for view in open_ones(views, head).await? {
            shared.wake(view.deployment.id);
        }
        shared.spawn(follow::follow(Arc::clone(&shared), head));
        shared.spawn(journal_retention::keep(Arc::clone(&shared)));
        Ok(Self { shared })
    }

    /// Ends all tasks where they stand, as a crash would, and waits until none is left.
    pub(crate) async fn stop(&self) {
        self.shared.stop.send_replace(true);
        let tasks = self.shared.tasks.lock().take();
        if let Some(mut tasks) = tasks {
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// The deployments that had not ended at a position. Views that turn out to be damaged are waited for once more: they
/// are made anew.
async fn open_ones(views: &Views, head: Position) -> Result<Vec<DeploymentView>, views::Error> {
    let filter = DeploymentFilter {
        open: true,
        ..DeploymentFilter::default()
    };
    loop {
        views.reach(head, START_PATIENCE).await?;
        match views.deployments(filter.clone(), None, usize::MAX).await {
            Err(views::Error::InTheMaking) => {}
            answer => return answer,
        }
    }
}

/// How long a start waits for the views to catch up with the log.
const START_PATIENCE: Duration = Duration::from_mins(10);

/// The driver could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Views(#[from] views::Error),
    #[error(transparent)]
    Log(#[from] ReadError),
}

impl Shared {
    /// Wakes the task of a deployment, and starts one where there is none.
    fn wake(self: &Arc<Self>, id: DeploymentId) {
        let wake = Arc::new(Notify::new());
        match self.open.lock().entry(id) {
            btree_map::Entry::Occupied(known) => return known.get().notify_one(),
            btree_map::Entry::Vacant(free) => free.insert(Arc::clone(&wake)),
        };
        let entry = OpenDeployment {
            shared: Arc::clone(self),
            id,
        };
        self.spawn(task::run(entry, wake));
    }

    /// Starts a task. It has to end when the driver stops.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = self.tasks.lock().as_mut() {
            // Those that have ended would otherwise be kept until the driver stops.
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }

    /// Comes back when the driver stops.
    async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // An error would mean that there is nobody left to stop.
        let _ = stop.wait_for(|it| *it).await;
    }
}

/// The entry of a deployment among those that are driven: put down when its task is over, however that comes, so that
/// the next wake-up starts another.
struct OpenDeployment {
    shared: Arc<Shared>,
    id: DeploymentId,
}

impl Drop for OpenDeployment {
    fn drop(&mut self) {
        self.shared.open.lock().remove(&self.id);
        self.shared.tools.live.forget(self.id);
    }
}

#[cfg(test)]
mod tests;
