//! One append inside the open transaction: all checks, then all rows.

use rusqlite::{Connection, OptionalExtension, params};
use shipslog_events::SealedValue;
use shipslog_events::chain::{self, Columns};
use shipslog_events::ids::{Position, StreamVersion};
use shipslog_events::stream::Stream;

use super::journal;
use super::savepoint::Failure;
use super::tail::{Tail, Versions};
use super::{answers, idempotence, row};
use crate::event_log::{AppendError, Appended, Expected};
use crate::prepared::{Prepared, PreparedEvent, PreparedStream};

/// When an append is made, in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// As it is recorded: never before what was recorded last.
    pub(super) recorded: i64,
    /// As the machine's clock has it.
    pub(super) machine: i64,
}

/// Inserts an append after `tail`. On success `tail` and `versions` have moved; otherwise the caller rolls the rows
/// back, and neither has.
pub(super) fn append(
    connection: &Connection,
    append: &Prepared,
    at: Times,
    tail: &mut Tail,
    versions: &mut Versions,
) -> Result<Appended, Failure<AppendError>> {
    if let Some(first) = idempotence::first_answer(connection, append)? {
        if let Some(journal) = &append.journal {
            journal::append::again(connection, journal).map_err(Failure::widen)?;
        }
        return Ok(first);
    }
    if let Some(answer) = &append.answer
        && answers::find(connection, &answer.key, at.machine)?.is_some()
    {
        return Err(Failure::Refused(AppendError::DoneAlready));
    }
    let before = check(connection, append, versions)?;
    if let Some(journal) = &append.journal {
        journal::append::next(connection, journal).map_err(Failure::widen)?;
    }
    let mut end = Tail {
        recorded_at: at.recorded,
        ..*tail
    };
    for (stream, version) in append.streams.iter().zip(&before) {
        insert_stream(connection, append, stream, *version, &mut end)?;
    }
    for value in &append.sealed {
        insert_sealed(connection, value, end.position)?;
    }
    if let Some(answer) = &append.answer {
        answers::keep(connection, answer, end.position, at.machine)?;
    }
    *tail = end;
    Ok(settle(append, &before, end, versions))
}

/// The versions that the append's streams have now, if everything it counted on holds.
fn check(
    connection: &Connection,
    append: &Prepared,
    versions: &mut Versions,
) -> Result<Vec<i64>, Failure<AppendError>> {
    for guard in &append.guards {
        let actual = versions.of(connection, &guard.stream.to_string())?;
        hold(&guard.stream, guard.version, actual)?;
    }
    let mut before = Vec::with_capacity(append.streams.len());
    for stream in &append.streams {
        let actual = versions.of(connection, &stream.name)?;
        match stream.expected {
            Expected::Any => {}
            Expected::Version(expected) => hold(&stream.stream, expected, actual)?,
        }
        before.push(actual);
    }
    Ok(before)
}

fn hold(stream: &Stream, expected: StreamVersion, actual: i64) -> Result<(), Failure<AppendError>> {
    let actual = StreamVersion(actual.cast_unsigned());
    if expected == actual {
        return Ok(());
    }
    Err(Failure::Refused(AppendError::Conflict {
        stream: stream.clone(),
        expected,
        actual,
    }))
}

fn insert_stream(
    connection: &Connection,
    append: &Prepared,
    stream: &PreparedStream,
    before: i64,
    tail: &mut Tail,
) -> rusqlite::Result<()> {
    for (version, event) in (before + 1..).zip(&stream.events) {
        insert_event(connection, append, stream, version, event, tail)?;
        insert_bodies(connection, event, tail.position)?;
    }
    Ok(())
}

fn insert_event(
    connection: &Connection,
    append: &Prepared,
    stream: &PreparedStream,
    version: i64,
    event: &PreparedEvent,
    tail: &mut Tail,
) -> rusqlite::Result<()> {
    let (kind, schema) = event.event.kind();
    let columns = Columns {
        position: tail.position + 1,
        id: event.id.0.as_bytes(),
        stream: &stream.name,
        version,
        kind,
        schema: i64::from(schema),
        recorded_at: tail.recorded_at,
        actor: &append.actor,
        source_key: append.source_key.as_deref(),
        source_address: append.source_address.as_deref(),
        correlation: append.correlation.as_bytes(),
        causation: append.causation.as_ref().map(|it| it.0.as_bytes().as_slice()),
        facts: &event.facts,
        bodies: &event.references,
    };
    let hash = chain::hash(tail.hash.as_bytes(), &columns);
    row::insert(connection, &columns, &tail.hash, &hash)?;
    *tail = Tail {
        position: columns.position,
        hash,
        recorded_at: tail.recorded_at,
    };
    Ok(())
}

fn insert_bodies(connection: &Connection, event: &PreparedEvent, position: i64) -> rusqlite::Result<()> {
    for body in &event.bodies {
        let length = i64::try_from(body.stored.length).expect("a body fits into memory");
        connection
            .prepare_cached("INSERT INTO bodies VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                position,
                body.name,
                body.stored.salt.as_bytes(),
                length,
                body.stored.compressed,
            ])?;
    }
    Ok(())
}

/// A handle stands for one value for ever; naming the same value again is fine.
fn insert_sealed(
    connection: &Connection,
    value: &SealedValue,
    position: i64,
) -> Result<(), Failure<AppendError>> {
    let there: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sealed FROM sealed_values WHERE handle = ?1")?
        .query_row([value.handle.as_str()], |row| row.get(0))
        .optional()?;
    match there {
        None => {
            let mut insert = connection.prepare_cached("INSERT INTO sealed_values VALUES (?1, ?2, ?3)")?;
            insert.execute(params![value.handle.as_str(), value.sealed, position])?;
            Ok(())
        }
        Some(sealed) if sealed == value.sealed => Ok(()),
        Some(_) => Err(Failure::Refused(AppendError::Malformed(
            "a handle already stands for another value".into(),
        ))),
    }
}

/// Remembers the new versions and answers with them.
fn settle(append: &Prepared, before: &[i64], end: Tail, versions: &mut Versions) -> Appended {
    let mut answer = Vec::with_capacity(append.streams.len());
    for (stream, before) in append.streams.iter().zip(before) {
        let version = before + i64::try_from(stream.events.len()).expect("an append fits into memory");
        versions.set(&stream.name, version);
        answer.push((stream.stream.clone(), StreamVersion(version.cast_unsigned())));
    }
    Appended {
        position: Position(end.position.cast_unsigned()),
        versions: answer,
    }
}
