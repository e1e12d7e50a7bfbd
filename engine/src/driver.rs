//! Folds open deployments, runs what is due, records what happened: the only place that acts.
//!
//! One task per open deployment; a follower wakes them as the log grows. What is due is derived from committed events
//! alone, so that a start after a crash finds the same and goes on.

mod attempt;
mod follow;
mod live;
mod prepare;
mod recorder;
mod task;
mod vault;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shipslog_events::ids::DeploymentId;
use shipslog_events::log::ReadError;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::engine::Parts;
use crate::views::DeploymentFilter;

pub use live::{Live, LiveState};

/// The driver of one server. Clones are the same driver.
#[derive(Clone)]
pub struct Driver {
    shared: Arc<Shared>,
}

/// What the follower and the deployments' tasks share.
struct Shared {
    parts: Arc<Parts>,
    open: Mutex<BTreeMap<DeploymentId, Arc<Notify>>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Driver {
    /// Goes on with every open deployment, then follows the log.
    pub(crate) async fn start(parts: Arc<Parts>) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            parts,
            open: Mutex::default(),
            tasks: Mutex::default(),
        });
        let head = *shared.parts.log.head().borrow();
        shared.parts.views.reach(head, START_PATIENCE).await?;
        let filter = DeploymentFilter {
            open: true,
            ..DeploymentFilter::default()
        };
        for view in shared.parts.views.deployments(filter, None, usize::MAX).await? {
            shared.take_up(view.deployment.id);
        }
        let follower = follow::follow(Arc::clone(&shared), head);
        shared
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spawn(follower);
        Ok(Self { shared })
    }

    /// Ends all tasks where they stand, as a crash would.
    pub(crate) async fn stop(&self) {
        let mut tasks =
            std::mem::take(&mut *self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

/// How long a start waits for the views to catch up with the log.
const START_PATIENCE: std::time::Duration = std::time::Duration::from_secs(600);

/// The driver could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Views(#[from] crate::views::Error),
    #[error(transparent)]
    Log(#[from] ReadError),
}

impl Shared {
    /// Starts the task of an open deployment, unless it runs.
    fn take_up(self: &Arc<Self>, id: DeploymentId) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.contains_key(&id) {
            return;
        }
        let wake = Arc::new(Notify::new());
        open.insert(id, Arc::clone(&wake));
        let task = task::run(Arc::clone(self), id, wake);
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spawn(task);
    }

    fn wake(&self, id: DeploymentId) {
        if let Some(wake) = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            wake.notify_one();
        }
    }

    fn put_down(&self, id: DeploymentId) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        self.parts.live.forget(id);
    }
}
