//! `shipslog login`: remembers a server and a key, readable by this user only.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use shipslog_api::configuration::DOCUMENTS;

use crate::client::{Client, DEFAULT_URL, Query};
use crate::exit::Exit;

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

/// What was remembered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) url: String,
    pub(crate) key: String,
}

impl LoginVerb {
    pub(crate) async fn run(self) -> Result<Exit> {
        let key = self.key()?;
        let client = Client::new(&self.server, Some(key.clone()))?;
        client
            .get(&DOCUMENTS.of([&"environment"]), &Query::NONE)
            .await
            .context("the key does not open this server")?;
        let path = file().context("there is no home directory to remember the login in")?;
        save(
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

fn file() -> Option<PathBuf> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    let config = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")))?;
    Some(config.join("shipslog/login.json"))
}

/// The remembered login, if there is one.
pub(crate) fn known() -> Result<Option<Login>> {
    let Some(path) = file().filter(|it| it.is_file()) else {
        return Ok(None);
    };
    let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&text)
        .map(Some)
        .with_context(|| format!("{} is damaged; run `shipslog login` again", path.display()))
}

fn save(path: &std::path::Path, login: &Login) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    // A mode counts only for a file that is made: one that was there before would keep its own.
    let fresh = path.with_extension("json.new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(&serde_json::to_vec(login)?)?;
    std::fs::rename(&fresh, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_reads_the_login_also_where_a_file_was_there_that_all_could_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shipslog/login.json");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        for old in [path.clone(), path.with_extension("json.new")] {
            std::fs::write(&old, "old").unwrap();
            std::fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
        }
        let login = Login {
            url: DEFAULT_URL.to_owned(),
            key: "shipslog_x".to_owned(),
        };
        save(&path, &login).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let saved: Login = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(saved.key, login.key);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
