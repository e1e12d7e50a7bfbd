//! Appending to a journal inside the open transaction: its head first, then all rows.

use rusqlite::{Connection, OptionalExtension, params};
use shipslog_events::SealedValue;
use shipslog_events::chain::Hash;
use shipslog_events::journal::{JournalHead, JournalKey};

use super::{Kept, deployment, kept};
use crate::journal_store::{JournalAppendError, JournalMoved};
use crate::prepared_journal::PreparedJournal;
use crate::sqlite::savepoint::Failure;

/// Inserts entries that come alone; entries that are there already get the first answer.
pub(in crate::sqlite) fn alone(
    connection: &Connection,
    append: &PreparedJournal,
) -> Result<JournalHead, Failure<JournalAppendError>> {
    if !append.entries.is_empty() && has(connection, append)? {
        return Ok(append.end);
    }
    next(connection, append)?;
    Ok(append.end)
}

/// Inserts entries whose events were there before. So were they, or the events came from elsewhere.
pub(in crate::sqlite) fn again(
    connection: &Connection,
    append: &PreparedJournal,
) -> Result<(), Failure<JournalAppendError>> {
    match kept(connection, &append.key)? {
        Kept::Packed(_) => Ok(()),
        Kept::Open(_) if has(connection, append)? => Ok(()),
        Kept::Open(_) => next(connection, append),
    }
}

/// Inserts entries at the end of their journal, which must be where they expect it.
pub(in crate::sqlite) fn next(
    connection: &Connection,
    append: &PreparedJournal,
) -> Result<(), Failure<JournalAppendError>> {
    match kept(connection, &append.key)? {
        Kept::Open(head) if head == append.after => insert(connection, append),
        Kept::Packed(head) if head == append.after => Err(refuse(JournalAppendError::Malformed(format!(
            "the journal of {} is packed: its attempt is over",
            append.key
        )))),
        Kept::Open(head) | Kept::Packed(head) => Err(refuse(moved(&append.key, append.after, head).into())),
    }
}

fn refuse(refusal: JournalAppendError) -> Failure<JournalAppendError> {
    Failure::Refused(refusal)
}

/// The journal does not end where somebody thought.
pub(super) fn moved(key: &JournalKey, expected: JournalHead, actual: JournalHead) -> JournalMoved {
    JournalMoved {
        key: key.clone(),
        expected: expected.entries,
        actual: actual.entries,
    }
}

/// Whether the journal goes on with these entries already: the hash after the last of them vouches for all.
fn has(connection: &Connection, append: &PreparedJournal) -> rusqlite::Result<bool> {
    match kept(connection, &append.key)? {
        Kept::Packed(head) => return Ok(head == append.end),
        Kept::Open(_) => {}
    }
    let Some(last) = append.end.entries.checked_sub(1) else {
        return Ok(true);
    };
    let sql = "SELECT hash FROM journal_entries WHERE deployment = ?1 AND attempt = ?2 AND entry = ?3";
    let hash = connection
        .prepare_cached(sql)?
        .query_row(
            params![
                deployment(&append.key),
                append.key.attempt.to_string(),
                last.cast_signed()
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(hash.map(Hash::from_bytes) == Some(append.end.hash))
}

fn insert(connection: &Connection, append: &PreparedJournal) -> Result<(), Failure<JournalAppendError>> {
    let sql = "INSERT INTO journal_entries VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(sql)?;
    let (deployment, attempt) = (deployment(&append.key), append.key.attempt.to_string());
    for (entry, (content, hash)) in (append.after.entries..).zip(&append.entries) {
        let entry = entry.cast_signed();
        insert.execute(params![deployment, attempt, entry, content, hash.as_bytes()])?;
    }
    for value in &append.sealed {
        insert_sealed(connection, &append.key, value)?;
    }
    Ok(write_head(connection, append)?)
}

fn write_head(connection: &Connection, append: &PreparedJournal) -> rusqlite::Result<()> {
    let sql = match (append.after.entries, append.entries.len()) {
        (_, 0) => return Ok(()),
        (0, _) => "INSERT INTO journal_heads (entries, hash, deployment, attempt) VALUES (?1, ?2, ?3, ?4)",
        (_, _) => "UPDATE journal_heads SET entries = ?1, hash = ?2 WHERE deployment = ?3 AND attempt = ?4",
    };
    let (entries, hash) = (append.end.entries.cast_signed(), append.end.hash);
    let (deployment, attempt) = (deployment(&append.key), append.key.attempt.to_string());
    connection
        .prepare_cached(sql)?
        .execute(params![entries, hash.as_bytes(), deployment, attempt])
        .map(drop)
}

/// A handle stands for one value for ever; naming the same value again is fine.
fn insert_sealed(
    connection: &Connection,
    key: &JournalKey,
    value: &SealedValue,
) -> Result<(), Failure<JournalAppendError>> {
    let sql = "SELECT sealed FROM journal_sealed WHERE deployment = ?1 AND attempt = ?2 AND handle = ?3";
    let (deployment, handle) = (deployment(key), value.handle.as_str());
    let there: Option<Vec<u8>> = connection
        .prepare_cached(sql)?
        .query_row(params![deployment, key.attempt.to_string(), handle], |row| {
            row.get(0)
        })
        .optional()?;
    match there {
        None => {
            let mut insert =
                connection.prepare_cached("INSERT INTO journal_sealed VALUES (?1, ?2, ?3, ?4)")?;
            insert.execute(params![deployment, key.attempt.to_string(), handle, value.sealed])?;
            Ok(())
        }
        Some(sealed) if sealed == value.sealed => Ok(()),
        Some(_) => Err(refuse(JournalAppendError::Malformed(
            "a handle already stands for another value".into(),
        ))),
    }
}
