//! Sealed values of tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use shipslog_events::ids::Handle;

use crate::{SecretStore, SecretStoreError};

/// The handle with this number.
pub(crate) fn handle(number: u8) -> Handle {
    let digit = char::from(b'a' + number % 26);
    Handle::new(format!("shipslog-handle-{}", digit.to_string().repeat(52)))
}

/// A store of sealed values that seals nothing.
pub(crate) struct Sealed {
    values: Mutex<BTreeMap<Handle, String>>,
    next: AtomicU8,
}

/// Minted ones are numbered from here.
const FIRST_MINTED: u8 = 10;

impl Sealed {
    pub(crate) fn with<const N: usize>(values: [(u8, &str); N]) -> Self {
        let values = values
            .into_iter()
            .map(|(number, value)| (handle(number), value.to_owned()))
            .collect();
        Self {
            values: Mutex::new(values),
            next: AtomicU8::new(FIRST_MINTED),
        }
    }

    pub(crate) fn minted(&self) -> u8 {
        self.next.load(Ordering::Relaxed) - FIRST_MINTED
    }
}

#[async_trait]
impl SecretStore for Sealed {
    async fn open(&self, handle: &Handle) -> Result<SecretString, SecretStoreError> {
        let value = self.values.lock().unwrap().get(handle).cloned();
        value.map(SecretString::from).ok_or(SecretStoreError::Unknown)
    }

    async fn seal(&self, value: &SecretString) -> Result<Handle, SecretStoreError> {
        let minted = handle(self.next.fetch_add(1, Ordering::Relaxed));
        self.values
            .lock()
            .unwrap()
            .insert(minted.clone(), value.expose_secret().to_owned());
        Ok(minted)
    }

    fn fingerprint(&self, value: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"a key")
            .chain_update(value)
            .finalize()
            .into()
    }
}
