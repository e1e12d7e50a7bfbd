//! Where the story plays: the local cluster, or the user's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::machine::patience;
use crate::{checkout, cluster, program};

/// A cluster, an image registry, and the administrator's way in.
#[derive(Clone)]
pub struct Place {
    kubeconfig: PathBuf,
    kubectl: PathBuf,
    feed: String,
    url: String,
    certificate: String,
    credential: Credential,
    /// What the API server was asked: only the local cluster shows it.
    pub audit_log: Option<PathBuf>,
}

#[derive(Clone)]
enum Credential {
    Certificate { certificate: String, key: String },
    Token(String),
}

impl Place {
    /// The cluster of `cargo xtask cluster up`.
    pub fn local() -> Result<Self> {
        let facts = cluster::up()?;
        let place = Self::read(facts.kubeconfig, facts.kubectl, facts.registry)?;
        Ok(Self {
            audit_log: Some(facts.audit_log),
            ..place
        })
    }

    /// The user's own.
    pub fn own(kubeconfig: &Path, feed: &str) -> Result<Self> {
        if !program::succeeds(Command::new("kubectl").args(["version", "--client"])) {
            bail!(
                "`kubectl` is not on the PATH; it is needed to show your cluster (install it, then run this again)"
            );
        }
        if !kubeconfig.is_file() {
            bail!("there is no kubeconfig at {}", kubeconfig.display());
        }
        Self::read(kubeconfig.to_owned(), PathBuf::from("kubectl"), feed.to_owned())
    }

    fn read(kubeconfig: PathBuf, kubectl: PathBuf, feed: String) -> Result<Self> {
        let text = program::output(Command::new(&kubectl).arg("--kubeconfig").arg(&kubeconfig).args([
            "config",
            "view",
            "--raw",
            "--flatten",
            "--minify",
            "-o",
            "json",
        ]))?;
        let config: Value = serde_json::from_str(&text).context("kubectl printed no JSON")?;
        let (cluster, user) = (&config["clusters"][0]["cluster"], &config["users"][0]["user"]);
        let what = kubeconfig.display().to_string();
        let credential = if !user["exec"].is_null() {
            bail!(
                "{what} signs in by a program of its own (exec), which is not supported yet; use a token or a certificate"
            );
        } else if let Some(token) = user["token"].as_str() {
            Credential::Token(token.to_owned())
        } else {
            Credential::Certificate {
                certificate: decoded(
                    &user["client-certificate-data"],
                    &what,
                    "a client certificate or a token",
                )?,
                key: decoded(&user["client-key-data"], &what, "a client key")?,
            }
        };
        Ok(Self {
            url: cluster["server"]
                .as_str()
                .with_context(|| format!("{what} names no server"))?
                .to_owned(),
            certificate: decoded(
                &cluster["certificate-authority-data"],
                &what,
                "a certificate authority",
            )?,
            kubeconfig,
            kubectl,
            feed,
            credential,
            audit_log: None,
        })
    }

    /// What the documents of `examples/httpd` take from the environment.
    pub(super) fn variables(&self) -> Vec<(&'static str, &str)> {
        let mut variables = vec![
            ("FEED_URL", &*self.feed),
            ("CLUSTER_URL", &*self.url),
            ("CLUSTER_CA", &*self.certificate),
        ];
        match &self.credential {
            Credential::Certificate { certificate, key } => {
                variables.extend([("ADMIN_CERTIFICATE", &**certificate), ("ADMIN_KEY", &**key)]);
            }
            Credential::Token(token) => variables.push(("ADMIN_TOKEN", token)),
        }
        variables
    }

