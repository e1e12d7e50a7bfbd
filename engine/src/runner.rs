//! Runs step components: one wasmtime engine, one store per run, no WASI, everything from outside through host functions
//! that are counted, checked against the step's rights and told to the [`Recorder`].

mod attempt;
mod cancel;
mod description;
mod ended;
mod kubernetes_api;
mod recorder;
mod secret_store;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use attempt::{Attempt, Now, Situation};
pub use cancel::Cancel;
pub use description::{Description, OutputDescription};
pub use ended::{AttemptOutcome, Cause, CheckRefusal, Ended, Errored};
pub use kubernetes_api::{KubernetesApi, Patch};
pub use recorder::{LogLevel, NotRecorded, OutputValue, Recorder};
pub use secret_store::{SecretStore, SecretStoreError};
pub use shipslog_events::event::deployment::AttemptId;

use crate::components::Component;
use crate::domain::capability::Capability;

/// How large and how long things may be. [`RunnerConfig::new`] has what suits a server.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// Where compiled components are kept; made with mode 0700.
    pub cache_dir: PathBuf,
    /// All memories and tables of a run together, in bytes.
    pub memory_limit: usize,
    /// What a guest may pass to the host in one call, in bytes.
    pub call_limit: usize,
    /// How many host calls a run may make.
    pub calls: u64,
    /// How long `describe` and `check` may take.
    pub question_deadline: Duration,
    /// How long a run may go on after it was asked to stop.
    pub cancel_grace: Duration,
    /// How many runs are inside the sandbox at once; further ones wait.
    pub concurrent_runs: u32,
    /// How many components are compiled at once.
    pub concurrent_compiles: usize,
    /// The largest component, in bytes.
    pub component_limit: usize,
}

impl RunnerConfig {
    /// The defaults, compiled components kept in this directory.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            memory_limit: 64 << 20,
            call_limit: 8 << 20,
            calls: 10_000,
            question_deadline: Duration::from_secs(5),
            cancel_grace: Duration::from_secs(30),
            concurrent_runs: 256,
            concurrent_compiles: 2,
            component_limit: 64 << 20,
        }
    }
}

/// The sandbox. Clones share it.
#[derive(Clone)]
pub struct Runner {}

impl Runner {
    /// Starts the engine and its ticker, and makes the cache directory.
    pub fn new(config: RunnerConfig) -> Result<Self, Errored> {
        let _ = config;
        Ok(Self {})
    }

    /// What the component says about itself; asked once, then remembered.
    pub async fn describe(&self, component: &Component) -> Result<Arc<Description>, Errored> {
        let _ = component;
        Err(Errored("to be written".to_owned()))
    }

    /// The capabilities that these inputs need, always within what the component declares.
    pub async fn check(
        &self,
        component: &Component,
        inputs: &serde_json::Value,
    ) -> Result<Vec<Capability>, CheckRefusal> {
        let _ = (component, inputs);
        Err(CheckRefusal::Errored(Errored("to be written".to_owned())))
    }

    /// Runs it to its end; never panics on what a component does.
    pub async fn run(
        &self,
        component: &Component,
        attempt: Attempt,
        recorder: Arc<dyn Recorder>,
        cancel: Cancel,
    ) -> Ended {
        let _ = (component, attempt, recorder, cancel);
        Ended::new(AttemptOutcome::Errored, "to be written")
    }
}
