//! Checking a log from its file alone: every hash, every link, every body and journal that is still there.

mod broken;
mod journals;

use std::path::Path;

use rusqlite::{Connection, Row, Rows};
use shipslog_events::body::{Commitment, Salt};
use shipslog_events::chain::{self, Columns, Hash};
use shipslog_events::ids::Position;

use self::broken::{broken, unreadable};
use super::files::Header;
use super::{connection, files, lines, row, schema};
use crate::stored_body::StoredBody;
use crate::verified::{Broken, Damage, DamagedLines, Verified};

/// Checks the whole log, from its first event to its last, and every journal; then names the lines of the task log that
/// cannot be read, which are no facts and break nothing.
///
/// Reads the file without the server's help, so that it can be used while the server runs: facts and journals in one
/// consistent view, lines after it. An erased body is no damage, nor is a dropped journal. Events cut off at the end
/// leave a shorter log that holds in itself: only a head hash kept elsewhere shows that they are gone. Lines have no
/// hash: one that was edited and can still be read does not show.
pub fn verify(path: &Path) -> Result<Verified, Broken> {
    match files::header(path) {
        Ok(Header::Database(schema::APPLICATION_ID)) => {}
        Ok(Header::Database(_) | Header::NotADatabase) => {
            return Err(unreadable(0)("the file is no event log"));
        }
        Err(error) => return Err(unreadable(0)(error)),
    }
    let connection = connection::reading(path).map_err(unreadable(0))?;
    let view = connection.unchecked_transaction().map_err(unreadable(0))?;
    let verified = walk(&view, 0, Hash::START, |event| journals::check_end(&view, event))?;
    let journals = journals::check_all(&view)?;
    drop(view);
    Ok(Verified {
        journals,
        damaged_lines: lines::check(&connection).map_err(unreadable(0))?,
        ..verified
    })
}

/// How many events at the end are checked at every opening.
const TAIL: i64 = 1000;

/// Checks the end of the log: what the next event will continue.
pub(super) fn tail(connection: &Connection) -> Result<(), Broken> {
    let last: i64 = connection
        .query_row("SELECT coalesce(max(position), 0) FROM events", [], |row| {
            row.get(0)
        })
        .map_err(unreadable(0))?;
    let after = (last - TAIL).max(0);
    let hash = match after {
        0 => Hash::START,
        after => connection
            .query_row("SELECT hash FROM events WHERE position = ?1", [after], |row| {
                row.get(0)
            })
            .map(Hash::from_bytes)
            .map_err(unreadable(after))?,
    };
    walk(connection, after, hash, |_| Ok(())).map(drop)
}

/// Follows the chain from the event at `position`, which has `hash`; `also` checks more of each event that holds.
fn walk(
    connection: &Connection,
    mut position: i64,
    mut hash: Hash,
    also: impl Fn(&Columns<'_>) -> Result<(), Broken>,
) -> Result<Verified, Broken> {
    let bodies =
        "SELECT position, name, salt, length, compressed FROM bodies WHERE position > ?1 ORDER BY position";
    let mut bodies = connection.prepare(bodies).map_err(unreadable(0))?;
    let mut bodies = Bodies::new(bodies.query([position]).map_err(unreadable(0))?)?;
    let sql = format!(
        "SELECT {} FROM events WHERE position > ?1 ORDER BY position",
        row::ALL
    );
    let mut events = connection.prepare(&sql).map_err(unreadable(0))?;
    let mut events = events.query([position]).map_err(unreadable(0))?;
    let mut count = 0;
    loop {
        let next = position + 1;
        let Some(row) = events.next().map_err(unreadable(next))? else {
            break;
        };
        hash = check_event(row, next, &hash)?;
        check_bodies(row, next, &mut bodies)?;
        also(&row::columns(row).map_err(unreadable(next))?)?;
        position = next;
        count += 1;
    }
    bodies.none_left()?;
    Ok(Verified {
        events: count,
        head_hash: hash,
        last_position: Position(position.cast_unsigned()),
        journals: 0,
        damaged_lines: DamagedLines::default(),
    })
}

fn check_event(row: &Row<'_>, position: i64, before: &Hash) -> Result<Hash, Broken> {
    let failed = unreadable(position);
    let columns = row::columns(row).map_err(&failed)?;
    let (previous, hash) = (
        row::previous(row).map_err(&failed)?,
        row::hash(row).map_err(&failed)?,
    );
    let right = chain::hash(previous, &columns);
    let damage = if columns.position != position {
        Damage::Missing
    } else if right.as_bytes() != hash {
        Damage::Edited
    } else if previous != before.as_bytes() {
        Damage::Unlinked
    } else {
        return Ok(right);
    };
    Err(broken(position, damage))
}

/// Every body that is there must be one that the event committed to; one that is not there was erased.
fn check_bodies(row: &Row<'_>, position: i64, bodies: &mut Bodies<'_>) -> Result<(), Broken> {
    let columns = row::columns(row).map_err(unreadable(position))?;
    let references = row::read_bodies(columns.bodies).map_err(unreadable(position))?;
    while let Some(body) = bodies.next_of(position)? {
        match references.iter().find(|it| it.name == body.name) {
            None => return Err(broken(position, Damage::BodyAdded(body.name))),
            Some(reference) if Some(reference.commitment) != body.commitment => {
                return Err(broken(position, Damage::BodyEdited(body.name)));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A body as found; without a commitment where its bytes are none that we ever wrote.
struct Body {
    position: i64,
    name: String,
    commitment: Option<Commitment>,
}

impl Body {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let stored = Self::stored(row).ok().and_then(|it| it.commitment().ok());
        Ok(Self {
            position: row.get(0)?,
            name: row.get(1)?,
            commitment: stored,
        })
    }

    fn stored(row: &Row<'_>) -> rusqlite::Result<StoredBody> {
        let length = usize::try_from(row.get::<_, i64>(3)?).unwrap_or_default();
        Ok(StoredBody {
            salt: Salt::from_bytes(row.get(2)?),
            length,
            compressed: row.get(4)?,
        })
    }
}

/// The bodies in order of position, walked in step with the events.
struct Bodies<'a> {
    rows: Rows<'a>,
    next: Option<Body>,
}

impl<'a> Bodies<'a> {
    fn new(rows: Rows<'a>) -> Result<Self, Broken> {
        let mut bodies = Self { rows, next: None };
        bodies.advance()?;
        Ok(bodies)
    }

    /// Answers with the body that was next.
    fn advance(&mut self) -> Result<Option<Body>, Broken> {
        let row = self.rows.next().map_err(unreadable(0))?;
        let next = row.map(Body::read).transpose().map_err(unreadable(0))?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// The next body of the event at `position`.
    fn next_of(&mut self, position: i64) -> Result<Option<Body>, Broken> {
        match &self.next {
            Some(body) if body.position == position => self.advance(),
            Some(_) | None => Ok(None),
        }
    }

    /// Bodies beyond the last event belong to none.
    fn none_left(&self) -> Result<(), Broken> {
        match &self.next {
            None => Ok(()),
            Some(body) => Err(broken(body.position, Damage::Missing)),
        }
    }
}
