//! Which objects a right is about.

use crate::{Need, pattern};

/// Which objects a right is about. Groups and kinds are whole words or `*`; names and namespaces are patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objects<'a> {
    /// Empty for the core group, `*` for any.
    pub group: &'a str,
    /// As in `kind:`, `*` for any.
    pub kind: &'a str,
    /// A name in which `*` stands for any text; `*` alone is any name.
    pub name: &'a str,
    /// Nothing means the target's own namespace (or, for cluster-scoped kinds, none). `*` is any namespace.
    pub namespace: Option<&'a str>,
}

impl Objects<'_> {
    /// Whether all that is needed are objects of these, on a target whose own namespace is `own`.
    pub fn hold(self, need: &Need, own: Option<&str>) -> bool {
        self.speak_of(&need.group, &need.kind)
            && pattern::matches(self.name, need.name.as_deref().unwrap_or(pattern::ANY))
            && match (self.namespace, need.namespace.as_deref()) {
                (None, _) if need.cluster_scoped => true,
                (None, namespace) => namespace == own,
                (Some(pattern), Some(namespace)) if !need.cluster_scoped => {
                    pattern::matches(pattern, namespace)
                }
                (Some(pattern), _) => pattern::matches(pattern, pattern::ANY),
            }
    }

    /// Whether the others are among these on every target.
    pub fn include(self, others: Objects<'_>) -> bool {
        self.speak_of(others.group, others.kind)
            && pattern::matches(self.name, others.name)
            && match (self.namespace, others.namespace) {
                (None, None) => true,
                (None, Some(_)) => false,
                (Some(pattern), None) => pattern::matches(pattern, pattern::ANY),
                (Some(pattern), Some(namespace)) => pattern::matches(pattern, namespace),
            }
    }

    fn speak_of(self, group: &str, kind: &str) -> bool {
        let is_or_any = |own: &str, other: &str| own == pattern::ANY || own == other;
        is_or_any(self.group, group) && is_or_any(self.kind, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verb;

    const PODS: Objects<'_> = Objects {
        group: "",
        kind: "Pod",
        name: "web-*",
        namespace: None,
    };

    fn need(name: &str, namespace: Option<&str>) -> Need {
        Need {
            verb: Verb::Get,
            group: String::new(),
            kind: "Pod".to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            name: Some(name.to_owned()),
            cluster_scoped: false,
        }
    }

    #[test]
    fn without_a_namespace_the_targets_own_is_meant() {
        assert!(PODS.hold(&need("web-1", Some("dev")), Some("dev")));
        assert!(!PODS.hold(&need("web-1", Some("other")), Some("dev")));
        assert!(!PODS.hold(&need("shop-1", Some("dev")), Some("dev")));
        let anywhere = Objects {
            namespace: Some("*"),
            ..PODS
        };
        assert!(anywhere.hold(&need("web-1", Some("other")), Some("dev")));
        assert!(anywhere.include(PODS) && !PODS.include(anywhere));
    }

    #[test]
    fn all_of_a_kind_are_more_than_those_of_a_name() {
        let all = Need {
            name: None,
            ..need("", Some("dev"))
        };
        assert!(!PODS.hold(&all, Some("dev")));
        assert!(Objects { name: "*", ..PODS }.hold(&all, Some("dev")));
    }
}
