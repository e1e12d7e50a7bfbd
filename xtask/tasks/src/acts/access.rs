//! Acts 3 and 4: a namespace and a limited account for each environment, and the targets that use them.

use anyhow::{Result, ensure};

use super::example;
use crate::story::Stage;

/// What the bootstrap makes in each namespace.
const OBJECTS: [&str; 4] = [
    "serviceaccount/httpd-deployer",
    "role.rbac.authorization.k8s.io/httpd-deployer-role",
    "rolebinding.rbac.authorization.k8s.io/httpd-deployer-binding",
    "secret/httpd-deployer-token",
];

pub(super) fn bootstrap(stage: &mut Stage) -> Result<()> {
    stage.apply(&example("bootstrap.yaml")?)?;
    stage.shipslog(&[
        "release",
        "create",
        "--project",
        "Httpd access",
        "--version",
        "1.0.0",
    ])?;
    let answer = stage.deploy("Httpd access", "1.0.0", "Admin")?;
    ensure!(answer.code == 0, "the bootstrap succeeds");
    stage.place.remember_namespaces()?;
    for namespace in ["httpd-development", "httpd-production"] {
        let kinds = "serviceaccounts,roles,rolebindings,secrets,resourcequotas,limitranges";
        let made = stage.kubectl(&["get", "-n", namespace, kinds, "-o", "name"])?;
        for object in OBJECTS {
            ensure!(made.contains(object), "{object} is in {namespace}");
        }
        let limits = namespace == "httpd-production";
        ensure!(
            made.contains("resourcequota/") == limits,
            "only Production has a quota"
        );
        ensure!(
            made.contains("limitrange/") == limits,
            "only Production has limits"
        );
    }
    once_more(stage)
}

/// Running it again changes nothing, in the cluster too, and says so.
fn once_more(stage: &Stage) -> Result<()> {
    let versions = |stage: &Stage| {
        let kinds = "serviceaccounts,roles,rolebindings,secrets";
        let path = "jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.resourceVersion} {end}";
        stage
            .place
            .kubectl(&["get", "-n", "httpd-development", kinds, "-o", path])
    };
    let before = versions(stage)?;
    let answer = stage.deploy("Httpd access", "1.0.0", "Admin")?;
    ensure!(answer.code == 0, "the bootstrap succeeds again");
    ensure!(versions(stage)? == before, "nothing in the cluster changed");
    let deployment = stage.latest("Httpd access", "1.0.0", "Admin")?;
    let log = stage.shipslog(&["logs", deployment["id"].as_str().unwrap_or_default()])?;
    ensure!(
        log.said.contains("nothing changed"),
        "the task log says that nothing changed"
    );
    Ok(())
}

pub(super) fn targets(stage: &mut Stage) -> Result<()> {
    stage.apply(&example("targets.yaml")?)?;
    stage.shipslog(&["get", "targets"])?;
    Ok(())
}
