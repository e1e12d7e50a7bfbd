//! `cargo xtask docs`: what the docs say must be what the code says.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::build::{self, Wanted};
use crate::{checkout, program, progress};

/// Builds the docs, and brings the generated ones up to date.
#[derive(Debug, Args)]
pub(crate) struct Docs {}

/// The kinds of documents whose schemas are published.
const KINDS: [&str; 7] = [
    "Environment",
    "Lifecycle",
    "Feed",
    "Certificate",
    "Account",
    "Target",
    "Project",
];

pub(crate) fn run(_: &Docs) -> Result<()> {
    build::shipslog(Wanted::Shipslog)?;
    for (path, text) in generated()? {
        let file = checkout::root().join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    rustdoc()
}

/// Fails where a generated page is not what the code says now.
pub(crate) fn check() -> Result<()> {
    progress::during("checking the docs", "", || {
        for (path, text) in generated()? {
            if fs::read_to_string(checkout::root().join(&path)).unwrap_or_default() != text {
                bail!("{path} is not up to date; run `cargo xtask docs` and commit it");
            }
        }
        rustdoc()
    })
}

fn rustdoc() -> Result<()> {
    build::cargo(&["doc", "--workspace", "--no-deps", "--quiet", "--locked"])
}

/// Paths and texts of the generated pages.
fn generated() -> Result<Vec<(String, String)>> {
    let binary = checkout::target().join("debug/shipslog");
    KINDS
        .iter()
        .map(|kind| {
            let schema = program::output(Command::new(&binary).args(["schema", kind]))?;
            Ok((format!("docs/schemas/{}.json", kind.to_lowercase()), schema))
        })
        .collect()
}
