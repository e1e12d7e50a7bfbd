//! Appending again: the same events get the first answer, other events under a used id are refused.

use rusqlite::{Connection, OptionalExtension};
use shipslog_events::body::{Commitment, Salt};
use shipslog_events::ids::{Position, StreamVersion};
use shipslog_events::upcast;

use super::row;
use super::savepoint::Failure;
use crate::event_log::{AppendError, Appended};
use crate::prepared::{Prepared, PreparedBody, PreparedEvent, PreparedStream};

/// What the log has under an event's id.
struct Found {
    position: i64,
    stream: String,
    version: i64,
    kind: String,
    schema: u32,
    facts: String,
    references: String,
}

/// The answer given before, if this append was made before. An append that was made only in part is another one.
pub(super) fn first_answer(
    connection: &Connection,
    append: &Prepared,
) -> Result<Option<Appended>, Failure<AppendError>> {
    let mut found = Vec::new();
    for (stream, event) in append.events() {
        found.push((stream, event, find(connection, event)?));
    }
    let Some((.., reused, _)) = found.iter().find(|(.., it)| it.is_some()) else {
        return Ok(None);
    };
    let reused = AppendError::IdReused { id: reused.id };
    let Some(found): Option<Vec<_>> = found.into_iter().map(whole).collect() else {
        return Err(Failure::Refused(reused));
    };
    let in_order = found
        .windows(2)
        .all(|pair| pair[0].2.position + 1 == pair[1].2.position);
    for (stream, event, first) in &found {
        if !in_order || !is_same(connection, stream, event, first)? {
            return Err(Failure::Refused(AppendError::IdReused { id: event.id }));
        }
    }
    Ok(Some(answer(append, &found)))
}

type Pair<'a, T> = (&'a PreparedStream, &'a PreparedEvent, T);

fn whole((stream, event, found): Pair<'_, Option<Found>>) -> Option<Pair<'_, Found>> {
    found.map(|found| (stream, event, found))
}

fn find(connection: &Connection, event: &PreparedEvent) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT position, stream, version, type, schema, facts, bodies FROM events WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([event.id.0.as_bytes()], |row| {
            Ok(Found {
                position: row.get(0)?,
                stream: row.get(1)?,
                version: row.get(2)?,
                kind: row.get(3)?,
                schema: row.get(4)?,
                facts: row.get(5)?,
                references: row.get(6)?,
            })
        })
        .optional()
}

/// Actor, source and causes may differ: a repeat after a crash or from another address is the same append.
fn is_same(
    connection: &Connection,
    stream: &PreparedStream,
    event: &PreparedEvent,
    found: &Found,
) -> rusqlite::Result<bool> {
    let same_facts =
        upcast::decode(&found.kind, found.schema, &found.facts).is_ok_and(|it| it == event.event);
    if !same_facts || found.stream != stream.name {
        return Ok(false);
    }
    let references = row::read_bodies(&found.references).unwrap_or_default();
    let same_names = references
        .iter()
        .map(|it| &it.name)
        .eq(event.bodies.iter().map(|it| &it.name));
    if !same_names {
        return Ok(false);
    }
    for (reference, body) in references.iter().zip(&event.bodies) {
        let commitment = commitment_under_its_salt(connection, found.position, body)?;
        if commitment.is_some_and(|it| it != reference.commitment) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the first append would have committed to, had it had these bytes. Nothing where the body was erased: its
/// salt went with it, and its name is all that is left to compare.
fn commitment_under_its_salt(
    connection: &Connection,
    position: i64,
    body: &PreparedBody,
) -> rusqlite::Result<Option<Commitment>> {
    let mut statement =
        connection.prepare_cached("SELECT salt FROM bodies WHERE position = ?1 AND name = ?2")?;
    let salt = statement
        .query_row((position, &body.name), |row| row.get(0))
        .optional()?;
    Ok(salt.map(|salt| Commitment::new(&Salt::from_bytes(salt), &body.bytes)))
}

fn answer(append: &Prepared, found: &[Pair<'_, Found>]) -> Appended {
    let mut rest = found.iter();
    let last_of = |stream: &PreparedStream| {
        let (.., last) = rest
            .by_ref()
            .take(stream.events.len())
            .last()
            .expect("no stream is without events");
        (stream.stream.clone(), StreamVersion(last.version.cast_unsigned()))
    };
    let versions = append.streams.iter().map(last_of).collect();
    let (.., last) = found.last().expect("no append is without events");
    Appended {
        position: Position(last.position.cast_unsigned()),
        versions,
    }
}
