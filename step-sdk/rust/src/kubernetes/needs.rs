//! Which rights a call needs, for [`Step::check`](crate::Step::check): the host asks for exactly these.

use super::ObjectReference;
use crate::{Capability, Verb};

/// Kinds that run pods, and are looked at through them.
const WORKLOADS: [(&str, &str); 5] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
];

/// Verbs on this very object.
pub fn on(object: &ObjectReference, verbs: impl IntoIterator<Item = Verb>) -> Capability {
    Capability {
        name: object.name.clone(),
        ..around(object, verbs, &object.group, &object.kind)
    }
}

/// Waiting until it is gone, or has a condition.
pub fn follow(object: &ObjectReference) -> Capability {
    on(object, [Verb::Get, Verb::List, Verb::Watch])
}

/// Waiting until it is healthy: following it, and reading what says why it is not.
pub fn healthy(object: &ObjectReference) -> Vec<Capability> {
    let is = |kind: (&str, &str)| kind == (object.group.as_str(), object.kind.as_str());
    let mut needs = vec![follow(object)];
    if is(("apps", "Deployment")) {
        needs.push(around(object, [Verb::List], "apps", "ReplicaSet"));
    }
    if WORKLOADS.into_iter().any(is) {
        needs.push(around(object, [Verb::List, Verb::Watch], "", "Pod"));
        needs.push(around(object, [Verb::Logs], "", "Pod").named(format!("{}-*", object.name)));
        needs.push(around(object, [Verb::List], "", "Event"));
    }
    if is(("", "Pod")) {
        needs.push(on(object, [Verb::Logs]));
        needs.push(around(object, [Verb::List], "", "Event"));
    }
    needs
}

/// Waiting for the endpoints of a Service.
pub fn endpoints(service: &ObjectReference) -> Vec<Capability> {
    let verbs = [Verb::List, Verb::Watch];
    vec![
        around(service, verbs, "discovery.k8s.io", "EndpointSlice"),
        around(service, verbs, "", "Pod"),
    ]
}

/// Every object of the kind in the object's namespace.
fn around(
    object: &ObjectReference,
    verbs: impl IntoIterator<Item = Verb>,
    group: &str,
    kind: &str,
) -> Capability {
    Capability {
        namespace: object.namespace.clone(),
        ..Capability::new(verbs, group, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_looked_at_through_its_replica_sets_and_pods() {
        let needs = healthy(&ObjectReference::new("apps/v1", "Deployment", "web").in_namespace("shop"));
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
        assert_eq!(healthy(&ObjectReference::new("v1", "Secret", "token")).len(), 1);
    }
}
