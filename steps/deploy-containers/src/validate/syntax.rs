//! What Kubernetes takes as a name, a label, a key, an amount.

use crate::names::LONGEST_BASE;

type Verdict = Result<(), String>;

fn verdict(holds: bool, message: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(message()) }
}

/// A name that gets a suffix.
pub(crate) fn base_name(name: &str) -> Verdict {
    dns_label(name)?;
    verdict(name.len() <= LONGEST_BASE, || {
        format!(
            "`{name}` has {} characters; at most {LONGEST_BASE} leave room for the deployment's number",
            name.len()
        )
    })
}

pub(crate) fn dns_label(name: &str) -> Verdict {
    verdict(is_dns_label(name), || {
        format!(
            "`{name}` is not a DNS label: 1 to 63 lower-case letters, digits and `-`, first and last no `-`"
        )
    })
}

pub(crate) fn service_name(name: &str) -> Verdict {
    dns_label(name)?;
    verdict(name.starts_with(|it: char| it.is_ascii_lowercase()), || {
        format!("`{name}` is not a Service's name: the first character has to be a letter")
    })
}

/// The name of an object that others made.
pub(crate) fn object_name(name: &str) -> Verdict {
    verdict(name.len() <= 253 && name.split('.').all(is_dns_label), || {
        format!("`{name}` is not the name of an object: DNS labels, joined by `.`")
    })
}

pub(crate) fn port_name(name: &str) -> Verdict {
    let letters = name.contains(|it: char| it.is_ascii_lowercase());
    verdict(
        is_dns_label(name) && name.len() <= 15 && !name.contains("--") && letters,
        || {
            format!(
                "`{name}` is not a port's name: 1 to 15 lower-case letters, digits and single `-`, a letter among them"
            )
        },
    )
}

pub(crate) fn env_name(name: &str) -> Verdict {
    let holds = !name.is_empty() && name.chars().all(|it| (' '..='~').contains(&it) && it != '=');
    verdict(holds, || {
        format!("`{name}` is not a variable's name: printable ASCII without `=`")
    })
}

/// A key of a ConfigMap or Secret.
pub(crate) fn data_key(key: &str) -> Verdict {
    let holds = (1..=253).contains(&key.len())
        && key
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
        && key != "."
        && !key.starts_with("..");
    verdict(holds, || {
        format!("`{key}` is not a key: 1 to 253 letters, digits, `-`, `_` and `.`")
    })
}

/// A label's or annotation's key.
pub(crate) fn qualified_key(key: &str) -> Verdict {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_holds = prefix.is_none_or(|it| it.len() <= 253 && it.split('.').all(is_dns_label));
    verdict(prefix_holds && is_qualified(name), || {
        format!(
            "`{key}` is not a key: up to 63 letters, digits, `-`, `_` and `.`, perhaps after a DNS name and `/`"
        )
    })
}

pub(crate) fn label_value(value: &str) -> Verdict {
    verdict(value.is_empty() || is_qualified(value), || {
        format!(
            "`{value}` is not a label's value: up to 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit"
        )
    })
}

/// A path below another, which cannot leave it.
pub(crate) fn relative_path(path: &str) -> Verdict {
    let holds = !path.is_empty() && !path.starts_with('/') && path.split('/').all(|it| it != "..");
    verdict(holds, || format!("`{path}` is not a relative path without `..`"))
}

/// A number of pods, or a share of them.
pub(crate) fn share(text: &str) -> Verdict {
    let percent = text.strip_suffix('%').and_then(|it| it.parse::<u32>().ok());
    verdict(percent.is_some(), || {
        format!("`{text}` is neither a number nor a percentage such as `25%`")
    })
}

/// As `500m`, `1.5`, `64Mi`, `1e3`.
pub(crate) fn quantity(text: &str) -> Verdict {
    const SUFFIXES: [&str; 15] = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi",
    ];
    let digits = text
        .find(|it: char| !it.is_ascii_digit() && it != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let exponent = suffix
        .strip_prefix(['e', 'E'])
        .is_some_and(|it| it.parse::<i16>().is_ok());
    let holds = number.parse::<f64>().is_ok() && (SUFFIXES.contains(&suffix) || suffix == "Ei" || exponent);
    verdict(holds, || {
        format!("`{text}` is not an amount such as `2`, `500m` or `64Mi`")
    })
}

fn is_dns_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_qualified(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
        && text.ends_with(|it: char| it.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_names_leave_room_for_the_suffix() {
        assert!(base_name(&"a".repeat(42)).is_ok());
        assert!(base_name(&"a".repeat(43)).unwrap_err().contains("43 characters"));
        for wrong in ["", "Httpd", "-a", "a-", "a.b", "a_b"] {
            assert!(base_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn port_names_are_those_of_iana() {
        assert!(port_name("web").is_ok() && port_name("http-2").is_ok());
        for wrong in ["", "80", "a--b", "sixteen-letters-", "WEB", "a234567890123456"] {
            assert!(port_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_those_of_kubernetes() {
        for right in ["0", "2", "0.5", "500m", "64Mi", "1e3", "1E", "2Ei", "1.0"] {
            assert!(quantity(right).is_ok(), "{right}");
        }
        for wrong in ["", "Mi", "1 Mi", "64MB", "1ee3", "-1", "1.2.3"] {
            assert!(quantity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_may_have_a_prefix_and_values_may_be_empty() {
        assert!(qualified_key("app").is_ok() && qualified_key("example.com/app").is_ok());
        assert!(qualified_key("a/b/c").is_err() && qualified_key("Example/app").is_err());
        assert!(label_value("").is_ok() && label_value("1.0.2").is_ok() && label_value("a b").is_err());
    }

    #[test]
    fn a_path_cannot_leave_its_volume() {
        assert!(relative_path("a/..b/c").is_ok());
        assert!(relative_path("../a").is_err() && relative_path("/a").is_err() && relative_path("").is_err());
    }
}
