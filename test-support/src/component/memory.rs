//! What lies in a step's memory before it runs: texts and answers, each at an address of its own.

use std::fmt::Write as _;

/// The first address; what the host and `run` write at fixed addresses lies before it.
pub(super) const BEGIN: usize = 1024;

const PAGE: usize = 1 << 16;

#[derive(Default)]
pub(super) struct Memory(Vec<u8>);

impl Memory {
    /// Keeps bytes and answers with their address.
    pub(super) fn place(&mut self, bytes: &[u8]) -> usize {
        let address = self.end();
        self.0.resize(address - BEGIN, 0);
        self.0.extend(bytes);
        address
    }

    /// The same for numbers of 32 bits, one after the other.
    pub(super) fn place_words(&mut self, words: &[usize]) -> usize {
        let word = |it: &usize| u32::try_from(*it).expect("memory has 32 bits").to_le_bytes();
        let bytes: Vec<u8> = words.iter().flat_map(word).collect();
        self.place(&bytes)
    }

    /// Keeps each text in quotes and puts its address and its length where it stands.
    pub(super) fn place_texts(&mut self, body: &str) -> String {
        let (mut placed, mut rest) = (String::new(), body);
        while let Some((before, after)) = rest.split_once('"') {
            let (text, behind) = unquoted(after);
            let (address, length) = (self.place(text.as_bytes()), text.len());
            write!(placed, "{before}(i32.const {address}) (i32.const {length})")
                .expect("writing to a string");
            rest = behind;
        }
        placed + rest
    }

    /// The first address of which nothing is taken.
    pub(super) fn end(&self) -> usize {
        BEGIN + self.0.len().next_multiple_of(8)
    }

    pub(super) fn pages(&self) -> usize {
        self.end().div_ceil(PAGE)
    }

    pub(super) fn escaped(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, it| {
            write!(text, "\\{it:02x}").expect("writing to a string");
            text
        })
    }
}

/// A text from behind its opening quote, as `{:?}` writes it, and what comes after the closing one.
fn unquoted(quoted: &str) -> (String, &str) {
    let (mut text, mut chars) = (String::new(), quoted.chars());
    while let Some(char) = chars.next() {
        match char {
            '"' => return (text, chars.as_str()),
            '\\' => match chars.next() {
                Some(escaped @ ('"' | '\\')) => text.push(escaped),
                Some('n') => text.push('\n'),
                other => panic!("no text of a step has the escape {other:?}: {quoted}"),
            },
            char => text.push(char),
        }
    }
    panic!("a text of a step has no end: {quoted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_a_body_becomes_its_address_and_its_length() {
        let mut memory = Memory::default();
        let placed = memory.place_texts(&format!(
            "(call $a {:?} {:?}) (call $b \"\")",
            "hello", "{\"a\":\n\\}"
        ));
        assert_eq!(
            placed,
            "(call $a (i32.const 1024) (i32.const 5) (i32.const 1032) (i32.const 8)) \
             (call $b (i32.const 1040) (i32.const 0))"
        );
        assert_eq!(memory.0, b"hello\0\0\0{\"a\":\n\\}");
    }
}
