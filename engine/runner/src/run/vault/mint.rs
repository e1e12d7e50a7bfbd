//! Into the vault: handles for what the cluster answered, for composites, and for the journal.

use secrecy::SecretString;
use shipslog_events::ids::Handle;

use super::known::{bytes_of, identity, sealed_form};
use super::{Misuse, Vault};
use crate::journal::Trace;

/// What a run may seal, as it does by reading Secrets and making composites.
const SEALED: (usize, usize) = (10_000, 16 << 20);
const TOO_MANY_SEALED: Misuse =
    Misuse("it read or made more than 10,000 sensitive values, or 16 MiB of them");

impl Vault {
    /// A handle for these bytes, the same each time for the same bytes of the same place. Their text is not hidden: the
    /// guest does not have it, and Secrets hold words such as a namespace's name, which logs need.
    pub(crate) async fn seal(&self, place: &[&str], bytes: &[u8]) -> wasmtime::Result<Handle> {
        let key = identity(place, bytes);
        if let Some(handle) = self.with(|it| it.minted.get(&key).cloned()) {
            return Ok(handle);
        }
        if !self.with(|it| it.sealed.take(key, bytes.len(), SEALED)) {
            return Err(TOO_MANY_SEALED.into());
        }
        let handle = self.store.seal(&sealed_form(bytes)).await?;
        let binary = std::str::from_utf8(bytes).is_err();
        self.with(|it| it.minted(key, &handle, binary));
        self.traces.leave(Trace::Minted {
            handle: handle.clone(),
            place: place.iter().map(ToString::to_string).collect(),
            binary,
        });
        Ok(handle)
    }

    /// As `seal`, for bytes that the guest gets to see: no text that leaves the run may show them.
    pub(crate) async fn reveal(&self, place: &[&str], bytes: &[u8]) -> wasmtime::Result<Handle> {
        let handle = self.seal(place, bytes).await?;
        self.hide(&handle, &sealed_form(bytes))?;
        Ok(handle)
    }

    /// Seals a text for the journal alone.
    pub(crate) async fn keep(&self, text: &str) -> wasmtime::Result<Handle> {
        let handle = self.store.seal(&SecretString::from(text)).await?;
        self.traces.mint(handle.clone());
        Ok(handle)
    }

    /// A text that was sealed for the journal.
    pub(crate) async fn kept(&self, handle: &Handle) -> wasmtime::Result<SecretString> {
        Ok(self.store.open(handle).await?)
    }

    /// Has again a handle that the run minted before.
    pub(super) async fn minted_before(
        &self,
        handle: &Handle,
        place: &[String],
        binary: bool,
    ) -> wasmtime::Result<()> {
        let value = self.store.open(handle).await?;
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let bytes = bytes_of(&value, binary)?;
        let key = identity(&place, &bytes);
        self.with(|it| {
            it.sealed.take(key, bytes.len(), SEALED);
            it.minted(key, handle, binary);
        });
        Ok(())
    }
}
