//! A deployment as a trial sees it: requested, asked about until something holds.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::machine::PATIENCE;
use crate::progress::say;
use crate::story::Stage;

/// How often one tries to come at the right moment.
const TRIES: usize = 20;

/// Requests a deployment without watching it, and answers with its id.
pub(super) fn accept(stage: &Stage, project: &str, release: &str, environment: &str) -> Result<String> {
    stage.shipslog(&[
        "deploy",
        "--project",
        project,
        "--release",
        release,
        "--to",
        environment,
    ])?;
    let deployment = stage.latest(project, release, environment)?;
    deployment["id"]
        .as_str()
        .map(str::to_owned)
        .context("a deployment has an id")
}

/// Asks until it holds.
pub(super) fn until(stage: &Stage, id: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
    let begun = Instant::now();
    loop {
        let deployment = stage.json(&["status", id])?;
        if holds(&deployment) {
            return Ok(deployment);
        }
        if begun.elapsed() > PATIENCE {
            bail!(
                "{id} did not come that far; it is {}",
                serde_json::to_string_pretty(&deployment)?
            );
        }
    }
}

pub(super) fn ended(deployment: &Value) -> bool {
    !deployment["endedAt"].is_null()
}

/// What the first step says on its first target.
pub(super) fn progress(deployment: &Value) -> String {
    deployment["steps"][0]["targets"][0]["progress"]["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Tries until it comes at the right moment: on a busy machine it may have passed before one has looked.
pub(super) fn caught<T>(missed: &str, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..TRIES {
        if let Some(found) = attempt()? {
            return Ok(found);
        }
        say(&format!("    {missed}; once more"));
    }
    bail!("{missed}, {TRIES} times");
}
