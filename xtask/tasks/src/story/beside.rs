//! Stages beside others on one cluster: many at once, each with a server of its own that is told when to die.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::Signal;

use super::server::{self, Server};
use super::{Place, Stage, compiled};

impl Stage {
    /// Starts a server with an empty data directory, but for what an earlier one has compiled.
    pub fn beside(place: Place, folder: &Path) -> Result<Self> {
        clear(folder)?;
        fs::create_dir_all(folder)?;
        let mut server = Server::new(folder)?;
        compiled::give(&server.data_dir())?;
        server.start(None)?;
        Ok(Self {
            place,
            url: server.url.clone(),
            server: server.into(),
            killing: false,
        })
    }

    /// Keeps what the server has compiled for the next ones.
    pub fn keep_compiled(&self) -> Result<()> {
        compiled::keep(&self.data_dir())
    }

    /// Stops the server as an operator would, and starts it again so that it aborts when a run comes to the place.
    pub fn abort_at(&self, place: &str) -> Result<()> {
        let mut server = self.server.borrow_mut();
        server.stop()?;
        server.start(Some(place))
    }

    /// Whether the server has aborted. Any other end is not what was asked for.
    pub fn has_aborted(&self) -> Result<bool> {
        let Some(status) = self.server.borrow_mut().ended()? else {
            return Ok(false);
        };
        ensure!(
            status.signal() == Some(Signal::SIGABRT as i32),
            "the server did not abort, it ended with {status}"
        );
        Ok(true)
    }

    /// Starts the server again after its death.
    pub fn revive(&self) -> Result<()> {
        self.server.borrow_mut().start(None)
    }

    /// Kills the server without warning and starts it again, waiting for nothing and saying nothing.
    pub fn kill_and_spawn(&self) -> Result<()> {
        let mut server = self.server.borrow_mut();
        server.kill()?;
        server.spawn(None)
    }

    /// Comes back when the server answers.
    pub fn until_up(&self) -> Result<()> {
        self.server.borrow_mut().wait_until_up()
    }

    /// Runs `shipslog` and shows nothing; a failure is the caller's.
    pub fn ask(&self, words: &[&str], input: Option<&str>) -> Result<String> {
        let answer = self.quietly(words, input)?;
        if answer.code != 0 {
            bail!(
                "`shipslog {}` exited with {}:\n{}",
                words.join(" "),
                answer.code,
                answer.all()
            );
        }
        Ok(answer.said)
    }
}

/// Removes a folder that an earlier run left, with the server that may still run there.
pub fn clear(folder: &Path) -> Result<()> {
    server::stop_left_running(folder)?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
