//! Packing a journal whose attempt is over, and dropping it one day.

use rusqlite::{Connection, params};
use shipslog_events::journal::JournalKey;

use super::append::moved;
use super::{Kept, deployment, kept, read as journal};
use crate::journal_store::PackError;
use crate::prepared_journal::Packed;
use crate::sqlite::reader::unreadable;
use crate::sqlite::savepoint::Failure;
use crate::stored_body;
use crate::unavailable::Unwritten;

/// Dropped in one transaction at most: bounds how long an append waits for it.
pub(in crate::sqlite) const DROPS: u64 = 256;

/// Reads what is to be packed: nothing where there are no entries, or where it is done.
pub(in crate::sqlite) fn read(connection: &Connection, key: JournalKey) -> Result<Option<Packed>, PackError> {
    let view = connection.unchecked_transaction().map_err(unreadable)?;
    let head = match kept(&view, &key).map_err(unreadable)? {
        Kept::Packed(_) => return Ok(None),
        Kept::Open(head) => head,
    };
    let entries = journal::open_entries(&view, &key, head).map_err(|flaw| flaw.of::<PackError>(&key))?;
    if entries.is_empty() {
        return Ok(None);
    }
    let bytes = journal::pack(&entries);
    Ok(Some(Packed {
        key,
        head,
        length: bytes.len(),
        compressed: stored_body::compress(&bytes),
    }))
}

/// Puts the packed row in the place of the others, if the journal is still what was packed.
pub(in crate::sqlite) fn insert(
    connection: &Connection,
    packed: &Packed,
    packed_at: i64,
) -> Result<(), Failure<PackError>> {
    match kept(connection, &packed.key)? {
        Kept::Open(head) if head == packed.head => Ok(swap(connection, packed, packed_at)?),
        Kept::Packed(head) if head == packed.head => Ok(()),
        Kept::Open(head) | Kept::Packed(head) => {
            Err(Failure::Refused(moved(&packed.key, packed.head, head).into()))
        }
    }
}

fn swap(connection: &Connection, packed: &Packed, packed_at: i64) -> rusqlite::Result<()> {
    let attempt = packed.key.attempt.to_string();
    let key = params![deployment(&packed.key), attempt];
    let length = i64::try_from(packed.length).expect("a journal fits into memory");
    connection
        .prepare_cached("INSERT INTO packed_journals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            deployment(&packed.key),
            attempt,
            packed.head.entries.cast_signed(),
            packed.head.hash.as_bytes(),
            packed_at,
            length,
            packed.compressed,
        ])?;
    for sql in [
        "DELETE FROM journal_entries WHERE deployment = ?1 AND attempt = ?2",
        "DELETE FROM journal_sealed WHERE deployment = ?1 AND attempt = ?2",
        "DELETE FROM journal_heads WHERE deployment = ?1 AND attempt = ?2",
    ] {
        connection.prepare_cached(sql)?.execute(key)?;
    }
    Ok(())
}

/// Drops some of what was packed before; answers how many.
pub(in crate::sqlite) fn drop_some(
    connection: &Connection,
    packed_before: i64,
) -> Result<u64, Failure<Unwritten>> {
    let sql = "UPDATE packed_journals SET compressed = NULL WHERE rowid IN (SELECT rowid FROM packed_journals
        WHERE compressed IS NOT NULL AND packed_at < ?1 LIMIT ?2)";
    let limit = DROPS.cast_signed();
    let dropped = connection
        .prepare_cached(sql)?
        .execute(params![packed_before, limit])?;
    Ok(dropped as u64)
}
