//! Journals of runs, read for people: what a run called, in order, and whether the entries are still there.
//!
//! What calls were answered stays in the log, as it may be large; handles stay there too, as they are no words for
//! people.

mod call;

use shipslog_domain::deployment::{Attempt, Deployment};
use shipslog_events::ids::DeploymentId;
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_log::{JournalError, ReadError};

use crate::engine::Engine;
use crate::load;

pub use call::{Call, Kind};
pub use shipslog_runner::Class;

/// What is left of a journal.
#[derive(Debug)]
pub enum Kept {
    /// There never was an entry.
    Nothing,
    /// The run may go on from it.
    Open(Vec<Call>),
    /// The run is over.
    Packed(Vec<Call>),
    /// Retention has dropped the entries.
    Dropped,
}

/// The journal of one run.
#[derive(Debug)]
pub struct RunJournal {
    /// How far it goes, or went.
    pub head: JournalHead,
    /// Its entries.
    pub kept: Kept,
}

/// Why a journal is not shown. Users read the sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not what was written.
    #[error("{0}")]
    Damaged(String),
    /// It was written by another version.
    #[error("the journal of {key} cannot be shown: entry {entry}: {reason}")]
    Unreadable {
        /// The run that it is of.
        key: JournalKey,
        /// The first entry that cannot be read.
        entry: u64,
        /// Why not.
        reason: String,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Engine {
    /// A deployment as the log has it now.
    pub async fn deployment(&self, id: DeploymentId) -> Result<Option<Deployment>, ReadError> {
        let loaded = load::deployment(self.events(), id).await?;
        Ok(loaded.map(|it| it.state.deployment))
    }

    /// The journal of a run of a deployment, its chain checked.
    pub async fn journal(&self, deployment: DeploymentId, run: &Attempt) -> Result<RunJournal, Error> {
        let key = JournalKey::of(deployment, &run.id);
        let journal = match self.journal_store().journal(key.clone()).await {
            Ok(journal) => journal,
            Err(JournalError::Dropped { .. }) => return Ok(dropped(run)),
            Err(error @ JournalError::Damaged { .. }) => return Err(Error::Damaged(error.to_string())),
            Err(JournalError::Read(error)) => return Err(error.into()),
        };
        let calls = calls(&key, &journal.entries)?;
        let kept = match (calls.is_empty(), journal.open) {
            (true, _) => Kept::Nothing,
            (false, true) => Kept::Open(calls),
            (false, false) => Kept::Packed(calls),
        };
        let head = journal.head;
        Ok(RunJournal { head, kept })
    }
}

/// The end of the run says what there was.
fn dropped(run: &Attempt) -> RunJournal {
    RunJournal {
        head: run.journal.unwrap_or(JournalHead::START),
        kept: Kept::Dropped,
    }
}

fn calls(key: &JournalKey, entries: &[Vec<u8>]) -> Result<Vec<Call>, Error> {
    let calls = (0..).zip(entries).map(|(entry, bytes)| {
        Call::read(entry, bytes).map_err(|reason| Error::Unreadable {
            key: key.clone(),
            entry,
            reason,
        })
    });
    calls.collect()
}
