//! What a server has compiled, kept for the next one: a debug build takes long over the steps. Servers know their entries
//! by what they are made of, so that old ones do no harm.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::checkout;

/// The folder in the data directory.
const CACHE: &str = "cache";

fn kept() -> PathBuf {
    checkout::target().join("compiled")
}

/// Gives a server that has not been started yet what an earlier one has compiled.
pub(super) fn give(data_dir: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if !kept().is_dir() {
        return Ok(());
    }
    // The data directory is made as the server makes it, closed to others.
    let cache = data_dir.join(CACHE);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&cache)?;
    copy(&kept(), &cache)
}

/// Keeps what a server has compiled, in the place of what was kept before.
pub(super) fn keep(data_dir: &Path) -> Result<()> {
    match fs::remove_dir_all(kept()) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).context("what an earlier server compiled cannot be removed");
        }
        Ok(()) | Err(_) => {}
    }
    fs::create_dir_all(kept())?;
    copy(&data_dir.join(CACHE), &kept())
}

/// Components' code is mapped, not read: links would do, but a server may replace its own.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
