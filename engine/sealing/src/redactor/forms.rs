//! The forms a value travels in: as it is, base64, hex, JSON, URL.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Shorter pieces of base64 occur by chance.
const SHORTEST_PIECE: usize = 8;
/// How often JSON stands inside a JSON text: an object in the arguments of a call, and a document in its data.
const NESTED: usize = 4;

/// A value as it is, in hex, JSON and URLs.
pub(super) fn plain(value: &str) -> Vec<String> {
    let hex = hex::encode(value);
    let url = utf8_percent_encode(value, ESCAPED).to_string();
    let mut forms = vec![value.to_owned(), hex.to_uppercase(), hex];
    for mut nested in [json(value), ascii_json(value)] {
        for _ in 0..NESTED {
            let outer = json(&nested);
            forms.push(std::mem::replace(&mut nested, outer));
        }
    }
    forms.extend([url.replace("%20", "+"), lower_escapes(&url), url]);
    forms
}

/// What the base64 of a value, and of every longer text that holds it, must contain.
pub(super) fn base64(value: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        forms.push(alphabet.encode(value));
        forms.extend((0..3).filter_map(|offset| piece(&alphabet, value.as_bytes(), offset)));
    }
    forms
}

/// Whether a character may stand in base64 of either alphabet.
pub(super) fn is_base64(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/-_=".contains(character)
}

/// What of the base64 of any longer text with the value `offset` bytes into a group of three is the value's alone.
fn piece(alphabet: &impl base64::Engine, value: &[u8], offset: usize) -> Option<String> {
    let own = value.get((3 - offset) % 3..)?;
    let own = &own[..own.len() - own.len() % 3];
    let piece = alphabet.encode(own);
    (piece.len() >= SHORTEST_PIECE).then_some(piece)
}

fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As writers of JSON do that keep to ASCII.
fn ascii_json(value: &str) -> String {
    let mut units = [0; 2];
    json(value).chars().fold(String::new(), |mut text, it| {
        if it.is_ascii() {
            text.push(it);
        } else {
            for unit in it.encode_utf16(&mut units) {
                write!(text, "\\u{unit:04x}").expect("writing to a string");
            }
        }
        text
    })
}

/// Everything but RFC 3986's unreserved characters is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `%C3` as `%c3`.
fn lower_escapes(url: &str) -> String {
    let mut escaped = 0;
    url.chars()
        .map(|it| {
            escaped = if it == '%' { 4 } else { i32::max(escaped, 1) };
            escaped -= 1;
            if escaped > 0 { it.to_ascii_lowercase() } else { it }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_escapes_of_a_url_become_lower_case() {
        assert_eq!(lower_escapes("AB%C3%B6CD%2F1"), "AB%c3%b6CD%2f1");
    }

    #[test]
    fn a_piece_of_base64_stands_in_that_of_every_longer_text() {
        for offset in 0..3 {
            let piece = piece(&STANDARD_NO_PAD, b"correct horse", offset).unwrap();
            let longer = STANDARD_NO_PAD.encode(format!("{}correct horse!", "x".repeat(offset + 3)));
            assert!(longer.contains(&piece), "{offset}: {piece} in {longer}");
        }
    }
}
