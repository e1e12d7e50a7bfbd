//! What goes with a write: who has to know of it before the cluster does, and what a run knows of it afterwards.

use shipslog_events::event::object::{Before, ObjectReference, Removal};

use super::abort::{self, Window};
use super::call_state::OpenCall;
use super::state::Run;
use crate::journal::{Intent, Precondition, Trace, What};
use crate::ports::{Intended, NotRecorded};

impl Run {
    /// Before an object is written: the lane has it before the cluster does, and everything that led here is durable.
    /// `found` is the object as it was seen, for people.
    pub(crate) async fn intends(
        &self,
        object: &ObjectReference,
        intent: &Intent,
        found: Option<String>,
    ) -> wasmtime::Result<()> {
        self.announce(intent).await?;
        let intended = Intended {
            object: object.clone(),
            before: intent.before.clone().unwrap_or(Before::Unread),
            takes: intent.takes.clone(),
            found,
        };
        // Also where its entry is in the journal already: that may have become durable without this.
        self.recorder
            .object_intended(self.calls.current(), intended)
            .await?;
        self.sends(object);
        Ok(())
    }

    /// Before a delete. What is deleted stays the lane's until it is seen to be gone.
    pub(crate) async fn deletes(
        &self,
        object: &ObjectReference,
        guard: Option<&Precondition>,
    ) -> wasmtime::Result<()> {
        self.announce(&Intent::to_delete(guard.cloned())).await?;
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

    /// The write under way as it was announced, if it may have been sent before the server died.
    pub(crate) fn announced(&self) -> Option<Intent> {
        self.open().as_ref()?.announced.clone()
    }

    /// Whether the write under way must be looked for before it is sent.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.announced().is_some_and(|it| it.precondition.is_some())
    }

    /// Whether the write under way was sent once, by this process, so that a refusal says that nothing was done.
    pub(crate) fn is_sure(&self) -> bool {
        self.open().as_ref().is_some_and(OpenCall::is_sure)
    }

    fn sends(&self, object: &ObjectReference) {
        self.objects.sent(object);
        abort::at(self.calls.current(), Window::Before);
    }

    /// The cluster has no such object: if the step deleted it, that is its end; if the lane had it, somebody else removed
    /// it.
    pub(crate) async fn not_found(&self, object: &ObjectReference) -> Result<(), NotRecorded> {
        let removal = if self.objects.awaits_end_of(object) {
            Removal::Deleted
        } else if self.recorder.holds(object) {
            Removal::FoundGone
        } else {
            return Ok(());
        };
        let index = self.calls.current();
        self.recorder.object_removed(index, object, removal).await?;
        self.objects.gone(object);
        self.traces.leave(Trace::Gone(object.clone()));
        Ok(())
    }

    /// Puts into the journal how a write is about to be sent; what is recorded next makes it durable. Not a second time
    /// where it was announced so before the server died.
    async fn announce(&self, intent: &Intent) -> wasmtime::Result<()> {
        let open = self.open().clone();
        if let Some(open) = open
            && open.announced.as_ref() != Some(intent)
        {
            self.record(&open, What::Intent(intent.clone())).await?;
        }
        Ok(())
    }
}
