//! The server dies without warning at a chosen moment; the deployment goes on and ends as it would have.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::deployments::{accept, caught, ended, progress, until};
use crate::acts;
use crate::program;
use crate::story::{Place, Server, Stage};

/// Deploys 1.0.3 to Development, kills the server at the moment, and compares the end with the undisturbed one.
fn killed_when(stage: &mut Stage, moment: impl Fn(&Value, &Stage) -> bool) -> Result<()> {
    let over = caught("the deployment had ended before the server was killed", || {
        let id = accept(stage, "Httpd", "1.0.3", "Development")?;
        until(stage, &id, |it| ended(it) || moment(it, stage))?;
        killed(stage, &id)
    })?;
    went_on(stage, &over)?;
    same_end(stage, over["id"].as_str().unwrap_or_default())?;
    stage.shipslog(&["audit", "verify"])?;
    Ok(())
}

/// Kills the server and sees the deployment succeed; answers with it if the kill came in the middle of it. What was open
/// then must have gone on.
fn killed(stage: &Stage, id: &str) -> Result<Option<Value>> {
    let killed_at = program::output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.%NZ"]))?;
    stage.kill_and_restart()?;
    let over = until(stage, id, ended)?;
    ensure!(
        over["status"] == "succeeded",
        "{id} ended {}: {}",
        over["status"],
        over["message"]
    );
    let ended_at = over["endedAt"].as_str().context("what has ended says when")?;
    if ended_at < killed_at.trim() {
        return Ok(None);
    }
    ensure!(
        resumed(stage, id)? > 0 || attempts(&over) > 1,
        "{id} was open when the server was killed, and did not go on: it ended {ended_at}, killed at {killed_at}"
    );
    Ok(Some(over))
}

fn attempts(deployment: &Value) -> usize {
    let attempts = &deployment["steps"][0]["targets"][0]["attempts"];
    attempts.as_array().map_or(0, Vec::len)
}

fn resumed(stage: &Stage, id: &str) -> Result<usize> {
    let resumed = stage.json(&["audit", "--deployment", id, "--type", "attempt-resumed"])?;
    Ok(resumed.as_array().map_or(0, Vec::len))
}

/// Its only attempt was resumed once, and none was begun anew.
fn went_on(stage: &Stage, over: &Value) -> Result<()> {
    let attempts = attempts(over);
    ensure!(
        attempts == 1,
        "its step goes on where it was; there are {attempts} attempts"
    );
    let id = over["id"].as_str().context("a deployment has an id")?;
    let times = resumed(stage, id)?;
    ensure!(times == 1, "it was resumed {times} times");
    Ok(())
}

/// The cluster holds what an undisturbed run would have left, and nothing else.
fn same_end(stage: &Stage, id: &str) -> Result<()> {
    let kinds = "deployments,configmaps,services";
    let found = stage.kubectl(&["get", kinds, "-n", "httpd-development", "-o", "name"])?;
    let found: Vec<&str> = found
        .lines()
        .filter(|it| !it.ends_with("kube-root-ca.crt"))
        .collect();
    let expected = [
        format!("deployment.apps/httpd-{id}"),
        format!("configmap/configmap-{id}"),
        "service/httpd".to_owned(),
    ];
    ensure!(found == expected, "the cluster holds {found:?}");
    ensure!(
        stage.page("httpd-development")? == "Hello from Development",
        "the page is served"
    );
    Ok(())
}

pub(super) fn while_waiting(stage: &mut Stage) -> Result<()> {
    killed_when(stage, |it, _| progress(it).contains("waiting for Deployment"))
}

pub(super) fn after_the_switch(stage: &mut Stage) -> Result<()> {
    killed_when(stage, |it, _| {
        let milestones = &it["steps"][0]["targets"][0]["attempts"][0]["milestones"];
        milestones
            .as_array()
            .is_some_and(|it| it.iter().any(|it| it["name"] == "traffic-switched"))
    })
}

/// As soon as the first object is in the cluster, before its step can have gone on far.
pub(super) fn between_write_and_record(stage: &mut Stage) -> Result<()> {
    killed_when(stage, |it, stage| {
        let id = it["id"].as_str().unwrap_or_default();
        let name = format!("configmap-{id}");
        stage
            .place
            .kubectl(&["get", "configmap", &name, "-n", "httpd-development", "-o", "name"])
            .is_ok()
    })
}

pub(super) fn during_the_bootstrap(stage: &mut Stage) -> Result<()> {
    caught("the bootstrap had ended before the server was killed", || {
        let id = accept(stage, "Httpd access", "1.0.0", "Admin")?;
        until(stage, &id, |it| it["status"] != "waiting")?;
        killed(stage, &id)
    })?;
    Ok(())
}

/// The whole story again, on a server that dies in the middle of every deployment and after every command.
pub(super) fn in_every_act(_: &mut Stage) -> Result<()> {
    let mut stage = Stage::set(Place::local()?, Server::start_anew("test/killed")?)?;
    stage.kill_all_the_time();
    acts::play(&mut stage)?;
    stage.close()
}
