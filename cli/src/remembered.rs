//! The login that is remembered between two commands.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// Which server, and the key for it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) url: String,
    pub(crate) key: String,
}

/// Where it is.
pub(crate) fn file() -> Option<PathBuf> {
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

/// Remembers it, readable by this user only.
pub(crate) fn save(path: &Path, login: &Login) -> Result<()> {
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
            url: "http://there".to_owned(),
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
