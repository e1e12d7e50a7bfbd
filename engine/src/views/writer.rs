//! The thread that keeps the views up with the log. It sleeps until a commit wakes it; nothing polls.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shipslog_events::ids::Position;
use shipslog_events::{Actor, Recorded};
use shipslog_log::EventReader;
use tokio::sync::watch;

use super::Error;
use super::rows::{Current, Row, Tags, rows};
use crate::pauses::Patience;

/// Events per transaction while catching up.
const BATCH: usize = 1_000;

pub(super) fn start(
    connection: Connection,
    log: Arc<dyn EventReader>,
    sender: watch::Sender<Position>,
    patience: Patience,
) {
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new()
        .name("views".to_owned())
        .spawn(move || runtime.block_on(follow(connection, log, &sender, patience)))
        .expect("a thread can be made at start");
}

/// Goes on until the log is closed or nobody asks any more.
async fn follow(
    mut connection: Connection,
    log: Arc<dyn EventReader>,
    sender: &watch::Sender<Position>,
    mut patience: Patience,
) {
    let mut head = log.head();
    // Only a weak hold, so that the log can close while its views wait for more.
    let log = {
        let weak = Arc::downgrade(&log);
        drop(log);
        weak
    };
    loop {
        let reached = *sender.borrow();
        if head.wait_for(|it| *it > reached).await.is_err() || sender.is_closed() {
            return;
        }
        let Some(open) = log.upgrade() else { return };
        let events = open.read(reached, BATCH).await;
        drop(open);
        match events
            .map_err(Error::from)
            .and_then(|it| advance(&mut connection, &it))
        {
            Ok(position) => {
                sender.send_replace(position.unwrap_or(reached));
                patience.renew();
            }
            Err(error) if sender.is_closed() => {
                tracing::warn!(%error, "the views stay behind; the next start goes on");
                return;
            }
            Err(error) => patience.pause("keeping the views up", error).await,
        }
    }
}

/// Writes these events' rows; answers how far they lead.
fn advance(connection: &mut Connection, events: &[Recorded]) -> Result<Option<Position>, Error> {
    write(connection, events)?;
    Ok(events.last().map(|it| it.position))
}

/// Writes the rows of some events and the position they lead to, all or nothing.
pub(super) fn write(connection: &mut Connection, events: &[Recorded]) -> Result<(), Error> {
    let transaction = connection.transaction()?;
    for event in events {
        let (row, tags) = rows(&Rows(&transaction), event)?;
        if let Some(row) = row {
            replace(&transaction, event.position, &row)?;
        }
        index(&transaction, event, &tags)?;
    }
    if let Some(last) = events.last() {
        transaction.execute(
            "UPDATE reached SET position = ?1, hash = ?2",
            params![number(last.position.0), last.hash.to_string()],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// `SQLite` counts with a sign; positions are far from its end.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn replace(transaction: &Transaction<'_>, position: Position, row: &Row) -> Result<(), Error> {
    transaction
        .prepare_cached(
            "UPDATE rows SET until_position = ?3 WHERE view = ?1 AND key = ?2 AND until_position IS NULL",
        )?
        .execute(params![row.view, row.key, number(position.0)])?;
    transaction
        .prepare_cached(
            "INSERT INTO rows (view, key, number, kind, project, environment, release, open, value, from_position)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            row.view,
            row.key,
            number(row.number),
            row.kind,
            row.tags.project,
            row.tags.environment,
            row.tags.release,
            row.open,
            row.value,
            number(position.0)
        ])?;
    Ok(())
}

fn index(transaction: &Transaction<'_>, event: &Recorded, tags: &Tags) -> Result<(), Error> {
    transaction
        .prepare_cached(
            "INSERT INTO events (position, stream, type, actor, recorded_at, project, environment, release, deployment)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            number(event.position.0),
            event.stream.to_string(),
            event.event.kind().0,
            actor(&event.actor),
            event.recorded_at.as_microsecond(),
            tags.project,
            tags.environment,
            tags.release,
            tags.deployment.map(number)
        ])?;
    Ok(())
}

/// An actor as the audit's filter has it.
pub(super) fn actor(actor: &Actor) -> &str {
    match actor {
        Actor::Key(name) => name,
        Actor::Driver => "driver",
        Actor::Server => "server",
    }
}

struct Rows<'a>(&'a Transaction<'a>);

impl Current for Rows<'_> {
    fn value(&self, view: &str, key: &str) -> Result<Option<String>, Error> {
        let query = "SELECT value FROM rows WHERE view = ?1 AND key = ?2 AND until_position IS NULL";
        Ok(self
            .0
            .prepare_cached(query)?
            .query_row([view, key], |row| row.get(0))
            .optional()?)
    }

    fn number(&self, view: &str, key: &str) -> Result<Option<u64>, Error> {
        let query = "SELECT number FROM rows WHERE view = ?1 AND key = ?2 AND until_position IS NULL";
        let number: Option<i64> = self
            .0
            .prepare_cached(query)?
            .query_row([view, key], |row| row.get(0))
            .optional()?;
        Ok(number.map(i64::unsigned_abs))
    }
}
