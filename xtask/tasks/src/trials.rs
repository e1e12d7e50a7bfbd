//! What must hold beyond the story: crashes, keys, secrets, a damaged log, a limited administrator. Each trial uses what
//! users have.

mod administrator;
mod changes;
mod crashes;
mod deployments;
mod everywhere;
mod gates;
mod history;
mod lanes;
mod refusals;
mod secrets;
mod waits;

use std::time::Instant;

use anyhow::Result;

pub(crate) use self::everywhere::{every_place, random_kills};
use crate::prerequisites;
use crate::progress::{elapsed, say};
use crate::story::Stage;

/// What the trials need of the machine.
pub(crate) fn prerequisites() -> Result<()> {
    prerequisites::debian(&["sqlite3", "zstd"])
}

type Trial = (&'static str, fn(&mut Stage) -> Result<()>);

const TRIALS: &[Trial] = &[
    (
        "without a key nothing opens, and a small role does not do more",
        refusals::keys,
    ),
    (
        "a second server on the same data is refused",
        refusals::second_server,
    ),
    (
        "a limited administrator is told which rules are missing",
        administrator::limited,
    ),
    (
        "a changed role reference is made anew, and only ours",
        administrator::changed_reference,
    ),
    (
        "the second deployment to an environment waits for its turn",
        lanes::one_at_a_time,
    ),
    ("waits watch: at most one list a kind and wait", waits::watched),
    (
        "a cancelled deployment ends and says what it left",
        lanes::cancelled,
    ),
    (
        "what deployments did to an object is told from the log alone, with what others did",
        changes::told,
    ),
    (
        "at a gate a deployment waits for somebody, others pass it, and it goes on or ends",
        gates::decided,
    ),
    (
        "killed while it waits for the rollout, it goes on to the same end",
        crashes::while_waiting,
    ),
    (
        "killed between the switch and the clearing up, it goes on to the same end",
        crashes::after_the_switch,
    ),
    (
        "killed between a write and its record, it goes on to the same end",
        crashes::between_write_and_record,
    ),
    (
        "killed in the middle of the bootstrap, it goes on to the same end",
        crashes::during_the_bootstrap,
    ),
    (
        "killed in the middle of every act, the story has the same end",
        crashes::in_every_act,
    ),
    (
        "no secret is in the database, the logs or the answers",
        secrets::nowhere,
    ),
    (
        "an edited, a deleted and a swapped event are found",
        history::damage,
    ),
];

/// How trials ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    /// Title and error of each.
    pub(crate) failed: Vec<String>,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
    }
}

/// Runs all that stand here, whatever becomes of one.
pub(crate) fn run(stage: &mut Stage) -> Tally {
    let mut tally = Tally::default();
    for (title, trial) in TRIALS {
        tally += tried(title, || trial(stage));
    }
    tally
}

/// Runs one and says how it went.
fn tried(title: &str, trial: impl FnOnce() -> Result<()>) -> Tally {
    say("");
    say(&format!("== Trial: {title}"));
    let begun = Instant::now();
    match trial() {
        Ok(()) => {
            say(&format!("-- passed in {}", elapsed(begun.elapsed())));
            Tally {
                passed: 1,
                failed: vec![],
            }
        }
        Err(error) => {
            say(&format!("-- FAILED: {error:#}"));
            Tally {
                passed: 0,
                failed: vec![format!("{title}: {error:#}")],
            }
        }
    }
}
