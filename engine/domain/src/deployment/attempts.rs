//! Attempts: runs of a step on a target, and what was recorded during them.

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::{AttemptOutcome, EndReason, Layer};
use shipslog_events::ids::AttemptId;
use shipslog_events::journal::JournalHead;

/// One run of one step on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its step, its target, and which attempt it is there.
    #[serde(flatten)]
    pub id: AttemptId,
    /// Running or over.
    pub state: AttemptState,
    /// How often it went on after the server had stopped under it.
    pub resumed: u32,
    /// What its journal came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalHead>,
    /// What was recorded, in order.
    pub deeds: Vec<Deed>,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum AttemptState {
    /// It runs, or it ran when the server died.
    Running,
    /// It is over.
    Ended {
        /// How it ended.
        outcome: AttemptOutcome,
        /// Why, where it is not the step that says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<EndReason>,
    },
}

/// What was recorded of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Deed {
    /// A call was refused.
    Denied {
        /// Who said no.
        layer: Layer,
        /// What was asked, in our own words.
        rule: String,
    },
    /// A turning point.
    Milestone {
        /// Its name.
        name: String,
    },
    /// An output was set.
    Output {
        /// Its name.
        name: String,
        /// Whether its value is a handle.
        sensitive: bool,
    },
}

impl Attempt {
    pub(super) fn started(id: AttemptId) -> Self {
        Self {
            id,
            state: AttemptState::Running,
            resumed: 0,
            journal: None,
            deeds: Vec::new(),
        }
    }

    /// How it ended, if it did.
    pub fn outcome(&self) -> Option<AttemptOutcome> {
        match self.state {
            AttemptState::Running => None,
            AttemptState::Ended { outcome, .. } => Some(outcome),
        }
    }
}
