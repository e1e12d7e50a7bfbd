//! What running deployments say of themselves right now: progress and current waits. Not events, gone with the process.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use shipslog_events::ids::{AttemptId, DeploymentId};
use tokio::sync::watch;

/// The latest word of each run, by deployment.
#[derive(Clone)]
pub struct Live {
    states: Arc<Mutex<BTreeMap<DeploymentId, BTreeMap<AttemptId, LiveState>>>>,
    changes: watch::Sender<u64>,
}

/// The latest word of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveState {
    /// Which run.
    pub attempt: AttemptId,
    /// So much is done.
    pub done: u32,
    /// Of so much.
    pub total: u32,
    /// What it is doing, or waiting for.
    pub message: String,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            states: Arc::default(),
            changes: watch::Sender::new(0),
        }
    }
}

impl Live {
    /// What a deployment's runs say, in order of steps and targets.
    pub fn of(&self, deployment: DeploymentId) -> Vec<LiveState> {
        let states = self.states.lock();
        states
            .get(&deployment)
            .map(|it| it.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Wakes whenever anything is said.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn say(&self, deployment: DeploymentId, state: LiveState) {
        let mut states = self.states.lock();
        states
            .entry(deployment)
            .or_default()
            .insert(state.attempt.clone(), state);
        self.changes.send_modify(|it| *it += 1);
    }

    pub(super) fn forget(&self, deployment: DeploymentId) {
        self.states.lock().remove(&deployment);
        self.changes.send_modify(|it| *it += 1);
    }
}
