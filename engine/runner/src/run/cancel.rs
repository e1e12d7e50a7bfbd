//! Asking a run to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Clones are the same request, made at that moment. It is never taken back.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<Option<Instant>>>);

impl Cancel {
    /// A request that nobody has made yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }

    /// Asks the run to stop. Asking again changes nothing.
    pub fn request(&self) {
        self.0.send_if_modified(|at| {
            let first = at.is_none();
            at.get_or_insert_with(Instant::now);
            first
        });
    }

    /// Whether somebody has asked.
    pub fn is_requested(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Comes back when somebody asks, or at once if somebody has.
    pub async fn requested(&self) {
        self.moment().await;
    }

    /// Comes back when somebody has asked for so long, however many sandboxes the run went through meanwhile.
    pub(crate) async fn requested_for(&self, grace: Duration) {
        sleep_until(self.moment().await + grace).await;
    }

    async fn moment(&self) -> Instant {
        let mut changes = self.0.subscribe();
        let moment = changes.wait_for(Option::is_some).await.ok().and_then(|it| *it);
        match moment {
            Some(moment) => moment,
            None => std::future::pending().await,
        }
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
