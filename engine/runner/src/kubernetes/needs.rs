//! Which rights a call needs. `check` of a step names exactly these.

use shipslog_cluster::Expectation;
use shipslog_domain::capability::{Request, Verb};

use super::object::Located;

/// Group and kind of what runs pods, and so is looked at through them.
const WORKLOADS: [(&str, &str); 5] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
];

/// Apply, and force where fields of others are to be taken.
pub(super) fn apply(object: &Located, force: bool) -> Vec<Request> {
    let mut requests = vec![object.request(Verb::Apply)];
    if force {
        requests.push(object.request(Verb::Force));
    }
    requests
}

/// Following an object until the expectation holds: reading it, and for health what the rule for its kind reads. The
/// endpoints of a Service are read from their slices, the Service itself is not.
pub(super) fn wait(expectation: &Expectation, object: &Located) -> Vec<Request> {
    let follow = [Verb::Get, Verb::List, Verb::Watch].map(|it| object.request(it));
    match expectation {
        Expectation::Gone(_) | Expectation::Condition(_) => follow.into(),
        Expectation::Healthy(_) => {
            let pods = is_workload(object).then(|| around(object, Verb::Watch, "", "Pod"));
            follow
                .into_iter()
                .chain(pods)
                .chain(surroundings(object))
                .collect()
        }
        Expectation::Endpoints(_) => [("discovery.k8s.io", "EndpointSlice"), ("", "Pod")]
            .into_iter()
            .flat_map(|(group, kind)| [Verb::List, Verb::Watch].map(|verb| around(object, verb, group, kind)))
            .collect(),
    }
}

/// Reading an object and what may say why it is as it is.
pub(super) fn explain(object: &Located) -> Vec<Request> {
    let mut requests = vec![object.request(Verb::Get)];
    requests.extend(surroundings(object));
    requests
}

/// Events, and for what runs pods also those, through the replica sets where it is a Deployment, and their logs.
fn surroundings(object: &Located) -> Vec<Request> {
    let mut requests = Vec::new();
    if is(object, ("apps", "Deployment")) {
        requests.push(around(object, Verb::List, "apps", "ReplicaSet"));
    }
    if is_workload(object) {
        requests.extend([around(object, Verb::List, "", "Pod"), logs_of_pods(object)]);
    }
    if is(object, ("", "Pod")) {
        requests.push(object.request(Verb::Logs));
    }
    if is_workload(object) || is(object, ("", "Pod")) {
        requests.push(around(object, Verb::List, "", "Event"));
    }
    requests
}

/// The cluster names pods after their workload, so the right may be as narrow as that.
fn logs_of_pods(object: &Located) -> Request {
    let name = Some(format!("{}-*", object.object.name));
    Request {
        name,
        ..around(object, Verb::Logs, "", "Pod")
    }
}

fn is(object: &Located, kind: (&str, &str)) -> bool {
    (object.object.group.as_str(), object.object.kind.as_str()) == kind
}

fn is_workload(object: &Located) -> bool {
    WORKLOADS.iter().any(|it| is(object, *it))
}

/// Every object of the kind in the object's namespace.
fn around(object: &Located, verb: Verb, group: &str, kind: &str) -> Request {
    Request {
        verb,
        group: group.to_owned(),
        kind: kind.to_owned(),
        name: None,
        ..object.request(verb)
    }
}
