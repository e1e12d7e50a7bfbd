//! Sensitive values: they may end in the Secret only. The host refuses them elsewhere; here the path is known.

use serde_json::Value;

use super::Problems;
use crate::inputs::Inputs;

/// How the host's stand-ins for sensitive values begin.
const HANDLE: &str = "shipslog-handle-";

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    let mut inputs = serde_json::to_value(inputs).unwrap_or_default();
    if let Some(secret) = inputs.get_mut("secret").and_then(Value::as_object_mut) {
        secret.remove("stringData");
    }
    visit(&inputs, "", found);
}

fn visit(value: &Value, path: &str, found: &mut Problems) {
    match value {
        Value::String(text) if text.contains(HANDLE) => found.add(
            path,
            "a sensitive value may only stand in `secret.stringData`; refer to it from there, as with `secretKeyRef`",
        ),
        Value::Object(fields) => {
            for (key, it) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                visit(it, &path, found);
            }
        }
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                visit(it, &format!("{path}[{index}]"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
