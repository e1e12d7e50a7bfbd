//! What goes with a write: who has to know of it before the cluster does, and what a run knows of it afterwards.

use shipslog_events::event::lane::ObjectReference;

use super::abort::{self, Window};
use super::call_state::OpenCall;
use super::state::Run;
use crate::journal::{Precondition, Trace, What};
use crate::ports::NotRecorded;

impl Run {
    /// Before an object is written: the inventory has it before the cluster does, and everything that led here is
    /// durable. `guard` is the precondition that a guarded write carries.
    pub(crate) async fn intends(
        &self,
        object: &ObjectReference,
        guard: Option<&Precondition>,
    ) -> wasmtime::Result<()> {
        self.announce(guard).await?;
        if self.objects.is_written(object) {
            self.recorder.flush().await?;
        } else {
            self.recorder
                .object_intended(self.calls.current(), object)
                .await?;
            self.objects.written(object);
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
        self.announce(guard).await?;
        self.recorder.flush().await?;
        self.objects.deleting(object);
        self.traces.leave(Trace::Deleting(object.clone()));
        self.sends(object);
        Ok(())
    }

    /// Before the cluster's client is asked: from there on it is the one who finds out what came of a write.
    pub(crate) fn client_takes_over(&self) {
        if let Some(open) = self.open().as_mut() {
            open.client_takes_over();
        }
    }

    /// Whether the write under way may have been sent before the server died, and nobody has looked yet.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.open().as_ref().is_some_and(OpenCall::is_in_doubt)
    }

    /// The write under way was surely not done as it was sent: another one may be.
    pub(crate) fn was_refused(&self) {
        if let Some(open) = self.open().as_mut() {
            open.was_refused();
        }
    }

    /// What the write under way was to find, if it may have been sent before the server died.
    pub(crate) fn unanswered(&self) -> Option<Precondition> {
        self.open().as_ref()?.unanswered.clone()
    }

    fn sends(&self, object: &ObjectReference) {
        self.objects.sent(object);
        abort::at(self.calls.current(), Window::Before);
    }

    /// The cluster has no such object: if the step deleted it, that is its end, and writing it again a first write.
    pub(crate) async fn not_found(&self, object: &ObjectReference) -> Result<(), NotRecorded> {
        if self.objects.awaits_end_of(object) {
            let index = self.calls.current();
            self.recorder.object_removed(index, object).await?;
            self.objects.gone(object);
            self.traces.leave(Trace::Gone(object.clone()));
        }
        Ok(())
    }

    /// Puts into the journal what a guarded write is about to be sent with, once for each guard. What is recorded next makes
    /// it durable.
    async fn announce(&self, guard: Option<&Precondition>) -> wasmtime::Result<()> {
        let open = self.open().clone();
        if let (Some(guard), Some(open)) = (guard, open)
            && open.unanswered.as_ref() != Some(guard)
        {
            self.record(&open, What::Intent(guard.clone())).await?;
        }
        Ok(())
    }
}
