//! One store, one instance, one call: made for it, thrown away after it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use shipslog_events::event::object::ObjectReference;
use wasmtime::{Engine, ResourceLimiter, Store};

use super::trap_message;
use crate::bindings::{Failure, Step};
use crate::compile::Prepared;
use crate::component::Errored;
use crate::config::RunnerConfig;
use crate::host::log;
use crate::linker::StoreData;
use crate::run::{Cancel, MemoryLimit, Parked, Run};

/// How a run left the sandbox.
pub(crate) enum Left {
    /// The guest answered by itself.
    Answered(Result<(), Failure>),
    /// It crashed, hit a limit, or something was thrown through it.
    Thrown(wasmtime::Error),
    /// Its time was over.
    TooLong(LastWrite),
    /// It was asked to stop and did not.
    OutOfGrace(LastWrite),
}

/// The write that was under way when a run was stopped.
pub(crate) enum LastWrite {
    /// There was none, or the cluster has answered it.
    Settled,
    /// It may still happen, with this object if it was sent.
    Unanswered(Option<ObjectReference>),
}

/// How long a write that was sent is waited for: the cluster's client gives up before.
const LAST_ANSWER: Duration = Duration::from_mins(2);

/// Calls `run`, until it answers or may not go on. Dropping the call and the store ends the guest wherever it is, but
/// not before the write that it sent was answered: the next deployment in the lane must not meet it.
pub(crate) async fn run(
    prepared: &Prepared,
    data: StoreData,
    inputs: &str,
    config: &RunnerConfig,
    cancel: &Cancel,
) -> Left {
    let held = Arc::clone(&data.run);
    let left = inside(prepared, data, inputs, config, cancel).await;
    // One that only gave its store up is not over.
    let parked = matches!(&left, Left::Thrown(error) if error.is::<Parked>());
    if !parked && let Err(error) = log::close(&held).await {
        tracing::warn!(%error, "how much of a step's log was not kept could not be written into it");
    }
    left
}

async fn inside(
    prepared: &Prepared,
    data: StoreData,
    inputs: &str,
    config: &RunnerConfig,
    cancel: &Cancel,
) -> Left {
    let (deadline, held) = (data.run.remaining(), Arc::clone(&data.run));
    let fuel = usize::try_from(data.run.limits.call_bytes).unwrap_or(usize::MAX);
    let mut store = store(prepared.running.engine(), data, |it| &mut it.memory, fuel);
    let mut work = pin!(async {
        let step = prepared.running.instantiate_async(&mut store).await?;
        step.call_run(&mut store, &inputs.to_owned()).await
    });
    let stopped = tokio::select! {
        biased;
        answer = &mut work => return match answer {
            Ok(answer) => Left::Answered(answer),
            Err(error) => Left::Thrown(error),
        },
        () = tokio::time::sleep(deadline) => Left::TooLong,
        () = cancel.requested_for(config.cancel_grace) => Left::OutOfGrace,
    };
    stopped(last_write(&held, work).await)
}

/// Lets the guest go on until its write is answered; it begins no other.
async fn last_write<T>(run: &Run, work: impl Future<Output = T>) -> LastWrite {
    tokio::select! {
        biased;
        _held = run.calls.without_writes() => LastWrite::Settled,
        _ = work => LastWrite::Settled,
        () = tokio::time::sleep(LAST_ANSWER) => LastWrite::Unanswered(run.latest_write()),
    }
}

/// An instance for one question: it has no host, and no run.
pub(crate) async fn without_host(
    prepared: &Prepared,
    config: &RunnerConfig,
) -> Result<(Step, Store<MemoryLimit>), Errored> {
    let memory = MemoryLimit::new(config.memory_limit);
    let mut store = store(prepared.asking.engine(), memory, |it| it, config.call_limit);
    match prepared.asking.instantiate_async(&mut store).await {
        Ok(step) => Ok((step, store)),
        Err(error) => Err(trap_message::stopped(&error, config.call_limit)),
    }
}

fn store<T: Send + 'static>(
    engine: &Engine,
    data: T,
    memory: fn(&mut T) -> &mut MemoryLimit,
    call_limit: usize,
) -> Store<T> {
    let mut store = Store::new(engine, data);
    store.limiter(move |data| -> &mut dyn ResourceLimiter { memory(data) });
    store.set_hostcall_fuel(call_limit);
    // At each tick a guest that computes lets others have their turn; what ends it is that its future is dropped.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store
}
