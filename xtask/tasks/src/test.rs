//! `cargo xtask test`: everything that must pass, from a clean clone.

mod budget;
mod stages;

use anyhow::{Result, ensure};
use clap::Args;

use self::stages::Stages;
use crate::build::{self, Wanted};
use crate::progress::say;
use crate::story::{Place, Server, Stage};
use crate::trials::{self, Tally};
use crate::{acts, checkout, cluster, docs};

/// How thoroughly.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Kill the server at every place there is and 200 times at random: that takes much longer.
    #[arg(long)]
    long: bool,
}

/// In their order; `docs/performance.md` says what each may take.
const STAGES: [&str; 11] = [
    "tasks", "machine", "build", "docs", "clippy", "tests", "cluster", "acts", "trials", "matrix", "kills",
];

/// Runs every check, the cheap ones first; the first that fails ends it, but for the trials, which are all run. However
/// it ends, it says what took how long.
pub(crate) fn run(test: &Test) -> Result<()> {
    let mut stages = Stages::begin()?;
    let outcome = everything(test, &mut stages);
    stages.tell();
    let Tally { passed, failed } = outcome?;
    say(&format!(
        "{} passed, {} failed",
        acts::ACTS.len() + passed,
        failed.len()
    ));
    ensure!(
        failed.is_empty(),
        "{} trials failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
    Ok(())
}

fn everything(test: &Test, stages: &mut Stages) -> Result<Tally> {
    let _only_one = checkout::lock()?;
    stages.run("machine", || {
        cluster::prerequisites()?;
        trials::prerequisites()?;
        build::cargo(&["fmt", "--all", "--check"])
    })?;
    stages.run("build", || build::shipslog_and_kubernetes(Wanted::Tests))?;
    stages.run("docs", docs::check)?;
    stages.run("clippy", clippy_is_silent)?;
    stages.run("tests", || build::cargo(&["test", "--workspace", "--locked"]))?;
    let mut stage = stages.run("cluster", || {
        Stage::set(Place::local()?, Server::start_anew("test")?)
    })?;
    stages.run("acts", || acts::play(&mut stage))?;
    let mut tally = stages.run("trials", || Ok(trials::run(&mut stage)))?;
    tally += stages.run("matrix", || Ok(trials::every_place(test.long)))?;
    tally += stages.run("kills", || Ok(trials::random_kills(test.long)))?;
    stage.close()?;
    Ok(tally)
}

fn clippy_is_silent() -> Result<()> {
    build::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])
}
