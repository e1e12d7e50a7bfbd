//! Between the contract's words and the SDK's.
//!
//! The bindings make types of their own from the contract's WIT. The SDK's stand beside them, because a generated type can
//! have no documentation, no `Display` and no JSON in it.

use serde_json::Value;

pub(super) use crate::bindings::shipslog::step::kubernetes as wit;
pub(super) use crate::bindings::shipslog::step::types as object;

/// The host's JSON. That it is none would be the host's mistake, and says so.
pub(super) fn json(text: &str) -> Result<Value, wit::Error> {
    serde_json::from_str(text).map_err(|error| {
        wit::Error::Other((
            "not-json".to_owned(),
            format!("the host's answer is no JSON: {error}"),
        ))
    })
}
