//! What goes with a write: who has to know of it before the cluster does, and what a run knows of it afterwards.

use shipslog_events::event::object::{Before, ObjectReference};

use super::abort::{self, Window};
use super::call_state::OpenCall;
use super::state::Run;
use crate::journal::{Intent, What};
use crate::ports::Intended;

impl Run {
    /// Before an object is written or deleted: the log knows of it before the cluster does, and everything that led here
    /// is durable. `found` is the object as it was seen, for people.
    pub(crate) async fn intends(
        &self,
        object: &ObjectReference,
        intent: &Intent,
        deletes: bool,
        found: Option<String>,
    ) -> wasmtime::Result<()> {
        let ordinal = self.announce(intent).await?;
        let intended = Intended {
            object: object.clone(),
            before: intent.before.clone().unwrap_or(Before::Unread),
            takes: intent.takes.clone(),
            deletes,
            found,
        };
        // Also where its entry is in the journal already: that may have become durable without this.
        self.recorder
            .object_intended(self.calls.current(), ordinal, intended)
            .await?;
        self.sends(object);
        abort::at(self.calls.current(), Window::Before);
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

    /// The write under way was not done as it was sent: another one may be.
    pub(crate) fn was_refused(&self) {
        if let Some(open) = self.open().as_mut() {
            open.was_refused();
        }
    }

    /// The write under way may have been done as it was announced, or may be yet, whatever was answered.
    pub(crate) fn may_have_done(&self, intent: &Intent) {
        if let Some(open) = self.open().as_mut() {
            open.first.get_or_insert_with(|| intent.clone());
        }
    }

    /// The write under way as it was announced last, if it may have been sent before the server died.
    pub(crate) fn announced(&self) -> Option<Intent> {
        self.open().as_ref()?.announced.clone()
    }

    /// What there was before the write under way could have been done, and before it was sent last. Where another process
    /// announced it, the former is what that found at first.
    pub(crate) fn before(&self, last: &Intent) -> [Before; 2] {
        let open = self.open();
        let first = open.as_ref().and_then(|it| it.first.as_ref());
        [first.unwrap_or(last), last].map(|it| it.before.clone().unwrap_or(Before::Unread))
    }

    /// Whether the write under way must be looked for before it is sent.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.announced().is_some_and(|it| it.precondition.is_some())
    }

    /// Whether the write under way was sent by this process alone, so that a refusal says that nothing was done.
    pub(crate) fn is_sure(&self) -> bool {
        self.open().as_ref().is_some_and(OpenCall::is_sure)
    }

    /// Puts into the journal how a write is about to be sent; what is recorded next makes it durable. Not a second time
    /// where it was announced so before the server died. Says which intent of the call it is, counted from 0.
    async fn announce(&self, intent: &Intent) -> wasmtime::Result<u32> {
        let open = self.open().clone();
        let Some(open) = open else { return Ok(0) };
        if open.announced.as_ref() == Some(intent) {
            return Ok(open.intents.saturating_sub(1));
        }
        self.record(&open, What::Intent(intent.clone())).await?;
        if let Some(now) = self.open().as_mut() {
            now.intents = open.intents + 1;
        }
        Ok(open.intents)
    }
}
