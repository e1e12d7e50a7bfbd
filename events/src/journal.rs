//! Journals: what one run of a step called and was answered, kept beside the events so that the run can go on exactly.
//!
//! To the log an entry is opaque bytes. Entries are chained by hash, so that the head of a journal (how many entries,
//! and the hash after the last) vouches for all of them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::chain::Hash;
use crate::ids::{AttemptId, DeploymentId};

/// Whose journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JournalKey {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The run.
    pub attempt: AttemptId,
}

impl JournalKey {
    /// The journal of this run.
    pub fn of(deployment: DeploymentId, attempt: &AttemptId) -> Self {
        Self {
            deployment,
            attempt: attempt.clone(),
        }
    }
}

impl std::fmt::Display for JournalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.deployment, self.attempt)
    }
}

/// How far a journal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHead {
    /// How many entries there are.
    pub entries: u64,
    /// Hash after the last of them: vouches for all.
    pub hash: Hash,
}

/// Says what is hashed, so that no other hash of the system can be taken for one of a journal.
const DOMAIN: &[u8] = b"shipslog journal entry v1\0";

impl JournalHead {
    /// Before the first entry.
    pub const START: Self = Self {
        entries: 0,
        hash: Hash::START,
    };

    /// The head after one more entry: SHA-256 over a domain tag, the hash before, the entry's number (from 0) and
    /// length in eight bytes each, and its bytes.
    ///
    /// ```
    /// use shipslog_events::journal::JournalHead;
    ///
    /// let head = JournalHead::START.with(b"first").with(b"second");
    /// assert_eq!(head.entries, 2);
    /// assert_ne!(head, JournalHead::START.with(b"second").with(b"first"));
    /// ```
    #[must_use]
    pub fn with(&self, entry: &[u8]) -> Self {
        let hash = Sha256::new_with_prefix(DOMAIN)
            .chain_update(self.hash.as_bytes())
            .chain_update(self.entries.to_be_bytes())
            .chain_update((entry.len() as u64).to_be_bytes())
            .chain_update(entry)
            .finalize();
        Self {
            entries: self.entries + 1,
            hash: Hash::from_bytes(hash.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart from this code, in Python.
    #[test]
    fn the_hash_is_what_the_format_says() {
        assert_eq!(
            JournalHead::START.with(b"first").hash.to_string(),
            "f9b43481da3fd8d685cee4c23f08a2b7eaead48854e98db8eddc52571245a1e4"
        );
    }

    #[test]
    fn every_part_changes_the_head() {
        let start = JournalHead::START;
        let heads = [
            start,
            start.with(b""),
            start.with(b"a"),
            start.with(b"a").with(b""),
            start.with(b"").with(b"a"),
            JournalHead { entries: 1, ..start }.with(b"a"),
        ];
        for (index, head) in heads.iter().enumerate() {
            assert!(!heads[..index].contains(head), "{head:?}");
        }
    }

    #[test]
    fn a_head_reads_and_writes_as_count_and_hash() {
        let json = serde_json::to_value(JournalHead::START.with(b"a")).unwrap();
        assert_eq!(json["entries"], 1);
        assert_eq!(json["hash"].as_str().unwrap().len(), 64);
        assert_eq!(
            serde_json::from_value::<JournalHead>(json).unwrap(),
            JournalHead::START.with(b"a")
        );
    }
}
