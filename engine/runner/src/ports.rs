//! What the runner asks of others. Each is a trait that whoever starts a run implements.

mod recorder;
mod secret_store;

pub use recorder::{
    Gone, Intended, NotRead, NotRecorded, OutputValue, Recorder, Removed, Sent, SentForm, Written,
};
pub use secret_store::{SecretStore, SecretStoreError};
