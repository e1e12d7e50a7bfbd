//! Values that were in hand: no text that leaves the run shows them.

use secrecy::{ExposeSecret as _, SecretString};
use shipslog_events::ids::Handle;

use super::known::{bytes_of, identity};
use super::{Misuse, Vault};
use crate::journal::Trace;

/// Each value that a run has in hand is looked for in every text that leaves it, in all its forms.
const HIDDEN: (usize, usize) = (500, 2 << 20);
const TOO_MANY_HIDDEN: Misuse = Misuse("it had more than 500 sensitive values in hand, or 2 MiB of them");

impl Vault {
    /// The text without any value that this run has had in hand.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.with(|it| it.redactor.redact(text))
    }

    /// Whether a value that this run has had in hand stands in the text, and not by chance.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.with(|it| it.redactor.shows(text))
    }

    /// The start of the text without any such value; only that is looked at.
    pub(crate) fn redact_start(&self, text: &str, bytes: usize) -> String {
        self.with(|it| it.redactor.redact_start(text, bytes))
    }

    /// Whether nothing in the text would be blanked.
    pub(crate) fn is_clean(&self, text: &str) -> bool {
        self.redact(text) == text
    }

    /// Never to be seen in a text from now on.
    pub(crate) fn hide(&self, handle: &Handle, value: &SecretString) -> wasmtime::Result<()> {
        if self.blank(handle, value)? {
            self.traces.leave(Trace::Opened(handle.clone()));
        }
        Ok(())
    }

    /// Whether it is the first time. Bytes that are no text are seen as base64, or as the text that is left of them.
    pub(super) fn blank(&self, handle: &Handle, value: &SecretString) -> wasmtime::Result<bool> {
        let bytes = value.expose_secret().as_bytes();
        self.with(|it| {
            if !it.hidden.take(identity(&[], bytes), bytes.len(), HIDDEN) {
                return Err(TOO_MANY_HIDDEN.into());
            }
            it.redactor.add(value);
            if let (true, Ok(bytes)) = (it.binary.contains(handle), bytes_of(value, true)) {
                it.redactor.add(&String::from_utf8_lossy(&bytes).as_ref().into());
            }
            Ok(it.opened.insert(handle.clone()))
        })
    }
}
