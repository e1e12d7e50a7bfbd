//! The views' file: made, opened, thrown away when it is of another version or of another log.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use shipslog_events::chain::Hash;
use shipslog_events::ids::Position;

use super::Error;

/// Raised whenever tables or rows change their shape: older files are rebuilt. A test knows the shape of each.
pub(super) const VERSION: i64 = 12;

pub(super) const SCHEMA: &str = "
    CREATE TABLE reached (position INTEGER NOT NULL, instance TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE TABLE rows (
        view TEXT NOT NULL,
        key TEXT NOT NULL,
        number INTEGER NOT NULL,
        kind TEXT,
        project TEXT,
        environment TEXT,
        release TEXT,
        open INTEGER NOT NULL,
        value TEXT NOT NULL,
        from_position INTEGER NOT NULL,
        until_position INTEGER
    ) STRICT;
    CREATE INDEX current ON rows (view, key) WHERE until_position IS NULL;
    CREATE INDEX of_kind ON rows (view, kind, key) WHERE until_position IS NULL;
    CREATE INDEX listed ON rows (view, number) WHERE until_position IS NULL;
    CREATE INDEX of_project ON rows (view, project, number) WHERE until_position IS NULL;
    CREATE INDEX open_ones ON rows (view) WHERE until_position IS NULL AND open = 1;
    CREATE INDEX history ON rows (view, key, from_position);
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        type TEXT NOT NULL,
        actor TEXT NOT NULL,
        recorded_at INTEGER NOT NULL,
        project TEXT,
        environment TEXT,
        release TEXT,
        deployment INTEGER
    ) STRICT;
    CREATE INDEX events_of_project ON events (project, position);
    CREATE INDEX events_of_environment ON events (environment, position);
    CREATE INDEX events_of_release ON events (release, position);
    CREATE INDEX events_of_deployment ON events (deployment, position);
    CREATE INDEX events_of_actor ON events (actor, position);
    CREATE INDEX events_of_type ON events (type, position);
    CREATE INDEX events_at ON events (recorded_at);
";

/// How far the rows go, and in which log: after a restored backup the same position may stand for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) position: Position,
    /// The log's own id.
    pub(super) instance: String,
    /// Of the event at the position.
    pub(super) hash: Hash,
}

/// The file as it was left.
pub(super) enum Found {
    Nothing,
    /// Of this version and whole, as far as opening it tells; of this log, perhaps.
    Fitting(Connection, Reached),
    /// It cannot be gone on with, and why.
    Unfit(String),
}

pub(super) fn existing(path: &Path) -> Found {
    if !path.exists() {
        return Found::Nothing;
    }
    let opened = Connection::open(path).and_then(|connection| {
        prepare(&connection)?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((connection, version))
    });
    match opened {
        Ok((connection, VERSION)) => match reached(&connection) {
            Ok(reached) => Found::Fitting(connection, reached),
            Err(error) => Found::Unfit(error.to_string()),
        },
        Ok(_) => Found::Unfit("they are of another version".to_owned()),
        Err(error) => Found::Unfit(error.to_string()),
    }
}

fn reached(connection: &Connection) -> rusqlite::Result<Reached> {
    connection.query_row("SELECT position, instance, hash FROM reached", [], |row| {
        Ok(Reached {
            position: Position(row.get::<_, i64>(0)?.unsigned_abs()),
            instance: row.get(1)?,
            hash: row
                .get_ref(2)?
                .as_str()?
                .parse()
                .map_err(|_| rusqlite::Error::InvalidQuery)?,
        })
    })
}

/// An empty file in place of whatever is there.
pub(super) fn anew(path: &Path, instance: &str) -> Result<(Connection, Reached), Error> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // Absent files are the usual case; one that stays makes the next line fail with its reason.
        let _ = std::fs::remove_file(name);
    }
    let mut connection = Connection::open(path)?;
    prepare(&connection)?;
    let reached = Reached {
        position: Position::START,
        instance: instance.to_owned(),
        hash: Hash::START,
    };
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute(
        "INSERT INTO reached VALUES (0, ?1, ?2)",
        params![reached.instance, reached.hash.to_string()],
    )?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok((connection, reached))
}

/// The views can be rebuilt, so that a commit need not wait for the disk.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")
}

pub(super) fn reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}
