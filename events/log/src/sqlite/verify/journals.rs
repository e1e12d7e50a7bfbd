//! Checking journals: each in itself, and against the event that ended its attempt.

use rusqlite::Connection;
use shipslog_events::chain::Columns;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{ATTEMPT_ENDED, DeploymentEvent};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_events::stream::Stream;
use shipslog_events::upcast;

use super::broken::{broken, unreadable};
use crate::sqlite::journal::read::{self, Flaw, OfNoRun};
use crate::sqlite::journal::{Kept, kept, packed_head};
use crate::verified::{Broken, Damage};

/// Where there is an entry or a head, there must be a whole journal.
const OPEN: &str = "SELECT deployment, attempt FROM journal_heads
    UNION SELECT deployment, attempt FROM journal_entries ORDER BY deployment, attempt";
/// What was dropped is not there to be checked.
const PACKED: &str = "SELECT deployment, attempt FROM packed_journals WHERE compressed IS NOT NULL
    ORDER BY deployment, attempt";

/// Checks every journal that is there; answers how many.
pub(super) fn check_all(connection: &Connection) -> Result<u64, Broken> {
    Ok(each(connection, OPEN, check_open)? + each(connection, PACKED, check_packed)?)
}

fn each(
    connection: &Connection,
    sql: &str,
    check: fn(&Connection, &JournalKey) -> Result<(), Flaw>,
) -> Result<u64, Broken> {
    let mut statement = connection.prepare(sql).map_err(unreadable(0))?;
    let mut rows = statement.query([]).map_err(unreadable(0))?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(unreadable(0))? {
        let key = read::key(row).map_err(unreadable(0))?;
        let key = key.map_err(|it| broken(0, it.into()))?;
        check(connection, &key).map_err(|flaw| damage(key, flaw))?;
        count += 1;
    }
    Ok(count)
}

fn damage(key: JournalKey, flaw: Flaw) -> Broken {
    match flaw {
        Flaw::Damaged(entry, what) => broken(0, Damage::Journal { key, entry, what }),
        Flaw::Store(error) => broken(
            0,
            Damage::JournalUnreadable {
                deployment: key.deployment,
                attempt: key.attempt.to_string(),
                reason: error.to_string(),
            },
        ),
    }
}

impl From<OfNoRun> for Damage {
    fn from(journal: OfNoRun) -> Self {
        Self::JournalUnreadable {
            deployment: journal.deployment,
            attempt: journal.attempt,
            reason: journal.reason,
        }
    }
}

/// Entries beside a packed journal are counted by no head.
fn check_open(connection: &Connection, key: &JournalKey) -> Result<(), Flaw> {
    let head = match kept(connection, key)? {
        Kept::Open(head) => head,
        Kept::Packed(_) => JournalHead::START,
    };
    read::open_entries(connection, key, head).map(drop)
}

fn check_packed(connection: &Connection, key: &JournalKey) -> Result<(), Flaw> {
    let head = packed_head(connection, key)?.unwrap_or(JournalHead::START);
    read::packed_entries(connection, key, head).map(drop)
}

/// An event that ended an attempt names the journal that is there, or was there before it was dropped.
pub(super) fn check_end(connection: &Connection, event: &Columns<'_>) -> Result<(), Broken> {
    let Some((key, named)) = named(event)? else {
        return Ok(());
    };
    let what = match kept(connection, &key).map_err(unreadable(event.position))? {
        Kept::Open(there) | Kept::Packed(there) if there == named => return Ok(()),
        Kept::Open(JournalHead::START) => Damage::JournalMissing { key },
        Kept::Open(there) | Kept::Packed(there) => Damage::JournalReplaced {
            key,
            named: named.entries,
            there: there.entries,
        },
    };
    Err(broken(event.position, what))
}

/// The journal that the event says its attempt ended with.
fn named(event: &Columns<'_>) -> Result<Option<(JournalKey, JournalHead)>, Broken> {
    if event.kind != ATTEMPT_ENDED {
        return Ok(None);
    }
    let position = event.position;
    let version = u32::try_from(event.schema).map_err(unreadable(position))?;
    let facts = upcast::decode(event.kind, version, event.facts).map_err(unreadable(position))?;
    let stream = event.stream.parse().map_err(unreadable(position))?;
    let (
        Event::Deployment(DeploymentEvent::AttemptEnded {
            id,
            journal: Some(head),
            ..
        }),
        Stream::Deployment(deployment),
    ) = (facts, stream)
    else {
        return Ok(None);
    };
    Ok(Some((JournalKey::of(deployment, &id), head)))
}
