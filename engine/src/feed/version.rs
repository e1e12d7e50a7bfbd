//! Which tag is newer.

use std::cmp::{Ordering, Reverse};

use regex::Regex;

/// So many of those that are passed over are told.
const TOLD: usize = 20;

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
    /// `2`, or a build's number, or a date such as `2024.11.01`: hardly the newest version where there are others.
    Build,
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

/// What is newest of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The tag.
    pub version: String,
    /// Tags that read as higher numbers and are of another kind, newest first: pre-releases, dates, build numbers.
    pub passed_over: Vec<String>,
}

/// The newest of tags that are in order, of one kind alone: by a pattern where there is one, else the semantic versions,
/// else the build numbers and dates. Never a pre-release, and nothing that is no version.
pub(super) fn newest(tags: &[String], pattern: Option<&Regex>) -> Option<Newest> {
    if let Some(pattern) = pattern {
        let fitting = tags.iter().filter(|it| pattern.is_match(it));
        let newest = fitting.max_by(|a, b| numbers(a).cmp(&numbers(b)).then_with(|| b.cmp(a)))?;
        return Some(Newest {
            version: newest.clone(),
            passed_over: Vec::new(),
        });
    }
    let first = tags.first()?;
    let chosen = parse(first)?;
    match kind(Some(&chosen)) {
        Kind::Release | Kind::Build => {}
        Kind::PreRelease | Kind::Other => return None,
    }
    let of_another_kind = |it: &&String| kind(parse(it).as_ref()) != kind(Some(&chosen));
    let higher = |it: &&String| parse(it).is_some_and(|it| it > chosen);
    Some(Newest {
        version: first.clone(),
        passed_over: tags
            .iter()
            .filter(of_another_kind)
            .filter(higher)
            .take(TOLD)
            .cloned()
            .collect(),
    })
}

/// All numbers of a tag, from left to right; longer ones than any machine's are the largest.
fn numbers(tag: &str) -> Vec<u128> {
    let digits = tag.split(|it: char| !it.is_ascii_digit());
    let digits = digits.filter(|it| !it.is_empty());
    digits.map(|it| it.parse().unwrap_or(u128::MAX)).collect()
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
        Some(Version { numbers, .. }) if numbers.len() == 1 || is_date(numbers) => Kind::Build,
        Some(_) => Kind::Release,
    }
}

/// A year and perhaps a month come first.
fn is_date(numbers: &[u64]) -> bool {
    matches!(numbers, [1970..=2199, 1..=12, ..])
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
            (&["20240101", "1.2.3", "1234567", "2024.11.01"], Some("1.2.3")),
            (&["2024.2.1", "2023.12.24"], Some("2024.2.1")),
            (&["17", "16"], Some("17")),
            (&["1.2.3_build5", "1.2.2"], Some("1.2.3_build5")),
            (&["2.0.0-rc.1", "latest"], None),
            (&["stable"], None),
            (&[], None),
        ] {
            let chosen = newest(&ordered(tags), None).map(|it| it.version);
            assert_eq!(chosen.as_deref(), expected, "{tags:?}");
        }
    }

    #[test]
    fn what_reads_as_higher_and_is_of_another_kind_is_passed_over_and_said() {
        let tags = [
            "1.0",
            "20241101",
            "0.9",
            "1.1.0-rc.1",
            "1.0.0-rc.1",
            "2024.11.01",
            "7e6fdab",
            "stable",
        ];
        let chosen = newest(&ordered(&tags), None).unwrap();
        assert_eq!(chosen.version, "1.0");
        assert_eq!(chosen.passed_over, ["20241101", "2024.11.01", "1.1.0-rc.1"]);
        let alone = newest(&ordered(&["17", "16"]), None).unwrap();
        assert_eq!(alone.passed_over, [""; 0]);
    }

    #[test]
    fn a_pattern_says_which_tags_are_versions_and_their_numbers_which_is_newest() {
        let tags = ordered(&[
            "1.0",
            "20241101.9",
            "20241101.10",
            "20231224.99",
            "x20250101.1",
            "release-7",
            "release-12",
        ]);
        for (pattern, expected) in [
            ("[0-9]{8}\\.[0-9]+", Some("20241101.10")),
            ("release-[0-9]+", Some("release-12")),
            ("v.*", None),
        ] {
            let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
            let chosen = newest(&tags, Some(&pattern)).map(|it| it.version);
            assert_eq!(chosen.as_deref(), expected, "{pattern}");
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
