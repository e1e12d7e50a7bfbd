//! How long driver and views wait before they try something again.

use std::fmt::Display;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use shipslog_events::ids::AttemptNumber;

/// The pauses of one engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    /// After the first failure of our own, such as a full disk.
    pub(crate) shortest: Duration,
    /// After many of them.
    pub(crate) longest: Duration,
    /// Before a step is tried a second time, where it or its cluster could not say how it went.
    pub(crate) second_attempt: Duration,
    /// Before any later attempt, at the most.
    pub(crate) any_attempt: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            shortest: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            second_attempt: Duration::from_secs(1),
            any_attempt: Duration::from_secs(30),
        }
    }
}

impl Pauses {
    /// Before an attempt of this number: twice as long each time.
    pub(crate) fn before(self, attempt: AttemptNumber) -> Duration {
        match attempt.0.checked_sub(2) {
            None => Duration::ZERO,
            Some(doublings) => {
                let factor = 2_u32.saturating_pow(doublings);
                self.second_attempt.saturating_mul(factor).min(self.any_attempt)
            }
        }
    }

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
    told: Option<Told>,
}

/// What was told last of what fails.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    what: String,
    error: String,
}

impl Patience {
    pub(crate) fn new(pauses: Pauses) -> Self {
        Self {
            pauses,
            backoff: pauses.backoff(),
            told: None,
        }
    }

    /// It went well: the next failure is a first one.
    pub(crate) fn renew(&mut self) {
        self.backoff = self.pauses.backoff();
        if let Some(Told { what, .. }) = self.told.take() {
            // As loud as the failure was: whoever read of the one looks for the other.
            tracing::warn!("{what} goes on again");
        }
    }

    /// It failed: comes back when it is to be tried again. A disk that stays full is told of once.
    pub(crate) async fn pause(&mut self, what: impl Display, error: impl Display) {
        let pause = self.backoff.next().unwrap_or(self.pauses.longest);
        if self.is_news(&what, &error) {
            tracing::warn!(%error, "{what} cannot go on; it is tried again and again");
        } else {
            tracing::debug!(%error, ?pause, "{what} cannot go on yet");
        }
        tokio::time::sleep(pause).await;
    }

    fn is_news(&mut self, what: &impl Display, error: &impl Display) -> bool {
        let told = Some(Told {
            what: what.to_string(),
            error: error.to_string(),
        });
        let news = self.told != told;
        self.told = told;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_is_waited_for_twice_as_long_as_the_one_before_up_to_half_a_minute() {
        let pauses = Pauses::default();
        let seconds = [1, 2, 3, 4, 6, 7, 40].map(|it| pauses.before(AttemptNumber(it)).as_secs());
        assert_eq!(seconds, [0, 1, 2, 4, 16, 30, 30]);
    }

    #[test]
    fn what_fails_for_the_same_reason_is_told_of_once_until_it_goes_well() {
        let mut patience = Patience::new(Pauses::default());
        assert!(patience.is_news(&"it", &"the disk is full"));
        assert!(!patience.is_news(&"it", &"the disk is full"));
        assert!(patience.is_news(&"it", &"the disk is gone"));
        patience.renew();
        assert!(patience.is_news(&"it", &"the disk is gone"));
    }
}
