//! The stage on which the acts play: a cluster, a registry, a server, and a person with two command lines.

mod beside;
mod compiled;
mod place;
mod server;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

pub use beside::clear;
pub use place::Place;
pub use server::Server;

use crate::machine::PATIENCE;
use crate::progress::{during, say};

/// Everything an act may use. It is the users' own: the binary, its API, kubectl.
pub struct Stage {
    pub place: Place,
    server: RefCell<Server>,
    url: String,
    killing: bool,
}

/// What a command answered.
pub struct Answer {
    /// The exit code; negative where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub said: String,
    /// What it printed to standard error.
    pub complained: String,
}

impl Answer {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            complained: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Everything it printed.
    pub fn all(&self) -> String {
        format!("{}{}", self.said, self.complained)
    }
}

/// The exit code of a refusal.
pub const REFUSED: i32 = 4;

impl Stage {
    /// A server, and a place in which nothing is left of an earlier run.
    pub fn set(place: Place, server: Server) -> Result<Self> {
        during("clearing up what an earlier run left in the cluster", "", || {
            place.forget_earlier_runs()
        })?;
        let url = server.url.clone();
        Ok(Self {
            place,
            server: RefCell::new(server),
            url,
            killing: false,
        })
    }

    /// From now on the server is killed without warning in the middle of every deployment and after every command.
    pub fn kill_all_the_time(&mut self) {
        self.killing = true;
    }

    /// Kills the server without warning, as a power cut would, and starts it again.
    pub fn kill_and_restart(&self) -> Result<()> {
        say("$ kill -9 (the server), and start it again");
        let mut server = self.server.borrow_mut();
        server.kill()?;
        server.start(None)
    }

    /// Stops the server as an operator would, does something to its data, and starts it again.
    pub fn reopen(&self, meanwhile: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let mut server = self.server.borrow_mut();
        server.stop()?;
        meanwhile(&server.data_dir())?;
        server.start(None)
    }

    /// Stops the server as an operator would.
    pub fn close(&self) -> Result<()> {
        self.server.borrow_mut().stop()
    }

    /// Leaves the server running when this program ends.
    pub fn leave_running(&self) {
        self.server.borrow_mut().leave_running();
    }

    /// Where the server answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the server keeps everything.
    pub fn data_dir(&self) -> PathBuf {
        self.server.borrow().data_dir()
    }

    /// What the server wrote to its own log.
    pub fn server_log(&self) -> PathBuf {
        self.server.borrow().log()
    }

    /// The administrator's key.
    pub fn key(&self) -> Result<String> {
        let file = self.data_dir().join("admin.key");
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(text.trim().to_owned())
    }

    /// Runs `shipslog` and shows it; a failure is the act's.
    pub fn shipslog(&self, words: &[&str]) -> Result<Answer> {
        let answer = self.try_shipslog(words, None)?;
        ensure!(
            answer.code == 0,
            "`shipslog {}` exited with {}:\n{}",
            words.join(" "),
            answer.code,
            answer.all()
        );
        Ok(answer)
    }

    /// Runs `shipslog` and shows it, whatever it answers.
    pub fn try_shipslog(&self, words: &[&str], input: Option<&str>) -> Result<Answer> {
        say(&format!("$ shipslog {}", quoted(words)));
        let answer = self.quietly(words, input)?;
        show(&answer.said);
        show(&answer.complained);
        if self.killing {
            self.kill_and_restart()?;
        }
        Ok(answer)
    }

    /// Applies documents given as text.
    pub fn apply(&self, text: &str) -> Result<Answer> {
        let answer = self.try_shipslog(&["apply", "-f", "-"], Some(text))?;
        ensure!(
            answer.code == 0,
            "`shipslog apply` exited with {}:\n{}",
            answer.code,
            answer.all()
        );
        Ok(answer)
    }

    /// Runs `shipslog` and shows nothing.
    pub fn quietly(&self, words: &[&str], input: Option<&str>) -> Result<Answer> {
        let mut command = self.command(words);
        run(&mut command, input).with_context(|| format!("cannot run `shipslog {}`", words.join(" ")))
    }

