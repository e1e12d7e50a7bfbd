//! The secrets of one run: which handles it may use, what they open to, and what must never be seen in a text.

mod fill;
mod hide;
mod known;
mod mint;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use parking_lot::Mutex;
use shipslog_events::ids::Handle;

use self::known::Known;
use super::traces::Traces;
use crate::journal::Trace;
use crate::ports::SecretStore;

/// Handles come in through the frozen inputs and variables, or are minted by the run itself; no other one opens.
pub(crate) struct Vault {
    store: Arc<dyn SecretStore>,
    known: Mutex<Known>,
    traces: Arc<Traces>,
}

/// Why a text with handles could not be filled in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The guest's mistake: the handle is not this run's.
    NotGiven,
    /// The guest's mistake: bytes that are no text cannot stand inside one.
    NotText,
    /// The store of sealed values failed, or the guest did what the contract has no error for.
    Failed(wasmtime::Error),
}

/// The guest used a function in a way for which the contract has no error.
#[derive(Debug, thiserror::Error)]
#[error("the step was stopped: {0}")]
pub(crate) struct Misuse(pub(crate) &'static str);

impl Vault {
    pub(crate) fn new(
        store: Arc<dyn SecretStore>,
        given: impl IntoIterator<Item = Handle>,
        traces: Arc<Traces>,
    ) -> Self {
        let known = Known {
            handles: given.into_iter().collect(),
            ..Known::default()
        };
        Self {
            store,
            known: Mutex::new(known),
            traces,
        }
    }

    pub(crate) fn is_known(&self, handle: &Handle) -> bool {
        self.with(|it| it.handles.contains(handle))
    }

    /// Whether the handle's value is no text, so that it can only be the whole value of a Secret's key.
    pub(crate) fn is_binary(&self, handle: &Handle) -> bool {
        self.with(|it| it.binary.contains(handle))
    }

    /// Has again what the trace says.
    pub(crate) async fn retrace(&self, trace: &Trace) -> wasmtime::Result<()> {
        match trace {
            Trace::Minted {
                handle,
                place,
                binary,
            } => self.minted_before(handle, place, *binary).await?,
            Trace::Opened(handle) => {
                // The journal has this trace already.
                self.blank(handle, &self.store.open(handle).await?)?;
            }
            Trace::Denied { .. } | Trace::OutcomeUnknown | Trace::Drawn(_) => {}
        }
        Ok(())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock())
    }
}
