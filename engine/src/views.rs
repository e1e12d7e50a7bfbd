//! Read models for queries, in a file of their own that can be rebuilt from the log at any time.
//!
//! Rows are temporal: valid from a position until another. The position reached is committed with the rows.

mod queries;
mod rows;
mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use shipslog_events::ids::Position;
use shipslog_log::EventReader;
use tokio::sync::watch;

use schema::Reached;

use crate::pauses::{Patience, Pauses};

pub use queries::{DeploymentFilter, EventFilter, EventRow};
pub use rows::{DeploymentView, DocumentView, KeyView, LaneView, ReleaseView};

/// How many idle read connections are kept.
const READERS: usize = 4;

/// The read models.
#[derive(Clone)]
pub struct Views {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    position: watch::Receiver<Position>,
    idle: std::sync::Mutex<Vec<Connection>>,
}

/// A query could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or written.
    #[error(
        "the views cannot be read ({0}); stop the server and delete `views.db`: it is rebuilt from the log"
    )]
    Store(#[from] rusqlite::Error),
    /// A row is not what this version writes.
    #[error(
        "a view's row cannot be read ({0}); stop the server and delete `views.db`: it is rebuilt from the log"
    )]
    Row(#[from] serde_json::Error),
    /// The position asked for has not been reached.
    #[error("position {wanted} has not been reached in time; the views are at {reached}")]
    Behind {
        /// What was asked for.
        wanted: Position,
        /// Where the views are.
        reached: Position,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] shipslog_log::ReadError),
    /// The log is closed, and with it the thread that writes them.
    #[error("the views are not kept up any more: {0}")]
    Stopped(String),
}

impl Views {
    /// Opens the views, or makes them anew where they are damaged, of another version or of another log, and follows
    /// the log from then on. What fails then is tried again, after these pauses.
    pub(crate) async fn open(path: &Path, log: Arc<dyn EventReader>, pauses: Pauses) -> Result<Self, Error> {
        let (connection, reached) = match schema::existing(path) {
            Some((connection, reached)) if stands_in(&*log, &reached).await? => (connection, reached),
            _ => schema::anew(path, &log.instance().to_string())?,
        };
        let (sender, position) = watch::channel(reached.position);
        writer::start(connection, log, sender, Patience::new(pauses));
        let inner = Inner {
            path: path.to_owned(),
            position,
            idle: std::sync::Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The position reached, and a wake-up whenever it moves.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.inner.position.clone()
    }

    /// Waits until the views have reached a position.
    pub async fn reach(&self, wanted: Position, patience: Duration) -> Result<(), Error> {
        let mut position = self.position();
        let reached = tokio::time::timeout(patience, position.wait_for(|it| *it >= wanted)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(Error::Stopped("their writer has ended".to_owned())),
            Err(_) => Err(Error::Behind {
                wanted,
                reached: *self.inner.position.borrow(),
            }),
        }
    }

    /// Runs a query on a read-only connection, off the async threads.
    async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        let answered = tokio::task::spawn_blocking(move || {
            let idle = inner
                .idle
                .lock()
                .expect("no reader panics while it holds the lock")
                .pop();
            let connection = idle.map_or_else(|| schema::reader(&inner.path), Ok)?;
            let answer = query(&connection);
            let mut idle = inner
                .idle
                .lock()
                .expect("no reader panics while it holds the lock");
            if idle.len() < READERS {
                idle.push(connection);
            }
            answer
        });
        answered
            .await
            .map_err(|error| Error::Stopped(error.to_string()))?
    }
}

/// Whether the log has the very event that the rows go up to.
async fn stands_in(log: &dyn EventReader, reached: &Reached) -> Result<bool, Error> {
    if reached.instance != log.instance().to_string() {
        return Ok(false);
    }
    let Some(before) = reached.position.0.checked_sub(1) else {
        return Ok(true);
    };
    let event = log.read(Position(before), 1).await?;
    Ok(event.first().is_some_and(|it| it.hash == reached.hash))
}

#[cfg(test)]
mod tests;
