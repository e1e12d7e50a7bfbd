//! The vocabulary of Shipslog and its append-only event log.
//!
//! Two rooms share this crate. The vocabulary (`ids`, `stream`, `event`, `envelope`) is plain data that knows serde
//! and nothing that acts. The log (`log`, `sqlite`) keeps it: gapless positions, a hash chain, facts apart from
//! erasable bodies. The store depends on the vocabulary, never the other way.
#![deny(missing_docs)]

pub mod body;
pub mod canonical;
pub mod chain;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod digest;
pub mod envelope;
pub mod event;
pub mod ids;
pub mod log;
#[cfg(any(test, feature = "conformance"))]
mod samples;
pub mod sqlite;
pub mod stream;
pub mod upcast;

pub use envelope::{Actor, Context, NewBody, NewEvent, Recorded, Source};
pub use event::Event;
pub use log::{Append, AppendError, Appended, EventLog, Expected, Guard};
pub use sqlite::SqliteLog;
pub use stream::Stream;
