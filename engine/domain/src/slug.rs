//! Slugs: names as label values, object names and parts of field managers.

use sha2::{Digest as _, Sha256};

/// The longest label value that Kubernetes takes.
const LONGEST: usize = 63;
/// What is kept of a longer one, before `-` and the hash.
const KEPT: usize = 54;

/// The slug of a name: lower case, `a-z0-9-`, at most 63 characters, never empty.
///
/// Two names may share a slug: whoever saves names refuses the second one.
pub fn slug(name: &str) -> String {
    let plain = hyphenated(name);
    if plain.is_empty() {
        return hash(name);
    }
    if plain.len() <= LONGEST {
        return plain;
    }
    format!("{}-{}", plain[..KEPT].trim_end_matches('-'), hash(name))
}

/// Runs of anything but letters and digits become one hyphen, none at the ends.
fn hyphenated(name: &str) -> String {
    name.to_lowercase()
        .split(|it: char| !it.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// Of the name as written, so that long names with one beginning stay apart.
fn hash(name: &str) -> String {
    hex::encode(&Sha256::digest(name.as_bytes())[..4])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_lower_case_words_joined_by_hyphens() {
        for (name, expected) in [
            ("Httpd", "httpd"),
            ("Deploy httpd", "deploy-httpd"),
            ("  Httpd -- Development! ", "httpd-development"),
            ("1.0.2", "1-0-2"),
            ("Größe", "gr-e"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }

    #[test]
    fn long_names_end_with_a_hash_of_the_whole() {
        let (one, other) = (
            slug(&format!("{}x", "a".repeat(80))),
            slug(&format!("{}y", "a".repeat(80))),
        );
        assert_eq!((one.len(), other.len()), (63, 63));
        assert_ne!(one, other);
        assert_eq!(slug(&"a".repeat(63)), "a".repeat(63));
    }

    #[test]
    fn a_name_without_any_usable_character_is_its_hash() {
        assert_eq!(slug("!!!").len(), 8);
        assert_ne!(slug("!!!"), slug("???"));
    }

    proptest! {
        #[test]
        fn every_slug_is_a_label_value(name in "\\PC{0,120}") {
            let slug = slug(&name);
            prop_assert!(!slug.is_empty() && slug.len() <= 63);
            prop_assert!(slug.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-'));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
        }
    }
}
