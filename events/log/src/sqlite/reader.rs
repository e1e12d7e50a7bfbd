//! Reading: a few read-only connections on blocking threads, beside the writer and never in its way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use shipslog_events::SealedValue;
use shipslog_events::body::{Commitment, Salt};
use shipslog_events::envelope::Recorded;
use shipslog_events::ids::{EventId, Handle, Position, StreamVersion};
use shipslog_events::stream::Stream;
use tokio::sync::Semaphore;

use super::{connection, row};
use crate::stored_body::StoredBody;
use crate::unavailable::ReadError;

/// Queries at a time: beyond that, disk and cores are busy anyway.
const CONNECTIONS: usize = 8;

/// A small pool.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    slots: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            path,
            idle: Mutex::default(),
            slots: Arc::new(Semaphore::new(CONNECTIONS)),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets go of the connections that nobody uses, so that the writer is the last to close the file.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    /// Runs a query on a thread that may block.
    pub(super) async fn run<T, Q>(self: &Arc<Self>, query: Q) -> Result<T, ReadError>
    where
        T: Send + 'static,
        Q: FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    {
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let readers = Arc::clone(self);
        let blocking = move || {
            let _slot = slot;
            let connection = readers.connection()?;
            let answer = query(&connection)?;
            readers.idle().push(connection);
            Ok(answer)
        };
        tokio::task::spawn_blocking(blocking)
            .await
            .map_err(|error| ReadError::Failed(error.to_string()))?
    }

    fn connection(&self) -> Result<Connection, ReadError> {
        let idle = self.idle().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connection::reading(&self.path).map_err(unreadable),
        }
    }

    fn idle(&self) -> parking_lot::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn unreadable(error: rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => {
            ReadError::Damaged(error.to_string())
        }
        Some(_) => ReadError::Failed(error.to_string()),
    }
}

/// A limit or number as `SQLite` counts.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn stream(
    connection: &Connection,
    stream: &Stream,
    after: StreamVersion,
) -> Result<Vec<Recorded>, ReadError> {
    let sql = format!(
        "SELECT {} FROM events WHERE stream = ?1 AND version > ?2 ORDER BY version",
        row::ALL
    );
    events(connection, &sql, params![stream.to_string(), integer(after.0)])
}

pub(super) fn read(
    connection: &Connection,
    after: Position,
    limit: usize,
) -> Result<Vec<Recorded>, ReadError> {
    let sql = format!(
        "SELECT {} FROM events WHERE position > ?1 ORDER BY position LIMIT ?2",
        row::ALL
    );
    events(connection, &sql, params![integer(after.0), integer(limit as u64)])
}

fn events(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Recorded>, ReadError> {
    let mut statement = connection.prepare_cached(sql).map_err(unreadable)?;
    let mut rows = statement.query(parameters).map_err(unreadable)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(unreadable)? {
        events.push(row::recorded(row).map_err(ReadError::Damaged)?);
    }
    Ok(events)
}

/// A body's bytes, if they are still what the event committed to.
pub(super) fn body(
    connection: &Connection,
    event: EventId,
    name: &str,
) -> Result<Option<Vec<u8>>, ReadError> {
    let sql = "SELECT salt, length, compressed, bodies FROM bodies JOIN events USING (position)
        WHERE id = ?1 AND name = ?2";
    let found = connection
        .prepare_cached(sql)
        .and_then(|mut it| {
            it.query_row(params![event.0.as_bytes(), name], stored_body)
                .optional()
        })
        .map_err(unreadable)?;
    let Some((stored, references)) = found else {
        return Ok(None);
    };
    let changed = || {
        ReadError::Damaged(format!(
            "body `{name}` of event {event} was changed since it was written"
        ))
    };
    let bytes = stored.bytes().map_err(|_| changed())?;
    let commitment = Commitment::new(&stored.salt, &bytes);
    let references = row::read_bodies(&references).map_err(ReadError::Damaged)?;
    if references
        .iter()
        .any(|it| it.name == name && it.commitment == commitment)
    {
        Ok(Some(bytes))
    } else {
        Err(changed())
    }
}

fn stored_body(row: &Row<'_>) -> rusqlite::Result<(StoredBody, String)> {
    let length = usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
    Ok((
        StoredBody {
            salt: Salt::from_bytes(row.get(0)?),
            length,
            compressed: row.get(2)?,
        },
        row.get(3)?,
    ))
}

pub(super) fn sealed(connection: &Connection, handles: Vec<Handle>) -> Result<Vec<SealedValue>, ReadError> {
    let sql = "SELECT sealed FROM sealed_values WHERE handle = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(unreadable)?;
    let mut values = Vec::with_capacity(handles.len());
    for handle in handles {
        let found = statement
            .query_row([handle.as_str()], |row| row.get(0))
            .optional()
            .map_err(unreadable)?;
        values.extend(found.map(|sealed| SealedValue { handle, sealed }));
    }
    Ok(values)
}
