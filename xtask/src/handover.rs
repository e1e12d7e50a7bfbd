//! What the tasks are told of the moment when the command was typed: they may have had to be compiled first.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// When that was, in seconds since 1970.
const BEGUN: &str = "XTASK_BEGUN";
/// What had been built then.
const BUILT: &str = "XTASK_BUILT";

/// What an earlier command has left in the clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built {
    /// Nothing, or not all.
    Nothing,
    /// Shipslog and Kubernetes.
    Everything,
}

impl Built {
    /// What is there now.
    pub fn in_target(target: &Path) -> Self {
        let parts = ["debug/shipslog", "cluster/bin/stamp"];
        if parts.iter().all(|it| target.join(it).exists()) {
            Self::Everything
        } else {
            Self::Nothing
        }
    }

    /// What was there when the command was typed; everything where this program was started by itself.
    pub fn told() -> Self {
        match env::var(BUILT) {
            Ok(word) if word == Self::Nothing.word() => Self::Nothing,
            Ok(_) | Err(_) => Self::Everything,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Everything => "everything",
        }
    }
}

/// The moment at which the command was typed.
#[derive(Debug, Clone, Copy)]
pub struct Typed {
    seconds: u64,
}

impl Typed {
    /// Right now.
    pub fn now() -> Self {
        let seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        Self { seconds }
    }
}

/// Tells the tasks.
pub fn tell(tasks: &mut Command, typed: Typed, built: Built) {
    tasks
        .env(BEGUN, typed.seconds.to_string())
        .env(BUILT, built.word());
}

/// How long ago the command was typed; nothing where this program was started by itself.
pub fn since_typed() -> Duration {
    let begun = env::var(BEGUN).ok().and_then(|it| it.parse().ok());
    let now = Typed::now().seconds;
    begun.map_or(Duration::ZERO, |it| Duration::from_secs(now.saturating_sub(it)))
}
