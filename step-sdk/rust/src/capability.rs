//! Capabilities: what a step may do to which objects. The host allows nothing that is not listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use shipslog_rights::{Objects, pattern};

pub use shipslog_rights::{Need, Verb};

/// Verbs on the objects of one kind whose names match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Capability {
    /// What may be done to them; at least one verb.
    #[serde(serialize_with = "names")]
    pub verbs: BTreeSet<Verb>,
    /// Empty for the core group, `*` for any.
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// A name in which `*` stands for any text; `*` alone is any name.
    pub name: String,
    /// Nothing means the target's own namespace (or, for cluster-scoped kinds, none). `*` is any namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
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
            name: pattern::ANY.to_owned(),
            namespace: None,
        }
    }

    /// The rights that calls need, as [`needs`](crate::kubernetes::needs) says it: one capability for each kind, name and
    /// namespace, in the order in which they are first needed.
    pub fn of(needs: impl IntoIterator<Item = Need>) -> Vec<Self> {
        let mut rights: Vec<Self> = Vec::new();
        for need in needs {
            let right = Self::from(need);
            match rights.iter_mut().find(|it| it.objects() == right.objects()) {
                Some(same) => same.verbs.extend(right.verbs),
                None => rights.push(right),
            }
        }
        rights
    }

    /// The same rights, one capability for each kind, name and namespace, sorted: what [`check`](crate::Step::check)
    /// answers best where many objects are written.
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

    /// Which objects it is about.
    pub(crate) fn objects(&self) -> Objects<'_> {
        Objects {
            group: &self.group,
            kind: &self.kind,
            name: &self.name,
            namespace: self.namespace.as_deref(),
        }
    }
}

impl From<Need> for Capability {
    fn from(need: Need) -> Self {
        Self {
            verbs: BTreeSet::from([need.verb]),
            group: need.group,
            kind: need.kind,
            name: need.name.unwrap_or_else(|| pattern::ANY.to_owned()),
            namespace: need.namespace,
        }
    }
}

fn names<S: Serializer>(verbs: &BTreeSet<Verb>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(verbs.iter().map(|it| it.name()))
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
