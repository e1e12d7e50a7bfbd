//! Where a log is kept, and with it which store keeps it: nobody else has to know.

use std::path::PathBuf;
use std::sync::Arc;

use crate::sqlite::{self, SqliteLog};
use crate::store::Store;
use crate::verified::{Broken, Verified};

/// Where a log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a data directory, which must be there: the store is a `SQLite` file in it.
    Directory(PathBuf),
}

/// Why a log stays closed, and what to do about it. Users read the sentence.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OpenError(Box<dyn std::error::Error + Send + Sync>);

/// Why a log does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// There is none.
    #[error("{0}")]
    Absent(String),
    /// It is not what was written.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Opens the log that is kept there, or makes a new one where there is none.
///
/// ```
/// use shipslog_events::ids::Position;
/// use shipslog_log::Location;
///
/// # let folder = tempfile::tempdir()?;
/// let location = Location::Directory(folder.path().to_owned());
/// let store = shipslog_log::open(&location)?;
/// assert_eq!(*store.events.head().borrow(), Position::START);
/// assert_eq!(shipslog_log::verify(&location)?.events, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(location: &Location) -> Result<Store, OpenError> {
    match location {
        Location::Directory(directory) => match SqliteLog::open(directory.join(sqlite::FILE)) {
            Ok(log) => Ok(Store::new(Arc::new(log))),
            Err(error) => Err(OpenError(error.into())),
        },
    }
}

/// Checks the whole log that is kept there, open or not, without the help of whoever has it open.
pub fn verify(location: &Location) -> Result<Verified, VerifyError> {
    match location {
        Location::Directory(directory) => {
            let file = directory.join(sqlite::FILE);
            if file.is_file() {
                return Ok(sqlite::verify(&file)?);
            }
            Err(VerifyError::Absent(format!(
                "there is no {} in {}; name the server's data directory",
                sqlite::FILE,
                directory.display()
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Directory(folder.path().join("nowhere"));
        let refused = open(&location).err().unwrap().to_string();
        assert!(refused.contains("nowhere/shipslog.db"), "{refused}");
        let absent = verify(&location).unwrap_err();
        assert!(matches!(absent, VerifyError::Absent(_)), "{absent:?}");
        assert!(
            absent.to_string().contains("name the server's data directory"),
            "{absent}"
        );
    }

    #[test]
    fn what_is_broken_is_not_absent() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(sqlite::FILE), "no database").unwrap();
        let broken = verify(&Location::Directory(folder.path().to_owned())).unwrap_err();
        assert!(matches!(broken, VerifyError::Broken(_)), "{broken:?}");
        assert!(broken.to_string().contains("no event log"), "{broken}");
    }
}
