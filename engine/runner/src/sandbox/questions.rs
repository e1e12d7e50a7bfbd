//! `describe` and `check`: asked in a sandbox without a host, and without a run.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{store, trap_message};
use crate::bindings;
use crate::compile::Prepared;
use crate::component::{CheckRefusal, Description, Errored, Needs, causes, needs};
use crate::config::{CONCURRENT_QUESTIONS, RunnerConfig};

/// The two exports that have to answer at once, and where they are asked.
pub(crate) struct Questions {
    config: RunnerConfig,
    places: Semaphore,
}

impl Questions {
    pub(crate) fn new(config: &RunnerConfig) -> Self {
        Self {
            config: config.clone(),
            places: Semaphore::new(CONCURRENT_QUESTIONS as usize),
        }
    }

    /// What the component says about itself; asked once, then remembered.
    pub(crate) async fn describe(&self, prepared: &Prepared) -> Result<Arc<Description>, Errored> {
        let describe = || async {
            let json = self.ask(self.call_describe(prepared)).await?;
            Description::parse(&json).map(Arc::new)
        };
        prepared.description.get_or_try_init(describe).await.cloned()
    }

    /// What these inputs need, as the component says it: nobody has held it against its declaration.
    pub(crate) async fn check(&self, prepared: &Prepared, inputs: &str) -> Result<Needs, CheckRefusal> {
        let json = match self.ask(self.call_check(prepared, inputs)).await? {
            Ok(json) => json,
            Err(wrong) => return Err(CheckRefusal::Inputs(causes(wrong))),
        };
        needs(&json).map_err(CheckRefusal::Errored)
    }

    async fn call_describe(&self, prepared: &Prepared) -> Result<String, Errored> {
        let (step, mut store) = store::without_host(prepared, &self.config).await?;
        let answer = step.call_describe(&mut store).await;
        answer.map_err(|error| trap_message::stopped(&error, self.config.call_limit))
    }

    async fn call_check(
        &self,
        prepared: &Prepared,
        inputs: &str,
    ) -> Result<Result<String, Vec<bindings::Cause>>, Errored> {
        let (step, mut store) = store::without_host(prepared, &self.config).await?;
        let answer = step.call_check(&mut store, &inputs.to_owned()).await;
        answer.map_err(|error| trap_message::stopped(&error, self.config.call_limit))
    }

    async fn ask<T>(&self, answer: impl Future<Output = Result<T, Errored>>) -> Result<T, Errored> {
        let _place = self.places.acquire().await;
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
