//! Entries of journals made ready on their caller's thread, and whole journals to be packed.

use std::collections::HashSet;

use shipslog_events::SealedValue;
use shipslog_events::chain::Hash;
use shipslog_events::journal::{JournalHead, JournalKey};

use crate::journal_store::JournalAppend;

/// Entries made ready on their caller's thread, so that the one appender only compares and inserts.
#[derive(Debug)]
pub(crate) struct PreparedJournal {
    pub(crate) key: JournalKey,
    pub(crate) after: JournalHead,
    pub(crate) entries: Vec<(Vec<u8>, Hash)>,
    pub(crate) end: JournalHead,
    pub(crate) sealed: Vec<SealedValue>,
}

impl PreparedJournal {
    /// Hashes the entries, or says what makes the append malformed.
    pub(crate) fn new(append: JournalAppend) -> Result<Self, String> {
        check(&append)?;
        let mut end = append.after;
        let entries = append.entries.into_iter().map(|content| {
            end = end.with(&content);
            (content, end.hash)
        });
        Ok(Self {
            key: append.key,
            after: append.after,
            entries: entries.collect(),
            end,
            sealed: append.sealed,
        })
    }
}

/// Mistakes of the caller, which no other state of the journal would make right.
fn check(append: &JournalAppend) -> Result<(), String> {
    if append.entries.is_empty() && !append.sealed.is_empty() {
        return Err(format!(
            "the journal of {} cannot keep sealed values that no entry of it minted",
            append.key
        ));
    }
    let mut seen = HashSet::new();
    if append.sealed.iter().all(|value| seen.insert(&value.handle)) {
        return Ok(());
    }
    Err("it has two sealed values with one handle".into())
}

/// A journal read, checked and compressed beside the appender, which only swaps the rows.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) key: JournalKey,
    pub(crate) head: JournalHead,
    pub(crate) length: usize,
    pub(crate) compressed: Vec<u8>,
}
