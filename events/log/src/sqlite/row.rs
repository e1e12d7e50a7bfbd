//! An event's row: the columns as stored, and what they mean.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use shipslog_events::chain::{Columns, Hash};
use shipslog_events::envelope::{BodyReference, Recorded, Source};
use shipslog_events::ids::{EventId, Position, StreamVersion};
use shipslog_events::upcast;
use uuid::Uuid;

/// The columns in the order in which `columns` and `recorded` read them.
pub(super) const ALL: &str = "position, id, stream, version, type, schema, recorded_at, actor, source_key, \
     source_address, correlation, causation, facts, bodies, previous, hash";

/// Where `previous` and `hash` stand in `ALL`.
const PREVIOUS: usize = 14;
const HASH: usize = 15;

/// Writes a row.
pub(super) fn insert(
    connection: &Connection,
    columns: &Columns<'_>,
    previous: &Hash,
    hash: &Hash,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    let mut statement = connection.prepare_cached(sql)?;
    let inserted = statement.execute(params![
        columns.position,
        columns.id,
        columns.stream,
        columns.version,
        columns.kind,
        columns.schema,
        columns.recorded_at,
        columns.actor,
        columns.source_key,
        columns.source_address,
        columns.correlation,
        columns.causation,
        columns.facts,
        columns.bodies,
        previous.as_bytes(),
        hash.as_bytes(),
    ]);
    inserted.map(drop)
}

/// Reads the hashed columns, without copying.
pub(super) fn columns<'a>(row: &'a Row<'_>) -> rusqlite::Result<Columns<'a>> {
    Ok(Columns {
        position: row.get_ref(0)?.as_i64()?,
        id: row.get_ref(1)?.as_blob()?,
        stream: row.get_ref(2)?.as_str()?,
        version: row.get_ref(3)?.as_i64()?,
        kind: row.get_ref(4)?.as_str()?,
        schema: row.get_ref(5)?.as_i64()?,
        recorded_at: row.get_ref(6)?.as_i64()?,
        actor: row.get_ref(7)?.as_str()?,
        source_key: row.get_ref(8)?.as_str_or_null()?,
        source_address: row.get_ref(9)?.as_str_or_null()?,
        correlation: row.get_ref(10)?.as_blob()?,
        causation: row.get_ref(11)?.as_blob_or_null()?,
        facts: row.get_ref(12)?.as_str()?,
        bodies: row.get_ref(13)?.as_str()?,
    })
}

/// Reads the hash of the event before, as stored.
pub(super) fn previous<'a>(row: &'a Row<'_>) -> rusqlite::Result<&'a [u8]> {
    Ok(row.get_ref(PREVIOUS)?.as_blob()?)
}

/// Reads the event's hash, as stored.
pub(super) fn hash<'a>(row: &'a Row<'_>) -> rusqlite::Result<&'a [u8]> {
    Ok(row.get_ref(HASH)?.as_blob()?)
}

/// Why a row is no event: a sentence that names it.
pub(super) type Unreadable = String;

/// Reads an event in today's shape.
pub(super) fn recorded(row: &Row<'_>) -> Result<Recorded, Unreadable> {
    let columns = columns(row).map_err(|error| error.to_string())?;
    read(row, &columns).map_err(|reason| format!("event {}: {reason}", columns.position))
}

fn read(row: &Row<'_>, columns: &Columns<'_>) -> Result<Recorded, Unreadable> {
    let digest = |bytes: rusqlite::Result<&[u8]>| {
        let bytes = bytes.map_err(|error| error.to_string())?;
        bytes
            .try_into()
            .map(Hash::from_bytes)
            .map_err(|_| "a hash has not 32 bytes".to_owned())
    };
    let schema = u32::try_from(columns.schema).map_err(|_| format!("{} is no version", columns.schema))?;
    Ok(Recorded {
        position: Position(columns.position.cast_unsigned()),
        id: EventId(uuid(columns.id)?),
        stream: columns.stream.parse().map_err(|error| format!("{error}"))?,
        version: StreamVersion(columns.version.cast_unsigned()),
        recorded_at: Timestamp::from_microsecond(columns.recorded_at).map_err(|error| error.to_string())?,
        actor: columns.actor.parse().map_err(|error| format!("{error}"))?,
        source: Source {
            key: columns.source_key.map(Into::into),
            address: columns.source_address.map(Into::into),
        },
        correlation: uuid(columns.correlation)?,
        causation: columns.causation.map(|it| uuid(it).map(EventId)).transpose()?,
        event: upcast::decode(columns.kind, schema, columns.facts).map_err(|error| error.to_string())?,
        bodies: read_bodies(columns.bodies)?,
        previous: digest(previous(row))?,
        hash: digest(hash(row))?,
    })
}

fn uuid(bytes: &[u8]) -> Result<Uuid, Unreadable> {
    Uuid::from_slice(bytes).map_err(|error| error.to_string())
}

/// An event's bodies from their column; most events have none.
pub(super) fn read_bodies(text: &str) -> Result<Vec<BodyReference>, Unreadable> {
    match text {
        "[]" => Ok(Vec::new()),
        text => serde_json::from_str(text).map_err(|error| format!("its bodies cannot be read: {error}")),
    }
}

/// A column's text as far as it is one, for showing it.
pub(super) fn lossy(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
