//! Read models for queries, in a file of their own that can be rebuilt from the log at any time.
//!
//! Rows are temporal: valid from a position until another. The position reached is committed with the rows.

mod error;
mod queries;
mod readers;
mod rows;
mod schema;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use shipslog_events::ids::Position;
use shipslog_log::EventReader;
use tokio::sync::{mpsc, oneshot, watch};

use readers::{Failed, Readers};
use schema::{Found, Reached};
use writer::{Damage, Writer};

use crate::pauses::{Patience, Pauses};

pub use error::{Error, Trouble, TroubleAt};
pub use queries::{DeploymentFilter, EventFilter, EventRow};
pub use rows::{DeploymentView, DocumentView, KeyView, LaneView, ReleaseView};

/// The read models.
#[derive(Clone)]
pub struct Views {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Arc<Readers>,
    position: watch::Receiver<Position>,
    trouble: watch::Receiver<Option<Trouble>>,
    damaged_again: watch::Receiver<Option<Trouble>>,
    damages: mpsc::Sender<Damage>,
}

impl Views {
    /// Opens the views, or makes them anew where they are damaged, of another version or of another log, and follows
    /// the log from then on. What fails then is tried again, after these pauses.
    pub(crate) async fn open(path: &Path, log: Arc<dyn EventReader>, pauses: Pauses) -> Result<Self, Error> {
        let instance = log.instance().to_string();
        let (connection, reached) = match schema::existing(path) {
            Found::Fitting(connection, reached) if stands_in(&*log, &reached).await? => (connection, reached),
            Found::Nothing => schema::anew(path, &instance)?,
            Found::Fitting(..) => anew(path, &instance, "they are of another log")?,
            Found::Unfit(reason) => anew(path, &instance, &reason)?,
        };
        let readers = Arc::new(Readers::new(path.to_owned()));
        let (position_sender, position) = watch::channel(reached.position);
        let (trouble_sender, trouble) = watch::channel(None);
        let (damaged_sender, damaged_again) = watch::channel(None);
        let (damages, reported) = mpsc::channel(1);
        let writer = Writer {
            path: path.to_owned(),
            instance,
            connection: Some(connection),
            readers: Arc::clone(&readers),
            position: position_sender,
            trouble: trouble_sender,
            damaged_again: damaged_sender,
            damages: reported,
            patience: Patience::new(pauses),
            made_anew: false,
        };
        writer.start(log);
        let inner = Inner {
            readers,
            position,
            trouble,
            damaged_again,
            damages,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The position reached, and a wake-up whenever it moves.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.inner.position.clone()
    }

    /// What holds the views up right now, or is damaged in them, if anything is.
    pub fn trouble(&self) -> Option<Trouble> {
        if self.inner.position.has_changed().is_err() {
            return Some(Trouble::of(&ended()));
        }
        let holding = self.inner.trouble.borrow().clone();
        holding.or_else(|| self.inner.damaged_again.borrow().clone())
    }

    /// Waits until the views have reached a position, no longer than it may still come.
    pub async fn reach(&self, wanted: Position, patience: Duration) -> Result<(), Error> {
        let (mut position, mut trouble) = (self.position(), self.inner.trouble.clone());
        let come = async {
            tokio::select! {
                biased;
                reached = position.wait_for(|it| *it >= wanted) => Some(reached.is_ok()),
                _ = trouble.wait_for(|it| it.as_ref().is_some_and(|it| it.lasting)) => None,
            }
        };
        match tokio::time::timeout(patience, come).await {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false)) => Err(ended()),
            Ok(None) | Err(_) => Err(Error::Behind {
                wanted,
                reached: *self.inner.position.borrow(),
                trouble: self.trouble(),
            }),
        }
    }

    /// Runs a query on a read-only connection, off the async threads. Views that turn out to be damaged are made anew.
    async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let readers = Arc::clone(&self.inner.readers);
        let answered = tokio::task::spawn_blocking(move || readers.run(query));
        match answered
            .await
            .map_err(|error| Error::Stopped(error.to_string()))?
        {
            Ok(answer) => Ok(answer),
            Err(failed) if failed.error.is_damage() => Err(self.report(failed).await),
            Err(Failed {
                error: Error::InTheMaking,
                ..
            }) => Err(self.in_the_making()),
            Err(failed) => Err(failed.error),
        }
    }

    /// Views that are being made anew, and cannot get on, say why.
    fn in_the_making(&self) -> Error {
        match (self.inner.readers.whole_at(), self.trouble()) {
            (Some(wanted), trouble @ Some(_)) => Error::Behind {
                wanted,
                reached: *self.inner.position.borrow(),
                trouble,
            },
            _ => Error::InTheMaking,
        }
    }

    /// Has the writer make the views anew; answers what there is to say to whoever found them damaged.
    async fn report(&self, Failed { error, generation }: Failed) -> Error {
        let (heard, answer) = oneshot::channel();
        let damage = Damage {
            error,
            generation,
            heard,
        };
        if self.inner.damages.send(damage).await.is_err() {
            return ended();
        }
        answer.await.unwrap_or_else(|_| ended())
    }
}

fn ended() -> Error {
    Error::Stopped("their writer has ended; restart the server".to_owned())
}

/// An empty file in place of one that cannot be gone on with.
fn anew(path: &Path, instance: &str, reason: &str) -> Result<(Connection, Reached), Error> {
    tracing::warn!(reason, "the views are made anew from the log");
    schema::anew(path, instance)
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
