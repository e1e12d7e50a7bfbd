//! One process a database: an exclusive lock on a file beside it, let go by the system however the process ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::files;
use super::open::OpenError;

/// Held for as long as the log is open.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says who is in the way.
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = lock_path(database);
        let failed = |source| OpenError::Io {
            path: path.clone(),
            source,
        };
        let file = files::private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
                path: database.to_owned(),
                lock: path.clone(),
            }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

fn lock_path(database: &Path) -> PathBuf {
    files::beside(database, ".lock")
}
