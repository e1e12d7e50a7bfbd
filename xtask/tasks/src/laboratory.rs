//! The laboratory: a program of its own, built when it is asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use launcher::commands::BENCH;

use crate::build::{self, Wanted};
use crate::{checkout, cluster, program, steps};

/// What was typed after the command's name; the laboratory knows what it means.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Words {
    #[arg(value_name = "OPTIONS", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

impl Words {
    /// Whether only the meaning of the words is asked for.
    fn ask_for_help(&self) -> bool {
        self.words.iter().any(|it| it == "--help" || it == "-h")
    }
}

/// What kills the server needs everything that users have, and a cluster.
pub(crate) fn kill(name: &str, words: &Words) -> Result<()> {
    if words.ask_for_help() {
        build::shipslog(Wanted::Laboratory)?;
        return run(name, &words.words);
    }
    let _only_one = checkout::lock()?;
    cluster::prerequisites()?;
    build::shipslog_and_kubernetes(Wanted::Laboratory)?;
    run(name, &words.words)
}

/// What measures is built for release, as users have it: without the features that only tests ask for.
pub(crate) fn measure(words: &Words) -> Result<()> {
    steps::built_in()?;
    build::cargo(&["build", "--release", "--package", "shipslog-lab", "--locked"])?;
    run_at(checkout::target().join("release/lab"), BENCH.name, &words.words)
}

/// Runs what has been built with the tests.
pub(crate) fn run(name: &str, words: &[OsString]) -> Result<()> {
    run_at(checkout::target().join("debug/lab"), name, words)
}

fn run_at(lab: PathBuf, name: &str, words: &[OsString]) -> Result<()> {
    let mut command = Command::new(lab);
    command.arg(name).args(words);
    let status = command
        .status()
        .with_context(|| format!("cannot run `{}`", program::line(&command)))?;
    ensure!(status.success(), "`cargo xtask {name}` failed ({status})");
    Ok(())
}
