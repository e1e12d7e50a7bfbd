//! Handles: what stands for a sealed value, alone or inside a longer text.

use shipslog_events::ids::Handle;

/// What every handle begins with.
const PREFIX: &str = "shipslog-handle-";
/// Characters after the prefix: 5 bits each, hence 260 bits.
const LENGTH: usize = 52;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A handle from random bytes, of which each gives five bits.
pub(super) fn from_random(bytes: &[u8; LENGTH]) -> Handle {
    let random = bytes.iter().map(|it| char::from(ALPHABET[usize::from(it % 32)]));
    Handle::new(PREFIX.chars().chain(random).collect::<String>())
}

/// The handles in a text, in order, each once.
pub fn find_handles(text: &str) -> Vec<Handle> {
    let mut found = Vec::new();
    for (_, handle) in occurrences(text) {
        let handle = Handle::from(handle);
        if !found.contains(&handle) {
            found.push(handle);
        }
    }
    found
}

/// The text with every handle replaced by what `value` answers; a handle without an answer stays.
pub fn replace_handles(text: &str, value: impl Fn(&Handle) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, handle) in occurrences(text) {
        replaced.push_str(&text[rest..at]);
        replaced.push_str(value(&Handle::from(handle)).as_deref().unwrap_or(handle));
        rest = at + handle.len();
    }
    replaced.push_str(&text[rest..]);
    replaced
}

/// A handle has a fixed length, so what follows it may be any character.
fn occurrences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(PREFIX).filter_map(|(at, _)| {
        let handle = text.get(at..at + PREFIX.len() + LENGTH)?;
        let random = &handle.as_bytes()[PREFIX.len()..];
        random
            .iter()
            .all(|it| ALPHABET.contains(it))
            .then_some((at, handle))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn handle(of: u8) -> Handle {
        from_random(&[of; LENGTH])
    }

    #[test]
    fn handles_are_found_inside_longer_texts_each_once() {
        let (one, other) = (handle(0), handle(1));
        let text = format!(
            "x{one}{other}y {one} shipslog-handle-short {}",
            &other.as_str()[..60]
        );
        assert_eq!(find_handles(&text), [one, other]);
    }

    #[test]
    fn known_handles_are_replaced_and_unknown_ones_stay() {
        let (one, other) = (handle(0), handle(1));
        let replaced = replace_handles(&format!("a {one}b{other}"), |it| {
            (*it == one).then(|| "ONE".to_owned())
        });
        assert_eq!(replaced, format!("a ONEb{other}"));
    }

    proptest! {
        #[test]
        fn any_random_bytes_make_a_handle_that_is_found(bytes in proptest::array::uniform::<_, LENGTH>(0u8..)) {
            let handle = from_random(&bytes);
            prop_assert_eq!(find_handles(&format!("é{handle}é")), [handle]);
        }

        #[test]
        fn text_without_handles_is_left_alone(text in "\\PC{0,80}") {
            prop_assert_eq!(replace_handles(&text, |_| None), text);
        }
    }
}
