//! The files of a log: the database, its lock, and a database in the making.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Files that only their owner reads and writes. `SQLite` gives its own files the database's mode.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

/// The file with this ending beside the database.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(ending);
    PathBuf::from(name)
}

/// Whose file it is, by its first hundred bytes: read without `SQLite`, which might repair a file that is not ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// No `SQLite` database at all.
    NotADatabase,
    /// A `SQLite` database with this application's id.
    Database(i32),
}

/// Reads whose file it is.
pub(super) fn header(path: &Path) -> io::Result<Header> {
    let mut header = Vec::new();
    File::open(path)?.take(100).read_to_end(&mut header)?;
    match (header.strip_prefix(b"SQLite format 3\0"), header.get(68..72)) {
        (Some(rest), Some(id)) if rest.len() == 84 => Ok(Header::Database(i32::from_be_bytes(
            id.try_into().expect("four bytes were asked for"),
        ))),
        (None | Some(_), None | Some(_)) => Ok(Header::NotADatabase),
    }
}

/// Moves a finished database to its place, durably: until then there is none.
pub(super) fn publish(made: &Path, place: &Path) -> io::Result<()> {
    File::open(made)?.sync_all()?;
    std::fs::rename(made, place)?;
    let folder = place
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
