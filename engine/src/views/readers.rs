//! A few read-only connections, beside the thread that writes and never in its way.

use std::path::PathBuf;

use parking_lot::Mutex;
use rusqlite::Connection;
use shipslog_events::ids::Position;

use super::{Error, schema};

/// How many idle connections are kept.
const IDLE: usize = 4;

/// A small pool.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// Raised whenever the file is made anew: connections to the one before are of no use any more.
    generation: u64,
    /// The position at which a file that is being made anew shows all there was.
    whole_at: Option<Position>,
    connections: Vec<Connection>,
}

/// A query that failed, and in which of the files that lay at the path one after the other.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) generation: u64,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
        }
    }

    /// Runs a query. Blocks. What shows only a part of what there is answers nothing.
    pub(super) fn run<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Failed> {
        let (generation, whole_at, idle) = {
            let mut idle = self.idle.lock();
            (idle.generation, idle.whole_at, idle.connections.pop())
        };
        let failed = |error| Failed { error, generation };
        if whole_at.is_some() {
            return Err(failed(Error::InTheMaking));
        }
        let opened = idle.map_or_else(|| schema::reader(&self.path), Ok);
        let answered = opened.map(|connection| {
            let answer = query(&connection);
            (connection, answer)
        });
        let mut idle = self.idle.lock();
        if idle.generation != generation {
            return Err(failed(Error::InTheMaking));
        }
        let (connection, answer) = answered.map_err(failed)?;
        if idle.connections.len() < IDLE {
            idle.connections.push(connection);
        }
        answer.map_err(failed)
    }

    /// Where a file that is being made shows all there was.
    pub(super) fn whole_at(&self) -> Option<Position> {
        self.idle.lock().whole_at
    }

    /// How often the file was made anew.
    pub(super) fn generation(&self) -> u64 {
        self.idle.lock().generation
    }

    /// Another file is about to lie at the path. Nobody is answered from it before it has come so far.
    pub(super) fn renew(&self, whole_at: Position) {
        let mut idle = self.idle.lock();
        idle.generation += 1;
        idle.connections.clear();
        idle.whole_at = Some(whole_at);
    }

    /// The file shows everything up to a position.
    pub(super) fn reached(&self, position: Position) {
        let mut idle = self.idle.lock();
        if idle.whole_at.is_some_and(|it| it <= position) {
            idle.whole_at = None;
        }
    }
}
