//! Runs step components: one wasmtime engine, one store per run, no WASI, everything from outside through host functions
//! that are counted, checked against the step's rights and told to the [`Recorder`].

mod abort;
mod allowance;
mod attempt;
mod bindings;
mod cache;
mod call;
mod calls;
mod cancel;
mod clock;
mod component;
mod context;
mod description;
mod ended;
mod engine;
mod journal;
mod kubernetes;
mod limits;
mod log;
mod milestones;
mod outputs;
mod passes;
mod prepare;
mod progress;
mod random;
mod recorder;
mod run;
mod sandbox;
mod secret_store;
mod secrets;
mod survey;
mod text;
mod traces;
mod unusable;
mod variables;
mod vault;
mod words;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

pub use attempt::{Attempt, Now, Situation};
pub use cancel::Cancel;
pub use component::Component;
pub use description::{Description, OutputDescription};
pub use ended::{AttemptOutcome, Cause, CheckRefusal, EndReason, Ended, Errored};
pub use journal::{
    Call, Class, Diverged, Entry, FORMAT as JOURNAL_FORMAT, Precondition, Suspended, Trace, What,
};
pub use recorder::{NotRecorded, OutputValue, Recorder, Unrecorded};
pub use secret_store::{SecretStore, SecretStoreError};
use shipslog_domain::capability::{self, Capability};
pub use shipslog_events::LogLevel;
pub use shipslog_events::event::deployment::{AttemptId, Limits};

use prepare::{Prepared, Workshop};
use run::Given;

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
    /// How many entries a run's journal may have.
    pub journal_entries: u64,
    /// How much they may hold together, in bytes.
    pub journal_bytes: u64,
    /// What one call may be answered, in bytes.
    pub answer_limit: u64,
    /// How many runs are inside the sandbox at once; further ones wait.
    pub concurrent_runs: u32,
    /// How many of them may keep their place while they wait for the cluster; others give it up and are made again.
    pub kept_stores: usize,
    /// How many components are compiled at once.
    pub concurrent_compiles: usize,
    /// The largest component, in bytes.
    pub component_limit: usize,
    /// How long somebody waits for a component to be compiled. The compile goes on, and is there for who asks again.
    pub compile_patience: Duration,
}

impl RunnerConfig {
    /// The defaults, compiled components kept in this directory.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            memory_limit: 64 << 20,
            call_limit: 8 << 20,
            calls: 10_000,
            journal_entries: 10_000,
            journal_bytes: 32 << 20,
            answer_limit: 4 << 20,
            question_deadline: Duration::from_secs(5),
            cancel_grace: Duration::from_secs(30),
            concurrent_runs: 256,
            kept_stores: 16,
            concurrent_compiles: 2,
            component_limit: 64 << 20,
            compile_patience: Duration::from_mins(1),
        }
    }
}

impl RunnerConfig {
    /// What a run that begins now may take.
    fn limits(&self) -> Limits {
        Limits {
            memory_bytes: self.memory_limit as u64,
            call_bytes: self.call_limit as u64,
            calls: self.calls,
            journal_entries: self.journal_entries,
            journal_bytes: self.journal_bytes,
            answer_bytes: self.answer_limit,
        }
    }
}

/// `describe` and `check` have sandboxes of their own: they answer also while every other one is in use.
const CONCURRENT_QUESTIONS: u32 = 16;

/// The sandbox. Clones share it.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

struct Inner {
    config: RunnerConfig,
    workshop: Workshop,
    runs: Semaphore,
    kept_stores: Arc<Semaphore>,
    questions: Semaphore,
}

impl Runner {
    /// Starts the engine and its ticker, and makes the cache directory.
    pub fn new(config: RunnerConfig) -> Result<Self, Errored> {
        let engine = engine::start(&config)?;
        Ok(Self(Arc::new(Inner {
            workshop: Workshop::new(&engine, &config)?,
            runs: Semaphore::new(
                usize::try_from(config.concurrent_runs)
                    .unwrap_or(usize::MAX)
                    .max(1),
            ),
            kept_stores: Arc::new(Semaphore::new(config.kept_stores)),
            questions: Semaphore::new(CONCURRENT_QUESTIONS as usize),
            config,
        })))
    }

