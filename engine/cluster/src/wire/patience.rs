//! How long to go on trying, and the pauses between the tries.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use crate::Options;

/// What is left of the time for trying.
pub(crate) struct Patience {
    start: Instant,
    budget: Duration,
    pauses: Pauses,
}

impl Patience {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            start: Instant::now(),
            budget: options.backoff_budget,
            pauses: Pauses::new(options),
        }
    }

    /// The next pause, at least as long as asked; nothing once it would end after the budget.
    pub(crate) fn next_pause(&mut self, asked: Duration) -> Option<Duration> {
        let pause = self.pauses.next_pause().max(asked);
        (self.start.elapsed() + pause <= self.budget).then_some(pause)
    }
}

/// Pauses without an end, twice as long each time, with jitter.
pub(crate) struct Pauses {
    longest: Duration,
    backoff: ExponentialBackoff,
}

impl Pauses {
    pub(super) fn new(options: &Options) -> Self {
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(options.backoff_min)
            .with_max_delay(options.backoff_max)
            .without_max_times()
            .build();
        Self {
            longest: options.backoff_max,
            backoff,
        }
    }

    pub(crate) fn next_pause(&mut self) -> Duration {
        self.backoff.next().unwrap_or(self.longest)
    }
}
