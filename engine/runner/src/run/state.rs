//! What one run holds while it goes on, inside a sandbox or waiting without one.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use shipslog_events::event::deployment::{Layer, Limits};
use shipslog_events::event::object::ObjectReference;
use shipslog_sealing::find_handles;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::assignment::Assignment;
use super::call_state::{CallState, OpenCall};
use super::cancel::Cancel;
use super::last_report::LastReport;
use super::quota::Quota;
use super::randomness::RandomStream;
use super::traces::Traces;
use super::vault::Vault;
use crate::journal::{Entry, Recording, Replay, Suspended, Trace, What};
use crate::ports::{NotRecorded, Recorder};

/// What a run is made of, each time anew that it enters a sandbox.
#[derive(Clone)]
pub(crate) struct NewRun {
    pub(crate) assignment: Arc<Assignment>,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) cancel: Cancel,
    /// The moment at which it is stopped.
    pub(crate) end: Instant,
    /// One permit for each store that may be kept while its run waits.
    pub(crate) kept_stores: Arc<Semaphore>,
    /// Whether what is in the journal is of another process.
    pub(crate) restarted: bool,
}

/// One run: what it was given and what it did so far.
pub(crate) struct Run {
    pub(crate) assignment: Arc<Assignment>,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) calls: CallState,
    pub(crate) vault: Vault,
    pub(crate) random: RandomStream,
    pub(crate) quota: Quota,
    pub(crate) progress: LastReport,
    pub(crate) traces: Arc<Traces>,
    pub(crate) limits: Limits,
    pub(crate) recording: Recording,
    replay: Mutex<Replay>,
    open: Mutex<Option<OpenCall>>,
    latest_write: Mutex<Option<ObjectReference>>,
    end: Instant,
    kept_stores: Arc<Semaphore>,
}

impl Run {
    /// A run that is answered from these entries; `recorded` says how many its journal has, and of how many bytes.
    pub(crate) fn new(given: NewRun, entries: Vec<Entry>, recorded: (u64, u64)) -> Self {
        let NewRun {
            assignment,
            recorder,
            cancel,
            end,
            kept_stores,
            restarted,
        } = given;
        let inputs = assignment.inputs.to_string();
        let handles = assignment
            .variables
            .values()
            .map(String::as_str)
            .chain([inputs.as_str()])
            .flat_map(find_handles);
        let (traces, limits) = (Arc::<Traces>::default(), assignment.limits);
        Self {
            vault: Vault::new(Arc::clone(&assignment.secrets), handles, Arc::clone(&traces)),
            random: RandomStream::new(assignment.seed),
            calls: CallState::new(limits.calls, cancel),
            quota: Quota::default(),
            progress: LastReport::default(),
            recording: Recording::new(limits, recorded),
            replay: Mutex::new(Replay::new(entries, restarted)),
            open: Mutex::default(),
            latest_write: Mutex::default(),
            end,
            kept_stores,
            traces,
            limits,
            assignment,
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
        self.replay.lock()
    }

    /// The write under way.
    pub(crate) fn open(&self) -> MutexGuard<'_, Option<OpenCall>> {
        self.open.lock()
    }

    /// The object of the write or delete that was sent last.
    pub(crate) fn latest_write(&self) -> Option<ObjectReference> {
        self.latest_write.lock().clone()
    }

    /// A write or delete of this object is sent.
    pub(crate) fn sends(&self, object: &ObjectReference) {
        *self.latest_write.lock() = Some(object.clone());
    }

    /// A place for a store whose run waits; nothing where it is to be given up.
    pub(crate) fn keep_store(&self) -> Option<SemaphorePermit<'_>> {
        self.kept_stores.try_acquire().ok()
    }

    /// A wait that begins now.
    pub(crate) fn until(&self, timeout: Duration) -> Suspended {
        let at = (self.assignment.now)();
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
        let now = (self.assignment.now)().max(suspended.at);
        Duration::from_millis(suspended.until.saturating_sub(now))
    }

    /// Tells of a refusal, once for each layer and rule.
    pub(crate) async fn denied(
        &self,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        if self.quota.denials.take(layer, rule) {
            let index = self.calls.current();
            self.recorder.denied(index, layer, rule, message).await?;
            let rule = rule.to_owned();
            self.traces.leave(Trace::Denied { layer, rule });
        }
        Ok(())
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
                    self.quota.denials.take(*layer, rule);
                }
                Trace::OutcomeUnknown => self.traces.outcome_is_unknown(),
                Trace::Opened(_) | Trace::Minted { .. } => self.vault.retrace(trace).await?,
                Trace::Drawn(length) => self.random.skip(*length),
            }
        }
        Ok(())
    }
}
