//! A server as `shipslog serve` runs it, with the bench's own steps: the engine and the HTTP API in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_engine::engine::{Engine, Options};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// What it takes, as `shipslog serve` takes it.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    data_dir: PathBuf,
    /// `NAME.wasm` in it is offered as `NAME@1`.
    #[arg(long)]
    components: PathBuf,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<()> {
        // A second provider is nobody's.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut components = Vec::new();
        for file in std::fs::read_dir(&self.components)? {
            let path = file?.path();
            let name = path.file_stem().context("a step's file has a name")?;
            components.push((format!("{}@1", name.to_string_lossy()), std::fs::read(&path)?));
        }
        let components: Vec<(&str, &[u8])> = components.iter().map(|(name, it)| (&**name, &**it)).collect();
        let options = Options {
            data_dir: self.data_dir,
            sealing_key_file: None,
            keep_journals: Some(Duration::from_hours(24 * 90)),
            components_dir: None,
        };
        let engine = Engine::open(options, &components).await?;
        let listener = TcpListener::bind(self.listen).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let asked = async move {
            terminate.recv().await;
        };
        shipslog_web::serve(engine.clone(), listener, asked).await?;
        engine.close().await;
        Ok(())
    }
}
