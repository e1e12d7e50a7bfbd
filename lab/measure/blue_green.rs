//! A whole blue/green deployment on a real cluster, against a bare program that makes the same calls.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::Effort;
use crate::child::Server;
use crate::names::BLUE_GREEN as NAME;
use crate::number::{Number, median};

const OURS: &str = "bench-ours";
const BARE: &str = "bench-bare";
/// Numbers of the bare program's deployments: none that ours have.
const FIRST: u32 = 900_001;

/// Where it is deployed, and how to get in.
pub(crate) struct Cluster {
    pub(crate) kubeconfig: PathBuf,
    pub(crate) kubectl: PathBuf,
    pub(crate) feed: String,
    /// The folder with the built-in steps.
    pub(crate) steps: PathBuf,
}

pub(crate) fn measure(effort: Effort, cluster: &Cluster) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    cluster.forget()?;
    for namespace in [OURS, BARE] {
        cluster.kubectl(&["create", "namespace", namespace])?;
    }
    let step = std::fs::read(cluster.steps.join("deploy-containers.wasm"))?;
    let mut server = Server::new(folder.path(), &[("deploy-containers", step)])?;
    server.start()?;
    let client = server.client()?;
    client.apply(&cluster.documents()?)?;
    client.release("Httpd", "1.0.0")?;
    client.timed("Httpd", "1.0.0", "Test")?;
    let mut bare = Bare::start(cluster, folder.path())?;
    bare.deploy(FIRST)?;
    let (mut ours, mut without) = (Vec::new(), Vec::new());
    for round in 1..=effort.of(9, 2) {
        // Each by turns is the first, and neither meets pods of the other that still end.
        if round % 2 == 0 {
            ours.push(client.timed("Httpd", "1.0.0", "Test")?);
            settle();
            without.push(bare.deploy(FIRST + round)?);
        } else {
            without.push(bare.deploy(FIRST + round)?);
            settle();
            ours.push(client.timed("Httpd", "1.0.0", "Test")?);
        }
        settle();
        eprintln!(
            "  ours {:.0} ms, bare {:.0} ms",
            ours[ours.len() - 1],
            without[without.len() - 1]
        );
    }
    cluster.forget()?;
    let what = format!("blue/green from the request to its end, median of {}", ours.len());
    Ok(vec![
        Number::new(NAME, what, median(&ours), "ms")
            .against(median(&without))
            .ratio_at_most(1.1),
    ])
}

fn settle() {
    std::thread::sleep(Duration::from_millis(700));
}

/// The bare program, and its two ends.
struct Bare {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Bare {
    /// It deploys what ours has deployed, pod for pod.
    fn start(cluster: &Cluster, folder: &Path) -> Result<Self> {
        let template = folder.join("template.json");
        std::fs::write(&template, cluster.template()?)?;
        let program = std::env::current_exe()?.with_file_name("bare");
        let mut child = Command::new(program)
            .arg("--kubeconfig")
            .arg(&cluster.kubeconfig)
            .args(["--namespace", BARE, "--template"])
            .arg(&template)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bare program cannot be run")?;
        let asked = child.stdin.take().context("it is piped")?;
        let answers = BufReader::new(child.stdout.take().context("it is piped")?);
        Ok(Self {
            child,
            asked,
            answers,
        })
    }

