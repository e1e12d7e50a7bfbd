//! What `cargo xtask` knew when the command was typed: these tasks may have had to be compiled first.

use std::time::{Duration, SystemTime};

/// When that was, in seconds since 1970.
const BEGUN: &str = "XTASK_BEGUN";
/// What had been built in this clone then.
const BUILT: &str = "XTASK_BUILT";

/// How long ago the command was typed; nothing where this program was started by itself.
pub(crate) fn since_typed() -> Duration {
    let begun = std::env::var(BEGUN).ok().and_then(|it| it.parse().ok());
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    begun.map_or(Duration::ZERO, |it| now.saturating_sub(Duration::from_secs(it)))
}

/// Whether nothing had been built in this clone.
pub(crate) fn had_built_nothing() -> bool {
    std::env::var(BUILT).as_deref() == Ok("nothing")
}
