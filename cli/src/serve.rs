//! `shipslog serve`: the engine and its HTTP API in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_engine::engine::{Engine, Options};
use tokio::net::TcpListener;

use crate::components::BUILT_IN;
use crate::exit::Exit;

/// Runs the server until it is asked to stop.
///
/// The first start makes the data directory and the first administrator's key in it, and says where.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen. Only this machine reaches the default.
    #[arg(long, env = "SHIPSLOG_LISTEN", default_value = "127.0.0.1:8841")]
    listen: SocketAddr,
    /// Everything the server keeps lies here. By default systemd's state directory, else the user's data directory.
    #[arg(long, env = "SHIPSLOG_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The key that secrets are sealed under, by default `sealing.key` in the data directory. Keep it elsewhere than
    /// the database's backups.
    #[arg(long, env = "SHIPSLOG_SEALING_KEY_FILE")]
    sealing_key_file: Option<PathBuf>,
    /// For how many days the journals of runs that are over are kept.
    ///
    /// A journal holds what a step called and what it was answered; `shipslog journal` shows the calls. What is older is
    /// dropped within the hour, with 0 everything. How many entries there were and their hash are kept for ever, so that
    /// a copy from a backup can still be checked. Journals of runs that go on are never dropped.
    #[arg(
        long,
        env = "SHIPSLOG_KEEP_JOURNALS",
        value_name = "DAYS",
        default_value_t = 90
    )]
    keep_journals: u32,
    /// A directory of own step components, looked at once at the start: `NAME.wasm` is offered as `uses: NAME@MAJOR`
    /// beside the built-in steps. The name is the one that the component describes itself by.
    #[arg(long, env = "SHIPSLOG_COMPONENTS", value_name = "DIR")]
    components: Option<PathBuf>,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<Exit> {
        let data_dir = match self.data_dir {
            Some(directory) => directory,
            None => default_data_dir()?,
        };
        let options = Options {
            data_dir: data_dir.clone(),
            sealing_key_file: self.sealing_key_file,
            keep_journals: Some(Duration::from_hours(24 * u64::from(self.keep_journals))),
            components_dir: self.components,
        };
        let engine = Engine::open(options, BUILT_IN).await?;
        for sentence in engine.not_offered() {
            anstream::eprintln!("warning: {sentence}");
        }
        if let Some(path) = engine.first_key_file() {
            anstream::eprintln!("the first administrator's key is in {}", path.display());
        }
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("cannot listen on {}; choose another with --listen", self.listen))?;
        anstream::eprintln!(
            "listening on http://{}, data in {}",
            listener.local_addr()?,
            data_dir.display()
        );
        shipslog_web::serve(engine.clone(), listener, asked_to_stop()).await?;
        engine.close().await;
        Ok(Exit::Succeeded)
    }
}

/// Systemd's state directory, else the XDG data directory.
pub(crate) fn default_data_dir() -> Result<PathBuf> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    if let Some(directory) = variable("STATE_DIRECTORY") {
        return Ok(directory);
    }
    let data = variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
    data.map(|it| it.join("shipslog"))
        .context("there is no home directory; say where with --data-dir")
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
