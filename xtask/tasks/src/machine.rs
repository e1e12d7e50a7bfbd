//! What the machine can do now. A verdict never depends on it: what is tried on a busy machine passes, only later.

mod memory;

use std::fs;
use std::thread;
use std::time::Duration;

pub use memory::free_memory;

/// How long anything may take whose time is not what is being looked at: long enough for a machine on which fifty others
/// want the processors, short enough to be told one day.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// How long one answer may take, at rest a matter of milliseconds, until nobody waits for it any more.
pub const ANSWER: Duration = Duration::from_mins(1);

/// [`PATIENCE`] as `kubectl` takes it.
pub fn patience() -> String {
    format!("{}s", PATIENCE.as_secs())
}

/// Processors of this machine.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How many programs wanted a processor over the last minute, on average; whole ones.
pub fn load() -> usize {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    average(&text).unwrap_or_default()
}

fn average(text: &str) -> Option<usize> {
    text.split('.').next()?.parse().ok()
}

/// A deadline that has to come, for it is what is being looked at: so long at rest, longer the more others want the
/// processors, so that what has to happen before it happens.
pub fn stretched(at_rest: Duration) -> Duration {
    by_load(at_rest, load(), cores())
}

fn by_load(at_rest: Duration, load: usize, cores: usize) -> Duration {
    let share = u32::try_from(load.div_ceil(cores)).unwrap_or(u32::MAX);
    at_rest.saturating_mul(share.max(1)).min(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_is_the_first_number() {
        assert_eq!(average("7.15 7.07 5.60 10/169 12514\n"), Some(7));
        assert_eq!(average(""), None);
    }

    #[test]
    fn a_deadline_grows_with_what_others_want() {
        let ten = Duration::from_secs(10);
        assert_eq!(by_load(ten, 0, 2), ten);
        assert_eq!(by_load(ten, 20, 2), Duration::from_secs(100));
        assert_eq!(by_load(ten, 5000, 2), PATIENCE);
    }
}
