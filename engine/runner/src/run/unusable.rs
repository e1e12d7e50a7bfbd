//! A record that cannot be of this run.

use crate::journal::Full;
use crate::ports::NotRecorded;
use crate::ports::SecretStoreError;

/// An entry can be read, and what it says cannot have happened.
#[derive(Debug, thiserror::Error)]
#[error("the run cannot go on: what its journal has for call {index} cannot be used: {why}")]
pub(crate) struct Unusable {
    index: u64,
    why: String,
}

/// What an error means while a run is told again what it did: the log's own failure, or a journal that does not hold.
pub(crate) fn unusable(index: u64, error: wasmtime::Error) -> wasmtime::Error {
    let is_unknown = |it: &SecretStoreError| *it == SecretStoreError::Unknown;
    let is_ours = match error.downcast_ref::<SecretStoreError>() {
        Some(store) => !is_unknown(store),
        None => error.is::<NotRecorded>() || error.is::<Full>(),
    };
    if is_ours {
        return error;
    }
    let why = error.to_string();
    Unusable { index, why }.into()
}
