//! Which rights a call needs, for [`Step::check`](crate::Step::check): the host asks for exactly these.
//!
//! ```
//! use shipslog_step::Capability;
//! use shipslog_step::kubernetes::{ObjectReference, needs};
//!
//! let greeting = ObjectReference::new("v1", "ConfigMap", "greeting");
//! let rights = Capability::of(needs::get(&greeting).into_iter().chain(needs::apply(&greeting, false)));
//! assert_eq!(rights.len(), 1);
//! ```
//!
//! The name of an object may be a pattern here: then the rights are for whatever fits it.

pub use shipslog_rights::needs::*;

use super::{ObjectReference, Selection};

impl<'a> From<&'a ObjectReference> for Subject<'a> {
    fn from(object: &'a ObjectReference) -> Self {
        Self {
            group: &object.group,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: Some(&object.name),
            cluster_scoped: false,
        }
    }
}

impl<'a> From<&'a Selection> for Subject<'a> {
    fn from(selection: &'a Selection) -> Self {
        Self {
            group: &selection.group,
            kind: &selection.kind,
            namespace: selection.namespace.as_deref(),
            name: None,
            cluster_scoped: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Capability;

    #[test]
    fn a_deployment_is_looked_at_through_its_replica_sets_and_pods() {
        let web = ObjectReference::new("apps/v1", "Deployment", "web").in_namespace("shop");
        let needs = Capability::of(wait_healthy(&web));
        let kinds: Vec<_> = needs
            .iter()
            .map(|it| (it.kind.as_str(), it.name.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                ("Deployment", "web"),
                ("ReplicaSet", "*"),
                ("Pod", "*"),
                ("Pod", "web-*"),
                ("Event", "*")
            ]
        );
        assert!(needs.iter().all(|it| it.namespace.as_deref() == Some("shop")));
    }

    #[test]
    fn a_secret_is_only_followed() {
        let token = ObjectReference::new("v1", "Secret", "token");
        assert_eq!(Capability::of(wait_healthy(&token)).len(), 1);
    }
}
