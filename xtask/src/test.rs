//! `cargo xtask test`: everything that must pass, from a clean clone.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::progress::{elapsed, say};
use crate::story::{Place, Stage};
use crate::{acts, build, docs, trials};

/// Runs every check; the first that fails ends it.
pub(crate) fn run() -> Result<()> {
    let begun = Instant::now();
    build::cargo(&["fmt", "--all", "--check"])?;
    build::everything_to_run()?;
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
    docs::check()?;
    let mut stage = Stage::set(Place::local()?, "test")?;
    acts::play(&mut stage)?;
    let (passed, failed) = trials::run(&mut stage);
    stage.close()?;
    say("");
    say(&format!("everything passed in {}", elapsed(begun.elapsed())));
    say(&format!("{} passed, {failed} failed", acts::ACTS.len() + passed));
    ensure!(failed == 0, "{failed} trials failed");
    Ok(())
}
