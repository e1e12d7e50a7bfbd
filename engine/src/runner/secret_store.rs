//! Where sealed values are kept. A run may open only handles that it was given or that it minted; the host sees to that.

use futures::future::BoxFuture;
use secrecy::SecretString;
use shipslog_events::ids::Handle;

/// Opens and mints handles.
pub trait SecretStore: Send + Sync {
    /// The value that the handle stands for.
    fn open<'a>(&'a self, handle: &'a Handle) -> BoxFuture<'a, Result<SecretString, SecretStoreError>>;

    /// Seals the value and keeps it; the handle resolves from when this answers.
    fn seal<'a>(&'a self, value: &'a SecretString) -> BoxFuture<'a, Result<Handle, SecretStoreError>>;
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretStoreError {
    /// Nothing is sealed under it.
    #[error("nothing is known under this handle")]
    Unknown,
    /// Our own failure.
    #[error("the store of sealed values failed: {0}")]
    Failed(String),
}
