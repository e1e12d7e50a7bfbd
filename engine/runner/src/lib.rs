//! Runs step components: one wasmtime engine, one store per run, no WASI, everything from outside through host functions
//! that are counted, checked against the step's rights and told to the [`Recorder`].
//!
//! The rooms, each of which uses only those above it:
//!
//! - `ports`: what the runner asks of others: to record what a run does, and to keep sealed values.
//! - `journal`: what the calls of a run were answered, in entries, and the replay of them.
//! - `component`: a component as it comes: its bytes, what it says about itself, and how it says no.
//! - `run`: one run: what it was given and what it did so far; the one way into the host that counts, replays and
//!   records each call; the secrets it has in hand and how much it may take.
//! - `host`: what a step can call, a file an interface of the contract; `linker` puts them together.
//! - `compile`: from bytes to something that can be started: the engine, the compiler, the cache.
//! - `sandbox`: the store a guest runs in, the loop from a run's beginning to its end, and how that reads.
//!
//! [`Runner`] joins them.

mod bindings;
mod compile;
mod component;
mod config;
mod host;
mod journal;
mod linker;
#[cfg(any(test, feature = "testing"))]
mod listener;
mod ports;
mod run;
mod runner;
mod sandbox;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use component::{Cause, CheckRefusal, Component, Description, Errored, Needs, OutputDescription};
pub use config::RunnerConfig;
pub use journal::{
    Call, Class, Diverged, Entry, FORMAT as JOURNAL_FORMAT, Intent, Precondition, Suspended, Trace, What,
};
#[cfg(any(test, feature = "testing"))]
pub use listener::{Listener, Told};
pub use ports::{
    Gone, Intended, NotRead, NotRecorded, OutputValue, Recorder, Removed, SecretStore, SecretStoreError,
    Sent, SentForm, Written,
};
pub use run::{Assignment, Cancel, Now, harmless};
pub use runner::Runner;
pub use sandbox::{AttemptOutcome, EndReason, Ended, Unended};
pub use shipslog_events::LogLevel;
pub use shipslog_events::event::deployment::Limits;
pub use shipslog_events::ids::AttemptId;
