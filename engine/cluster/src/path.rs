//! Paths of the API. Every word of a path is checked before it becomes one: nothing can be said in a name but a name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Error, Kind};

const NAME_LIMIT: usize = 253;
const LABEL_LIMIT: usize = 63;

/// An object's name: RBAC's may hold colons, all others are DNS names.
pub fn name(at: &str, name: &str) -> Result<(), Error> {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._:@".contains(it);
    word(at, name, NAME_LIMIT, allowed)
}

pub fn namespace(at: &str, name: &str) -> Result<(), Error> {
    word(at, name, LABEL_LIMIT, |it| {
        it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-'
    })
}

/// Group, version and kind, before discovery is asked.
pub fn type_words(group: &str, version: &str, kind: &str) -> Result<(), Error> {
    group_word(group)?;
    word("apiVersion", version, LABEL_LIMIT, |it| {
        it.is_ascii_lowercase() || it.is_ascii_digit()
    })?;
    kind_word(kind)
}

/// A verb or a subresource, as the API server knows them: `create`, `log`; `*` is any.
pub fn lower_word(at: &str, text: &str) -> Result<(), Error> {
    word(at, text, LABEL_LIMIT, |it| {
        it.is_ascii_lowercase() || "-/*".contains(it)
    })
}

pub(super) fn group_word(group: &str) -> Result<(), Error> {
    let dns = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.".contains(it);
    if group.is_empty() {
        Ok(())
    } else {
        word("apiVersion", group, NAME_LIMIT, dns)
    }
}

pub(super) fn kind_word(kind: &str) -> Result<(), Error> {
    word("kind", kind, LABEL_LIMIT, |it| it.is_ascii_alphanumeric())
}

fn word(at: &str, text: &str, limit: usize, allowed: impl Fn(char) -> bool) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::invalid(at, "must not be empty"));
    }
    if text.len() > limit {
        return Err(Error::invalid(at, format!("is longer than {limit} characters")));
    }
    if !text.chars().all(allowed) || text.chars().all(|it| it == '.') {
        return Err(Error::invalid(
            at,
            format!("`{}` is not a name", text.escape_debug()),
        ));
    }
    Ok(())
}

/// The path of a group and version.
pub(super) fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() {
        format!("/api/{version}")
    } else {
        format!("/apis/{group}/{version}")
    }
}

/// The path of all objects of a kind, in a namespace or in all.
pub(super) fn collection(kind: &Kind, namespace: Option<&str>) -> String {
    let base = group_version(&kind.group, &kind.version);
    match namespace {
        Some(namespace) => format!("{base}/namespaces/{namespace}/{}", kind.plural),
        None => format!("{base}/{}", kind.plural),
    }
}

/// Adds a query; empty values are left out.
pub(super) fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, ESCAPED)))
        .collect();
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

/// Everything but RFC 3986's unreserved characters is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_are_no_names() {
        let long = "a".repeat(300);
        for trick in [
            "", ".", "..", "../x", "a/b", "%2e%2e", "a%2fb", "a?b", "a#b", "a b", "ä", "a\n", &long,
        ] {
            assert!(name("metadata.name", trick).is_err(), "{trick:?}");
            assert!(namespace("metadata.namespace", trick).is_err(), "{trick:?}");
        }
        for trick in ["pods/log", "Pod/../Secret", ""] {
            assert!(type_words("", "v1", trick).is_err(), "{trick:?}");
            assert!(type_words("", trick, "Pod").is_err(), "{trick:?}");
        }
        assert!(type_words("apps/../..", "v1", "Pod").is_err());
    }

    #[test]
    fn names_are_names() {
        for good in ["httpd", "httpd-deployments-840", "system:node", "a.b.c", "User"] {
            assert_eq!(name("metadata.name", good), Ok(()));
        }
        assert_eq!(type_words("apps", "v1", "Deployment"), Ok(()));
    }

    #[test]
    fn a_query_is_encoded() {
        assert_eq!(
            query("/x", &[("labelSelector", "a=b,c in (d)"), ("limit", "")]),
            "/x?labelSelector=a%3Db%2Cc%20in%20%28d%29"
        );
    }
}
