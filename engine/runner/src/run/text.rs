//! Texts that leave a run.

use serde_json::{Map, Value};

use super::vault::Vault;

/// The longest message that is kept, and the longest beside a step's name, in bytes.
const LONGEST: usize = 16 << 10;
const BRIEF: usize = 1 << 10;

/// The message without sensitive values, and not longer than people read.
pub(crate) fn readable(vault: &Vault, message: &str) -> String {
    bounded(vault, message, LONGEST)
}

/// The same for a line beside other things.
pub(crate) fn brief(vault: &Vault, message: &str) -> String {
    bounded(vault, message, BRIEF)
}

/// The value without sensitive values, in keys and texts.
pub(crate) fn blanked(vault: &Vault, value: Value) -> Value {
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

fn bounded(vault: &Vault, message: &str, longest: usize) -> String {
    let mut shown = harmless(&vault.redact_start(message, longest));
    if message.len() > longest {
        shown.push_str(" … (cut)");
    }
    shown
}

/// A text that a terminal only shows: no escape sequences, no lines that overwrite others, nothing that reads backwards.
/// Each such character becomes another one, for without it a value might stand there that was not blanked.
pub fn harmless(text: &str) -> String {
    let seen = |it: char| match it {
        '\n' | '\t' => it,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '?',
        it if it.is_control() => '?',
        it => it,
    };
    text.replace("\r\n", "\n").chars().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrecy::SecretString;

    use super::*;
    use crate::testing::{Sealed, handle};

    fn vault() -> Vault {
        let vault = Vault::new(Arc::new(Sealed::with([])), [], Arc::default());
        vault
            .hide(&handle(1), &SecretString::from("correct horse"))
            .unwrap();
        vault
    }

    #[test]
    fn a_terminal_is_not_told_to_do_anything() {
        let text = "\u{1b}[2J\u{1b}]0;x\u{7} one\r\ntwo\rthree\t\u{202e}four\u{9b}";
        assert_eq!(readable(&vault(), text), "?[2J?]0;x? one\ntwo?three\t?four?");
    }

    #[test]
    fn a_value_is_blanked_where_the_text_is_cut() {
        let vault = vault();
        for before in LONGEST - 20..LONGEST + 2 {
            let text = format!("{}correct horse and more", "x".repeat(before));
            let shown = readable(&vault, &text);
            assert!(!shown.contains("cor") && shown.len() < LONGEST + 30, "{before}");
        }
    }
}
