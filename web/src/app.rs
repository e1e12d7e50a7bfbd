//! What every handler has at hand.

use std::time::Duration;

use shipslog_engine::Engine;
use shipslog_events::ids::{KeyId, Position};
use tokio::sync::watch;

use crate::problem::Problem;

/// How long a read waits for the position that it asks for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The state of all handlers.
#[derive(Clone)]
pub(crate) struct App {
    /// Does the work.
    pub(crate) engine: Engine,
    stopping: watch::Receiver<bool>,
    /// How long a read waits for the position that it asks for.
    pub(crate) patience: Duration,
}

impl App {
    /// An API that is never told to stop.
    pub(crate) fn new(engine: Engine) -> Self {
        Self::stopped_by(engine, watch::channel(false).1)
    }

    /// An API whose streams end when `stopping` turns true.
    pub(crate) fn stopped_by(engine: Engine, stopping: watch::Receiver<bool>) -> Self {
        Self {
            engine,
            stopping,
            patience: PATIENCE,
        }
    }

    /// Waits until reads show what was written up to a position, if one is asked for.
    pub(crate) async fn reach(&self, wanted: Option<u64>) -> Result<(), Problem> {
        match wanted {
            Some(wanted) => Ok(self.engine.views().reach(Position(wanted), self.patience).await?),
            None => Ok(()),
        }
    }

    /// For what is told from the log, which is nowhere behind: refuses a position that it does not have.
    pub(crate) fn has(&self, wanted: Option<u64>) -> Result<(), Problem> {
        let head = *self.engine.events().head().borrow();
        match wanted {
            Some(wanted) if Position(wanted) > head => Err(Problem::behind(format!(
                "the log has no position {wanted}; it is at {head}"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends when the server is asked to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let mut stopping = self.stopping.clone();
        async move {
            if stopping.wait_for(|it| *it).await.is_err() {
                // Nobody is left who could ask.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Ends when a key opens nothing any more, or when nobody can tell.
    pub(crate) fn revoked(&self, key: KeyId) -> impl Future<Output = ()> + use<> {
        let engine = self.engine.clone();
        let mut head = engine.events().head();
        async move {
            while matches!(engine.commands().opens(&key).await, Ok(true)) && head.changed().await.is_ok() {}
        }
    }
}
