//! Texts that leave a run.

use serde_json::{Map, Value};

use super::vault::Vault;

/// The longest message that is kept, in bytes.
const LONGEST: usize = 16 << 10;

/// The message without sensitive values, and not longer than people read.
pub(super) fn readable(vault: &Vault, message: &str) -> String {
    cut(vault.redact(message))
}

/// The value without sensitive values, in keys and texts.
pub(super) fn blanked(vault: &Vault, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(vault.redact(&text)),
        Value::Array(items) => items.into_iter().map(|it| blanked(vault, it)).collect(),
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(key, value)| (vault.redact(&key), blanked(vault, value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn cut(mut message: String) -> String {
    if message.len() > LONGEST {
        let mut end = LONGEST;
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        message.push_str(" … (cut)");
    }
    message
}
