//! `shipslog login`: remembers a server and a key, readable by this user only.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use shipslog_api::configuration::DOCUMENTS;

use crate::client::{Client, DEFAULT_URL, Query};
use crate::exit::Exit;
use crate::remembered::{self, Login};

/// Remembers where the server is and the API key.
///
/// The key comes from `--key-file`, `SHIPSLOG_API_KEY` or a prompt, never from the command line.
#[derive(Debug, Args)]
pub(crate) struct LoginVerb {
    /// The server's address.
    #[arg(default_value = DEFAULT_URL)]
    server: String,
    /// A file that holds the API key.
    #[arg(long)]
    key_file: Option<PathBuf>,
}

impl LoginVerb {
    pub(crate) async fn run(self) -> Result<Exit> {
        let key = self.key()?;
        let client = Client::new(&self.server, Some(key.clone()))?;
        client
            .get(&DOCUMENTS.of([&"environment"]), &Query::NONE)
            .await
            .context("the key does not open this server")?;
        let path = remembered::file().context("there is no home directory to remember the login in")?;
        remembered::save(
            &path,
            &Login {
                url: self.server.clone(),
                key: key.trim().to_owned(),
            },
        )
        .with_context(|| format!("{} cannot be written", path.display()))?;
        anstream::println!("logged in to {}", self.server);
        Ok(Exit::Succeeded)
    }

    fn key(&self) -> Result<String> {
        if let Some(path) = &self.key_file {
            return std::fs::read_to_string(path)
                .with_context(|| format!("the key file {} cannot be read", path.display()));
        }
        if let Ok(key) = std::env::var("SHIPSLOG_API_KEY") {
            return Ok(key);
        }
        if !std::io::stdin().is_terminal() {
            bail!("there is no terminal to ask for the key; give --key-file or SHIPSLOG_API_KEY");
        }
        inquire::Password::new("API key")
            .without_confirmation()
            .prompt()
            .context("no key was entered")
    }
}
