//! A server in a process of its own, and what the kernel says of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use shipslog_api::configuration::CONFIGURATION;
use shipslog_api::deployments::{DEPLOYMENTS, WATCH};
use shipslog_api::health::HEALTH;
use shipslog_api::releases::RELEASES;

use crate::number::milliseconds;

/// How long a start may take.
const START: Duration = Duration::from_mins(2);
/// Ticks of the clock by which the kernel counts a process's time: always so many on Linux.
const TICKS: f64 = 100.0;

/// The server.
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

/// One who asks: threads each have their own.
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    key: String,
}

/// What the kernel says of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Resident memory in MB.
    pub(crate) resident: f64,
    pub(crate) threads: f64,
}

impl Server {
    /// Not started yet. `steps` are files by their names.
    pub(crate) fn new(folder: &Path, steps: &[(&str, Vec<u8>)]) -> Result<Self> {
        fs::create_dir_all(folder.join("components"))?;
        for (name, bytes) in steps {
            fs::write(folder.join("components").join(format!("{name}.wasm")), bytes)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            port: TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            child: None,
        })
    }

    /// Starts it and answers how long it took until it answered.
    pub(crate) fn start(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))?;
        let child = Command::new(std::env::current_exe()?)
            .args([
                "serve",
                "--listen",
                &format!("127.0.0.1:{}", self.port),
                "--data-dir",
            ])
            .arg(self.folder.join("data"))
            .arg("--components")
            .arg(self.folder.join("components"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        let agent = agent();
        while agent.get(self.url() + &HEALTH.of([])).call().is_err() {
            if begun.elapsed() > START {
                bail!(
                    "the server did not start; see {}",
                    self.folder.join("server.log").display()
                );
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(begun.elapsed())
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    pub(crate) fn client(&self) -> Result<Client> {
        let key = fs::read_to_string(self.folder.join("data/admin.key"))?;
        Ok(Client {
            agent: agent(),
            url: self.url(),
            key: format!("Bearer {}", key.trim()),
        })
    }

    pub(crate) fn facts(&self) -> Result<Facts> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let number = |name: &str| -> Result<f64> {
            let line = status.lines().find_map(|it| it.strip_prefix(name));
            let word = line.and_then(|it| it.split_whitespace().next());
            Ok(word.context("the kernel tells it of every process")?.parse()?)
        };
        Ok(Facts {
            resident: number("VmRSS:")? / 1024.0,
            threads: number("Threads:")?,
        })
    }

    /// Seconds of processor time so far.
    pub(crate) fn work(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks =
            |place: usize| -> Result<f64> { Ok(fields.get(place).context("a field of stat")?.parse()?) };
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }

    fn pid(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("the server is not running")?.id())
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever went wrong, no server is left behind.
        let _ = self.kill();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_mins(2)))
        .build()
        .into()
}

impl Client {
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let asked = self.agent.get(format!("{}{path}", self.url));
        let mut answer = asked
            .header("authorization", &self.key)
            .call()
            .with_context(|| format!("GET {path}"))?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let asked = self
            .agent
            .post(format!("{}{path}", self.url))
            .config()
            .http_status_as_error(false)
            .build();
        let mut answer = asked
            .header("authorization", &self.key)
            .header("content-type", "application/json")
            .send(body.to_string())
            .with_context(|| format!("POST {path}"))?;
        let text = answer.body_mut().read_to_string()?;
        if !answer.status().is_success() {
            bail!("POST {path} was answered {}: {text}", answer.status());
        }
        Ok(serde_json::from_str(&text)?)
    }

    pub(crate) fn apply(&self, documents: &[Value]) -> Result<()> {
        self.post(&CONFIGURATION.of([]), &json!({ "documents": documents }))
            .map(drop)
    }

    pub(crate) fn release(&self, project: &str, version: &str) -> Result<()> {
        let asked = json!({ "version": version });
        self.post(&RELEASES.of([&project]), &asked).map(drop)
    }

    /// The deployment's id, and where its request stands in the log.
    pub(crate) fn deploy(&self, project: &str, release: &str, environment: &str) -> Result<(String, u64)> {
        let asked = json!({ "project": project, "release": release, "environments": [environment] });
        let accepted = self.post(&DEPLOYMENTS.of([]), &asked)?;
        let id = accepted["deployments"][0]["deployment"]
            .as_str()
            .context("a deployment has an id")?;
        let position = accepted["position"].as_u64().context("it stands in the log")?;
        Ok((id.to_owned(), position))
    }

    /// Milliseconds from the request of a deployment to its end, which has to be a good one.
    pub(crate) fn timed(&self, project: &str, release: &str, environment: &str) -> Result<f64> {
        let begun = Instant::now();
        let accepted = self.deploy(project, release, environment)?;
        let ended = self.ended(&accepted)?;
        let time = milliseconds(begun.elapsed());
        ensure!(
            ended["status"] == "succeeded",
            "a deployment ended otherwise: {ended}"
        );
        Ok(time)
    }

    /// Watches a deployment to its end and answers with its last state.
    pub(crate) fn ended(&self, (id, position): &(String, u64)) -> Result<Value> {
        let path = format!("{}{}?minPosition={position}", self.url, WATCH.of([id]));
        let answer = self.agent.get(path).header("authorization", &self.key).call()?;
        let mut last = Value::Null;
        for line in BufReader::new(answer.into_body().into_reader()).lines() {
            if let Some(data) = line?.strip_prefix("data:") {
                last = serde_json::from_str(data)?;
            }
        }
        Ok(last)
    }
}

/// An environment for each name, a lifecycle that lets a release go to all of them at once, and a target nobody answers at.
pub(crate) fn surroundings(environments: &[String]) -> Result<Vec<Value>> {
    let ca = rcgen::generate_simple_self_signed(["shipslog".to_owned()])?;
    let mut documents: Vec<Value> = environments
        .iter()
        .map(|it| json!({ "kind": "Environment", "name": it }))
        .collect();
    documents.extend([
        json!({ "kind": "Lifecycle", "name": "All", "phases": [{ "name": "All", "environments": environments }] }),
        json!({ "kind": "Certificate", "name": "ca", "pem": ca.cert.pem() }),
        json!({ "kind": "Account", "name": "deployer", "token": "nobody asks for it" }),
        json!({ "kind": "Target", "name": "Web", "cluster": { "url": "https://127.0.0.1:1", "certificate": "ca" },
            "account": "deployer", "namespace": "web", "environments": environments, "roles": ["Web"] }),
    ]);
    Ok(documents)
}

/// A project whose process is one step.
pub(crate) fn project(name: &str, step: &str) -> Value {
    json!({ "kind": "Project", "name": name, "lifecycle": "All",
        "process": [{ "name": "Go", "uses": format!("{step}@1"), "roles": ["Web"], "with": {} }] })
}

/// So many names.
pub(crate) fn names(prefix: &str, count: u32) -> Vec<String> {
    (1..=count).map(|number| format!("{prefix}{number}")).collect()
}
