//! The thread that keeps the views up with the log. It sleeps until a commit wakes it; nothing polls.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shipslog_events::ids::Position;
use shipslog_events::{Actor, Recorded};
use shipslog_log::EventReader;
use tokio::sync::{mpsc, oneshot, watch};

use super::readers::Readers;
use super::rows::{Current, Row, Tags, rows};
use super::{Error, Trouble, schema};
use crate::pauses::Patience;

/// Events per transaction while catching up.
const BATCH: usize = 1_000;

/// Keeps the views up, on a thread of its own.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    /// The log's own id.
    pub(super) instance: String,
    /// Nothing where the file has to be made first.
    pub(super) connection: Option<Connection>,
    pub(super) readers: Arc<Readers>,
    pub(super) position: watch::Sender<Position>,
    pub(super) trouble: watch::Sender<Option<Trouble>>,
    /// What a query found damaged once more: it holds nothing up.
    pub(super) damaged_again: watch::Sender<Option<Trouble>>,
    pub(super) damages: mpsc::Receiver<Damage>,
    pub(super) patience: Patience,
    /// Whether this process has made them anew: it does so once, for what is damaged again is not mended by that.
    pub(super) made_anew: bool,
}

/// What a query found, to be answered with what there is to say of it.
pub(super) struct Damage {
    pub(super) error: Error,
    /// Of the file in which it was found.
    pub(super) generation: u64,
    pub(super) heard: oneshot::Sender<Error>,
}

impl Writer {
    pub(super) fn start(self, log: Arc<dyn EventReader>) {
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new()
            .name("views".to_owned())
            .spawn(move || runtime.block_on(self.follow(log)))
            .expect("a thread can be made at start");
    }

    /// Goes on until the log is closed or nobody asks any more.
    async fn follow(mut self, log: Arc<dyn EventReader>) {
        let mut head = log.head();
        // The other one is borrowed by the wait.
        let newest = log.head();
        // Only a weak hold, so that the log can close while its views wait for more.
        let log = {
            let weak = Arc::downgrade(&log);
            drop(log);
            weak
        };
        loop {
            let reached = *self.position.borrow();
            tokio::select! {
                biased;
                Some(damage) = self.damages.recv() => {
                    let newest = *newest.borrow();
                    self.hear(damage, newest);
                    continue;
                }
                () = std::future::ready(()), if self.connection.is_none() => {}
                moved = head.wait_for(|it| *it > reached) => if moved.is_err() {
                    return;
                },
            }
            if self.position.is_closed() {
                return;
            }
            let Some(open) = log.upgrade() else { return };
            let events = open.read(reached, BATCH).await;
            drop(open);
            match events.map_err(Error::from).and_then(|it| self.advance(&it)) {
                Ok(position) => self.reached(position.unwrap_or(reached)),
                Err(error) if self.position.is_closed() => {
                    tracing::warn!(%error, "the views stay behind; the next start goes on");
                    return;
                }
                Err(error) => {
                    let newest = *newest.borrow();
                    if let Err(error) = self.make_anew(error, newest) {
                        self.trouble.send_replace(Some(Trouble::of(&error)));
                        self.patience.pause("keeping the views up", error).await;
                    }
                }
            }
        }
    }

    fn reached(&mut self, position: Position) {
        self.trouble.send_if_modified(|it| it.take().is_some());
        // Whoever waits for the position asks next.
        self.readers.reached(position);
        self.position.send_replace(position);
        self.patience.renew();
    }

    /// Writes these events' rows; answers how far they lead.
    fn advance(&mut self, events: &[Recorded]) -> Result<Option<Position>, Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(schema::anew(&self.path, &self.instance)?.0),
        };
        write(connection, events)?;
        Ok(events.last().map(|it| it.position))
    }

    fn hear(&mut self, damage: Damage, head: Position) {
        let Damage {
            error,
            generation,
            heard,
        } = damage;
        let made = if generation < self.readers.generation() {
            Ok(())
        } else {
            self.make_anew(error, head)
        };
        if let Err(error) = &made {
            self.damaged_again.send_replace(Some(Trouble::of(error)));
        }
        // Whoever asked may have gone.
        let _ = heard.send(made.err().unwrap_or(Error::InTheMaking));
    }

    /// Begins again with an empty file, if it is the file that is at fault and this has not been done before. The file
    /// itself is made by the next to write.
    fn make_anew(&mut self, error: Error, head: Position) -> Result<(), Error> {
        if !error.is_damage() {
            return Err(error);
        }
        if self.made_anew {
            return Err(Error::Again(error.cause()));
        }
        tracing::warn!(
            error = error.cause(),
            "the views are damaged and are made anew from the log"
        );
        self.made_anew = true;
        self.readers.renew(head);
        self.position.send_replace(Position::START);
        // Closed first: whoever closes a file last takes away what lies beside it, by its name.
        self.connection = None;
        Ok(())
    }
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
