//! Who gets in.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::program::last_lines;
use crate::story::{REFUSED, Stage};

pub(super) fn keys(stage: &mut Stage) -> Result<()> {
    let url = format!("{}/api/v1/deployments", stage.url());
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let status = |key: Option<&str>| -> Result<u16> {
        let request = agent.get(&url);
        let request = match key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        };
        Ok(request.call()?.status().as_u16())
    };
    ensure!(status(None)? == 401, "no key: 401");
    ensure!(status(Some("shipslog_wrong"))? == 401, "a wrong key: 401");
    let viewer = stage.quietly(&["key", "create", "viewer", "--access-role", "viewer"], None)?;
    let key = viewer.said.trim().lines().last().unwrap_or_default().to_owned();
    ensure!(status(Some(&key))? == 200, "a viewer reads");
    let mut command = stage.command(&[
        "deploy",
        "--project",
        "Httpd",
        "--release",
        "1.0.3",
        "--to",
        "Development",
    ]);
    command
        .env_remove("SHIPSLOG_API_KEY_FILE")
        .env("SHIPSLOG_API_KEY", &key);
    let output = command.output()?;
    ensure!(output.status.code() == Some(REFUSED), "a viewer deploys nothing");
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        said.contains("deployer"),
        "the answer names the role that is needed: {said}"
    );
    Ok(())
}

pub(super) fn second_server(stage: &mut Stage) -> Result<()> {
    let mut command: Command = stage.command(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    let output = command.arg(stage.data_dir()).output()?;
    ensure!(!output.status.success(), "a second server does not start");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        said.contains("shipslog.db"),
        "it names the file: {}",
        last_lines(&said, 3)
    );
    Ok(())
}
