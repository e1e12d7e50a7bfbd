//! Blanks secret values, in the forms they travel in, out of text from outside.

mod forms;

use std::fmt;
use std::ops::Range;

use secrecy::{ExposeSecret as _, SecretString};

/// What stands where a value stood.
const BLANK: &str = "********";
/// Shorter values are blanked only where they stand alone: they occur by chance inside other words.
const SHORTEST: usize = 4;
/// Lines of a longer value that are blanked alone: logs show one line at a time.
const SHORTEST_LINE: usize = 12;

/// What a value needs after it to be told from a longer word.
const MARGIN: usize = 4;

/// Values that must not be seen.
#[derive(Default)]
pub struct Redactor {
    /// Blanked wherever they stand.
    anywhere: Vec<SecretString>,
    /// Blanked with the base64 around them, whose first and last characters hold bits of the value.
    base64: Vec<SecretString>,
    /// Blanked between other characters than letters and digits.
    alone: Vec<SecretString>,
}

impl Redactor {
    /// Blanks this value from now on, and its base64, hex, JSON and URL forms.
    pub fn add(&mut self, value: &SecretString) {
        let text = value.expose_secret().trim();
        match text.len() {
            0 => {}
            1..SHORTEST => keep(&mut self.alone, text.to_owned()),
            _ => self.add_forms(value.expose_secret(), text),
        }
    }

    /// The text without any of the values.
    pub fn redact(&self, text: &str) -> String {
        blank(text, self.hidden(text))
    }

    /// Whether a value that is too long to be there by chance stands in the text.
    pub fn shows(&self, text: &str) -> bool {
        let long = |it: &&SecretString| it.expose_secret().len() >= SHORTEST_LINE;
        let mut long = self.anywhere.iter().filter(long);
        long.any(|it| text.contains(it.expose_secret()))
    }

    /// As `redact`, of the first so many bytes: what follows them is not looked at, however long it is, and a value that
    /// begins among them is blanked.
    pub fn redact_start(&self, text: &str, bytes: usize) -> String {
        let all = [&self.anywhere, &self.base64, &self.alone].into_iter().flatten();
        let longest = all.map(|it| it.expose_secret().len()).max().unwrap_or(0);
        let window = &text[..text.floor_char_boundary(bytes.saturating_add(longest + MARGIN))];
        let end = window.floor_char_boundary(bytes);
        let hidden = self.hidden(window).into_iter().filter(|it| it.start < end);
        let hidden = hidden.map(|it| it.start..it.end.min(end)).collect();
        blank(&window[..end], hidden)
    }

    fn hidden(&self, text: &str) -> Vec<Range<usize>> {
        let mut hidden: Vec<Range<usize>> = Vec::new();
        for value in &self.anywhere {
            hidden.extend(occurrences(text, value.expose_secret()));
        }
        for value in &self.base64 {
            hidden.extend(occurrences(text, value.expose_secret()).map(|it| whole_base64(text, &it)));
        }
        for value in &self.alone {
            hidden.extend(occurrences(text, value.expose_secret()).filter(|it| stands_alone(text, it)));
        }
        merged(hidden)
    }

    fn add_forms(&mut self, whole: &str, trimmed: &str) {
        let lines = trimmed
            .lines()
            .map(str::trim)
            .filter(|it| it.len() >= SHORTEST_LINE && !is_armour(it));
        let lines: Vec<&str> = lines.filter(|it| *it != trimmed).collect();
        for text in [whole, trimmed].into_iter().chain(lines) {
            for form in forms::plain(text) {
                keep(&mut self.anywhere, form);
            }
            for form in forms::base64(text) {
                keep(&mut self.base64, form);
            }
        }
    }
}

/// The first and last line of a PEM file say nothing secret, and stand in harmless ones too.
fn is_armour(line: &str) -> bool {
    line.starts_with("-----")
}

fn keep(kept: &mut Vec<SecretString>, form: String) {
    let form = SecretString::from(form);
    if !kept.iter().any(|it| it.expose_secret() == form.expose_secret()) {
        kept.push(form);
    }
}

