//! Acts 5 to 10: the application, from its first release to Production.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{example, with_deadline};
use crate::machine::stretched;
use crate::progress::say;
use crate::story::{REFUSED, Stage};

const DEVELOPMENT: &str = "httpd-development";
const PRODUCTION: &str = "httpd-production";

pub(super) fn project(stage: &mut Stage) -> Result<()> {
    stage.apply(&example("httpd.yaml")?)?;
    let [_, older] = stage.two_versions()?;
    release(stage, "1.0.0", &["--package", &format!("httpd={older}")])?;
    let release = stage.json(&["get", "releases", "--project", "Httpd"])?;
    let package = &release[0]["packages"][0];
    ensure!(
        package["version"] == older.as_str(),
        "the chosen version is frozen"
    );
    ensure!(
        package["digest"]
            .as_str()
            .is_some_and(|it| it.starts_with("sha256:")),
        "and the image's digest"
    );
    let component = &release[0]["steps"][0]["component"];
    ensure!(
        component.as_str().is_some_and(|it| it.starts_with("sha256:")),
        "and the step component's digest"
    );
    Ok(())
}

pub(super) fn first(stage: &mut Stage) -> Result<()> {
    let answer = stage.deploy("Httpd", "1.0.0", "Development")?;
    ensure!(answer.code == 0, "1.0.0 succeeds");
    let number = number(stage, "1.0.0", "Development")?;
    let objects = objects(stage, DEVELOPMENT)?;
    for name in [
        format!("deployment.apps/httpd-{number}"),
        format!("configmap/configmap-{number}"),
    ] {
        ensure!(objects.contains(&name), "{name} is there");
    }
    ensure!(
        objects.iter().any(|it| it == "service/httpd"),
        "the Service keeps its name"
    );
    serves(stage, DEVELOPMENT, "Hello from httpd")
}

/// When a rollout that cannot succeed is given up: after its probe has failed.
const SOON: Duration = Duration::from_secs(10);

/// A readiness probe that runs a command that does not exist, and another text.
pub(super) fn failing(stage: &mut Stage) -> Result<()> {
    let probe = "      readinessProbe: { exec: { command: [no-such-command] }, periodSeconds: 1 }\n";
    let text = with_deadline(&example("httpd.yaml")?, stretched(SOON))
        .replace("Hello from httpd", "This text is never seen")
        .replace(
            "      ports: [{ name: web",
            &format!("{probe}      ports: [{{ name: web"),
        );
    stage.apply(&text)?;
    release(stage, "1.0.1", &[])?;
    let answer = stage.deploy("Httpd", "1.0.1", "Development")?;
    ensure!(answer.code == 1, "1.0.1 fails");
    ensure!(
        answer.all().contains("no-such-command"),
        "it says which command does not exist"
    );
    let objects = objects(stage, DEVELOPMENT)?;
    let deployments = objects
        .iter()
        .filter(|it| it.starts_with("deployment.apps/"))
        .count();
    let config_maps = objects
        .iter()
        .filter(|it| it.starts_with("configmap/configmap-"))
        .count();
    ensure!(
        (deployments, config_maps) == (2, 2),
        "both Deployments and both ConfigMaps are there: {objects:?}"
    );
    serves(stage, DEVELOPMENT, "Hello from httpd")
}

pub(super) fn refused(stage: &mut Stage) -> Result<()> {
    let refused = |words: &[&str]| -> Result<()> {
        let answer = stage.try_shipslog(words, None)?;
        ensure!(
            answer.code == REFUSED,
            "it is refused; the exit code is {}",
            answer.code
        );
        ensure!(
            answer.all().contains("phase Development has not succeeded"),
            "the phase is named"
        );
        Ok(())
    };
    refused(&["promote", "--project", "Httpd", "--release", "1.0.1"])?;
    refused(&[
        "deploy",
        "--project",
        "Httpd",
        "--release",
        "1.0.1",
        "--to",
        "Production",
    ])?;
    say("-- and a release that was nowhere yet skips no phase");
    release(stage, "1.0.1-skip", &[])?;
    refused(&[
        "deploy",
        "--project",
        "Httpd",
        "--release",
        "1.0.1-skip",
        "--to",
        "Production",
    ])
}

pub(super) fn mended(stage: &mut Stage) -> Result<()> {
    stage.apply(&example("httpd.yaml")?.replace("Hello from httpd", "Hello again"))?;
    release(stage, "1.0.2", &[])?;
    let answer = stage.deploy("Httpd", "1.0.2", "Development")?;
    ensure!(answer.code == 0, "1.0.2 succeeds");
    only(stage, DEVELOPMENT, "1.0.2", "Development")?;
    serves(stage, DEVELOPMENT, "Hello again")
}

pub(super) fn production(stage: &mut Stage) -> Result<()> {
    let answer = stage.try_shipslog(
        &["promote", "--project", "Httpd", "--release", "1.0.2", "-w"],
        None,
    )?;
    ensure!(answer.code == 0, "1.0.2 is promoted");
    serves(stage, PRODUCTION, "Hello again")?;
    say("-- and a text that each environment fills in for itself");
    let text = example("httpd.yaml")?.replace("Hello from httpd", "Hello from #{Octopus.Environment.Name}");
    stage.apply(&text)?;
    release(stage, "1.0.3", &[])?;
    for (environment, namespace) in [("Development", DEVELOPMENT), ("Production", PRODUCTION)] {
        let answer = stage.deploy("Httpd", "1.0.3", environment)?;
        ensure!(answer.code == 0, "1.0.3 succeeds in {environment}");
        serves(stage, namespace, &format!("Hello from {environment}"))?;
        only(stage, namespace, "1.0.3", environment)?;
    }
    Ok(())
}

fn release(stage: &Stage, version: &str, more: &[&str]) -> Result<()> {
    let mut words = vec!["release", "create", "--project", "Httpd", "--version", version];
    words.extend(more);
    stage.shipslog(&words)?;
    Ok(())
}

/// The number that names what a deployment makes, such as `deployments-3`.
fn number(stage: &Stage, release: &str, environment: &str) -> Result<String> {
    let deployment = stage.latest("Httpd", release, environment)?;
    deployment["id"]
        .as_str()
        .map(str::to_owned)
        .context("a deployment has an id")
}

/// Kinds and names of what is in a namespace, without what Kubernetes itself puts there.
fn objects(stage: &Stage, namespace: &str) -> Result<Vec<String>> {
    let said = stage.kubectl(&[
        "get",
        "deployments,configmaps,services",
        "-n",
        namespace,
        "-o",
        "name",
    ])?;
    Ok(said
        .lines()
        .filter(|it| !it.ends_with("kube-root-ca.crt"))
        .map(str::to_owned)
        .collect())
}

/// Nothing but what the latest deployment made.
fn only(stage: &Stage, namespace: &str, release: &str, environment: &str) -> Result<()> {
    let number = number(stage, release, environment)?;
    let expected = [
        format!("deployment.apps/httpd-{number}"),
        format!("configmap/configmap-{number}"),
        "service/httpd".to_owned(),
    ];
    let found = objects(stage, namespace)?;
    ensure!(
        found == expected,
        "there is nothing but what {release} made: {found:?}"
    );
    Ok(())
}

fn serves(stage: &Stage, namespace: &str, text: &str) -> Result<()> {
    let page = stage.page(namespace)?;
    ensure!(page == text, "the page of {namespace} is `{page}`, not `{text}`");
    Ok(())
}
