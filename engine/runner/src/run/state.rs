//! What one run holds while it goes on, inside a sandbox or waiting without one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shipslog_events::event::deployment::{Layer, Limits};
use shipslog_events::event::lane::ObjectReference;
use shipslog_sealing::find_handles;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::abort::{self, Window};
use super::attempt::Attempt;
use super::call_state::{Calls, Open};
use super::cancel::Cancel;
use super::progress::LastReport;
use super::quota::Allowance;
use super::randomness::RandomStream;
use super::traces::Traces;
use super::vault::Vault;
use crate::journal::{Entry, Precondition, Recording, Replay, Suspended, Trace, What};
use crate::ports::{NotRecorded, Recorder};

/// What a run is made of, each time anew that it enters a sandbox.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) attempt: Arc<Attempt>,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) cancel: Cancel,
    /// When it is stopped.
    pub(crate) end: Instant,
    /// One permit for each store that may be kept while its run waits.
    pub(crate) kept_stores: Arc<Semaphore>,
    /// Whether what is in the journal is of another process.
    pub(crate) restarted: bool,
}

/// One run: what it was given and what it did so far.
pub(crate) struct Run {
    pub(crate) attempt: Arc<Attempt>,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) calls: Calls,
    pub(crate) vault: Vault,
    pub(crate) random: RandomStream,
    pub(crate) allowance: Allowance,
    pub(crate) progress: LastReport,
    pub(crate) traces: Arc<Traces>,
    pub(crate) limits: Limits,
    pub(crate) recording: Recording,
    replay: Mutex<Replay>,
    open: Mutex<Option<Open>>,
    end: Instant,
    kept_stores: Arc<Semaphore>,
    written: Mutex<BTreeSet<ObjectReference>>,
    deleted: Mutex<BTreeSet<ObjectReference>>,
    latest_write: Mutex<Option<ObjectReference>>,
}

impl Run {
    /// A run that is answered from these entries; `recorded` says how many its journal has, and of how many bytes.
    pub(crate) fn new(given: Given, entries: Vec<Entry>, recorded: (u64, u64)) -> Self {
        let Given {
            attempt,
            recorder,
            cancel,
            end,
            kept_stores,
            restarted,
        } = given;
        let inputs = attempt.inputs.to_string();
        let handles = attempt
            .variables
            .values()
            .map(String::as_str)
            .chain([inputs.as_str()])
            .flat_map(find_handles);
        let (traces, limits) = (Arc::<Traces>::default(), attempt.limits);
        Self {
            vault: Vault::new(Arc::clone(&attempt.secrets), handles, Arc::clone(&traces)),
            random: RandomStream::new(attempt.seed),
            calls: Calls::new(limits.calls, cancel),
            allowance: Allowance::default(),
            progress: LastReport::default(),
            recording: Recording::new(limits, recorded),
            replay: Mutex::new(Replay::new(entries, restarted)),
            open: Mutex::default(),
            end,
            kept_stores,
            written: Mutex::default(),
            deleted: Mutex::default(),
            latest_write: Mutex::default(),
            traces,
            limits,
            attempt,
            recorder,
        }
    }

    /// How long the step may still run.
    pub(crate) fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Whether calls are answered from the journal, so that whatever they lead to is durable already.
    pub(crate) fn is_replaying(&self) -> bool {
        self.replay().is_under_way()
    }

