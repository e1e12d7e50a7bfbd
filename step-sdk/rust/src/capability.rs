//! Capabilities: what a step may do to which objects. The host allows nothing that is not listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Read one object.
    Get,
    /// Read many.
    List,
    /// Follow changes, which waiting does.
    Watch,
    /// Server-side apply: patch and create at the API server.
    Apply,
    /// Any other patch.
    Patch,
    /// Delete one object.
    Delete,
    /// Read a container's log: get on `pods/log`.
    Logs,
    /// Take fields from other managers.
    Force,
    /// See the data of Secrets instead of handles.
    RevealSecrets,
}

/// Verbs on the objects of one kind whose names match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// At least one.
    pub verbs: BTreeSet<Verb>,
    /// Empty for the core group, `*` for any.
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// A name in which `*` stands for any text; `*` alone is any name.
    pub name: String,
    /// Nothing means the target's own namespace (or, for cluster-scoped kinds, none). `*` is any namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

impl Capability {
    /// Verbs on every object of a kind in the target's own namespace; [`named`](Self::named) and
    /// [`in_namespace`](Self::in_namespace) say which ones.
    pub fn new(verbs: impl IntoIterator<Item = Verb>, group: &str, kind: &str) -> Self {
        Self {
            verbs: verbs.into_iter().collect(),
            group: group.to_owned(),
            kind: kind.to_owned(),
            name: "*".to_owned(),
            namespace: None,
        }
    }

    /// The same rights, one capability for each kind, name and namespace, sorted: what [`check`](crate::Step::check)
    /// answers best.
    pub fn merged(capabilities: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut merged: BTreeMap<_, BTreeSet<Verb>> = BTreeMap::new();
        for it in capabilities {
            merged
                .entry((it.group, it.kind, it.namespace, it.name))
                .or_default()
                .extend(it.verbs);
        }
        let merged = merged.into_iter();
        merged
            .map(|((group, kind, namespace, name), verbs)| Self {
                verbs,
                group,
                kind,
                name,
                namespace,
            })
            .collect()
    }

    /// Only objects of this name, in which `*` stands for any text.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// In another namespace than the target's; `*` is any.
    #[must_use]
    pub fn in_namespace(self, namespace: impl Into<String>) -> Self {
        Self {
            namespace: Some(namespace.into()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rights_on_the_same_objects_become_one() {
        let on = |verb, name| Capability::new([verb], "", "Secret").named(name);
        let merged = Capability::merged([on(Verb::Watch, "b"), on(Verb::Get, "a"), on(Verb::Get, "b")]);
        let both = Capability::new([Verb::Get, Verb::Watch], "", "Secret").named("b");
        assert_eq!(merged, [on(Verb::Get, "a"), both]);
    }

    #[test]
    fn a_capability_reads_as_the_host_reads_it() {
        let capability = Capability::new([Verb::RevealSecrets, Verb::Get], "apps", "Deployment");
        assert_eq!(
            serde_json::to_value(&capability).unwrap(),
            json!({ "verbs": ["get", "reveal-secrets"], "group": "apps", "kind": "Deployment", "name": "*" })
        );
        let elsewhere = capability.named("httpd-*").in_namespace("web");
        assert_eq!(
            serde_json::to_value(&elsewhere).unwrap(),
            json!({ "verbs": ["get", "reveal-secrets"], "group": "apps", "kind": "Deployment", "name": "httpd-*",
                    "namespace": "web" })
        );
    }
}
