//! Which tag is newer.

use std::cmp::{Ordering, Reverse};

/// A tag that says nothing about which version it is.
const LATEST: &str = "latest";

/// A tag read as a version: one to four numbers, then perhaps a pre-release. `v` before it is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version<'a> {
    numbers: Vec<u64>,
    pre_release: Option<&'a str>,
}

/// What a tag is worth: the first ones are offered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// `2.4.71`.
    Release,
    /// `2`, or a build's number, a date, a commit: hardly the newest version where there are others.
    LoneNumber,
    /// `2.4.71-alpine`.
    PreRelease,
    /// `stable`.
    Other,
}

/// The tags in the order in which they are offered, without `latest`, each once.
pub fn newest_first(mut tags: Vec<String>) -> Vec<String> {
    tags.retain(|it| it != LATEST);
    tags.sort_by(|a, b| order(a, b));
    tags.dedup();
    tags
}

/// The newest of tags that are in order, unless it is a pre-release or no version.
pub(super) fn newest(tags: &[String]) -> Option<&str> {
    let first = tags.first()?;
    match kind(parse(first).as_ref()) {
        Kind::Release | Kind::LoneNumber => Some(first),
        Kind::PreRelease | Kind::Other => None,
    }
}

fn order(a: &str, b: &str) -> Ordering {
    let (one, other) = (parse(a), parse(b));
    let kinds = kind(one.as_ref()).cmp(&kind(other.as_ref()));
    kinds
        .then_with(|| Reverse(one).cmp(&Reverse(other)))
        .then_with(|| a.cmp(b))
}

fn kind(version: Option<&Version<'_>>) -> Kind {
    match version {
        None => Kind::Other,
        Some(Version {
            pre_release: Some(_), ..
        }) => Kind::PreRelease,
        Some(Version { numbers, .. }) if numbers.len() == 1 => Kind::LoneNumber,
        Some(_) => Kind::Release,
    }
}

fn parse(tag: &str) -> Option<Version<'_>> {
    let mut rest = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let mut numbers = Vec::new();
    while numbers.len() < 4 {
        let after_dot = if numbers.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('.')
        };
        let Some((number, remaining)) = after_dot.and_then(leading_number) else {
            break;
        };
        numbers.push(number);
        rest = remaining;
    }
    let pre_release = match (numbers.len(), rest.chars().next()) {
        (0, _) => return None,
        (_, None) => None,
        (_, Some('-')) => Some(&rest[1..]),
        // As in `19.0.0.Final` and `3.13.0rc1`; `7e6fdab` is a commit.
        (2.., Some('.')) => Some(&rest[1..]).filter(|it| it.starts_with(|it: char| it.is_ascii_alphabetic())),
        (2.., Some(it)) if it.is_ascii_alphabetic() => Some(rest),
        // Tags cannot hold the `+` of build metadata; `_` is what Helm writes for it.
        (_, Some('_')) => {
            return Some(Version {
                numbers,
                pre_release: None,
            });
        }
        (_, Some(_)) => return None,
    };
    match pre_release {
        None if !rest.is_empty() => None,
        Some("") => None,
        pre_release => Some(Version { numbers, pre_release }),
    }
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |version: &Self, at: usize| version.numbers.get(at).copied().unwrap_or_default();
        (0..4)
            .map(|at| number(self, at).cmp(&number(other, at)))
            .find(|it| it.is_ne())
            .unwrap_or_else(|| pre_releases(self.pre_release, other.pre_release))
            .then_with(|| self.numbers.len().cmp(&other.numbers.len()))
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// None is newest; else part by part, numbers below words, as semantic versions have it.
fn pre_releases(one: Option<&str>, other: Option<&str>) -> Ordering {
    let parts = |text: &str| -> Vec<Result<u64, String>> {
        text.split(['.', '-'])
            .map(|it| it.parse().map_err(|_| it.to_owned()))
            .collect()
    };
    match (one, other) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => parts(one).cmp(&parts(other)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ordered(tags: &[&str]) -> Vec<String> {
        newest_first(tags.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn versions_come_newest_first_then_pre_releases_then_the_rest() {
        let mixed = [
            "latest",
            "2",
            "2.4.9",
            "stable",
            "2.4.71.1",
            "2.4",
            "2.4.71-alpine",
            "v2.5.0",
            "2.4.71",
            "alpine",
            "2.4.71",
            "2.4.100",
            "7e6fdab",
        ];
        let expected = [
            "v2.5.0",
            "2.4.100",
            "2.4.71.1",
            "2.4.71",
            "2.4.9",
            "2.4",
            "2",
            "2.4.71-alpine",
            "7e6fdab",
            "alpine",
            "stable",
        ];
        assert_eq!(ordered(&mixed), expected);
    }

    #[test]
    fn pre_releases_are_ordered_part_by_part() {
        let expected = [
            "1.1.0-alpha",
            "1.0.0-rc.10",
            "1.0.0-rc.2",
            "1.0.0-beta",
            "1.0.0-2",
            "1.0.0-1",
        ];
        let mut mixed = expected;
        mixed.reverse();
        assert_eq!(ordered(&mixed), expected);
    }

    #[test]
    fn the_newest_is_no_pre_release_and_no_word() {
        for (tags, expected) in [
            (
                &["1.0.0", "2.0.0-rc.1", "3.13.0rc1", "19.0.0.Final"][..],
                Some("1.0.0"),
            ),
            (&["20240101", "1.2.3", "1234567"], Some("1.2.3")),
            (&["17", "16"], Some("17")),
            (&["1.2.3_build5", "1.2.2"], Some("1.2.3_build5")),
            (&["2.0.0-rc.1", "latest"], None),
            (&["stable"], None),
            (&[], None),
        ] {
            assert_eq!(newest(&ordered(tags)), expected, "{tags:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_version_is_none() {
        for tag in [
            "1.2.",
            "1..2",
            "v",
            "1.2.3.4.5",
            "1-",
            "99999999999999999999999.1",
            "1.2.3~x",
            ".1",
        ] {
            assert_eq!(parse(tag), None, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn the_order_does_not_hang_on_the_order_given(
            tags in proptest::collection::vec("v?[0-9]{0,2}(\\.[0-9]{1,2}){0,4}[-._a-c0-9]{0,4}", 0..12)
        ) {
            let sorted = newest_first(tags.clone());
            prop_assert_eq!(newest_first(tags.into_iter().rev().collect()), sorted.clone());
            for (at, one) in sorted.iter().enumerate() {
                for other in &sorted[at + 1..] {
                    prop_assert_eq!(order(one, other), Ordering::Less, "{} {}", one, other);
                }
            }
        }
    }
}
