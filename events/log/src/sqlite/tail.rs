//! The end of the log in memory: what the next event continues. Only the appender changes it, and only by whole
//! appends, so that what is rolled back was never here.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use shipslog_events::chain::Hash;

/// The last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) position: i64,
    pub(super) hash: Hash,
    /// Microseconds since 1970.
    pub(super) recorded_at: i64,
}

impl Tail {
    /// Reads it from the log.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT position, hash, recorded_at FROM events ORDER BY position DESC LIMIT 1";
        let last = connection.query_row(sql, [], |row| {
            Ok(Self {
                position: row.get(0)?,
                hash: Hash::from_bytes(row.get(1)?),
                recorded_at: row.get(2)?,
            })
        });
        let start = Self {
            position: 0,
            hash: Hash::START,
            recorded_at: i64::MIN,
        };
        last.optional().map(|last| last.unwrap_or(start))
    }

    /// When an event after this one was recorded: now, unless the clock went back.
    pub(super) fn time(&self, now: Timestamp) -> i64 {
        now.as_microsecond().max(self.recorded_at)
    }
}

/// How many streams to remember; an old deployment's is read again when somebody writes to it.
const REMEMBERED: usize = 65_536;

/// The versions of streams written lately.
#[derive(Debug, Default)]
pub(super) struct Versions(HashMap<String, i64>);

impl Versions {
    /// A stream's version: remembered, or read. 0 where it has no event.
    pub(super) fn of(&mut self, connection: &Connection, stream: &str) -> rusqlite::Result<i64> {
        if let Some(version) = self.0.get(stream) {
            return Ok(*version);
        }
        let mut statement =
            connection.prepare_cached("SELECT coalesce(max(version), 0) FROM events WHERE stream = ?1")?;
        let version = statement.query_row([stream], |row| row.get(0))?;
        self.set(stream, version);
        Ok(version)
    }

    /// Remembers what an append has made of a stream.
    pub(super) fn set(&mut self, stream: &str, version: i64) {
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(stream.to_owned(), version);
    }

    /// After a rollback of more than one append: nothing remembered is sure.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_while_the_clock_is_behind() {
        let tail = Tail {
            position: 1,
            hash: Hash::START,
            recorded_at: 5_000_000,
        };
        assert_eq!(tail.time(Timestamp::from_second(4).unwrap()), 5_000_000);
        assert_eq!(tail.time(Timestamp::from_second(6).unwrap()), 6_000_000);
    }
}
