//! Acts 1 and 2: what everything stands on.

use anyhow::{Result, ensure};

use super::example;
use crate::story::Stage;

pub(super) fn feed_environments_lifecycles(stage: &mut Stage) -> Result<()> {
    let (before, _) = infrastructure(stage)?;
    stage.apply(&before)?;
    let again = stage.apply(&before)?;
    ensure!(
        again.said.contains("unchanged"),
        "applying the same documents again changes nothing"
    );
    stage.shipslog(&["versions", "--feed", "Docker", "--image", "httpd"])?;
    stage.two_versions()?;
    stage.shipslog(&["get", "lifecycles"])?;
    Ok(())
}

pub(super) fn target(stage: &mut Stage) -> Result<()> {
    let (_, after) = infrastructure(stage)?;
    stage.apply(&after)?;
    stage.shipslog(&["get", "target", "Admin", "-o", "yaml"])?;
    wrong_certificate(stage)
}

/// The example's documents before and from the certificate on, with the administrator's account as this place has it.
fn infrastructure(stage: &Stage) -> Result<(String, String)> {
    let mut text = example("infrastructure.yaml")?;
    if !stage.place.is_local() {
        // The user's own cluster pulls from where the user's feed is.
        text = text
            .lines()
            .filter(|it| !it.starts_with("pullPrefix:"))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let start = text.find("clientCertificate:").unwrap_or(text.len());
    let end = text[start..].find("---").map_or(text.len(), |it| start + it);
    let text = format!("{}{}{}", &text[..start], stage.place.account(), &text[end..]);
    let cut = text.find("kind: Certificate").unwrap_or(text.len());
    Ok((text[..cut].to_owned(), text[cut..].to_owned()))
}

/// A target whose certificate did not sign the API server's: there is no switch that would let it pass.
fn wrong_certificate(stage: &Stage) -> Result<()> {
    let other = rcgen::generate_simple_self_signed(["another.example".to_owned()])?
        .cert
        .pem();
    let pem = other
        .lines()
        .map(|it| format!("  {it}"))
        .collect::<Vec<_>>()
        .join("\n");
    stage.apply(&format!(
        "kind: Certificate
name: another-ca
pem: |
{pem}
---
kind: Target
name: Untrusted
cluster: {{ url: {{ fromEnvironment: CLUSTER_URL }}, certificate: another-ca }}
account: admin
environments: [Admin]
roles: [Untrusted]
---
kind: Project
name: Untrusted
lifecycle: Admin
process:
- name: Touch
  uses: apply-manifests@1
  roles: [Untrusted]
  with:
    manifests:
    - {{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: untrusted, namespace: default }}, data: {{ a: b }} }}
"
    ))?;
    stage.shipslog(&[
        "release",
        "create",
        "--project",
        "Untrusted",
        "--version",
        "1.0.0",
    ])?;
    let answer = stage.deploy("Untrusted", "1.0.0", "Admin")?;
    ensure!(answer.code == 1, "the deployment fails");
    ensure!(
        answer.all().contains("not trusted"),
        "it fails because the certificate is not trusted"
    );
    Ok(())
}
