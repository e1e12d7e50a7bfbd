//! Attempts: runs of a step on a target, and what was recorded during them.

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent, EndReason, Layer, Limits};
use shipslog_events::ids::{AttemptId, ComponentDigest};
use shipslog_events::journal::JournalHead;

use super::{Command, Deployment, Refusal, decide, evolve};

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

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Its step, its target, and which attempt it is there.
    pub id: AttemptId,
    /// 32 bytes in hex: what the step's randomness is made from.
    pub seed: String,
    /// Seconds until it is stopped.
    pub deadline_seconds: u64,
    /// Version of the host.
    pub host_version: String,
    /// What runs.
    pub component: ComponentDigest,
    /// What it may take.
    pub limits: Limits,
    /// The form of its journal; nothing where it cannot begin.
    pub journal_format: Option<u32>,
}

/// An attempt that could not begin: its beginning and its end stand together, since what never ran is not told as a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBegun {
    /// What its beginning comes to.
    pub started: Vec<DeploymentEvent>,
    /// What its end comes to.
    pub ended: Vec<DeploymentEvent>,
}

/// Begins an attempt that cannot begin, and ends it at once, or refuses to.
pub fn could_not_begin(
    deployment: &Deployment,
    start: Start,
    reason: EndReason,
) -> Result<NotBegun, Refusal> {
    let end = Command::EndAttempt {
        id: start.id.clone(),
        outcome: reason.outcome(),
        reason: Some(reason),
        journal: None,
    };
    let started = decide(deployment, Command::StartAttempt(start))?;
    let begun = started.iter().fold(deployment.clone(), |begun, event| {
        evolve(Some(begun), event).expect("a deployment that is there stays")
    });
    let ended = decide(&begun, end)?;
    Ok(NotBegun { started, ended })
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

    /// Whether something may have been done: it succeeded, or called anything, or nobody can tell.
    pub fn ran(&self) -> bool {
        let AttemptState::Ended { outcome, reason } = self.state else {
            return true;
        };
        outcome == AttemptOutcome::Succeeded
            || self.journal.is_some()
            || reason.is_some_and(EndReason::needs_a_person)
    }

    /// How it ended, if it did.
    pub fn outcome(&self) -> Option<AttemptOutcome> {
        match self.state {
            AttemptState::Running => None,
            AttemptState::Ended { outcome, .. } => Some(outcome),
        }
    }
}
