//! Builds, each thing once: the steps' components, then the whole workspace with its tests, whose `shipslog` is used
//! everywhere.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{checkout, progress, steps};

/// Steps, then the workspace with its tests in one go: the binary alone would be built with other features of its
/// dependencies, and they would be compiled twice.
pub(crate) fn everything_to_run() -> Result<()> {
    steps::built_in()?;
    progress::during("building shipslog", "some minutes the first time", || {
        cargo(&["build", "--workspace", "--all-targets", "--quiet", "--locked"])
    })
}

/// Runs cargo in this checkout, its output shown as it comes.
pub(crate) fn cargo(words: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(words)
        .env("CARGO_TARGET_DIR", checkout::target())
        .env("RUSTDOCFLAGS", "-D warnings")
        .current_dir(checkout::root())
        .stdin(Stdio::null())
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "`cargo {}` failed", words.join(" "));
    Ok(())
}