    fn deploy(&mut self, number: u32) -> Result<f64> {
        writeln!(self.asked, "{number}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.trim().parse().context("the bare program has failed")
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // Whatever went wrong, it is not left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Cluster {
    fn kubectl(&self, words: &[&str]) -> Result<String> {
        let output = Command::new(&self.kubectl)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(words)
            .output()
            .context("kubectl cannot be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "`kubectl {}` failed: {said}",
            words.join(" ")
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    fn forget(&self) -> Result<()> {
        let words = [
            "delete",
            "namespace",
            OURS,
            BARE,
            "--ignore-not-found",
            "--wait",
            "--timeout",
            "180s",
        ];
        self.kubectl(&words).map(drop)
    }

    /// What ours has made, with the deployment's number left open.
    fn template(&self) -> Result<String> {
        let object = |what: &str| -> Result<Value> {
            let text = self.kubectl(&["get", what, "--namespace", OURS, "--output", "json"])?;
            let mut object: Value = serde_json::from_str(&text)?;
            if object["kind"] == "List" {
                object = object["items"][0].take();
            }
            Ok(bare(object))
        };
        let objects = json!({
            "configMap": object("configmap/page-deployments-1")?,
            "deployment": object("deployment/httpd-deployments-1")?,
            "service": object("service/httpd")?,
        });
        let text = objects.to_string();
        Ok(text
            .replace("deployments-1", "deployments-@N@")
            .replace(OURS, BARE))
    }

    fn documents(&self) -> Result<Vec<Value>> {
        let text = self.kubectl(&[
            "config",
            "view",
            "--raw",
            "--flatten",
            "--minify",
            "--output",
            "json",
        ])?;
        let config: Value = serde_json::from_str(&text)?;
        let (cluster, user) = (&config["clusters"][0]["cluster"], &config["users"][0]["user"]);
        Ok(vec![
            json!({ "kind": "Environment", "name": "Test" }),
            json!({ "kind": "Lifecycle", "name": "Test", "phases": [{ "name": "Test", "environments": ["Test"] }] }),
            json!({ "kind": "Feed", "name": "Docker", "url": self.feed, "pullPrefix": "docker.io/library" }),
            json!({ "kind": "Certificate", "name": "ca", "pem": decoded(&cluster["certificate-authority-data"])? }),
            json!({ "kind": "Account", "name": "admin", "clientCertificate": {
                "certificate": decoded(&user["client-certificate-data"])?, "key": decoded(&user["client-key-data"])? } }),
            json!({ "kind": "Target", "name": "Web", "account": "admin", "namespace": OURS, "environments": ["Test"],
                "roles": ["Web"], "cluster": { "url": cluster["server"], "certificate": "ca" } }),
            project(),
        ])
    }
}

fn project() -> Value {
    json!({ "kind": "Project", "name": "Httpd", "lifecycle": "Test",
        "packages": [{ "name": "httpd", "feed": "Docker", "image": "httpd" }],
        "process": [{ "name": "Httpd", "uses": "deploy-containers@1", "roles": ["Web"], "with": {
            "name": "httpd", "strategy": { "type": "BlueGreen" }, "drainSeconds": 0, "replicas": 1,
            "progressDeadlineSeconds": 60, "terminationGracePeriodSeconds": 5, "labels": { "app": "httpd" },
            "configMap": { "name": "page", "data": { "index": "Hello from httpd" } },
            "volumes": [{ "name": "content",
                "configMap": { "fromStep": true, "items": [{ "key": "index", "path": "index.html" }] } }],
            "containers": [{ "name": "httpd", "image": { "package": "httpd" },
                "ports": [{ "name": "web", "containerPort": 80 }],
                "lifecycle": { "preStop": { "sleep": { "seconds": 0 } } },
                "readinessProbe": { "httpGet": { "port": "web" }, "periodSeconds": 1 },
                "volumeMounts": [{ "name": "content", "mountPath": "/usr/local/apache2/htdocs" }] }],
            "service": { "name": "httpd", "type": "ClusterIP", "ports": [{ "port": 80, "targetPort": "web" }] } } }] })
}

/// Without what the API server keeps for itself.
fn bare(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    for part in ["/metadata", "/spec"] {
        let Some(fields) = object.pointer_mut(part).and_then(Value::as_object_mut) else {
            continue;
        };
        for own in [
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields",
            "clusterIP",
            "clusterIPs",
        ] {
            fields.remove(own);
        }
    }
    object
}

fn decoded(value: &Value) -> Result<String> {
    use base64::Engine as _;
    let text = value.as_str().context("the kubeconfig holds certificates")?;
    let bytes = base64::prelude::BASE64_STANDARD.decode(text)?;
    Ok(String::from_utf8(bytes)?)
}