    /// The administrator's account as a document has it.
    pub fn account(&self) -> &'static str {
        match self.credential {
            Credential::Certificate { .. } => {
                "clientCertificate:\n  certificate: { fromEnvironment: ADMIN_CERTIFICATE }\n  key: { fromEnvironment: ADMIN_KEY }\n"
            }
            Credential::Token(_) => "token: { fromEnvironment: ADMIN_TOKEN }\n",
        }
    }

    /// The administrator's secret, for searching where it must not be.
    pub fn secret(&self) -> &str {
        match &self.credential {
            Credential::Certificate { key, .. } => key,
            Credential::Token(token) => token,
        }
    }

    /// Where the cluster's kubeconfig lies.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// What kubectl answers.
    pub fn kubectl(&self, words: &[&str]) -> Result<String> {
        program::output(
            Command::new(&self.kubectl)
                .arg("--kubeconfig")
                .arg(&self.kubeconfig)
                .args(words),
        )
    }

    /// Whether the cluster is this clone's own.
    pub fn is_local(&self) -> bool {
        self.audit_log.is_some()
    }

    /// Removes the namespaces that an earlier run of the story made. The local cluster is ours; in a user's own only
    /// what the story is known to have made there is touched.
    pub(super) fn forget_earlier_runs(&self) -> Result<()> {
        if self.is_local() {
            let ours = "shipslog.dev/project in (httpd-access,limited-access,kept-access)";
            self.kubectl(&[
                "delete",
                "namespaces",
                "--selector",
                ours,
                "--wait",
                "--timeout",
                &patience(),
            ])?;
            return Ok(());
        }
        let known = made()?;
        for namespace in NAMESPACES {
            let path = "jsonpath={.items[*].metadata.uid}";
            let field = format!("metadata.name={namespace}");
            let uid = self.kubectl(&["get", "namespaces", "--field-selector", &field, "-o", path])?;
            match uid.trim() {
                "" => {}
                uid if known.lines().any(|it| it == uid) => {
                    let words = [
                        "delete",
                        "namespace",
                        namespace,
                        "--wait",
                        "--timeout",
                        &patience(),
                    ];
                    self.kubectl(&words)?;
                }
                _ => bail!(
                    "your cluster has a namespace {namespace} that this clone's demo did not make; delete it, or use \
                     another cluster"
                ),
            }
        }
        Ok(())
    }

    /// Removes all namespaces whose names begin so, and waits until they are gone. Only for the local cluster.
    pub fn forget_namespaces(&self, prefix: &str) -> Result<()> {
        let path = "jsonpath={.items[*].metadata.name}";
        let all = self.kubectl(&["get", "namespaces", "-o", path])?;
        let ours: Vec<&str> = all.split(' ').filter(|it| it.starts_with(prefix)).collect();
        if ours.is_empty() {
            return Ok(());
        }
        let patience = patience();
        let mut words = vec!["delete", "namespace", "--wait", "--timeout", &patience];
        words.extend(ours);
        self.kubectl(&words)?;
        Ok(())
    }

    /// Remembers the namespaces that the story has made, so that a later run may remove them.
    pub fn remember_namespaces(&self) -> Result<()> {
        let mut known = made()?;
        for namespace in NAMESPACES {
            let uid = self.kubectl(&["get", "namespace", namespace, "-o", "jsonpath={.metadata.uid}"])?;
            known.push_str(uid.trim());
            known.push('\n');
        }
        Ok(fs::write(memory(), known)?)
    }

    /// Removes them again.
    pub fn leave_no_trace(&self) -> Result<()> {
        for namespace in NAMESPACES {
            self.kubectl(&[
                "delete",
                "namespace",
                namespace,
                "--ignore-not-found",
                "--wait=false",
            ])?;
        }
        Ok(())
    }
}

/// The namespaces of the story.
const NAMESPACES: [&str; 2] = ["httpd-development", "httpd-production"];

/// UIDs of namespaces that the story made, one a line.
fn memory() -> PathBuf {
    checkout::target().join("namespaces-made")
}

fn made() -> Result<String> {
    match fs::read_to_string(memory()) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).context("the list of namespaces made before cannot be read"),
    }
}

fn decoded(value: &Value, kubeconfig: &str, what: &str) -> Result<String> {
    let text = value
        .as_str()
        .with_context(|| format!("{kubeconfig} holds no {what}"))?;
    let bytes = BASE64_STANDARD
        .decode(text)
        .with_context(|| format!("{kubeconfig}: {what} is no base64"))?;
    Ok(String::from_utf8(bytes)?)
}
