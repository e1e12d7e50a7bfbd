//! Bootstrapping with less than all rights, and over what is there already.

use anyhow::{Context as _, Result, ensure};

use crate::story::Stage;

/// An account that may make everything the bootstrap makes, but holds none of the rights that it would give away.
pub(super) fn limited(stage: &mut Stage) -> Result<()> {
    let token = limited_account(stage)?;
    stage.apply(&format!(
        "kind: Account
name: limited
token: {token}
---
kind: Target
name: Limited
cluster: {{ url: {{ fromEnvironment: CLUSTER_URL }}, certificate: cluster-ca }}
account: limited
environments: [Admin]
roles: [Limited]
---
kind: Project
name: Limited access
lifecycle: Admin
process:
- {{ name: Limited, uses: rbac-bootstrap@1, roles: [Limited], with: {{ namespace: limited, serviceAccount: deployer }} }}
"
    ))?;
    stage.shipslog(&[
        "release",
        "create",
        "--project",
        "Limited access",
        "--version",
        "1.0.0",
    ])?;
    let answer = stage.deploy("Limited access", "1.0.0", "Admin")?;
    ensure!(answer.code == 1, "the API server's escalation check refuses");
    let said = answer.all();
    ensure!(
        said.contains("escalate") && said.contains("bind"),
        "the remedy is named"
    );
    ensure!(said.contains("pods"), "the missing rules are named");
    stage.place.kubectl(&[
        "delete",
        "namespace",
        "limited",
        "--ignore-not-found",
        "--wait=false",
    ])?;
    Ok(())
}

fn limited_account(stage: &Stage) -> Result<String> {
    let kubectl = |words: &[&str]| stage.place.kubectl(words);
    let _ = kubectl(&[
        "delete",
        "clusterrole,clusterrolebinding",
        "limited-administrator",
        "--ignore-not-found",
    ])?;
    let _ = kubectl(&[
        "delete",
        "serviceaccount",
        "limited-administrator",
        "--ignore-not-found",
    ])?;
    kubectl(&[
        "create",
        "serviceaccount",
        "limited-administrator",
        "-n",
        "default",
    ])?;
    kubectl(&[
        "create",
        "clusterrole",
        "limited-administrator",
        "--verb=get,list,watch,create,update,patch,delete",
        "--resource=namespaces,serviceaccounts,secrets,resourcequotas,limitranges,roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io",
    ])?;
    kubectl(&[
        "create",
        "clusterrolebinding",
        "limited-administrator",
        "--clusterrole=limited-administrator",
        "--serviceaccount=default:limited-administrator",
    ])?;
    Ok(
        kubectl(&["create", "token", "limited-administrator", "-n", "default"])?
            .trim()
            .to_owned(),
    )
}

/// A role binding that points elsewhere: ours is deleted and made anew, somebody else's is left alone.
pub(super) fn changed_reference(stage: &mut Stage) -> Result<()> {
    let project = |namespace: &str, role: &str| {
        format!(
            "kind: Project
name: Kept access
lifecycle: Admin
process:
- name: Kept
  uses: rbac-bootstrap@1
  roles: [Admin]
  with: {{ namespace: {namespace}, serviceAccount: deployer, role: {{ name: {role} }} }}
"
        )
    };
    let run = |stage: &Stage, version: &str, namespace: &str, role: &str| -> Result<crate::story::Answer> {
        stage.apply(&project(namespace, role))?;
        stage.shipslog(&[
            "release",
            "create",
            "--project",
            "Kept access",
            "--version",
            version,
        ])?;
        stage.deploy("Kept access", version, "Admin")
    };
    let reference = |stage: &Stage, namespace: &str| {
        let path = "jsonpath={.roleRef.name}";
        stage.place.kubectl(&[
            "get",
            "rolebinding",
            "deployer-binding",
            "-n",
            namespace,
            "-o",
            path,
        ])
    };
    ensure!(
        run(stage, "1.0.0", "kept", "first")?.code == 0,
        "the first role is bound"
    );
    ensure!(
        run(stage, "1.0.1", "kept", "second")?.code == 0,
        "the second role is bound"
    );
    ensure!(
        reference(stage, "kept")? == "second",
        "the binding points to the second role"
    );
    stage
        .place
        .kubectl(&["delete", "namespace", "foreign", "--ignore-not-found", "--wait"])?;
    stage
        .place
        .kubectl(&["create", "namespace", "foreign"])
        .context("the foreign namespace cannot be made")?;
    stage.place.kubectl(&[
        "create",
        "rolebinding",
        "deployer-binding",
        "-n",
        "foreign",
        "--role=theirs",
        "--user=them",
    ])?;
    let answer = run(stage, "1.0.2", "foreign", "second")?;
    ensure!(answer.code == 1, "what is not ours is refused");
    ensure!(reference(stage, "foreign")? == "theirs", "and left alone");
    stage
        .place
        .kubectl(&["delete", "namespace", "foreign", "kept", "--wait=false"])?;
    Ok(())
}
