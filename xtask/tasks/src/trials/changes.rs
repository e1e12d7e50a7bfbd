//! What deployments did to an object that somebody else changes too: told from the history alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::program;
use crate::story::Stage;

const NAMESPACE: &str = "httpd-development";

pub(super) fn told(stage: &mut Stage) -> Result<()> {
    stage.apply(
        "kind: Project
name: Changes
lifecycle: Application
process:
- name: Manifests
  uses: apply-manifests@1
  roles: [Httpd]
  with:
    adopt: true
    manifests:
    - { apiVersion: v1, kind: ConfigMap, metadata: { name: theirs }, data: { colour: blue } }
",
    )?;
    stage.shipslog(&["release", "create", "--project", "Changes", "--version", "1.0.0"])?;
    // Somebody else has it already: it is taken over, and what it was is kept.
    theirs(stage, "red")?;
    let adopted = deployed(stage, 0)?;
    let change = only(stage, &adopted)?;
    ensure!(
        change["effect"] == "changed" && change["before"] == "present",
        "{change}"
    );
    ensure!(
        change["found"]["data"]["colour"] == "red",
        "what was there is kept: {change}"
    );
    ensure!(
        change["manifest"]["data"]["colour"] == "blue",
        "and what was sent: {change}"
    );
    let taken = &change["taken"][0];
    ensure!(
        taken["manager"] == "them" && taken["path"].as_str().is_some_and(|it| it.contains("colour")),
        "and whose fields were taken: {change}"
    );
    // Nothing is to be done: the deployment's own labels change nothing that counts.
    let again = deployed(stage, 0)?;
    ensure!(
        only(stage, &again)?["effect"] == "unchanged",
        "{again} changed nothing"
    );
    // A field that is another's now: the apply is refused, and nobody says that it was written.
    theirs(stage, "green")?;
    let refused = deployed(stage, 1)?;
    ensure!(
        only(stage, &refused)?["effect"] == "refused",
        "{refused} was refused"
    );
    let message = stage.json(&["status", &refused])?["message"].to_string();
    ensure!(!message.contains("written by this deployment"), "{message}");
    // What somebody else removed is made anew.
    stage
        .place
        .kubectl(&["delete", "configmap", "theirs", "-n", NAMESPACE])?;
    let made = deployed(stage, 0)?;
    let both = changes(stage, &made)?;
    ensure!(
        both[0]["effect"] == "found-gone",
        "who looked found it gone: {both}"
    );
    let change = &both[1];
    ensure!(
        change["effect"] == "created" && change["before"] == "absent",
        "{change}"
    );
    let all = [&adopted, &again, &refused, &made];
    let told: Vec<Value> = all.iter().map(|it| changes(stage, it)).collect::<Result<_>>()?;
    stage.reopen(without_the_rest)?;
    for (id, before) in all.iter().zip(&told) {
        ensure!(
            changes(stage, id)? == *before,
            "{id} is told otherwise without journals and views"
        );
    }
    stage
        .place
        .kubectl(&["delete", "configmap", "theirs", "-n", NAMESPACE])?;
    Ok(())
}

/// Somebody else sets the colour, by force.
fn theirs(stage: &Stage, colour: &str) -> Result<()> {
    let file = std::env::temp_dir().join("shipslog-trial-theirs.yaml");
    let manifest = format!(
        "{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: theirs }}, data: {{ colour: {colour} }} }}\n"
    );
    std::fs::write(&file, manifest)?;
    let file = file.display().to_string();
    stage.place.kubectl(&[
        "apply",
        "--server-side",
        "--force-conflicts",
        "--field-manager=them",
        "-n",
        NAMESPACE,
        "-f",
        &file,
    ])?;
    Ok(())
}

/// Deploys, and answers with the id.
fn deployed(stage: &Stage, code: i32) -> Result<String> {
    let answer = stage.deploy("Changes", "1.0.0", "Development")?;
    ensure!(
        answer.code == code,
        "it exited with {}:\n{}",
        answer.code,
        answer.all()
    );
    let latest = stage.latest("Changes", "1.0.0", "Development")?;
    let id = latest["id"].as_str().context("a deployment has an id")?;
    Ok(id.to_owned())
}

fn changes(stage: &Stage, id: &str) -> Result<Value> {
    Ok(stage.json(&["changes", id])?["changes"].clone())
}

fn only(stage: &Stage, id: &str) -> Result<Value> {
    let changes = changes(stage, id)?;
    let all = changes.as_array().context("changes are a list")?;
    ensure!(all.len() == 1, "{id} did one thing: {changes}");
    Ok(all[0].clone())
}

/// The log alone.
fn without_the_rest(data: &Path) -> Result<()> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|it| it.to_string_lossy().starts_with("views.db"))
        {
            std::fs::remove_file(path)?;
        }
    }
    let drop = "UPDATE packed_journals SET compressed = NULL";
    program::output(Command::new("sqlite3").arg(data.join("shipslog.db")).arg(drop))?;
    Ok(())
}
