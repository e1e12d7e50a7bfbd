//! Where this checkout lies.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The repository's root.
///
/// Cargo tells at run time, so that a checkout that has moved since the build is found too.
pub fn root() -> PathBuf {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = own.ancestors().find(|it| it.join("Cargo.lock").is_file());
    root.map(Path::to_path_buf).unwrap_or(own)
}

/// The folder that holds everything these tasks make.
pub fn target() -> PathBuf {
    root().join("target")
}

/// Held as long as the story plays: two of them in one clone would take the cluster from each other.
pub fn lock() -> Result<File> {
    fs::create_dir_all(target())?;
    let file = File::create(target().join("story.lock")).context("the lock of the story cannot be made")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("a demo or the tests run in this clone already; wait for their end")
        }
        Err(TryLockError::Error(error)) => Err(error).context("the story cannot be locked"),
    }
}
