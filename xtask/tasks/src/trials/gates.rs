//! Gates: who waits at one, who passes, who decides.

use anyhow::{Context as _, Result, ensure};

use super::deployments::{accept, ended, until};
use crate::story::{REFUSED, Stage};

const ENVIRONMENT: &str = "Development";

pub(super) fn decided(stage: &mut Stage) -> Result<()> {
    let project = |before: &str| {
        format!(
            "kind: Project
name: Gated
lifecycle: Application
process:
{before}- name: Manifests
  uses: apply-manifests@1
  roles: [Httpd]
  with:
    manifests:
    - {{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: gated }}, data: {{ colour: blue }} }}
"
        )
    };
    let gate =
        "- name: Approve\n  gate: { manual: { instructions: 'Look at #{Octopus.Environment.Name}' } }\n";
    stage.apply(&project(""))?;
    create(stage, "1.0.0")?;
    stage.apply(&project(gate))?;
    create(stage, "1.0.1")?;
    create(stage, "1.0.2")?;
    let waits = accept(stage, "Gated", "1.0.1", ENVIRONMENT)?;
    let open = until(stage, &waits, |it| it["waitingFor"]["code"] == "gate")?;
    let shown = &open["steps"][0]["gate"];
    ensure!(
        shown["instructions"] == "Look at Development" && shown["status"] == "open",
        "{shown}"
    );
    let passes = accept(stage, "Gated", "1.0.0", ENVIRONMENT)?;
    let over = until(stage, &passes, ended)?;
    ensure!(over["status"] == "succeeded", "{passes} passes: {over}");
    // It waits on where the server dies under it.
    stage.kill_and_restart()?;
    small_role(stage, &waits)?;
    stage.shipslog(&["gate", "pass", &waits, "Approve", "--reason", "seen"])?;
    let over = until(stage, &waits, ended)?;
    ensure!(over["status"] == "succeeded", "{waits} went on: {over}");
    let because = &over["steps"][0]["gate"]["decidedBecause"];
    ensure!(because == "seen", "the history tells why: {because}");
    let again = stage.command(&["gate", "pass", &waits, "Approve"]).output()?;
    ensure!(again.status.code() == Some(REFUSED), "it is decided already");

    let fails = accept(stage, "Gated", "1.0.2", ENVIRONMENT)?;
    until(stage, &fails, |it| it["waitingFor"]["code"] == "gate")?;
    stage.shipslog(&["gate", "fail", &fails, "Approve", "--reason", "not today"])?;
    let over = until(stage, &fails, ended)?;
    ensure!(
        over["reason"] == "gate-failed",
        "{fails} ended for that reason: {over}"
    );
    let message = over["message"].as_str().context("it says why")?;
    ensure!(message.contains("gate Approve was failed by"), "{message}");
    let because = &over["steps"][0]["gate"]["decidedBecause"];
    ensure!(
        because == "not today",
        "and why stands beside the gate: {because}"
    );
    stage
        .place
        .kubectl(&["delete", "configmap", "gated", "-n", "httpd-development"])?;
    Ok(())
}

fn create(stage: &Stage, version: &str) -> Result<()> {
    stage.shipslog(&["release", "create", "--project", "Gated", "--version", version])?;
    Ok(())
}

/// A viewer decides nothing.
fn small_role(stage: &Stage, id: &str) -> Result<()> {
    let viewer = stage.quietly(&["key", "create", "looks on", "--access-role", "viewer"], None)?;
    let key = viewer.said.trim().lines().last().unwrap_or_default().to_owned();
    let mut command = stage.command(&["gate", "pass", id, "Approve"]);
    command
        .env_remove("SHIPSLOG_API_KEY_FILE")
        .env("SHIPSLOG_API_KEY", &key);
    let output = command.output()?;
    ensure!(output.status.code() == Some(REFUSED), "a viewer decides nothing");
    Ok(())
}