    /// What the component says about itself; asked once, then remembered.
    pub async fn describe(&self, component: &Component) -> Result<Arc<Description>, Errored> {
        let prepared = self.0.workshop.prepare(component).await?;
        self.0.description(&prepared).await
    }

    /// The capabilities that these inputs need, always within what the component declares.
    pub async fn check(
        &self,
        component: &Component,
        inputs: &serde_json::Value,
    ) -> Result<Vec<Capability>, CheckRefusal> {
        let prepared = self.0.workshop.prepare(component).await?;
        let description = self.0.description(&prepared).await?;
        let asked = self.0.check(&prepared, &inputs.to_string()).await?;
        capability::covers(&description.capabilities, &asked).map_err(CheckRefusal::BeyondDescription)?;
        Ok(asked)
    }

    /// Runs it to its end, from where its journal ends; never panics on what a component does.
    pub async fn run(
        &self,
        component: &Component,
        attempt: Attempt,
        recorder: Arc<dyn Recorder>,
        cancel: Cancel,
    ) -> Ended {
        let prepared = match self.0.workshop.prepare(component).await {
            Ok(prepared) => prepared,
            Err(Errored(sentence)) => return Ended::new(AttemptOutcome::Errored, sentence),
        };
        let ends = passes::ends(attempt.left);
        let given = Given {
            attempt: Arc::new(attempt),
            recorder,
            cancel,
            ends,
            kept_stores: Arc::clone(&self.0.kept_stores),
            restarted: true,
        };
        self.0.run(&prepared, given).await
    }

    /// The limits of a run that begins now.
    pub fn limits(&self) -> Limits {
        self.0.config.limits()
    }
}

impl Inner {
    async fn description(&self, prepared: &Prepared) -> Result<Arc<Description>, Errored> {
        let describe = || async {
            let json = self.question(self.ask_describe(prepared)).await?;
            Description::parse(&json).map(Arc::new)
        };
        prepared.description.get_or_try_init(describe).await.cloned()
    }

    async fn check(&self, prepared: &Prepared, inputs: &str) -> Result<Vec<Capability>, CheckRefusal> {
        let json = match self.question(self.ask_check(prepared, inputs)).await? {
            Ok(json) => json,
            Err(causes) => return Err(CheckRefusal::Inputs(causes)),
        };
        description::capabilities(&json).map_err(CheckRefusal::Errored)
    }

    async fn ask_describe(&self, prepared: &Prepared) -> Result<String, Errored> {
        let (step, mut store) = sandbox::ask(prepared, &self.config).await?;
        step.call_describe(&mut store)
            .await
            .map_err(|error| words::stopped(&error, self.config.call_limit))
    }

    async fn ask_check(
        &self,
        prepared: &Prepared,
        inputs: &str,
    ) -> Result<Result<String, Vec<Cause>>, Errored> {
        let (step, mut store) = sandbox::ask(prepared, &self.config).await?;
        let answer = step.call_check(&mut store, &inputs.to_owned()).await;
        let answer = answer.map_err(|error| words::stopped(&error, self.config.call_limit))?;
        Ok(answer.map_err(description::causes))
    }

    async fn question<T>(&self, answer: impl Future<Output = Result<T, Errored>>) -> Result<T, Errored> {
        let _place = self.questions.acquire().await;
        let deadline = self.config.question_deadline;
        tokio::time::timeout(deadline, answer)
            .await
            .unwrap_or_else(|_elapsed| {
                let seconds = deadline.as_secs_f32();
                Err(Errored(format!(
                    "the step did not answer `describe` or `check` within {seconds} s"
                )))
            })
    }
}
