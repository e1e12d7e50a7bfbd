//! Journals: what one run of a step called and was answered, kept beside the events so that the run can go on exactly.
//!
//! To the log an entry is opaque bytes. Entries are chained by hash, so that the head of a journal (how many entries,
//! and the hash after the last) vouches for all of them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::chain::Hash;
use crate::event::deployment::AttemptId;
use crate::ids::DeploymentId;
use crate::log::{ReadError, SealedValue};

/// Whose journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JournalKey {
    /// The deployment.
    pub deployment: DeploymentId,
    /// `<step>/<target>/<attempt number>`, as an `AttemptId` displays.
    pub attempt: String,
}

impl JournalKey {
    /// The journal of this run.
    pub fn of(deployment: DeploymentId, attempt: &AttemptId) -> Self {
        Self {
            deployment,
            attempt: attempt.to_string(),
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

/// Entries that follow `after`, appended all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalAppend {
    /// Whose.
    pub key: JournalKey,
    /// What the journal must hold before.
    pub after: JournalHead,
    /// In order; none only asks whether the head is `after`.
    pub entries: Vec<Vec<u8>>,
    /// Values minted by these calls: kept as long as the journal is open, so that a resumed run opens them.
    pub sealed: Vec<SealedValue>,
}

/// A journal as read, its chain checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// How far it goes.
    pub head: JournalHead,
    /// Every entry, in order.
    pub entries: Vec<Vec<u8>>,
    /// Values minted on the way, in order; none once it is packed.
    pub sealed: Vec<SealedValue>,
}

/// What is wrong with an entry of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryDamage {
    /// The head counts it, but it is not there.
    #[error("is missing")]
    Missing,
    /// Its bytes do not give its hash.
    #[error("was edited")]
    Edited,
    /// It stands where another one should.
    #[error("was moved to the place of entry {to}")]
    Moved {
        /// Where it was found.
        to: u64,
    },
    /// It is there, but the head does not count it.
    #[error("is not counted by the journal's head: one of the two was put there later")]
    Uncounted,
    /// It is the last one, all before hold, and the head says otherwise.
    #[error("does not give the journal's head: one of the two was edited")]
    Unlinked,
    /// One row holds them all, so that which one it was cannot be told.
    #[error("or a later one was edited since the journal was packed")]
    PackedEdited,
}

/// Why a journal is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// It is not what was written: the run cannot go on from it.
    #[error(
        "the journal of {key} is damaged: entry {entry} {what}; its run cannot go on: look at what it left behind, \
         deploy again, and keep a copy of the log"
    )]
    Damaged {
        /// Whose.
        key: JournalKey,
        /// The first entry that does not hold.
        entry: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Its attempt is over, and retention has dropped it.
    #[error(
        "the journal of {key} was dropped by retention: only its number of entries and its hash are left; a backup \
         from before has it"
    )]
    Dropped {
        /// Whose.
        key: JournalKey,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
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
    fn a_journal_is_named_by_its_deployment_and_its_attempt() {
        let error = JournalError::Damaged {
            key: JournalKey {
                deployment: DeploymentId(3),
                attempt: "Deploy/Web/1".into(),
            },
            entry: 17,
            what: EntryDamage::Moved { to: 4 }.to_string(),
        };
        assert!(
            error
                .to_string()
                .starts_with("the journal of deployments-3 Deploy/Web/1 is damaged: entry 17 was moved to"),
            "{error}"
        );
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
