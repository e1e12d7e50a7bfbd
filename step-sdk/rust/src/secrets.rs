//! Composites of handles, without seeing what they stand for.

use crate::bindings::shipslog::step::secrets as wit;
use crate::imports;

/// How the finished text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Raw,
    /// Base64, standard alphabet with padding.
    Base64,
    /// As a JSON string, with its quotes.
    JsonString,
}

/// A new handle for the text with the values of the handles inside it put in, encoded.
pub fn format(text: impl AsRef<str>, encoding: Encoding) -> String {
    let encoding = match encoding {
        Encoding::Raw => wit::Encoding::Raw,
        Encoding::Base64 => wit::Encoding::Base64,
        Encoding::JsonString => wit::Encoding::JsonString,
    };
    imports::secrets::format(text.as_ref(), encoding)
}
