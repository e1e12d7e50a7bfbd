//! A run's secrets: opens handles, keeps freshly minted ones until an event names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;
use shipslog_events::SealedValue;
use shipslog_events::ids::Handle;
use shipslog_runner::{SecretStore, SecretStoreError};

use crate::secrets::Secrets;

/// What a run mints lives as long as its journal is open, unless an event names it: then it is kept with that event.
pub(super) struct RunSecrets {
    kept: Arc<Secrets>,
    minted: Mutex<BTreeMap<Handle, SealedValue>>,
}

impl RunSecrets {
    pub(super) fn new(kept: Arc<Secrets>) -> Self {
        Self {
            kept,
            minted: Mutex::default(),
        }
    }

    /// Values that earlier calls of this run minted, from its journal.
    pub(super) fn remember(&self, sealed: Vec<SealedValue>) {
        let mut minted = self.minted.lock();
        minted.extend(sealed.into_iter().map(|it| (it.handle.clone(), it)));
    }

    /// A value minted in this run.
    pub(super) fn minted(&self, handle: &Handle) -> Option<SealedValue> {
        self.minted.lock().get(handle).cloned()
    }
}

#[async_trait]
impl SecretStore for RunSecrets {
    async fn open(&self, handle: &Handle) -> Result<SecretString, SecretStoreError> {
        let failed = |error: String| SecretStoreError::Failed(error);
        match self.minted(handle) {
            Some(sealed) => self.kept.unseal(&sealed).map_err(|it| failed(it.to_string())),
            None => self
                .kept
                .open(handle)
                .await
                .map_err(|it| failed(it.to_string()))?
                .ok_or(SecretStoreError::Unknown),
        }
    }

    async fn seal(&self, value: &SecretString) -> Result<Handle, SecretStoreError> {
        let sealed = self
            .kept
            .seal(value)
            .map_err(|it| SecretStoreError::Failed(it.to_string()))?;
        let handle = sealed.handle.clone();
        self.minted.lock().insert(handle.clone(), sealed);
        Ok(handle)
    }

    fn fingerprint(&self, value: &[u8]) -> [u8; 32] {
        self.kept.fingerprint(value)
    }
}
