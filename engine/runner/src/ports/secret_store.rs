//! Where sealed values are kept. A run may open only handles that it was given or that it minted; the host sees to that.

use async_trait::async_trait;
use secrecy::SecretString;
use shipslog_events::ids::Handle;

/// Opens and mints handles.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The value that the handle stands for.
    async fn open(&self, handle: &Handle) -> Result<SecretString, SecretStoreError>;

    /// Seals the value and keeps it; the handle resolves from when this answers.
    async fn seal(&self, value: &SecretString) -> Result<Handle, SecretStoreError>;

    /// Tells values apart without telling what they are: a digest under a key that is not in the database.
    fn fingerprint(&self, value: &[u8]) -> [u8; 32];
}

/// Why a value was neither opened nor sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretStoreError {
    /// Nothing is sealed under it.
    #[error("nothing is known under this handle")]
    Unknown,
    /// The store failed; the step has no part in it.
    #[error("the store of sealed values failed: {0}")]
    Failed(String),
}
