//! The vocabulary of Shipslog: ids, streams, events and what surrounds them, as plain data.
//!
//! It knows serde and hashing, and nothing that acts: no clock, no randomness, no store. How events become rows is here
//! (canonical JSON, upcasting, the hash chain), where they are kept is `shipslog_log`.
#![deny(missing_docs)]

pub mod body;
pub mod canonical;
pub mod chain;
mod digest;
pub mod envelope;
pub mod event;
#[cfg(test)]
mod fuzz;
pub mod ids;
pub mod journal;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod stream;
pub mod task_log;
pub mod upcast;
mod words;

pub use envelope::{Actor, Context, NewBody, NewEvent, Recorded, SealedValue, Source};
pub use event::Event;
pub use journal::{JournalHead, JournalKey};
pub use stream::Stream;
pub use task_log::LogLevel;
