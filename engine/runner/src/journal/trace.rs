//! What a call leaves in a run beside its answer: told again to a run that goes on.

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Layer;
use shipslog_events::ids::Handle;

/// One change of a run's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trace {
    /// A refusal was told.
    Denied {
        /// The layer that said no.
        layer: Layer,
        /// The rule by which it did, without sensitive values.
        rule: String,
    },
    /// The step was told that the outcome of a write is not known.
    OutcomeUnknown,
    /// The value of this handle was in hand: no text may show it from then on.
    Opened(Handle),
    /// A value was sealed under a new handle.
    Minted {
        /// The handle that opens to the value.
        handle: Handle,
        /// Where its value was found, so that the same value of the same place gets no second one.
        place: Vec<String>,
        /// Whether the value is the base64 of bytes that are no text.
        binary: bool,
    },
    /// So many random bytes were taken.
    Drawn(u32),
}
