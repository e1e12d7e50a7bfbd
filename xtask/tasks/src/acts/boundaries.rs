//! Act 11: what a target cannot do.

use anyhow::{Context as _, Result, ensure};

use crate::progress::say;
use crate::story::Stage;

/// How often a watch may break off because the server is killed under it.
const WATCHES: usize = 5;

pub(super) fn limits(stage: &mut Stage) -> Result<()> {
    another_namespace(stage)?;
    // A no of the API server counts only after a while: both wait for it at the same time.
    let wide = wide_boundary(stage)?;
    let few = too_few_rights(stage)?;
    let answer = wide.refused(stage)?;
    ensure!(answer.contains("cluster"), "the cluster said no");
    ensure!(
        answer.contains("httpd-production"),
        "the missing rule names the namespace"
    );
    let answer = few.refused(stage)?;
    ensure!(
        answer.contains("poddisruptionbudgets") && answer.contains("cronjobs"),
        "all missing rules are named"
    );
    let found = stage
        .place
        .kubectl(&["get", "configmaps", "-n", "httpd-development", "-o", "name"])?;
    ensure!(!found.contains("unwritten"), "nothing was written");
    Ok(())
}

/// A step that would touch another namespace is stopped by our boundary; the API server is never asked.
fn another_namespace(stage: &Stage) -> Result<()> {
    say("-- a step that reaches into the other environment's namespace");
    let manifest = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: trespass, namespace: httpd-production }, data: { a: b } }";
    let before = asked(stage)?.len();
    let answer = Attempt::begin(stage, "Trespass", "Httpd", &[manifest])?.refused(stage)?;
    ensure!(answer.contains("boundary"), "the boundary said no");
    let asked = asked(stage)?;
    let since = asked.get(before..).unwrap_or(&asked);
    ensure!(!since.contains("trespass"), "the API server was never asked");
    if stage.place.audit_log.is_some() {
        say("    the API server's audit log has no word of it");
    }
    Ok(())
}

/// Everything that the API server was asked so far, where we can see it.
fn asked(stage: &Stage) -> Result<String> {
    match &stage.place.audit_log {
        Some(file) => std::fs::read_to_string(file).context("the API server's audit log cannot be read"),
        None => Ok(String::new()),
    }
}

/// With a target that has no namespace the boundary lets it pass, and the API server's own rules say no.
fn wide_boundary(stage: &Stage) -> Result<Attempt> {
    say("-- the same account without our boundary: the API server itself refuses");
    stage.apply(
        "kind: Target
name: Httpd everywhere
cluster: { url: { fromEnvironment: CLUSTER_URL }, certificate: cluster-ca }
account: httpd-development
environments: [Development]
roles: [Everywhere]
",
    )?;
    let manifest = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: passing, namespace: httpd-production }, data: { a: b } }";
    Attempt::begin(stage, "Wide", "Everywhere", &[manifest])
}

/// All missing rules at once, before anything is written.
fn too_few_rights(stage: &Stage) -> Result<Attempt> {
    say("-- a step that needs more than the account may do");
    let manifests = [
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: unwritten }, data: { a: b } }",
        "{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: unwritten }, \
         spec: { selector: { matchLabels: { a: b } }, minAvailable: 1 } }",
        "{ apiVersion: batch/v1, kind: CronJob, metadata: { name: unwritten }, spec: { schedule: '0 0 1 1 *', \
         jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } } } } }",
    ];
    Attempt::begin(stage, "Too much", "Httpd", &manifests)
}

/// A deployment that must fail.
struct Attempt {
    id: String,
}

impl Attempt {
    /// Deploys manifests to Development, and waits for nothing.
    fn begin(stage: &Stage, project: &str, role: &str, manifests: &[&str]) -> Result<Self> {
        let list = manifests
            .iter()
            .map(|it| format!("    - {it}"))
            .collect::<Vec<_>>()
            .join("\n");
        stage.apply(&format!(
            "kind: Project
name: {project}
lifecycle: Application
process:
- name: Apply
  uses: apply-manifests@1
  roles: [{role}]
  with:
    manifests:
{list}"
        ))?;
        stage.shipslog(&["release", "create", "--project", project, "--version", "1.0.0"])?;
        let to = ["--release", "1.0.0", "--to", "Development"];
        let accepted = stage.shipslog(&[&["deploy", "--project", project], &to[..]].concat())?;
        let id = accepted.said.split(' ').next().unwrap_or_default().to_owned();
        Ok(Self { id })
    }

    /// Waits for its end, and answers with what was said.
    fn refused(&self, stage: &Stage) -> Result<String> {
        let mut answer = stage.watch(&["status", &self.id, "-w"])?;
        let mut deployment = stage.json(&["status", &self.id])?;
        // Where the server is killed just when it is asked first, nobody waits for it.
        for _ in 0..WATCHES {
            if !deployment["endedAt"].is_null() {
                break;
            }
            answer = stage.watch(&["status", &self.id, "-w"])?;
            deployment = stage.json(&["status", &self.id])?;
        }
        ensure!(answer.code == 1, "it fails");
        let attempts = deployment["steps"][0]["targets"][0]["attempts"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let denials: Vec<String> = attempts
            .iter()
            .flat_map(|it| it["denials"].as_array().cloned().unwrap_or_default())
            .map(|it| it.to_string())
            .collect();
        ensure!(!denials.is_empty(), "the denial is in the history");
        Ok(format!("{}{}", answer.all(), denials.join(" ")))
    }
}
