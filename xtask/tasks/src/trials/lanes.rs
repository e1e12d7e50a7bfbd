//! One deployment at a time for a project and an environment.

use anyhow::{Context as _, Result, ensure};

use super::deployments::{accept, caught, ended, progress, until};
use crate::acts::example;
use crate::story::Stage;

pub(super) fn one_at_a_time(stage: &mut Stage) -> Result<()> {
    caught(
        "the second did not wait; the first had ended before it was looked at",
        || {
            let first = accept(stage, "Httpd", "1.0.3", "Development")?;
            let second = accept(stage, "Httpd", "1.0.2", "Development")?;
            let waiting = until(stage, &second, |it| {
                it["status"] != "waiting" || !it["waitingFor"].is_null()
            })?;
            let before = stage.json(&["status", &first])?;
            for id in [&first, &second] {
                let ended = until(stage, id, ended)?;
                ensure!(ended["status"] == "succeeded", "{id} ended {}", ended["status"]);
            }
            if waiting["status"] != "waiting" {
                ensure!(ended(&before), "{second} did not wait for {first}");
                return Ok(None);
            }
            let reason = &waiting["waitingFor"];
            ensure!(
                reason["deployment"] == *first,
                "the reason names the one before: {reason}"
            );
            Ok(Some(()))
        },
    )
}

/// Cancelled while it waits for a rollout that never ends.
pub(super) fn cancelled(stage: &mut Stage) -> Result<()> {
    let probe = "      readinessProbe: { exec: { command: [no-such-command] }, periodSeconds: 1 }\n";
    let text = example("httpd.yaml")?.replace(
        "      ports: [{ name: web",
        &format!("{probe}      ports: [{{ name: web"),
    );
    stage.apply(&text)?;
    stage.shipslog(&["release", "create", "--project", "Httpd", "--version", "1.0.4"])?;
    let id = accept(stage, "Httpd", "1.0.4", "Development")?;
    until(stage, &id, |it| progress(it).contains("Deployment"))?;
    stage.shipslog(&["cancel", &id])?;
    let over = until(stage, &id, ended)?;
    ensure!(over["status"] == "cancelled", "{id} ended {}", over["status"]);
    let message = over["message"].as_str().context("it says why")?;
    ensure!(
        message.contains(&format!("httpd-{id}")),
        "it names what it left: {message}"
    );
    stage.apply(&example("httpd.yaml")?)?;
    Ok(())
}
