//! Reading a journal, and checking that it is what was appended.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shipslog_events::SealedValue;
use shipslog_events::ids::{DeploymentId, NotAnAttempt};
use shipslog_events::journal::{JournalHead, JournalKey};

use super::{Kept, deployment, kept};
use crate::journal_store::{Journal, JournalDamaged, JournalError};
use crate::sqlite::reader::unreadable;
use crate::sqlite::row;
use crate::stored_body;
use crate::unavailable::ReadError;
use crate::verified::EntryDamage;

/// Why entries are not to be had.
#[derive(Debug)]
pub(in crate::sqlite) enum Flaw {
    /// An entry is not what was appended.
    Damaged(u64, EntryDamage),
    /// The store says no.
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Flaw {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

impl Flaw {
    /// The same for those who asked for this journal.
    pub(super) fn of<E: From<JournalDamaged> + From<ReadError>>(self, key: &JournalKey) -> E {
        match self {
            Self::Damaged(entry, what) => JournalDamaged {
                key: key.clone(),
                entry,
                what,
            }
            .into(),
            Self::Store(error) => unreadable(error).into(),
        }
    }
}

/// The whole journal, open or packed, in one consistent view.
pub(in crate::sqlite) fn journal(connection: &Connection, key: &JournalKey) -> Result<Journal, JournalError> {
    let view = connection.unchecked_transaction().map_err(unreadable)?;
    let dropped = || JournalError::Dropped { key: key.clone() };
    Ok(match kept(&view, key).map_err(unreadable)? {
        Kept::Open(head) => Journal {
            head,
            open: true,
            entries: open_entries(&view, key, head).map_err(|flaw| flaw.of::<JournalError>(key))?,
            sealed: sealed(&view, key).map_err(unreadable)?,
        },
        Kept::Packed(head) => Journal {
            head,
            open: false,
            entries: packed_entries(&view, key, head)
                .map_err(|flaw| flaw.of::<JournalError>(key))?
                .ok_or_else(dropped)?,
            sealed: Vec::new(),
        },
    })
}

/// Journals that have a head, in order. One whose run nobody could have named was put there by hand: verification says
/// so, and the others are not held up by it.
pub(in crate::sqlite) fn open_journals(connection: &Connection) -> rusqlite::Result<Vec<JournalKey>> {
    let sql = "SELECT deployment, attempt FROM journal_heads ORDER BY deployment, attempt";
    let mut statement = connection.prepare_cached(sql)?;
    let keys = statement.query_map([], key)?;
    let mut named = Vec::new();
    for key in keys {
        match key? {
            Ok(key) => named.push(key),
            Err(OfNoRun {
                deployment, reason, ..
            }) => {
                tracing::warn!(%deployment, reason, "an open journal is of no run");
            }
        }
    }
    Ok(named)
}

/// A row of a journal whose run nobody could have named.
pub(in crate::sqlite) struct OfNoRun {
    pub(in crate::sqlite) deployment: DeploymentId,
    /// What stands in the place of the run.
    pub(in crate::sqlite) attempt: String,
    pub(in crate::sqlite) reason: String,
}

/// Whose journal a row is of, by its first two columns.
pub(in crate::sqlite) fn key(row: &Row<'_>) -> rusqlite::Result<Result<JournalKey, OfNoRun>> {
    let deployment = DeploymentId(row.get::<_, i64>(0)?.cast_unsigned());
    let attempt = row::lossy(row, 1)?;
    Ok(match attempt.parse() {
        Ok(attempt) => Ok(JournalKey { deployment, attempt }),
        Err(error) => Err(OfNoRun {
            deployment,
            reason: NotAnAttempt::to_string(&error),
            attempt,
        }),
    })
}

fn sealed(connection: &Connection, key: &JournalKey) -> rusqlite::Result<Vec<SealedValue>> {
    let sql =
        "SELECT handle, sealed FROM journal_sealed WHERE deployment = ?1 AND attempt = ?2 ORDER BY rowid";
    let mut statement = connection.prepare_cached(sql)?;
    let values = statement.query_map(params![deployment(key), key.attempt.to_string()], |row| {
        Ok(SealedValue {
            handle: row.get::<_, String>(0)?.into(),
            sealed: row.get(1)?,
        })
    })?;
    values.collect()
}

struct Entry {
    number: u64,
    content: Vec<u8>,
    hash: Vec<u8>,
}

/// The entries of a journal that is open and must end at `head`.
pub(in crate::sqlite) fn open_entries(
    connection: &Connection,
    key: &JournalKey,
    head: JournalHead,
) -> Result<Vec<Vec<u8>>, Flaw> {
    let entries = entries(connection, key)?;
    let mut at = JournalHead::START;
    for entry in &entries {
        at = check(entry, at, head, &entries).map_err(|what| Flaw::Damaged(at.entries, what))?;
    }
    if at.entries < head.entries {
        return Err(Flaw::Damaged(at.entries, EntryDamage::Missing));
    }
    if at != head {
        return Err(Flaw::Damaged(at.entries.saturating_sub(1), EntryDamage::Unlinked));
    }
    Ok(entries.into_iter().map(|it| it.content).collect())
}

fn entries(connection: &Connection, key: &JournalKey) -> rusqlite::Result<Vec<Entry>> {
    let sql = "SELECT entry, content, hash FROM journal_entries WHERE deployment = ?1 AND attempt = ?2 ORDER BY entry";
    let mut statement = connection.prepare_cached(sql)?;
    let entries = statement.query_map(params![deployment(key), key.attempt.to_string()], |row| {
        Ok(Entry {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            content: row.get(1)?,
            hash: row.get(2)?,
        })
    })?;
    entries.collect()
}

/// The head with this entry, if it is the one that follows `before`.
fn check(
    entry: &Entry,
    before: JournalHead,
    head: JournalHead,
    all: &[Entry],
) -> Result<JournalHead, EntryDamage> {
    let after = before.with(&entry.content);
    if before.entries >= head.entries {
        Err(EntryDamage::Uncounted)
    } else if entry.number != before.entries {
        Err(EntryDamage::Missing)
    } else if *after.hash.as_bytes() != *entry.hash {
        Err(moved(entry, before, all))
    } else {
        Ok(after)
    }
}

/// The entry that should stand here may stand elsewhere, with its hash or without it.
fn moved(place: &Entry, before: JournalHead, all: &[Entry]) -> EntryDamage {
    let belongs_here = |entry: &&Entry| {
        let hash = before.with(&entry.content).hash;
        [&entry.hash, &place.hash].contains(&&hash.as_bytes().to_vec())
    };
    match all.iter().find(belongs_here) {
        Some(entry) => EntryDamage::Moved { to: entry.number },
        None => EntryDamage::Edited,
    }
}

/// The entries of a journal that was packed at `head`; nothing where they were dropped.
pub(in crate::sqlite) fn packed_entries(
    connection: &Connection,
    key: &JournalKey,
    head: JournalHead,
) -> Result<Option<Vec<Vec<u8>>>, Flaw> {
    let sql = "SELECT length, compressed FROM packed_journals WHERE deployment = ?1 AND attempt = ?2";
    let row: Option<(i64, Option<Vec<u8>>)> = connection
        .prepare_cached(sql)?
        .query_row(params![deployment(key), key.attempt.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((length, Some(compressed))) = row else {
        return Ok(None);
    };
    let entries = unpack(&compressed, usize::try_from(length).unwrap_or_default());
    let whole =
        entries.filter(|it| it.iter().fold(JournalHead::START, |head, entry| head.with(entry)) == head);
    whole.map(Some).ok_or(Flaw::Damaged(0, EntryDamage::PackedEdited))
}

/// All entries as one text: each with its length in eight bytes before it.
pub(super) fn pack(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend((entry.len() as u64).to_be_bytes());
        bytes.extend(entry);
    }
    bytes
}

/// The entries that were packed and compressed; nothing where the bytes are none that we ever wrote.
fn unpack(compressed: &[u8], length: usize) -> Option<Vec<Vec<u8>>> {
    let bytes = stored_body::decompress(compressed, length).ok()?;
    let mut rest = bytes.as_slice();
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (entry, after) = after.split_at_checked(length)?;
        entries.push(entry.to_vec());
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_out_of_the_pack_as_they_went_in() {
        for entries in [vec![], vec![vec![]], vec![vec![1, 2], vec![], vec![3; 1 << 16]]] {
            let bytes = pack(&entries);
            assert_eq!(unpack(&stored_body::compress(&bytes), bytes.len()), Some(entries));
        }
    }

    #[test]
    fn bytes_that_are_no_pack_are_nothing_and_no_panic() {
        for bytes in [
            vec![0],
            vec![0xff; 8],
            vec![0xff; 64],
            vec![0, 0, 0, 0, 0, 0, 0, 2, 1],
        ] {
            assert_eq!(
                unpack(&stored_body::compress(&bytes), bytes.len()),
                None,
                "{bytes:?}"
            );
        }
        assert_eq!(unpack(b"no frame", 8), None);
    }
}
