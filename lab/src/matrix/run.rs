//! One run on a server of its own: undisturbed, or on a server that dies at a place and is started again.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use parking_lot::Mutex;
use serde_json::Value;

use super::audit::{self, Tail};
use super::compare::Traces;
use super::plan::Spot;
use super::scenario::{self, Scenario};
use super::words::Words;
use super::{facts, objects, plan};
use tasks::machine::PATIENCE;
use tasks::story::{Place, Stage, clear};

/// What all runs share.
pub(crate) struct Ground {
    pub(crate) place: Place,
    /// Each run has a folder in it.
    pub(crate) folder: PathBuf,
    pub(crate) audit: Mutex<Tail>,
}

/// Begins the names of all namespaces.
pub(crate) const PREFIX: &str = "matrix-";

const PAUSE: Duration = Duration::from_millis(25);
/// Asking a server costs more than looking at its process.
const LOOKS: u32 = 20;

/// How a run came out.
pub(crate) enum Ran {
    /// As it was meant to be interrupted.
    Interrupted(Traces),
    /// It came to its end and never to the place.
    Through(Traces),
}

/// Runs a scenario; where a spot is given, the server dies there.
pub(crate) fn run(ground: &Ground, scenario: Scenario, number: usize, spot: Option<&Spot>) -> Result<Ran> {
    let namespace = format!("{PREFIX}{number:04}");
    let folder = ground.folder.join(&namespace);
    let stage = Stage::beside(ground.place.clone(), &folder)?;
    scenario.prepare(&stage, &namespace)?;
    let interrupted = match spot {
        None => {
            let request = scenario.request();
            scenario::deploy(&stage, request.project, request.release)?;
            false
        }
        Some(spot) => interrupted(&stage, scenario, spot)?,
    };
    let traces = traces(ground, &stage, scenario, &namespace)?;
    stage.close()?;
    Ok(if interrupted {
        Ran::Interrupted(traces)
    } else {
        Ran::Through(traces)
    })
}

/// Takes away what a run made, in the cluster and on the disk.
pub(crate) fn forget(ground: &Ground, number: usize, with_data: bool) -> Result<()> {
    let namespace = format!("{PREFIX}{number:04}");
    let words = [
        "delete",
        "namespace",
        &namespace,
        "--ignore-not-found",
        "--wait=false",
    ];
    ground.place.kubectl(&words)?;
    if with_data {
        clear(&data(ground, number))?;
    }
    Ok(())
}

/// Where a run keeps everything.
pub(crate) fn data(ground: &Ground, number: usize) -> PathBuf {
    ground.folder.join(format!("{PREFIX}{number:04}"))
}

/// Deploys on a server that aborts at the spot, starts it again and sees the deployment to its end. Answers whether it
/// came to the spot.
fn interrupted(stage: &Stage, scenario: Scenario, spot: &Spot) -> Result<bool> {
    let request = scenario.request();
    stage.abort_at(&spot.place())?;
    // The server may be gone before it has answered: what counts is that it has taken the request.
    let mut asking = stage.command(&scenario::words(request.project, request.release));
    let mut asking = asking
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let died = dies(stage, request.id);
    let _ = asking.kill();
    asking.wait()?;
    if !died? {
        return Ok(false);
    }
    sleep(objects::REST);
    stage.revive()?;
    until_ended(stage, request.id)?;
    Ok(true)
}

/// Whether the server dies before the deployment has ended.
fn dies(stage: &Stage, id: &str) -> Result<bool> {
    let begun = Instant::now();
    for look in 1u32.. {
        if stage.has_aborted()? {
            return Ok(true);
        }
        if look.is_multiple_of(LOOKS) && has_ended(stage, id) {
            // It may have died between the two looks, right after the end.
            return stage.has_aborted();
        }
        if begun.elapsed() > PATIENCE {
            break;
        }
        sleep(PAUSE);
    }
    bail!("the server has neither died nor come to the end of {id}")
}

/// A server that is not there any more has told nothing.
pub(crate) fn has_ended(stage: &Stage, id: &str) -> bool {
    stage
        .json(&["status", id])
        .is_ok_and(|it| !it["endedAt"].is_null())
}

/// Comes back when the deployment has ended, however.
pub(crate) fn until_ended(stage: &Stage, id: &str) -> Result<()> {
    let seconds = PATIENCE.as_secs().to_string();
    let answer = stage.quietly(&["status", id, "--watch", "--timeout", &seconds], None)?;
    // 1 is the exit code of a deployment that failed; the comparison says so.
    match answer.code {
        0 | 1 if has_ended(stage, id) => Ok(()),
        code => bail!("{id} did not come to its end ({code}): {}", answer.all()),
    }
}

fn traces(ground: &Ground, stage: &Stage, scenario: Scenario, namespace: &str) -> Result<Traces> {
    let id = scenario.request().id;
    let status = stage.json(&["status", id])?;
    let events = list(stage, &["audit", "--deployment", id])?;
    let (facts, resumed) = facts::of(&events, namespace);
    let verified = stage.quietly(&["audit", "verify"], None)?;
    let writes = ground.audit.lock().writes(namespace)?;
    Ok(Traces {
        outcome: status["status"].as_str().unwrap_or_default().to_owned(),
        attempts: attempts(&status),
        resumed,
        facts,
        lines: facts::lines(&list(stage, &["logs", id])?, namespace),
        calls: plan::calls(&stage.json(&["journal", id])?)?,
        objects: objects::left(&found(stage, namespace)?, Words::of_namespace(namespace)),
        sent: writes.len(),
        changes: audit::changes(&writes),
        complaint: (verified.code != 0).then(|| verified.all()),
    })
}

/// How many there were of the first step on its first target.
pub(crate) fn attempts(status: &Value) -> usize {
    let attempts = &status["steps"][0]["targets"][0]["attempts"];
    attempts.as_array().map_or(0, Vec::len)
}

fn list(stage: &Stage, words: &[&str]) -> Result<Vec<Value>> {
    let answer = stage.json(words)?;
    answer.as_array().cloned().context("the answer is a list")
}

/// The namespace and everything in it.
pub(crate) fn found(stage: &Stage, namespace: &str) -> Result<Vec<Value>> {
    let itself = stage
        .place
        .kubectl(&["get", "namespace", namespace, "-o", "json"])?;
    let inside = stage
        .place
        .kubectl(&["get", objects::KINDS, "-n", namespace, "-o", "json"])?;
    let inside: Value = serde_json::from_str(&inside)?;
    let mut objects = inside["items"].as_array().cloned().unwrap_or_default();
    objects.push(serde_json::from_str(&itself)?);
    Ok(objects)
}

/// Ends servers that an earlier matrix has left, and removes what they kept.
pub(crate) fn clear_up(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        clear(&entry?.path())?;
    }
    Ok(())
}
