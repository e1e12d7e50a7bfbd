//! Journals as a store keeps them.

use async_trait::async_trait;
use futures::future::BoxFuture;
use jiff::Timestamp;
use shipslog_events::SealedValue;
use shipslog_events::journal::{JournalHead, JournalKey};

use crate::unavailable::{ReadError, Unwritten};
use crate::verified::EntryDamage;

/// Entries that follow `after`, appended all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalAppend {
    /// The run that they are of.
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
    /// Whether it may go on; once packed it never does.
    pub open: bool,
    /// Every entry, in order.
    pub entries: Vec<Vec<u8>>,
    /// Values minted on the way, in order; none once it is packed.
    pub sealed: Vec<SealedValue>,
}

/// The journal does not end where these entries would follow: they were made from another state of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal of {key} has {actual} entries, not the {expected} that these would follow: read it again"
)]
pub struct JournalMoved {
    /// The run that it is of.
    pub key: JournalKey,
    /// How many entries were counted on.
    pub expected: u64,
    /// How many there are; as many as expected where they are others.
    pub actual: u64,
}

/// The journal is not what was written: its run cannot go on from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal of {key} is damaged: entry {entry} {what}; its run cannot go on: look at what it left behind, deploy \
     again, and keep a copy of the log"
)]
pub struct JournalDamaged {
    /// The run that it is of.
    pub key: JournalKey,
    /// The first entry that does not hold.
    pub entry: u64,
    /// What is wrong with it.
    pub what: EntryDamage,
}

/// Why no entry was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalAppendError {
    /// Somebody else wrote first.
    #[error(transparent)]
    Moved(#[from] JournalMoved),
    /// Entries of an attempt that is over, or values that no entry minted: a mistake of the caller.
    #[error("malformed append: {0}")]
    Malformed(String),
    /// The log is closed, or its store refused.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
}

/// Why a journal was not packed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// It stays as it is, so that what is wrong with it can still be seen.
    #[error(transparent)]
    Damaged(#[from] JournalDamaged),
    /// Somebody appended to it meanwhile.
    #[error(transparent)]
    Moved(#[from] JournalMoved),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log is closed, or its store refused.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
}

/// Why a journal is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// It does not hold.
    #[error(transparent)]
    Damaged(#[from] JournalDamaged),
    /// Its attempt is over, and retention has dropped it.
    #[error(
        "the journal of {key} was dropped by retention: only its number of entries and its hash are left; a backup \
         from before has it"
    )]
    Dropped {
        /// The run that it is of.
        key: JournalKey,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl JournalError {
    /// Whether no later try reads it.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Damaged(_) | Self::Dropped { .. } | Self::Read(ReadError::Damaged(_)) => true,
            Self::Read(ReadError::Failed(_)) => false,
        }
    }
}

/// Keeps journals.
#[async_trait]
pub trait JournalStore: Send + Sync + 'static {
    /// Appends entries alone; durable when it answers. Handed over when called, whether or not the answer is awaited:
    /// what is appended later comes after it. The same entries after the same head again get the first answer.
    fn append_journal(&self, append: JournalAppend)
    -> BoxFuture<'_, Result<JournalHead, JournalAppendError>>;

    /// A journal with its chain checked; one that never was is empty.
    async fn journal(&self, key: JournalKey) -> Result<Journal, JournalError>;

    /// Packs the journal of an attempt that is over: one compressed row, its sealed values deleted. Packing again, or
    /// a journal without entries, does nothing.
    async fn pack_journal(&self, key: JournalKey) -> Result<(), PackError>;

    /// Journals that are not packed, in order.
    async fn open_journals(&self) -> Result<Vec<JournalKey>, ReadError>;

    /// Drops what was packed before this moment; answers how many. Their count and hash stay.
    async fn drop_journals(&self, packed_before: Timestamp) -> Result<u64, Unwritten>;
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::DeploymentId;

    use super::*;

    #[test]
    fn a_journal_is_named_by_its_deployment_and_its_attempt() {
        let error = JournalDamaged {
            key: JournalKey {
                deployment: DeploymentId(3),
                attempt: "Deploy/Web/1".parse().unwrap(),
            },
            entry: 17,
            what: EntryDamage::Moved { to: 4 },
        };
        assert!(
            error
                .to_string()
                .starts_with("the journal of deployments-3 Deploy/Web/1 is damaged: entry 17 was moved to"),
            "{error}"
        );
    }
}
