//! The sandbox as others see it: asks components what they are and what they need, and runs them.

use std::sync::Arc;

use shipslog_domain::capability;
use shipslog_events::event::deployment::Limits;

use crate::compile::{self, Compiler};
use crate::component::{CheckRefusal, Component, Description, Errored, Needs};
use crate::config::RunnerConfig;
use crate::ports::Recorder;
use crate::run::{Assignment, Cancel};
use crate::sandbox::{AttemptOutcome, Ended, Questions, RunLoop, Unended};

/// The sandbox. Clones share it.
#[derive(Clone)]
pub struct Runner(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    config: RunnerConfig,
    compiler: Compiler,
    questions: Questions,
    pub(crate) runs: RunLoop,
}

impl Runner {
    /// Starts the engine and its ticker, and makes the cache directory.
    pub fn new(config: RunnerConfig) -> Result<Self, Errored> {
        let engine = compile::start_engine(&config)?;
        Ok(Self(Arc::new(Inner {
            compiler: Compiler::new(&engine, &config)?,
            questions: Questions::new(&config),
            runs: RunLoop::new(&config),
            config,
        })))
    }

    /// What the component says about itself; asked once, then remembered.
    pub async fn describe(&self, component: &Component) -> Result<Arc<Description>, Errored> {
        let prepared = self.0.compiler.prepare(component).await?;
        self.0.questions.describe(&prepared).await
    }

    /// What these inputs need.
    pub async fn check(
        &self,
        component: &Component,
        inputs: &serde_json::Value,
    ) -> Result<Needs, CheckRefusal> {
        let prepared = self.0.compiler.prepare(component).await?;
        let description = self.0.questions.describe(&prepared).await?;
        let needs = self.0.questions.check(&prepared, &inputs.to_string()).await?;
        capability::covers(&description.capabilities, &needs.capabilities)
            .map_err(CheckRefusal::BeyondDescription)?;
        Ok(needs)
    }

    /// Runs it to its end, from where its journal ends; never panics on what a component does. What can be
    /// neither read nor recorded any more has no end: it goes on from its journal later.
    pub async fn run(
        &self,
        component: &Component,
        assignment: Assignment,
        recorder: Arc<dyn Recorder>,
        cancel: Cancel,
    ) -> Result<Ended, Unended> {
        match self.0.compiler.prepare(component).await {
            Ok(prepared) => self.0.runs.run(&prepared, assignment, recorder, cancel).await,
            Err(Errored(sentence)) => Ok(Ended::new(AttemptOutcome::Errored, sentence)),
        }
    }

    /// The limits of a run that begins now.
    pub fn limits(&self) -> Limits {
        self.0.config.limits()
    }
}
