//! One store, one instance, one call: made for it, thrown away after it.

use std::time::Duration;

use wasmtime::{Engine, ResourceLimiter, Store};

use super::RunnerConfig;
use super::bindings::{Failure, Step};
use super::ended::Errored;
use super::limits::Limits;
use super::prepare::Prepared;
use super::run::Host;
use super::{Cancel, words};

/// How a run left the sandbox.
pub(super) enum Left {
    /// By itself.
    Answered(Result<(), Failure>),
    /// It crashed, or hit a limit.
    Stopped(Errored),
    /// Its time was over.
    TooLong,
    /// It was asked to stop and did not.
    OutOfGrace,
}

/// Calls `run`, until it answers or may not go on. Dropping the call and the store ends the guest wherever it is.
pub(super) async fn run(
    prepared: &Prepared,
    host: Host,
    inputs: &str,
    config: &RunnerConfig,
    cancel: &Cancel,
) -> Left {
    let deadline = host.run.remaining();
    let mut store = store(prepared.running.engine(), host, |it| &mut it.limits, config);
    let work = async {
        let step = prepared.running.instantiate_async(&mut store).await?;
        step.call_run(&mut store, &inputs.to_owned()).await
    };
    tokio::select! {
        biased;
        answer = work => match answer {
            Ok(answer) => Left::Answered(answer),
            Err(error) => Left::Stopped(words::stopped(&error, config.call_limit)),
        },
        () = tokio::time::sleep(deadline) => Left::TooLong,
        () = grace(cancel, config.cancel_grace) => Left::OutOfGrace,
    }
}

/// An instance for one question.
pub(super) async fn ask(
    prepared: &Prepared,
    config: &RunnerConfig,
) -> Result<(Step, Store<Limits>), Errored> {
    let limits = Limits::new(config.memory_limit);
    let mut store = store(prepared.asking.engine(), limits, |it| it, config);
    match prepared.asking.instantiate_async(&mut store).await {
        Ok(step) => Ok((step, store)),
        Err(error) => Err(words::stopped(&error, config.call_limit)),
    }
}

fn store<T: Send + 'static>(
    engine: &Engine,
    data: T,
    limits: fn(&mut T) -> &mut Limits,
    config: &RunnerConfig,
) -> Store<T> {
    let mut store = Store::new(engine, data);
    store.limiter(move |data| -> &mut dyn ResourceLimiter { limits(data) });
    store.set_hostcall_fuel(config.call_limit);
    // At each tick a guest that computes lets others have their turn; what ends it is that its future is dropped.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store
}

async fn grace(cancel: &Cancel, grace: Duration) {
    cancel.requested().await;
    tokio::time::sleep(grace).await;
}