    pub(crate) fn replay(&self) -> MutexGuard<'_, Replay> {
        lock(&self.replay)
    }

    /// The write under way.
    pub(crate) fn open(&self) -> MutexGuard<'_, Option<Open>> {
        lock(&self.open)
    }

    /// A place for a store whose run waits; nothing where it is to be given up.
    pub(crate) fn keep_store(&self) -> Option<SemaphorePermit<'_>> {
        self.kept_stores.try_acquire().ok()
    }

    /// A wait that begins now.
    pub(crate) fn until(&self, timeout: Duration) -> Suspended {
        let at = (self.attempt.now)();
        let (done, total) = self.progress.at();
        Suspended {
            at,
            until: at.saturating_add(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
            done,
            total,
        }
    }

    /// What is left of a wait. A clock that was set back gives it no more than it had.
    pub(crate) fn left(&self, suspended: Suspended) -> Duration {
        let now = (self.attempt.now)().max(suspended.at);
        Duration::from_millis(suspended.until.saturating_sub(now))
    }

    /// Tells of a refusal, once for each layer and rule.
    pub(crate) async fn denied(
        &self,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        if self.allowance.denials.take(layer, rule) {
            let index = self.calls.current();
            self.recorder.denied(index, layer, rule, message).await?;
            let rule = rule.to_owned();
            self.traces.leave(Trace::Denied { layer, rule });
        }
        Ok(())
    }

    /// Before an object is written: the inventory has it before the cluster does, and everything that led here is
    /// durable. `guard` is the precondition that a guarded write carries.
    pub(crate) async fn intends(
        &self,
        object: &ObjectReference,
        guard: Option<&Precondition>,
    ) -> wasmtime::Result<()> {
        self.about_to_send(guard).await?;
        if lock(&self.written).contains(object) {
            self.recorder.flush().await?;
        } else {
            self.recorder
                .object_intended(self.calls.current(), object)
                .await?;
            lock(&self.written).insert(object.clone());
            self.traces.leave(Trace::Intended(object.clone()));
        }
        self.sends(object);
        Ok(())
    }

    /// Before a delete. What is deleted stays in the inventory until it is seen to be gone.
    pub(crate) async fn deletes(
        &self,
        object: &ObjectReference,
        guard: Option<&Precondition>,
    ) -> wasmtime::Result<()> {
        self.about_to_send(guard).await?;
        self.recorder.flush().await?;
        lock(&self.deleted).insert(object.clone());
        self.traces.leave(Trace::Deleting(object.clone()));
        self.sends(object);
        Ok(())
    }

    /// Before the cluster's client is asked: from there on it is the one who finds out what came of a write.
    pub(crate) fn looks(&self) {
        if let Some(open) = self.open().as_mut() {
            open.looks();
        }
    }

    /// Whether the write under way may have been sent before the server died, and nobody has looked yet.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.open().as_ref().is_some_and(Open::is_in_doubt)
    }

    /// The write under way was surely not done as it was sent: another one may be.
    pub(crate) fn was_refused(&self) {
        if let Some(open) = self.open().as_mut() {
            open.was_refused();
        }
    }

    fn sends(&self, object: &ObjectReference) {
        *lock(&self.latest_write) = Some(object.clone());
        abort::at(self.calls.current(), Window::Before);
    }

    /// The object of the last write that was sent.
    pub(crate) fn latest_write(&self) -> Option<ObjectReference> {
        lock(&self.latest_write).clone()
    }

    /// Whether the step deleted it, and it was there still when it was last looked at.
    pub(crate) fn awaits_end_of(&self, object: &ObjectReference) -> bool {
        lock(&self.deleted).contains(object)
    }

    /// The cluster has no such object: if the step deleted it, that is its end, and writing it again a first write.
    pub(crate) async fn not_found(&self, object: &ObjectReference) -> Result<(), NotRecorded> {
        if self.awaits_end_of(object) {
            let index = self.calls.current();
            self.recorder.object_removed(index, object).await?;
            self.forget(object);
            self.traces.leave(Trace::Gone(object.clone()));
        }
        Ok(())
    }

    fn forget(&self, object: &ObjectReference) {
        lock(&self.deleted).remove(object);
        lock(&self.written).remove(object);
    }

    /// Has again what a call of the recorded part left, without answering it.
    pub(crate) async fn remember(&self, entry: &Entry) -> wasmtime::Result<()> {
        if matches!(entry.what, What::Cancelled) {
            self.calls.was_told_cancel();
        }
        self.retrace(&entry.traces).await
    }

    /// Has again what calls of the recorded part left.
    pub(crate) async fn retrace(&self, traces: &[Trace]) -> wasmtime::Result<()> {
        for trace in traces {
            match trace {
                Trace::Denied { layer, rule } => {
                    self.allowance.denials.take(*layer, rule);
                }
                Trace::Intended(object) => {
                    lock(&self.written).insert(object.clone());
                }
                Trace::Deleting(object) => {
                    lock(&self.deleted).insert(object.clone());
                }
                Trace::Gone(object) => self.forget(object),
                Trace::OutcomeUnknown => self.traces.outcome_is_unknown(),
                Trace::Opened(_) | Trace::Minted { .. } => self.vault.retrace(trace).await?,
                Trace::Drawn(length) => self.random.skip(*length),
            }
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
