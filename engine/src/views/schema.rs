//! The views' file: made, opened, thrown away when it is of another version.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use shipslog_events::ids::Position;

use super::Error;

/// Raised whenever rows change their shape: older files are rebuilt.
const VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE reached (position INTEGER NOT NULL) STRICT;
    INSERT INTO reached VALUES (0);
    CREATE TABLE rows (
        view TEXT NOT NULL,
        key TEXT NOT NULL,
        number INTEGER NOT NULL,
        project TEXT,
        environment TEXT,
        release TEXT,
        open INTEGER NOT NULL,
        value TEXT NOT NULL,
        from_position INTEGER NOT NULL,
        until_position INTEGER
    ) STRICT;
    CREATE INDEX current ON rows (view, key) WHERE until_position IS NULL;
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

/// Opens the file for writing and says which position its rows stand for.
pub(super) fn open(path: &Path) -> Result<(Connection, Position), Error> {
    if let Some(opened) = existing(path) {
        return Ok(opened);
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // Absent files are the usual case; one that stays makes the next line fail with its reason.
        let _ = std::fs::remove_file(name);
    }
    let connection = Connection::open(path)?;
    prepare(&connection)?;
    connection.execute_batch(&format!(
        "BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"
    ))?;
    Ok((connection, Position::START))
}

fn existing(path: &Path) -> Option<(Connection, Position)> {
    if !path.exists() {
        return None;
    }
    let connection = Connection::open(path).ok()?;
    prepare(&connection).ok()?;
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .ok()?;
    let reached: Option<i64> = connection
        .query_row("SELECT position FROM reached", [], |row| row.get(0))
        .optional()
        .ok()?;
    match (version, reached.and_then(|it| u64::try_from(it).ok())) {
        (VERSION, Some(reached)) => Some((connection, Position(reached))),
        _ => None,
    }
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
