//! Sealed values: opened for whoever has their handle, and sealed.

use std::sync::Arc;

use secrecy::SecretString;
use shipslog_events::SealedValue;
use shipslog_events::ids::Handle;
use shipslog_log::{EventLog, ReadError};
use shipslog_sealing::{SealError, Sealer};

/// The values that came with events, under the server's key.
pub(crate) struct Secrets {
    log: Arc<dyn EventLog>,
    sealer: Sealer,
}

/// Why a value is not opened or sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The key, or what it was to open.
    #[error(transparent)]
    Sealing(#[from] SealError),
}

impl Secrets {
    pub(crate) fn new(log: Arc<dyn EventLog>, sealer: Sealer) -> Self {
        Self { log, sealer }
    }

    /// The value that a handle stands for; nothing where the handle is unknown.
    pub(crate) async fn open(&self, handle: &Handle) -> Result<Option<SecretString>, Error> {
        let found = self.log.sealed(vec![handle.clone()]).await?;
        Ok(found.first().map(|it| self.unseal(it)).transpose()?)
    }

    /// The value of one that is at hand, in the log or not yet.
    pub(crate) fn unseal(&self, sealed: &SealedValue) -> Result<SecretString, SealError> {
        self.sealer.open(sealed)
    }

    /// The value under a handle of its own. Nobody keeps it until an event comes with it.
    pub(crate) fn seal(&self, value: &SecretString) -> Result<SealedValue, SealError> {
        self.sealer.seal(value)
    }

    /// Tells values apart without telling what they are.
    pub(crate) fn fingerprint(&self, value: &[u8]) -> [u8; 32] {
        self.sealer.fingerprint(value)
    }
}
