//! What each call of a step needs. A step's `check` names exactly these, and the host asks for exactly these.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::workload::{pods_of, runs_pods};
use crate::{Need, Verb};

/// Waiting is following: to read the object, and to hear when it changes.
const FOLLOW: [Verb; 3] = [Verb::Get, Verb::List, Verb::Watch];

/// What a call is about: one object, or all of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Empty for the core group.
    pub group: &'a str,
    /// As in `kind:`.
    pub kind: &'a str,
    /// Nothing means the target's own namespace, or none for cluster-scoped kinds.
    pub namespace: Option<&'a str>,
    /// Nothing for all of the kind there. May be a pattern.
    pub name: Option<&'a str>,
    /// Whether objects of the kind belong to no namespace, as far as it is known.
    pub cluster_scoped: bool,
}

impl Subject<'_> {
    /// Doing this to it.
    pub fn need(self, verb: Verb) -> Need {
        Need {
            verb,
            group: self.group.to_owned(),
            kind: self.kind.to_owned(),
            namespace: self.namespace.map(ToOwned::to_owned),
            name: self.name.map(ToOwned::to_owned),
            cluster_scoped: self.cluster_scoped,
        }
    }

    fn is(self, group: &str, kind: &str) -> bool {
        (self.group, self.kind) == (group, kind)
    }

    fn each<const N: usize>(self, verbs: [Verb; N]) -> Vec<Need> {
        verbs.map(|it| self.need(it)).into()
    }
}

/// Reading an object.
pub fn get<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    vec![object.into().need(Verb::Get)]
}

/// Reading all objects of a kind, selected or not.
pub fn list<'a>(all: impl Into<Subject<'a>>) -> Vec<Need> {
    vec![all.into().need(Verb::List)]
}

/// Applying an object, and by force where fields of others are to be taken.
pub fn apply<'a>(object: impl Into<Subject<'a>>, force: bool) -> Vec<Need> {
    let object = object.into();
    let force = force.then_some(Verb::Force);
    let verbs = [Verb::Apply].into_iter().chain(force);
    verbs.map(|it| object.need(it)).collect()
}

/// Asking what an apply would change: the API server tries it, so it is the same right.
pub fn diff<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    apply(object, false)
}

/// Patching an object.
pub fn patch<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    vec![object.into().need(Verb::Patch)]
}

/// Deleting an object.
pub fn delete<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    vec![object.into().need(Verb::Delete)]
}

/// Reading the log of a pod's container.
pub fn logs<'a>(pod: impl Into<Subject<'a>>) -> Vec<Need> {
    vec![pod.into().need(Verb::Logs)]
}

/// Waiting until an object is gone.
pub fn wait_gone<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    object.into().each(FOLLOW)
}

/// Waiting until a condition of an object's status is as said.
pub fn wait_condition<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    object.into().each(FOLLOW)
}

/// Waiting until an object is healthy: following it, and reading what its health is judged by and what says why it is
/// not there.
pub fn wait_healthy<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    let object = object.into();
    let mut needs = object.each(FOLLOW);
    needs.extend(surroundings(object, &[Verb::List, Verb::Watch]));
    needs
}

/// Waiting for the endpoints of a Service: they are read from their slices, the Service itself is not.
pub fn wait_endpoints<'a>(service: impl Into<Subject<'a>>) -> Vec<Need> {
    let service = service.into();
    [("discovery.k8s.io", "EndpointSlice"), ("", "Pod")]
        .into_iter()
        .flat_map(|(group, kind)| [Verb::List, Verb::Watch].map(|it| around(service, it, group, kind)))
        .collect()
}

/// Reading an object and what may say why it is as it is.
pub fn explain<'a>(object: impl Into<Subject<'a>>) -> Vec<Need> {
    let object = object.into();
    let mut needs = get(object);
    needs.extend(surroundings(object, &[Verb::List]));
    needs
}

/// Events, and for what runs pods also those, through the replica sets where it is a Deployment, and their logs.
fn surroundings(object: Subject<'_>, of_pods: &[Verb]) -> Vec<Need> {
    let (has_pods, is_pod) = (runs_pods(object.group, object.kind), object.is("", "Pod"));
    let mut needs = Vec::new();
    if object.is("apps", "Deployment") {
        needs.push(around(object, Verb::List, "apps", "ReplicaSet"));
    }
    if has_pods {
        needs.extend(of_pods.iter().map(|it| around(object, *it, "", "Pod")));
        needs.push(Need {
            name: object.name.map(pods_of),
            ..around(object, Verb::Logs, "", "Pod")
        });
    }
    if is_pod {
        needs.push(object.need(Verb::Logs));
    }
    if has_pods || is_pod {
        needs.push(around(object, Verb::List, "", "Event"));
    }
    needs
}

/// Every object of the kind in the subject's namespace.
fn around(subject: Subject<'_>, verb: Verb, group: &str, kind: &str) -> Need {
    Need {
        group: String::from(group),
        kind: String::from(kind),
        name: None,
        ..subject.need(verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object<'a>(group: &'a str, kind: &'a str) -> Subject<'a> {
        Subject {
            group,
            kind,
            namespace: Some("shop"),
            name: Some("web"),
            cluster_scoped: false,
        }
    }

    fn words(needs: &[Need]) -> Vec<String> {
        let words = needs.iter().map(ToString::to_string);
        words.map(|it| it.replace(" in the namespace shop", "")).collect()
    }

    #[test]
    fn a_deployment_is_looked_at_through_its_replica_sets_and_pods() {
        assert_eq!(
            words(&wait_healthy(object("apps", "Deployment"))),
            [
                "get on Deployment web (apps)",
                "list on Deployment web (apps)",
                "watch on Deployment web (apps)",
                "list on every ReplicaSet (apps)",
                "list on every Pod",
                "watch on every Pod",
                "logs on Pod web-*",
                "list on every Event",
            ]
        );
        assert_eq!(
            words(&explain(object("batch", "Job"))),
            [
                "get on Job web (batch)",
                "list on every Pod",
                "logs on Pod web-*",
                "list on every Event"
            ]
        );
    }

    #[test]
    fn a_pod_is_looked_at_itself_and_a_secret_only_followed() {
        let pod = words(&wait_healthy(object("", "Pod")));
        assert_eq!(pod[3..], ["logs on Pod web", "list on every Event"]);
        let secret = object("", "Secret");
        assert_eq!(wait_healthy(secret), wait_gone(secret));
    }

    #[test]
    fn force_is_a_need_of_its_own() {
        let page = object("", "ConfigMap");
        assert_eq!(
            words(&apply(page, true)),
            ["apply on ConfigMap web", "force on ConfigMap web"]
        );
        assert_eq!(diff(page), apply(page, false));
    }
}
