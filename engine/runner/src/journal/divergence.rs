//! A run that goes on does something else than it did: nothing of it can be trusted.

use super::{Call, Class, Entry};

/// The first call that differs. Nothing was sent for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the run cannot go on from its journal: call {index} was {expected} and is now {actual}; nothing was done for it. \
     Look at what the step has written so far, then deploy again"
)]
pub struct Diverged {
    /// The index of the call, counted from 0 over all calls of the run.
    pub index: u64,
    /// What the journal has there.
    pub expected: Made,
    /// What the step did.
    pub actual: Made,
}

/// A call as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made(String);

impl Made {
    pub(super) fn recorded(entry: &Entry) -> Self {
        Self::new(&entry.call, entry.arguments.as_ref().map(|it| it.get()))
    }

    pub(super) fn now(call: &Call, arguments: &str) -> Self {
        Self::new(call, Some(arguments))
    }

    /// The step came to its end.
    pub(super) fn nothing() -> Self {
        Self("the step's end".to_owned())
    }

    fn new(call: &Call, arguments: Option<&str>) -> Self {
        let digest = call.digest.get(..12).unwrap_or(&call.digest);
        let arguments = arguments.map(shortened).unwrap_or_default();
        let class = match call.class {
            Class::Local => "local",
            Class::Read => "read",
            Class::IdempotentWrite => "idempotent write",
            Class::GuardedWrite => "guarded write",
            Class::Suspending => "suspending",
            Class::Recorded => "recorded",
        };
        Self(format!(
            "{}{arguments} ({class}, arguments {digest})",
            call.function
        ))
    }
}

impl std::fmt::Display for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Enough to tell one call from another.
const SHOWN: usize = 200;

fn shortened(arguments: &str) -> String {
    let mut end = arguments.len().min(SHOWN);
    while !arguments.is_char_boundary(end) {
        end -= 1;
    }
    let more = if end < arguments.len() { "…" } else { "" };
    format!(" {}{more}", &arguments[..end])
}
