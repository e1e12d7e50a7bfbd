//! What checking a log comes to: all of it holds, or the first thing that does not.

use shipslog_events::chain::Hash;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::journal::JournalKey;

/// A log in which nothing was changed, moved or taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many events there are.
    pub events: u64,
    /// Hash of the last one: vouches for all.
    pub head_hash: Hash,
    /// Position of the last one.
    pub last_position: Position,
    /// How many journals are there, open and packed.
    pub journals: u64,
    /// Beside the facts: what cannot be read of the task log.
    pub damaged_lines: DamagedLines,
}

/// Lines of the task log that are not what was handed over. They are no facts: the log holds without them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DamagedLines {
    /// How many there are.
    pub count: u64,
    /// The first of them, [`DamagedLines::NAMED`] at most.
    pub first: Vec<DamagedLine>,
}

/// Which line of the task log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedLine {
    /// The deployment in whose task log it is.
    pub deployment: DeploymentId,
    /// Its row number, as readers of the task log get it.
    pub row: u64,
    /// What about it cannot be read.
    pub reason: String,
}

impl DamagedLines {
    /// How many are named; the others are only counted.
    pub const NAMED: usize = 10;

    pub(crate) fn add(&mut self, deployment: DeploymentId, row: u64, reason: String) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(DamagedLine {
                deployment,
                row,
                reason,
            });
        }
    }
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Broken {
    /// The first event that does not hold; `Position::START` where the log as a whole cannot be read, or where it is a
    /// journal that does not hold in itself.
    pub position: Position,
    /// What is wrong there.
    pub what: Damage,
}

impl Broken {
    fn sentence(&self) -> String {
        let Self { position, what } = self;
        match what {
            Damage::Journal { .. } | Damage::JournalUnreadable { .. } => what.to_string(),
            Damage::Unreadable(_) if *position == Position::START => format!("the log {what}"),
            Damage::Unreadable(_)
            | Damage::Missing
            | Damage::Edited
            | Damage::Unlinked
            | Damage::BodyEdited(_)
            | Damage::BodyAdded(_)
            | Damage::JournalMissing { .. }
            | Damage::JournalReplaced { .. } => format!("event {position} {what}"),
        }
    }
}

/// What can be wrong with an event, or with the journal of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Neither event nor log can be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// There are later events, but not this one.
    #[error("is missing")]
    Missing,
    /// Its columns do not give its hash.
    #[error("was edited, or has been moved here from another position: its columns do not give its hash")]
    Edited,
    /// It names another event before it than the one that is there.
    #[error("does not continue the event before it: one of the two was replaced")]
    Unlinked,
    /// A body is not what the event committed to.
    #[error("has a body `{0}` that was edited")]
    BodyEdited(String),
    /// A body that the event never had.
    #[error("has a body `{0}` that was put there later")]
    BodyAdded(String),
    /// A journal is not what was appended to it.
    #[error("journal of {key}: entry {entry} {what}")]
    Journal {
        /// The run that it is of.
        key: JournalKey,
        /// The first entry that does not hold.
        entry: u64,
        /// What is wrong with it.
        what: EntryDamage,
    },
    /// A journal that is of no run, or that the store cannot read.
    #[error("journal of {deployment} {attempt} cannot be read: {reason}")]
    JournalUnreadable {
        /// The deployment.
        deployment: DeploymentId,
        /// Where its run should be named, as it stands.
        attempt: String,
        /// Why not.
        reason: String,
    },
    /// The event ended an attempt with a journal that is not there any more.
    #[error("ends {key} with a journal that is missing: nobody dropped it, it was taken out")]
    JournalMissing {
        /// The run that it is of.
        key: JournalKey,
    },
    /// The event ended an attempt with another journal than the one that is there.
    #[error(
        "ends {key} with a journal of {named} entries, which is not the one of {there} that is there: one of the two \
         was edited"
    )]
    JournalReplaced {
        /// The run that it is of.
        key: JournalKey,
        /// How many entries the event names.
        named: u64,
        /// How many there are; as many as named where they are others.
        there: u64,
    },
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
