//! How long driver and views wait before they try something again.

use std::fmt::Display;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// The pauses of one engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    /// After the first failure of our own, such as a full disk.
    pub(crate) shortest: Duration,
    /// After many of them.
    pub(crate) longest: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(200),
            longest: Duration::from_secs(5),
        }
    }
}

impl Pauses {
    fn backoff(self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.shortest)
            .with_max_delay(self.longest)
            .without_max_times()
            .build()
    }
}

/// Tries again without end what we ourselves fail at: giving up would leave a lane held that nobody can open, or views
/// that never come.
pub(crate) struct Patience {
    pauses: Pauses,
    backoff: ExponentialBackoff,
}

impl Patience {
    pub(crate) fn new(pauses: Pauses) -> Self {
        Self {
            pauses,
            backoff: pauses.backoff(),
        }
    }

    /// It went well: the next failure is a first one.
    pub(crate) fn renew(&mut self) {
        self.backoff = self.pauses.backoff();
    }

    /// It failed: comes back when it is to be tried again.
    pub(crate) async fn pause(&mut self, what: impl Display, error: impl Display) {
        let pause = self.backoff.next().unwrap_or(self.pauses.longest);
        tracing::warn!(%error, ?pause, "{what} cannot go on; it is tried again");
        tokio::time::sleep(pause).await;
    }
}
