//! A few read-only connections, beside the thread that writes and never in its way.

use std::path::PathBuf;

use parking_lot::Mutex;
use rusqlite::Connection;

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
    connections: Vec<Connection>,
}

/// A query that failed, and in which file: one, two, three, as they were made.
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

    /// Runs a query. Blocks.
    pub(super) fn run<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Failed> {
        let (generation, idle) = {
            let mut idle = self.idle.lock();
            (idle.generation, idle.connections.pop())
        };
        let failed = |error| Failed { error, generation };
        let connection = idle
            .map_or_else(|| schema::reader(&self.path), Ok)
            .map_err(failed)?;
        let answer = query(&connection).map_err(failed)?;
        let mut idle = self.idle.lock();
        if idle.generation == generation && idle.connections.len() < IDLE {
            idle.connections.push(connection);
        }
        Ok(answer)
    }

    /// How often the file was made anew.
    pub(super) fn generation(&self) -> u64 {
        self.idle.lock().generation
    }

    /// Another file lies at the path.
    pub(super) fn renew(&self) {
        let mut idle = self.idle.lock();
        idle.generation += 1;
        idle.connections.clear();
    }
}
