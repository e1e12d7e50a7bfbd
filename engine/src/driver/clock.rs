//! Time as a run sees it: the machine's, but never earlier than what is recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use shipslog_runner::Now;

use crate::load::DeploymentHistory;

/// The driver is the shell: it may look at the clock.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// A clock that goes on from a moment and never back.
pub(super) struct Clock(AtomicI64);

impl Clock {
    /// A machine's clock may have been set back since the deployment's last event.
    pub(super) fn not_before(history: &DeploymentHistory) -> Self {
        let last = history
            .events
            .last()
            .map_or(0, |it| it.recorded_at.as_millisecond());
        Self(AtomicI64::new(last))
    }

    /// How long it is since a moment that was recorded.
    pub(super) fn since(&self, moment: Timestamp) -> Duration {
        let milliseconds = self.read(now()) - moment.as_millisecond();
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
    }

    pub(super) fn into_now(self) -> Now {
        Arc::new(move || self.read(now()).unsigned_abs())
    }

    /// Milliseconds since 1970.
    fn read(&self, machine: Timestamp) -> i64 {
        let machine = machine.as_millisecond();
        self.0.fetch_max(machine, Ordering::Relaxed).max(machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_stands_still_until_it_has_caught_up() {
        let clock = Clock(AtomicI64::new(5_000));
        let read = |at| clock.read(Timestamp::from_millisecond(at).unwrap());
        assert_eq!(
            [read(1_000), read(6_000), read(5_500), read(7_000)],
            [5_000, 6_000, 6_000, 7_000]
        );
    }
}
