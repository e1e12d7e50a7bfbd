//! The append-only event log: what any store of it must do, and the stores there are.
//!
//! Three traits, because three kinds of things are kept: events ([`EventLog`]), journals of runs ([`JournalStore`]),
//! lines for people ([`TaskLog`]); and [`EventReader`] and [`TaskLogReader`] for those who only look. One [`Store`] has all of them, so that
//! entries and the events they led to are durable together. `conformance` is the specification of a store, in tests, and `raw` goes
//! round it.
//! How an append is made ready and queued is common to all stores; a store is a folder, and [`Location`] chooses it. The vocabulary is
//! `shipslog_events`; nothing here decides anything.
#![deny(missing_docs)]

mod caller;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod event_log;
#[cfg(any(test, feature = "conformance"))]
mod journal_edit;
mod journal_store;
mod location;
mod prepared;
mod prepared_journal;
mod queue;
#[cfg(any(test, feature = "conformance"))]
pub mod raw;
pub mod sqlite;
mod store;
mod stored_body;
mod task_log;
mod task_queue;
mod unavailable;
mod verified;

pub use event_log::{
    Append, AppendError, Appended, EventLog, EventReader, Expected, Guard, IdempotencyKey, KeptAnswer,
    NewAnswer, RequestDigest, StreamAppend,
};
pub use journal_store::{
    Journal, JournalAppend, JournalAppendError, JournalDamaged, JournalError, JournalMoved, JournalStore,
    PackError,
};
pub use location::{Location, OpenError, VerifyError, open, verify};
pub use store::Store;
pub use task_log::{StoredLine, TaskLog, TaskLogLine, TaskLogReader, UnreadableLine};
pub use unavailable::{ReadError, Unwritten};
pub use verified::{Broken, Damage, DamagedLine, DamagedLines, EntryDamage, Verified};
