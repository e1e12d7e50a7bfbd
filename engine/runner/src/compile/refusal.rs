//! Why a component that could be compiled cannot be started.

use wasmtime::Error;

use crate::component::Errored;
use crate::run::OverLimit;

/// A failure before anything ran.
pub(super) fn not_a_step(error: &Error) -> Errored {
    match error.downcast_ref::<OverLimit>() {
        Some(limit) => Errored(limit.to_string()),
        None => Errored(unusable(&error.root_cause().to_string())),
    }
}

/// Wasmtime has no types for these.
fn unusable(text: &str) -> String {
    let text = text.trim_end_matches(" in the pooling allocator");
    if text.contains("exceeds") {
        format!("the component needs more than a sandbox has: {text}")
    } else {
        format!("the component is not usable: {text}")
    }
}
