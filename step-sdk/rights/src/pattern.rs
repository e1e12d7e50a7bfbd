//! Patterns in which `*` stands for any text, the empty one included. Everything else is itself.

/// Fits any text.
pub const ANY: &str = "*";

/// Whether the text fits the pattern.
///
/// A `*` in the text is an ordinary character that only a `*` fits (no name of Kubernetes holds one). So the text may be
/// a pattern itself, and then the answer is whether everything that fits it also fits `pattern`.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty() && !text.contains('*');
    };
    let Some(middle) = rest.strip_suffix(last) else {
        return false;
    };
    !first.contains('*') && holds_in_order(middle, pieces)
}

/// The first place for each piece leaves the most room for those after it.
fn holds_in_order<'a>(text: &str, pieces: impl Iterator<Item = &'a str>) -> bool {
    let mut rest = text;
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, slowly.
    fn model(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|taken| model(rest, &text[taken..])),
            Some((own, rest)) => text
                .split_first()
                .is_some_and(|(head, tail)| head == own && *head != b'*' && model(rest, tail)),
        }
    }

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_is_special() {
        assert!(matches("*", "") && matches("*", "httpd") && matches("httpd-*", "httpd-deployments-7"));
        assert!(matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "acb") && !matches("ab*ba", "aba"));
        assert!(!matches("httpd", "httpd-2") && !matches("h.tpd", "httpd") && !matches("", "x"));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*]{0,6}", text in "[ab*]{0,8}") {
            prop_assert_eq!(matches(&pattern, &text), model(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn a_pattern_that_fits_another_means_that_all_its_texts_do(
            wide in "[ab*]{0,5}", narrow in "[ab*]{0,5}", filling in proptest::collection::vec("[abc]{0,2}", 6)
        ) {
            let mut filling = filling.into_iter();
            let text: String = narrow
                .chars()
                .map(|it| if it == '*' { filling.next().unwrap_or_default() } else { it.to_string() })
                .collect();
            prop_assert!(!matches(&wide, &narrow) || matches(&wide, &text));
        }
    }
}
