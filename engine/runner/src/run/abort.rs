//! Places at which a test kills the server. Nothing of it happens unless `SHIPSLOG_ABORT_AT` is set.
//!
//! It is in every binary, so that what the tests kill is what users run.

use std::sync::OnceLock;

/// When, seen from the effect of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// It is about to happen. For a guarded write: that it is, is durable.
    Before,
    /// It has happened, and what came of it is not durable.
    After,
}

/// Ends the process at once, as a power cut would, if this is the place that was asked for.
pub(crate) fn at(index: u64, window: Window) {
    static PLACE: OnceLock<Option<(u64, Window)>> = OnceLock::new();
    let asked = || parse(&std::env::var("SHIPSLOG_ABORT_AT").ok()?);
    if *PLACE.get_or_init(asked) == Some((index, window)) {
        tracing::warn!(index, ?window, "aborting, as SHIPSLOG_ABORT_AT asks");
        std::process::abort();
    }
}

/// As `12:before`.
fn parse(text: &str) -> Option<(u64, Window)> {
    let (index, window) = text.split_once(':')?;
    let window = match window {
        "before" => Window::Before,
        "after" => Window::After,
        _ => return None,
    };
    Some((index.parse().ok()?, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_index_and_a_side() {
        assert_eq!(parse("12:before"), Some((12, Window::Before)));
        assert_eq!(parse("0:after"), Some((0, Window::After)));
        for wrong in ["", "12", "12:", "x:after", "12:during", "-1:after"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
