//! A `shipslog serve` of our own.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::compiled;
use crate::checkout;
use crate::machine::{ANSWER, PATIENCE};
use crate::program::last_lines;
use crate::progress::during;

/// Tells the server where to abort.
const ABORT_AT: &str = "SHIPSLOG_ABORT_AT";

/// It is killed when nobody holds it any more, unless it was left running.
pub struct Server {
    folder: PathBuf,
    port: u16,
    pub(super) url: String,
    child: Option<Child>,
}

/// The binary that was built with the tests.
pub(super) fn binary() -> PathBuf {
    checkout::target().join("debug/shipslog")
}

/// Below those that the kernel gives to clients: a server that is away for a moment must find its port free again.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    let first = u16::try_from(std::process::id() % u32::from(count))?;
    for _ in 0..count {
        let port = PORTS.start + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % count;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port of {PORTS:?} is free")
}

impl Server {
    /// Starts with an empty data directory in the folder of that name below `target`; a server left running there by an
    /// earlier run is stopped.
    pub fn start_anew(name: &str) -> Result<Self> {
        let folder = checkout::target().join(name);
        stop_left_running(&folder)?;
        if folder.join("data").exists() {
            fs::remove_dir_all(folder.join("data"))?;
        }
        fs::create_dir_all(&folder)?;
        let mut server = Self::new(&folder)?;
        compiled::give(&server.data_dir())?;
        during("starting the server", "half a minute the first time", || {
            server.start(None)
        })?;
        compiled::keep(&server.data_dir())?;
        Ok(server)
    }

    /// Not started yet: the data directory may be given something first.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let port = free_port()?;
        Ok(Self {
            folder: folder.to_owned(),
            port,
            url: format!("http://127.0.0.1:{port}"),
            child: None,
        })
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Starts it and waits until it answers; where a place is given, such as `12:after`, it aborts when it comes there.
    pub(super) fn start(&mut self, abort_at: Option<&str>) -> Result<()> {
        self.spawn(abort_at)?;
        self.wait_until_up()
    }

    /// Starts it.
    pub(super) fn spawn(&mut self, abort_at: Option<&str>) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = Command::new(binary());
        match abort_at {
            Some(place) => command.env(ABORT_AT, place),
            None => command.env_remove(ABORT_AT),
        };
        let child = command
            .args([
                "serve",
                "--listen",
                &format!("127.0.0.1:{}", self.port),
                "--data-dir",
            ])
            .arg(self.data_dir())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be run", binary().display()))?;
        fs::write(self.folder.join("server.pid"), child.id().to_string())?;
        self.child = Some(child);
        Ok(())
    }

    pub(super) fn wait_until_up(&mut self) -> Result<()> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER))
            .build()
            .into();
        let begun = Instant::now();
        loop {
            if agent.get(format!("{}/api/v1/health", self.url)).call().is_ok() {
                return Ok(());
            }
            let ended = self
                .child
                .as_mut()
                .is_none_or(|it| !matches!(it.try_wait(), Ok(None)));
            if ended || begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(self.log()).unwrap_or_default();
                bail!("the server did not start; it said:\n{}", last_lines(&said, 20));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else {
            return Ok(None);
        };
        let status = child.try_wait()?;
        if status.is_some() {
            self.child = None;
        }
        Ok(status)
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            kill(Pid::from_raw(child.id().try_into()?), Signal::SIGTERM)?;
            child.wait()?;
        }
        Ok(())
    }

    pub(super) fn leave_running(&mut self) {
        self.child = None;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever went wrong, no server is left behind.
        let _ = self.kill();
    }
}

/// A run with `--keep` left its server; its number may belong to another program by now.
pub(super) fn stop_left_running(folder: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(folder.join("server.pid")) else {
        return Ok(());
    };
    let pid: i32 = text
        .trim()
        .parse()
        .context("server.pid holds no number; delete it")?;
    let exe = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    if exe.to_string_lossy().trim_end_matches(" (deleted)") == binary().to_string_lossy() {
        kill(Pid::from_raw(pid), Signal::SIGKILL)?;
        while Path::new(&format!("/proc/{pid}")).exists() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    fs::remove_file(folder.join("server.pid"))?;
    Ok(())
}
