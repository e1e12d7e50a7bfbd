//! Time, recorded by the host: a replay sees the same. The standard library's own clock is not there in a step.

use std::time::{Duration, SystemTime};

use crate::{Failure, imports};

/// The time now.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(imports::clock::now())
}

/// Waits. Ends early when the deployment is cancelled.
pub fn sleep(duration: Duration) -> Result<(), Cancelled> {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    imports::clock::sleep(milliseconds).map_err(|()| Cancelled)
}

/// The deployment was cancelled while the step slept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl From<Cancelled> for Failure {
    fn from(_: Cancelled) -> Self {
        Self::errored("cancelled")
    }
}
