//! The append-only event log: what any store of it must do, and the store in SQLite.
//!
//! Gapless positions, a hash chain, facts apart from erasable bodies; beside the events the journals of runs and the
//! task log. The vocabulary is `shipslog_events`; nothing here decides anything.
#![deny(missing_docs)]

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod event_log;
mod journal_store;
pub mod sqlite;
mod stored_body;

pub use event_log::*;
pub use journal_store::{EntryDamage, Journal, JournalAppend, JournalError};
pub use sqlite::SqliteLog;
