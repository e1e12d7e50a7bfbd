//! `cargo xtask test`: everything that must pass, from a clean clone.

use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Args;

use crate::build::{self, Wanted};
use crate::progress::{elapsed, say};
use crate::story::{Place, Stage};
use crate::{acts, checkout, cluster, docs, trials};

/// How thoroughly.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Kill the server at every place there is and 200 times at random: that takes much longer.
    #[arg(long)]
    long: bool,
}

/// Runs every check, the cheap ones first; the first that fails ends it, but for the trials, which are all run.
pub(crate) fn run(test: &Test) -> Result<()> {
    let begun = Instant::now();
    let _only_one = checkout::lock()?;
    cluster::prerequisites()?;
    trials::prerequisites()?;
    build::cargo(&["fmt", "--all", "--check"])?;
    build::shipslog_and_kubernetes(Wanted::Tests)?;
    docs::check()?;
    build::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])?;
    build::cargo(&["test", "--workspace", "--locked"])?;
    let mut stage = Stage::set(Place::local()?, "test")?;
    acts::play(&mut stage)?;
    let (passed, failed) = trials::run(&mut stage, test.long);
    stage.close()?;
    say("");
    say(&format!("everything ran in {}", elapsed(begun.elapsed())));
    say(&format!("{} passed, {failed} failed", acts::ACTS.len() + passed));
    ensure!(failed == 0, "{failed} trials failed");
    Ok(())
}