/// Overlapping ones too: of `aaaa` in `aaaaaa` nothing may remain.
fn occurrences<'a>(text: &'a str, value: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let step = value.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(value)?;
        from = start + step;
        Some(start..start + value.len())
    })
}

fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !before.into_iter().chain(after).any(char::is_alphanumeric)
}

fn whole_base64(text: &str, range: &Range<usize>) -> Range<usize> {
    let before = text[..range.start].trim_end_matches(forms::is_base64).len();
    let after = text[range.end..].trim_start_matches(forms::is_base64).len();
    before..text.len() - after
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|it| it.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => merged.push(range),
        }
    }
    merged
}

fn blank(text: &str, hidden: Vec<Range<usize>>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = 0;
    for range in hidden {
        shown.push_str(&text[rest..range.start]);
        shown.push_str(BLANK);
        rest = range.end;
    }
    shown.push_str(&text[rest..]);
    shown
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Redactor({} forms)",
            self.anywhere.len() + self.base64.len() + self.alone.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redactor(values: &[&str]) -> Redactor {
        let mut redactor = Redactor::default();
        for value in values {
            redactor.add(&SecretString::from(*value));
        }
        redactor
    }

    #[test]
    fn a_value_is_blanked_in_every_form_it_travels_in() {
        let redactor = redactor(&["pa ss\"wörd/1"]);
        for seen in [
            "pa ss\"wörd/1",
            "cGEgc3Mid8O2cmQvMQ==",
            "cGEgc3Mid8O2cmQvMQ",
            "70612073732277c3b672642f31",
            "70612073732277C3B672642F31",
            r#"pa ss\"wörd/1"#,
            r#"pa ss\"w\u00f6rd/1"#,
            "pa%20ss%22w%C3%B6rd%2F1",
            "pa%20ss%22w%c3%b6rd%2f1",
            "pa+ss%22w%C3%B6rd%2F1",
        ] {
            let shown = redactor.redact(&format!("before {seen} after"));
            assert!(
                shown.starts_with("before ********") && shown.ends_with(" after"),
                "{seen}: {shown}"
            );
        }
    }

    #[test]
    fn a_value_is_blanked_inside_base64_of_a_longer_text() {
        use base64::Engine as _;
        let redactor = redactor(&["correct horse battery"]);
        for user in ["a", "ab", "abc", "abcd"] {
            let header =
                base64::engine::general_purpose::STANDARD.encode(format!("{user}:correct horse battery!!"));
            assert_eq!(
                redactor.redact(&format!("Basic {header}\n")),
                "Basic ********\n",
                "{user}"
            );
        }
    }

    #[test]
    fn a_line_of_a_private_key_is_blanked_alone_and_its_armour_is_not() {
        let redactor =
            redactor(&["-----BEGIN KEY-----\nMC4CAQAwBQYDK2Vw\nBCIEIGl1Zm9vYmFy\n-----END KEY-----\n"]);
        assert_eq!(redactor.redact("error at BCIEIGl1Zm9vYmFy"), "error at ********");
        assert_eq!(
            redactor.redact("no -----BEGIN KEY----- found"),
            "no -----BEGIN KEY----- found"
        );
    }

    #[test]
    fn a_short_value_is_blanked_only_where_it_stands_alone() {
        let redactor = redactor(&["abc", "", "  "]);
        assert_eq!(
            redactor.redact("abc=abcd (abc) xabc"),
            "********=abcd (********) xabc"
        );
    }

    #[test]
    fn values_that_overlap_leave_nothing_of_each_other() {
        assert_eq!(
            redactor(&["abcdef", "defghi"]).redact("<abcdefghi>"),
            "<********>"
        );
        assert_eq!(redactor(&["aaaa"]).redact("<aaaaaa>"), "<********>");
    }

    #[test]
    fn a_redactor_does_not_print_what_it_hides() {
        assert!(!format!("{:?}", redactor(&["hunter2hunter2"])).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn no_value_survives(value in "[^*\\s]\\PC{2,20}[^*\\s]", before in "\\PC{0,9}", after in "\\PC{0,9}") {
            let shown = redactor(&[&value]).redact(&format!("{before}{value}{after}"));
            prop_assert!(!shown.contains(&value));
        }
    }
}
