//! Journals in the database: while their attempt is open a row an entry, afterwards one compressed row.

pub(super) mod append;
pub(super) mod pack;
pub(super) mod read;

use rusqlite::{Connection, OptionalExtension, Row, params};
use shipslog_events::chain::Hash;
use shipslog_events::journal::{JournalHead, JournalKey};

/// What the database has of a journal, by the row that vouches for its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It may go on; one that never was may begin.
    Open(JournalHead),
    /// Its attempt is over. The entries may have been dropped since.
    Packed(JournalHead),
}

/// What there is of the journal.
pub(super) fn kept(connection: &Connection, key: &JournalKey) -> rusqlite::Result<Kept> {
    let open = "SELECT entries, hash FROM journal_heads WHERE deployment = ?1 AND attempt = ?2";
    if let Some(head) = find_head(connection, open, key)? {
        return Ok(Kept::Open(head));
    }
    let packed = packed_head(connection, key)?;
    Ok(packed.map_or(Kept::Open(JournalHead::START), Kept::Packed))
}

/// How far the packed journal goes, if there is one.
pub(super) fn packed_head(
    connection: &Connection,
    key: &JournalKey,
) -> rusqlite::Result<Option<JournalHead>> {
    let sql = "SELECT entries, hash FROM packed_journals WHERE deployment = ?1 AND attempt = ?2";
    find_head(connection, sql, key)
}

fn find_head(connection: &Connection, sql: &str, key: &JournalKey) -> rusqlite::Result<Option<JournalHead>> {
    connection
        .prepare_cached(sql)?
        .query_row(params![deployment(key), key.attempt.to_string()], head)
        .optional()
}

fn head(row: &Row<'_>) -> rusqlite::Result<JournalHead> {
    Ok(JournalHead {
        entries: row.get::<_, i64>(0)?.cast_unsigned(),
        hash: Hash::from_bytes(row.get(1)?),
    })
}

/// A deployment's number as `SQLite` keeps numbers.
fn deployment(key: &JournalKey) -> i64 {
    key.deployment.0.cast_signed()
}
