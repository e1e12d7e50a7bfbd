//! Opening a log: makes a new one where there is none, refuses what is not a log, and what this binary cannot keep.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};
use semver::Version;
use uuid::Uuid;

use super::files::{self, Header};
use super::{connection, schema, verify};

/// Why the log stays closed, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "another shipslog has {} open ({} is locked): stop it, or choose another data directory",
        path.display(),
        lock.display()
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The file that is locked.
        lock: PathBuf,
    },
    /// Written by a newer binary in a way that this one cannot read.
    #[error(
        "{} needs shipslog {needs} or newer, this is {}: start that version, or restore a backup from before the upgrade",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The oldest binary that may read it.
        needs: String,
    },
    /// Written before there was a release.
    #[error(
        "{} was made by a shipslog from before the first release (schema {schema}, this one begins with {}) and cannot \
         be brought up to date: choose a new data directory",
        path.display(),
        schema::OLDEST
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// The schema that it has.
        schema: i64,
    },
    /// Somebody else's database.
    #[error("{} is a database of another program: choose another file or data directory", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// No database at all.
    #[error(
        "{} is no database: choose another file, or restore the log from a backup if it should be one",
        path.display()
    )]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A log's leftovers without the log.
    #[error(
        "{} is missing, but {} is there and has events: restore the database, or move that file away to begin a new log",
        path.display(),
        wal.display()
    )]
    Missing {
        /// The database.
        path: PathBuf,
        /// Its write-ahead log.
        wal: PathBuf,
    },
    /// Damaged or tampered with.
    #[error("{} is damaged ({what}): keep a copy, and restore it from a backup", path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The file system said no.
    #[error("{} cannot be used: check that its folder exists and that this user may write there", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// `SQLite` said no.
    #[error("{} cannot be opened: check free space, permissions and other programs that use it", path.display())]
    Store {
        /// The database.
        path: PathBuf,
        /// What `SQLite` says.
        source: rusqlite::Error,
    },
}

impl OpenError {
    fn store(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt {
                path,
                what: source.to_string(),
            },
            None | Some(_) => Self::Store { path, source },
        }
    }

    fn corrupt(path: &Path, what: String) -> Self {
        Self::Corrupt {
            path: path.to_owned(),
            what,
        }
    }

    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// A log that may be written.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) instance: Uuid,
}

/// Refuses files that are no log; nothing is written or locked for them.
pub(super) fn check_file(path: &Path) -> Result<(), OpenError> {
    match files::header(path) {
        Ok(Header::Database(schema::APPLICATION_ID)) => Ok(()),
        Ok(Header::Database(_)) => Err(OpenError::Foreign {
            path: path.to_owned(),
        }),
        Ok(Header::NotADatabase) => Err(OpenError::NotADatabase {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::io(path, error)),
    }
}

/// Opens the log for its one writer, which holds the lock.
pub(super) fn open(path: &Path) -> Result<Opened, OpenError> {
    if !path.exists() {
        create(path)?;
    }
    let failed = |error| OpenError::store(path, error);
    let mut connection = connection::writing(path).map_err(failed)?;
    check_version(path, &connection)?;
    check_pages(path, &connection)?;
    adopt(&mut connection).map_err(failed)?;
    check_content(path, &connection)?;
    let instance = schema::meta(&connection, "instance").map_err(failed)?;
    let instance = instance
        .parse()
        .map_err(|_| OpenError::corrupt(path, format!("its instance `{instance}` is no UUID")))?;
    Ok(Opened { connection, instance })
}

/// Makes the database under another name and moves it into place whole: a crash leaves no half of one.
fn create(path: &Path) -> Result<(), OpenError> {
    let wal = files::beside(path, "-wal");
    if wal.metadata().is_ok_and(|it| it.len() > 0) {
        return Err(OpenError::Missing {
            path: path.to_owned(),
            wal,
        });
    }
    let new = files::beside(path, ".new");
    for leftover in ["", "-journal", "-wal", "-shm"] {
        // Where it cannot be removed, the next line says why.
        drop(std::fs::remove_file(files::beside(&new, leftover)));
    }
    files::private()
        .create_new(true)
        .open(&new)
        .map_err(|error| OpenError::io(path, error))?;
    found(&new).map_err(|error| OpenError::store(path, error))?;
    files::publish(&new, path).map_err(|error| OpenError::io(path, error))
}

fn found(path: &Path) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    schema::migrate(&mut connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, error)| error)
}

fn check_version(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let newer = |needs| {
        Err(OpenError::Newer {
            path: path.to_owned(),
            needs,
        })
    };
    let schema = schema::version(connection).map_err(|error| OpenError::store(path, error))?;
    match schema::meta(connection, "oldest_reader") {
        Ok(needs) if is_newer(&needs, env!("CARGO_PKG_VERSION")) => newer(needs),
        Ok(_) | Err(_) if schema > schema::newest() => newer(format!("with schema {schema}")),
        Ok(_) | Err(_) if schema < schema::OLDEST => Err(OpenError::Older {
            path: path.to_owned(),
            schema,
        }),
        Ok(_) => Ok(()),
        Err(error) => Err(OpenError::store(path, error)),
    }
}

/// A version that cannot be read as one is taken for newer.
fn is_newer(version: &str, than: &str) -> bool {
    match (Version::parse(version), Version::parse(than)) {
        (Ok(version), Ok(than)) => version > than,
        (Err(_), _) | (_, Err(_)) => true,
    }
}

fn check_pages(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let check: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match check.map_err(|error| OpenError::store(path, error))?.as_str() {
        "ok" => Ok(()),
        problem => Err(OpenError::corrupt(path, problem.to_owned())),
    }
}

/// Brings an older log up to date and says which binaries may read it from now on.
fn adopt(connection: &mut Connection) -> rusqlite::Result<()> {
    schema::migrate(connection)?;
    if is_newer(schema::OLDEST_READER, &schema::meta(connection, "oldest_reader")?) {
        schema::write_meta(connection, "oldest_reader", schema::OLDEST_READER)?;
    }
    Ok(())
}

fn check_content(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let difference = schema::difference(connection).map_err(|error| OpenError::store(path, error))?;
    if let Some(object) = difference {
        return Err(OpenError::corrupt(
            path,
            format!("{object} is missing or was changed"),
        ));
    }
    verify::tail(connection).map_err(|broken| OpenError::corrupt(path, broken.to_string()))
}
