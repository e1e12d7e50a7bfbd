//! The part that is being written: counts what it holds, so that a journal has an end.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use shipslog_events::event::deployment::Limits;

use super::Entry;

/// How much a journal may hold.
#[derive(Debug)]
pub(crate) struct Recording {
    most_entries: u64,
    most_bytes: u64,
    entries: AtomicU64,
    bytes: AtomicU64,
}

/// The journal has no room for what the step does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    #[error(
        "the step's journal is full: it has {0} entries, which is the limit; make the step call its host less often"
    )]
    Entries(u64),
    #[error(
        "the step's journal is full: it holds {} KiB, which is the limit; make the step read less, or fewer fields",
        .0 >> 10
    )]
    Bytes(u64),
    #[error(
        "the host's answer to {function} has {bytes} bytes, and a journal takes at most {most} of one call"
    )]
    Answer {
        function: Cow<'static, str>,
        bytes: u64,
        most: u64,
    },
}

impl Recording {
    /// So many entries of so many bytes are there already.
    pub(crate) fn new(limits: Limits, (entries, bytes): (u64, u64)) -> Self {
        Self {
            most_entries: limits.journal_entries,
            most_bytes: limits.journal_bytes,
            entries: AtomicU64::new(entries),
            bytes: AtomicU64::new(bytes),
        }
    }

    /// The bytes of an entry, if there is room for it.
    pub(crate) fn take(&self, entry: &Entry) -> Result<Vec<u8>, Full> {
        let bytes = entry.encode();
        let entries = self.entries.fetch_add(1, Ordering::Relaxed);
        let held = self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if entries >= self.most_entries {
            return Err(Full::Entries(self.most_entries));
        }
        if held + bytes.len() as u64 > self.most_bytes {
            return Err(Full::Bytes(self.most_bytes));
        }
        Ok(bytes)
    }
}
