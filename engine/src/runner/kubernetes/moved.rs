//! JSON Patch can copy and move: the data of a Secret must not get to where it is seen.

use serde_json::Value;

use super::stop::{Stop, invalid};

/// Refuses to take what may hold values (the data, annotations with a copy of it, the whole) to anywhere but the data.
pub(super) fn refuse(operation: &Value) -> Result<(), Stop> {
    let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
    if !["copy", "move"].contains(&text("op")) {
        return Ok(());
    }
    let (from, path) = (text("from"), text("path"));
    if from.starts_with("/metadata/labels/") || (from.starts_with("/data/") && path.starts_with("/data/")) {
        return Ok(());
    }
    Err(invalid(
        path,
        "in a Secret only keys within its data, and labels, are copied or moved; anything else would show what is secret",
    ))
}
