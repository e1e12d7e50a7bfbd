//! How long things may take and how large they may be.

use std::time::Duration;

/// The defaults suit real clusters; tests shorten them.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long one request may take, answer included. Watches have `watch_timeout` instead.
    pub request_timeout: Duration,
    /// The first pause before trying again; each next one is twice as long, with jitter.
    pub backoff_min: Duration,
    /// The longest pause.
    pub backoff_max: Duration,
    /// How long to go on trying.
    pub backoff_budget: Duration,
    /// How long a rule may take to arrive in RBAC before it counts as missing.
    pub access_patience: Duration,
    /// How often it is asked again meanwhile.
    pub access_interval: Duration,
    /// How long the server may keep one watch open before we resume it.
    pub watch_timeout: Duration,
    /// The largest answer taken, in bytes.
    pub answer_limit: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            backoff_min: Duration::from_millis(200),
            backoff_max: Duration::from_secs(5),
            backoff_budget: Duration::from_mins(1),
            access_patience: Duration::from_secs(10),
            access_interval: Duration::from_millis(500),
            watch_timeout: Duration::from_mins(4),
            answer_limit: 64 * 1024 * 1024,
        }
    }
}
