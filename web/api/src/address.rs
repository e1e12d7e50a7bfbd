//! Where something is in the API: the pattern that the server routes by, and the path that a client asks for, of one
//! text.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A path with `NAMES` names in braces, each of which stands for one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<const NAMES: usize>(&'static str);

impl<const NAMES: usize> Address<NAMES> {
    pub(crate) const fn new(pattern: &'static str) -> Self {
        assert!(names_in(pattern) == NAMES, "each name has its braces");
        Self(pattern)
    }

    /// With its names, as in `/api/v1/deployments/{id}`.
    pub const fn pattern(self) -> &'static str {
        self.0
    }

    /// With these in the place of its names, in their order, escaped where they must be.
    pub fn of(self, values: [&dyn Display; NAMES]) -> String {
        let mut path = String::new();
        let mut rest = self.0;
        for value in values {
            let (before, after) = rest.split_once('{').expect("there are as many names as values");
            path.push_str(before);
            path.extend(utf8_percent_encode(&value.to_string(), RESERVED));
            rest = after.split_once('}').expect("each brace is closed").1;
        }
        path + rest
    }
}

/// For whoever routes by it.
impl<const NAMES: usize> From<Address<NAMES>> for String {
    fn from(address: Address<NAMES>) -> Self {
        address.0.to_owned()
    }
}

/// The description of all others, in which it does not stand itself.
pub const OPENAPI: Address<0> = Address::new("/openapi.json");

/// All that must be escaped within a segment of a path.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(crate) const fn names_in(pattern: &str) -> usize {
    let bytes = pattern.as_bytes();
    let (mut at, mut names) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'{' {
            names += 1;
        }
        at += 1;
    }
    names
}

/// The addresses of a resource, each a constant, and the list of their patterns.
macro_rules! addresses {
    ($($(#[doc = $doc:literal])+ $name:ident = $pattern:literal;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: $crate::address::Address<{ $crate::address::names_in($pattern) }> =
                $crate::address::Address::new($pattern);
        )+

        pub(crate) const PATTERNS: &[&str] = &[$($name.pattern()),+];
    };
}

pub(crate) use addresses;

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: Address<1> = Address::new("/feeds/{feed}/tags");

    #[test]
    fn names_with_spaces_and_slashes_stay_one_segment() {
        assert_eq!(TAGS.of([&"Httpd access/1"]), "/feeds/Httpd%20access%2F1/tags");
        assert_eq!(TAGS.of([&"a-b.c_d~ü"]), "/feeds/a-b.c_d~%C3%BC/tags");
        assert_eq!(TAGS.of([&"{feed}"]), "/feeds/%7Bfeed%7D/tags");
    }

    #[test]
    fn values_stand_in_the_order_of_the_names() {
        let version: Address<2> = Address::new("/{project}/{version}");
        assert_eq!(version.of([&"Httpd", &"1.0.0"]), "/Httpd/1.0.0");
        assert_eq!(Address::<0>::new("/health").of([]), "/health");
    }
}
