//! What the call under way has left in its run so far: goes into the journal with its answer.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use shipslog_events::ids::Handle;

use crate::journal::Trace;

/// Collected until the call is answered.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    collected: Mutex<Collected>,
    outcome_unknown: AtomicBool,
}

#[derive(Debug, Default)]
struct Collected {
    traces: Vec<Trace>,
    /// New handles, those of the traces among them.
    minted: Vec<Handle>,
}

impl Traces {
    pub(crate) fn leave(&self, trace: Trace) {
        if trace == Trace::OutcomeUnknown {
            self.outcome_is_unknown();
        }
        self.with(|it| {
            if let Trace::Minted { handle, .. } = &trace {
                it.minted.push(handle.clone());
            }
            it.traces.push(trace);
        });
    }

    /// A handle that no step ever sees.
    pub(crate) fn mint(&self, handle: Handle) {
        self.with(|it| it.minted.push(handle));
    }

    /// All of it, and the handles that are new.
    pub(crate) fn take(&self) -> (Vec<Trace>, Vec<Handle>) {
        let all = self.with(std::mem::take);
        (all.traces, all.minted)
    }

    /// The step was told that nobody knows what became of a write.
    pub(crate) fn outcome_is_unknown(&self) {
        self.outcome_unknown.store(true, Ordering::Release);
    }

    pub(crate) fn is_outcome_unknown(&self) -> bool {
        self.outcome_unknown.load(Ordering::Acquire)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Collected) -> T) -> T {
        look(&mut self.collected.lock())
    }
}
