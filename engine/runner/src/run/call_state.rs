//! Counts a run's calls, tells it once that it is to stop, and knows the write under way.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::value::RawValue;
use tokio::sync::{Mutex, MutexGuard};

use super::cancel::Cancel;
use crate::journal::{Call, Intent};

/// The step called too often.
#[derive(Debug, thiserror::Error)]
#[error("the step made more than {0} calls to its host, which is the limit")]
pub(crate) struct TooManyCalls(u64);

/// The calls of one run.
#[derive(Debug)]
pub(crate) struct CallState {
    limit: u64,
    made: AtomicU64,
    cancel: Cancel,
    told: AtomicBool,
    /// Held by the write under way.
    writing: Mutex<()>,
}

/// A call that is not answered yet.
#[derive(Debug, Clone)]
pub(crate) struct OpenCall {
    pub(crate) call: Call,
    /// Where they may be kept.
    pub(crate) arguments: Option<Box<RawValue>>,
    /// It was about to be sent so when the server died.
    pub(crate) announced: Option<Intent>,
    /// How it was announced first, where it may have been done from then on: the server died after that, or an answer was
    /// lost.
    pub(crate) first: Option<Intent>,
    /// How often it was announced.
    pub(crate) intents: u32,
    /// The cluster's client has it, and finds out what came of it.
    with_client: bool,
    /// It is the first that the journal does not have: it may have been made before the server died.
    pub(crate) in_flight: bool,
}

impl OpenCall {
    pub(crate) fn new(call: Call, arguments: Option<Box<RawValue>>) -> Self {
        Self {
            call,
            arguments,
            announced: None,
            first: None,
            intents: 0,
            with_client: false,
            in_flight: false,
        }
    }

    /// What was sent for it was not done.
    pub(crate) fn was_refused(&mut self) {
        self.announced = None;
        self.with_client = false;
    }

    /// So that a cancellation must not take it back.
    pub(crate) fn may_have_been_sent(&self) -> bool {
        self.announced.is_some() || self.in_flight
    }

    /// From here on the cluster's client finds out what came of it.
    pub(crate) fn client_takes_over(&mut self) {
        self.with_client = true;
    }

    /// It may have been sent before the server died, must not be done twice, and nobody has looked yet.
    pub(crate) fn is_in_doubt(&self) -> bool {
        let guarded = self
            .announced
            .as_ref()
            .is_some_and(|it| it.precondition.is_some());
        guarded && !self.with_client
    }

    /// No other process may have sent it, and its client says what came of it.
    pub(crate) fn is_sure(&self) -> bool {
        self.first.is_none() && self.with_client
    }
}

impl CallState {
    pub(crate) fn new(limit: u64, cancel: Cancel) -> Self {
        Self {
            limit,
            made: AtomicU64::new(0),
            cancel,
            told: AtomicBool::new(false),
            writing: Mutex::new(()),
        }
    }

    /// The index of a call that begins.
    pub(crate) fn enter(&self) -> Result<u64, TooManyCalls> {
        let index = self.made.fetch_add(1, Ordering::Relaxed);
        if index < self.limit {
            Ok(index)
        } else {
            Err(TooManyCalls(self.limit))
        }
    }

    /// The index of the call under way: a guest makes one after the other.
    pub(crate) fn current(&self) -> u64 {
        self.made.load(Ordering::Relaxed).saturating_sub(1)
    }

    /// The call under way is this one, as the journal has it.
    pub(crate) fn resume_at(&self, index: u64) {
        self.made.store(index.saturating_add(1), Ordering::Relaxed);
    }

    /// Whether the step has heard that it is to stop.
    pub(crate) fn has_told_cancel(&self) -> bool {
        self.told.load(Ordering::Acquire)
    }

    /// The step has heard it, as the journal has it.
    pub(crate) fn was_told_cancel(&self) {
        self.told.store(true, Ordering::Release);
    }

    /// Whether the step is to hear now that it is to stop: once.
    pub(crate) fn tell_cancel(&self) -> bool {
        self.cancel.is_requested() && !self.told.swap(true, Ordering::AcqRel)
    }

    /// Comes back when the step is to hear that it is to stop.
    pub(crate) async fn cancelled(&self) {
        self.cancel.requested().await;
        if !self.tell_cancel() {
            std::future::pending::<()>().await;
        }
    }

    /// Comes back when no write is under way. None begins as long as the answer is held.
    pub(crate) async fn without_writes(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }
}
