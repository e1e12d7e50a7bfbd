//! A part of a transaction that is written whole or not at all, whatever becomes of the other parts.

use rusqlite::{Connection, ErrorCode};

use crate::unavailable::Unwritten;

/// Why a part is not written.
#[derive(Debug)]
pub(super) enum Failure<E> {
    /// The log's rules say no.
    Refused(E),
    /// The store says no.
    Store(rusqlite::Error),
}

impl<E> From<rusqlite::Error> for Failure<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

impl<E> Failure<E> {
    /// The same as part of a larger piece of work, which has more reasons to refuse.
    pub(super) fn widen<Wider: From<E>>(self) -> Failure<Wider> {
        match self {
            Self::Refused(refusal) => Failure::Refused(refusal.into()),
            Self::Store(error) => Failure::Store(error),
        }
    }
}

/// Does `work` in a savepoint of its own: refused, it leaves nothing in the file. An error means that the whole
/// transaction is lost.
pub(super) fn within<T, E: From<Unwritten>>(
    connection: &Connection,
    work: impl FnOnce() -> Result<T, Failure<E>>,
) -> rusqlite::Result<Result<T, E>> {
    execute(connection, "SAVEPOINT part")?;
    let answer = match work() {
        Ok(answer) => Ok(answer),
        Err(Failure::Refused(refusal)) => Err(refusal),
        // The store took the whole transaction back, or may be broken: not the affair of this part alone.
        Err(Failure::Store(error)) if connection.is_autocommit() || is_grave(&error) => return Err(error),
        Err(Failure::Store(error)) => Err(Unwritten::Failed(error.to_string()).into()),
    };
    if answer.is_err() {
        execute(connection, "ROLLBACK TO part")?;
    }
    execute(connection, "RELEASE part")?;
    Ok(answer)
}

/// Runs a statement without parameters, remembered by its text.
pub(super) fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// After these, what the file holds is not sure.
pub(super) fn is_grave(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
