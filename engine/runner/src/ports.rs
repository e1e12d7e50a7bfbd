//! What the runner asks of others. Each is a trait that whoever starts a run implements.

mod recorder;
mod secret_store;

pub use recorder::{NotRecorded, OutputValue, Recorder, Unrecorded};
pub use secret_store::{SecretStore, SecretStoreError};