    /// `shipslog` as the administrator.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(server::binary());
        command
            .args(words)
            .env("SHIPSLOG_URL", &self.url)
            .env("SHIPSLOG_API_KEY_FILE", self.data_dir().join("admin.key"))
            .envs(self.place.variables());
        command
    }

    /// What `shipslog … -o json` answers.
    pub fn json(&self, words: &[&str]) -> Result<Value> {
        let mut words = words.to_vec();
        words.extend(["-o", "json"]);
        let answer = self.quietly(&words, None)?;
        ensure!(
            answer.code == 0,
            "`shipslog {}` exited with {}:\n{}",
            words.join(" "),
            answer.code,
            answer.all()
        );
        serde_json::from_str(&answer.said)
            .with_context(|| format!("`shipslog {}` printed no JSON", words.join(" ")))
    }

    /// Deploys and watches until the end.
    pub fn deploy(&self, project: &str, release: &str, environment: &str) -> Result<Answer> {
        let words = [
            "deploy",
            "--project",
            project,
            "--release",
            release,
            "--to",
            environment,
            "-w",
        ];
        self.watch(&words)
    }

    /// Runs a command that watches a deployment until its end.
    pub fn watch(&self, words: &[&str]) -> Result<Answer> {
        if self.killing {
            self.watch_and_kill(words)
        } else {
            self.try_shipslog(words, None)
        }
    }

    /// Runs a command that watches a deployment, and kills the server as soon as the deployment runs: the command goes
    /// on when the server is back.
    fn watch_and_kill(&self, words: &[&str]) -> Result<Answer> {
        say(&format!("$ shipslog {}", quoted(words)));
        let mut command = self.command(words);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let begun = Instant::now();
        // One that is over at once is killed after its end.
        while child.try_wait()?.is_none() && !self.something_runs()? {
            ensure!(
                begun.elapsed() < PATIENCE,
                "no deployment ran that could be interrupted"
            );
        }
        self.kill_and_restart()?;
        let answer = Answer::of(&child.wait_with_output()?);
        show(&answer.said);
        show(&answer.complained);
        Ok(answer)
    }

    fn something_runs(&self) -> Result<bool> {
        let open = self.json(&["get", "deployments", "--open"])?;
        Ok(open
            .as_array()
            .is_some_and(|it| it.iter().any(|it| it["status"] == "running")))
    }

    /// The latest deployment of a release to an environment.
    pub fn latest(&self, project: &str, release: &str, environment: &str) -> Result<Value> {
        let filter = [
            "get",
            "deployments",
            "--project",
            project,
            "--release",
            release,
            "--environment",
            environment,
        ];
        let found = self.json(&filter)?;
        let newest = found.get(0).context("there is no such deployment")?;
        let id = newest["id"].as_str().context("a deployment has an id")?;
        self.json(&["status", id])
    }

    /// The two newest versions of httpd in the feed, newest first.
    pub fn two_versions(&self) -> Result<[String; 2]> {
        let tags = self.json(&["versions", "--feed", "Docker", "--image", "httpd"])?;
        let version = |it: &Value| it.as_str().or_else(|| it["version"].as_str()).map(str::to_owned);
        let mut tags = tags.as_array().into_iter().flatten().filter_map(version);
        match (tags.next(), tags.next()) {
            (Some(newest), Some(older)) => Ok([newest, older]),
            _ => bail!("the feed has less than two versions of `httpd`; the story needs two"),
        }
    }

    /// Shows what the cluster holds.
    pub fn kubectl(&self, words: &[&str]) -> Result<String> {
        say(&format!("$ kubectl {}", quoted(words)));
        let said = self.place.kubectl(words)?;
        show(&said);
        Ok(said)
    }

    /// The page that an environment's Service serves.
    pub fn page(&self, namespace: &str) -> Result<String> {
        let path = format!("/api/v1/namespaces/{namespace}/services/httpd:80/proxy/");
        let page = self.kubectl(&["get", "--raw", &path])?;
        Ok(page.trim().to_owned())
    }
}

fn run(command: &mut Command, input: Option<&str>) -> Result<Answer> {
    let stdin = if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(input) = input {
        use std::io::Write as _;
        let Some(mut stdin) = child.stdin.take() else {
            bail!("it takes no input")
        };
        stdin.write_all(input.as_bytes())?;
    }
    Ok(Answer::of(&child.wait_with_output()?))
}

fn show(text: &str) {
    for line in text.trim_end().lines() {
        say(&format!("    {line}"));
    }
}

/// As one would type it.
fn quoted(words: &[&str]) -> String {
    let quote = |it: &&str| {
        if it.contains(' ') {
            format!("'{it}'")
        } else {
            (*it).to_owned()
        }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}
