//! How large and how long things may be.

use std::path::PathBuf;
use std::time::Duration;

use shipslog_events::event::deployment::Limits;

/// `describe` and `check` have sandboxes of their own: they answer also while every other one is in use.
pub(crate) const CONCURRENT_QUESTIONS: u32 = 16;

/// How large and how long things may be. [`RunnerConfig::new`] has what suits a server.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// Where compiled components are kept; made with mode 0700.
    pub cache_dir: PathBuf,
    /// All memories and tables of a run together, in bytes.
    pub memory_limit: usize,
    /// What a guest may pass to the host in one call, in bytes.
    pub call_limit: usize,
    /// How many host calls a run may make.
    pub calls: u64,
    /// How long `describe` and `check` may take.
    pub question_deadline: Duration,
    /// How long a run may go on after it was asked to stop.
    pub cancel_grace: Duration,
    /// How many entries a run's journal may have.
    pub journal_entries: u64,
    /// How much they may hold together, in bytes.
    pub journal_bytes: u64,
    /// What one call may be answered, in bytes.
    pub answer_limit: u64,
    /// How many runs are inside the sandbox at once; further ones wait.
    pub concurrent_runs: u32,
    /// How many of them may keep their place while they wait for the cluster; others give it up and are made again.
    pub kept_stores: usize,
    /// How many components are compiled at once.
    pub concurrent_compiles: usize,
    /// The largest component, in bytes.
    pub component_limit: usize,
    /// How long somebody waits for a component to be compiled. The compile goes on, and is there for who asks again.
    pub compile_patience: Duration,
}

impl RunnerConfig {
    /// The defaults, compiled components kept in this directory.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            memory_limit: 64 << 20,
            call_limit: 8 << 20,
            calls: 10_000,
            journal_entries: 10_000,
            journal_bytes: 32 << 20,
            answer_limit: 4 << 20,
            question_deadline: Duration::from_secs(5),
            cancel_grace: Duration::from_secs(30),
            concurrent_runs: 256,
            kept_stores: 16,
            concurrent_compiles: 2,
            component_limit: 64 << 20,
            compile_patience: Duration::from_mins(1),
        }
    }

    /// What a run that begins now may take.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            memory_bytes: self.memory_limit as u64,
            call_bytes: self.call_limit as u64,
            calls: self.calls,
            journal_entries: self.journal_entries,
            journal_bytes: self.journal_bytes,
            answer_bytes: self.answer_limit,
        }
    }
}
