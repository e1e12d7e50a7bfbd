//! Builds, each thing once: the steps' components, shipslog in which they are embedded, the tests; and Kubernetes beside.
//!
//! All of cargo's builds select the whole workspace and then name what of it they want: so all are made with the same
//! features of their dependencies, and none is compiled twice.

#[cfg(test)]
mod units;

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::both::both;
use crate::progress::{Doing, say, telling};
use crate::{checkout, cluster, program, steps};

/// What is wanted of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The programs that users have.
    Shipslog,
    /// The programs that users have, and the laboratory.
    Laboratory,
    /// Everything, with its tests.
    Tests,
}

impl Wanted {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Shipslog => &["--bin", "shipslog"],
            Self::Laboratory => &["--bin", "shipslog", "--bin", "lab"],
            Self::Tests => &["--all-targets"],
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Shipslog => "building shipslog",
            Self::Laboratory => "building shipslog and the laboratory",
            Self::Tests => "building shipslog and its tests",
        }
    }
}

/// The steps, then what is wanted.
pub(crate) fn shipslog(wanted: Wanted) -> Result<()> {
    steps::built_in()?;
    telling(wanted.what(), "some minutes the first time", |doing| {
        let mut command = cargo_command(&["build", "--workspace", "--locked"]);
        counting_crates(command.args(wanted.words()), doing)
    })
}

/// The same, with Kubernetes beside: each waits now and then, for a download or for a single thread.
pub(crate) fn shipslog_and_kubernetes(wanted: Wanted) -> Result<()> {
    both(cluster::build, || shipslog(wanted)).map(|_| ())
}

/// Cargo says each crate that it compiles; what it says beside that is for people.
fn counting_crates(command: &mut Command, doing: &Doing) -> Result<()> {
    let mut count = 0;
    let said = program::heard(command, |line| {
        if let Some(name) = compiled(line) {
            count += 1;
            doing.note(format!("{count} crates, now {name}"));
        }
        is_progress(line)
    })?;
    if !said.is_empty() {
        say(said.trim_end());
    }
    Ok(())
}

/// The name in `   Compiling serde v1.0.1`.
fn compiled(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("Compiling ")?.split(' ').next()
}

fn is_progress(line: &str) -> bool {
    let words = [
        "Compiling",
        "Downloaded",
        "Downloading",
        "Finished",
        "Locking",
        "Updating",
        "Blocking",
    ];
    words.iter().any(|it| line.trim_start().starts_with(it))
}

/// Runs cargo in this checkout, its output shown as it comes.
pub(crate) fn cargo(words: &[&str]) -> Result<()> {
    let status = cargo_command(words)
        .stdin(Stdio::null())
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "`cargo {}` failed", words.join(" "));
    Ok(())
}

fn cargo_command(words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(words)
        .env("CARGO_TARGET_DIR", checkout::target())
        .env("RUSTDOCFLAGS", "-D warnings")
        .current_dir(checkout::root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_progress_is_told_from_a_warning() {
        assert_eq!(compiled("   Compiling serde v1.0.1"), Some("serde"));
        assert_eq!(compiled("warning: unused variable"), None);
        assert!(is_progress("    Finished `dev` profile"));
        assert!(!is_progress("warning: unused variable"));
    }
}
