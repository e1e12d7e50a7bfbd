//! The one writer: drains the queue into a transaction, commits, then answers everybody (group commit, no timer).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use rusqlite::Connection;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::journal::JournalHead;
use tokio::sync::watch;

use super::journal::{append, pack};
use super::savepoint::{self, is_grave};
use super::tail::{Tail, Versions};
use super::{answers, insert, lines, pages};
use crate::event_log::{AppendError, Appended};
use crate::journal_store::{JournalAppendError, PackError};
use crate::prepared::Prepared;
use crate::prepared_journal::{Packed, PreparedJournal};
use crate::queue::{Queue, Request, Work};
use crate::task_queue::{Lines, Row};
use crate::unavailable::Unwritten;

/// Checkpoint after about so many pages of 4 KiB in the write-ahead log.
const CHECKPOINT_PAGES: usize = 1000;

/// Owns the write connection, for the life of its thread.
pub(super) struct Appender {
    connection: Connection,
    queue: Arc<Queue>,
    head: watch::Sender<Position>,
    commits: Arc<AtomicU64>,
    tail: Tail,
    versions: Versions,
    /// Pages written since the last checkpoint, roughly.
    pages: usize,
}

/// Closes the queue when the thread ends, by a panic too: a caller must never wait for nobody.
struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Appender {
    pub(super) fn new(
        connection: Connection,
        queue: Arc<Queue>,
        commits: Arc<AtomicU64>,
    ) -> rusqlite::Result<Self> {
        let tail = Tail::load(&connection)?;
        let (head, _) = watch::channel(Position(tail.position.cast_unsigned()));
        Ok(Self {
            connection,
            queue,
            head,
            commits,
            tail,
            versions: Versions::default(),
            pages: 0,
        })
    }

    pub(super) fn head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let _abandon = Abandon(Arc::clone(&self.queue));
        loop {
            match self.queue.next() {
                Work::Requests(requests) => self.commit_together(requests),
                Work::Lines(lines) => self.write_lines(lines),
                Work::Done => break,
            }
            if self.pages >= CHECKPOINT_PAGES {
                self.checkpoint();
            }
        }
        self.checkpoint();
    }

    fn commit_together(&mut self, mut requests: Vec<Request>) {
        match self.transact(&mut requests) {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                self.show(Position(self.tail.position.cast_unsigned()));
                requests.into_iter().for_each(Request::send);
            }
            Err(error) => {
                self.take_back(&error);
                let reason = error.to_string();
                for request in requests {
                    request.refuse(&reason);
                }
            }
        }
    }

    /// Wakes those who wait for events; a transaction without any is nothing to them.
    fn show(&self, last: Position) {
        self.head
            .send_if_modified(|head| std::mem::replace(head, last) != last);
    }

    fn transact(&mut self, requests: &mut [Request]) -> rusqlite::Result<()> {
        self.execute("BEGIN IMMEDIATE")?;
        self.pages += 4;
        for request in requests {
            match request {
                Request::Append(append, caller) => caller.keep(self.append(append)?),
                Request::Reserve(caller) => caller.keep(Ok(self.reserve()?)),
                Request::Journal(journal, caller) => caller.keep(self.append_journal(journal)?),
                Request::Pack(packed, caller) => caller.keep(self.pack(packed)?),
                Request::Drop(before, caller) => caller.keep(self.drop_some(*before)?),
            }
        }
        or_die(self.execute("COMMIT"));
        Ok(())
    }

    /// One append: refused, it leaves nothing behind, neither in the file nor in memory.
    fn append(&mut self, append: &Prepared) -> rusqlite::Result<Result<Appended, AppendError>> {
        let (mut tail, now) = (self.tail, Timestamp::now());
        let at = insert::Times {
            recorded: self.tail.time(now),
            machine: now.as_microsecond(),
        };
        let inserted = savepoint::within(&self.connection, || {
            insert::append(&self.connection, append, at, &mut tail, &mut self.versions)
        })?;
        if inserted.is_ok() {
            self.pages += pages::of_append(append);
            self.tail = tail;
        }
        Ok(inserted)
    }

    fn append_journal(
        &mut self,
        journal: &PreparedJournal,
    ) -> rusqlite::Result<Result<JournalHead, JournalAppendError>> {
        self.pages += pages::of_journal(journal);
        savepoint::within(&self.connection, || append::alone(&self.connection, journal))
    }

    fn pack(&mut self, packed: &Packed) -> rusqlite::Result<Result<(), PackError>> {
        self.pages += pages::of_pack(packed);
        let now = Timestamp::now().as_microsecond();
        savepoint::within(&self.connection, || pack::insert(&self.connection, packed, now))
    }

    fn drop_some(&mut self, packed_before: i64) -> rusqlite::Result<Result<u64, Unwritten>> {
        let now = Timestamp::now().as_microsecond();
        let dropped = savepoint::within(&self.connection, || {
            // A clock that is far from what was recorded last says nothing of ages.
            if now.abs_diff(self.tail.recorded_at) < answers::KEPT_FOR.unsigned_abs() {
                answers::let_go(&self.connection, now)?;
            }
            pack::drop_some(&self.connection, packed_before)
        })?;
        self.pages += dropped
            .as_ref()
            .map_or(0, |it| usize::try_from(*it).unwrap_or_default());
        Ok(dropped)
    }

    fn reserve(&self) -> rusqlite::Result<DeploymentId> {
        let sql = "UPDATE counters SET value = value + 1 WHERE name = 'deployment' RETURNING value";
        let number: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?;
        Ok(DeploymentId(number.cast_unsigned()))
    }

    /// Nothing of the transaction was acknowledged: takes all of it back, in the file and in memory.
    fn take_back(&mut self, error: &rusqlite::Error) {
        self.roll_back(error);
        tracing::error!(%error, "a transaction of the event log was rolled back");
        self.tail = or_die(Tail::load(&self.connection));
        self.versions.forget();
    }

    fn roll_back(&self, error: &rusqlite::Error) {
        if is_grave(error) {
            die(error);
        }
        if !self.connection.is_autocommit() {
            or_die(self.execute("ROLLBACK"));
        }
    }

    /// Lines are no facts: they need not survive a power cut, and one that cannot be written stops nothing.
    fn write_lines(&mut self, Lines { rows, mut awaited }: Lines) {
        self.pages += 4 + rows.len() / 16;
        let written = self
            .execute("PRAGMA synchronous = NORMAL")
            .and_then(|()| self.insert_lines(&rows));
        if let Err(error) = written {
            self.roll_back(&error);
            tracing::error!(%error, lines = rows.len(), "lines of the task log were lost");
            let reason = error.to_string();
            awaited.drain(..).for_each(|caller| caller.refuse(&reason));
        }
        or_die(self.execute("PRAGMA synchronous = FULL"));
        self.head.send_modify(|_| {});
        for mut caller in awaited {
            caller.keep(Ok(()));
            caller.send();
        }
    }

    fn insert_lines(&self, rows: &[Row]) -> rusqlite::Result<()> {
        self.execute("BEGIN IMMEDIATE")?;
        lines::insert(&self.connection, rows)?;
        or_die(self.execute("COMMIT"));
        Ok(())
    }

    /// Moves the write-ahead log into the database, after everybody was answered. Readers may hold a part back.
    fn checkpoint(&mut self) {
        self.pages = 0;
        let moved = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = moved {
            if is_grave(&error) {
                die(&error);
            }
            tracing::warn!(%error, "the event log was not checkpointed; it will be tried again");
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        savepoint::execute(&self.connection, sql)
    }
}

/// Never go on after a failed commit: the system may have dropped the pages that it could not write, and a second
/// try would seem to succeed. What the file holds is found out by opening it again.
fn die(error: &rusqlite::Error) -> ! {
    tracing::error!(%error, "the event log could not be written; stopping at once");
    std::process::abort()
}

fn or_die<T>(result: rusqlite::Result<T>) -> T {
    result.unwrap_or_else(|error| die(&error))
}
