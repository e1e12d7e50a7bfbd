//! The vocabulary of Shipslog and its append-only event log.
//!
//! Two rooms share this crate. The vocabulary (`ids`, `stream`, `event`, `envelope`) is plain data that knows serde
//! and nothing that acts. The log (`log`, `journal`, `sqlite`) keeps it: gapless positions, a hash chain, facts apart
//! from erasable bodies, and beside the events the journals of runs. The store depends on the vocabulary, never the other way.
#![deny(missing_docs)]

pub mod body;
pub mod canonical;
pub mod chain;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod digest;
pub mod envelope;
pub mod event;
#[cfg(test)]
mod fuzz;
pub mod ids;
pub mod journal;
pub mod log;
#[cfg(test)]
mod mutations;
#[cfg(any(test, feature = "conformance"))]
mod samples;
pub mod sqlite;
pub mod stream;
pub mod upcast;

pub use envelope::{Actor, Context, NewBody, NewEvent, Recorded, Source};
pub use event::Event;
pub use journal::{Journal, JournalAppend, JournalError, JournalHead, JournalKey};
pub use log::{Append, AppendError, Appended, EventLog, Expected, Guard};
pub use sqlite::SqliteLog;
pub use stream::Stream;
