//! Kinds, as Kubernetes writes them.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

/// Group and version of an `apiVersion`: `apps` and `v1` of `apps/v1`, nothing and `v1` of `v1`.
pub fn group_and_version(api_version: &str) -> (&str, &str) {
    api_version.rsplit_once('/').unwrap_or(("", api_version))
}

/// The `apiVersion` of group and version.
pub fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    }
}

/// Group and kind of Secrets.
pub const SECRET: (&str, &str) = ("", "Secret");

/// Whether objects of this kind are Secrets, whose data nobody may see. The version does not matter: what a later one has
/// is as secret. Another group's kind of that name is not Kubernetes' own, and a list is none, because nothing that is
/// read, written or answered is a list: each of its items says itself what it is.
pub fn is_secret(group: &str, kind: &str) -> bool {
    (group, kind) == SECRET
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_secret_in(version: &str, kind: &str) -> bool {
        is_secret(group_and_version(version).0, kind)
    }

    #[test]
    fn an_api_version_is_a_group_and_a_version() {
        for (whole, parts) in [
            ("v1", ("", "v1")),
            ("apps/v1", ("apps", "v1")),
            (
                "rbac.authorization.k8s.io/v1",
                ("rbac.authorization.k8s.io", "v1"),
            ),
        ] {
            assert_eq!(group_and_version(whole), parts);
            assert_eq!(api_version(parts.0, parts.1), whole);
        }
        assert_eq!(group_and_version(""), ("", ""));
        assert_eq!(
            group_and_version("/v1"),
            ("", "v1"),
            "the API server reads it so too"
        );
        assert_eq!(
            group_and_version("a/b/v1"),
            ("a/b", "v1"),
            "which no group is called"
        );
    }

    #[test]
    fn a_secret_is_one_however_its_version_is_written() {
        for version in ["v1", "/v1", "v2", "v1beta1", ""] {
            assert!(is_secret_in(version, "Secret"), "{version:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_secret_is_none() {
        for (version, kind) in [
            ("secrets.example.com/v1", "Secret"),
            ("core/v1", "Secret"),
            ("a//v1", "Secret"),
            ("v1", "secret"),
            ("v1", "secrets"),
            ("v1", "SecretList"),
            ("v1", "List"),
            ("v1", "ConfigMap"),
        ] {
            assert!(!is_secret_in(version, kind), "{kind} in {version}");
        }
    }
}
