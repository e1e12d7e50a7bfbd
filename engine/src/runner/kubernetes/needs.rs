//! Which rights a call needs. `check` of a step names exactly these.

use super::object::Located;
use crate::cluster::Expectation;
use crate::domain::capability::{Request, Verb};

/// Group and kind of what runs pods, and so is looked at through them.
const WORKLOADS: [(&str, &str); 5] =
    [("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("batch", "Job")];

/// Apply, and force where fields of others are to be taken.
pub(super) fn apply(object: &Located, force: bool) -> Vec<Request> {
    let mut requests = vec![object.request(Verb::Apply)];
    if force {
        requests.push(object.request(Verb::Force));
    }
    requests
}

/// Following an object until the expectation holds: reading it, and for health what the rule for its kind reads.
pub(super) fn wait(expectation: &Expectation, object: &Located) -> Vec<Request> {
    let mut requests: Vec<Request> =
        [Verb::Get, Verb::List, Verb::Watch].into_iter().map(|it| object.request(it)).collect();
    match expectation {
        Expectation::Healthy(_) => {
            if is_workload(object) {
                requests.push(around(object, Verb::Watch, "", "Pod"));
            }
            requests.extend(surroundings(object));
        }
        Expectation::Endpoints(_) => requests.extend([
            around(object, Verb::List, "discovery.k8s.io", "EndpointSlice"),
            around(object, Verb::Watch, "discovery.k8s.io", "EndpointSlice"),
            around(object, Verb::List, "", "Pod"),
            around(object, Verb::Watch, "", "Pod"),
        ]),
        Expectation::Gone(_) | Expectation::Condition(_) => {}
    }
    requests
}

/// Reading an object and what may say why it is as it is.
pub(super) fn explain(object: &Located) -> Vec<Request> {
    let mut requests = vec![object.request(Verb::Get)];
    requests.extend(surroundings(object));
    requests
}

/// Events, and for what runs pods also those and their logs.
fn surroundings(object: &Located) -> Vec<Request> {
    let kind = (object.object.group.as_str(), object.object.kind.as_str());
    let mut requests = Vec::new();
    if kind == ("apps", "Deployment") {
        requests.push(around(object, Verb::List, "apps", "ReplicaSet"));
    }
    if is_workload(object) {
        requests.push(around(object, Verb::List, "", "Pod"));
        requests.push(around(object, Verb::Logs, "", "Pod"));
    }
    if kind == ("", "Pod") {
        requests.push(object.request(Verb::Logs));
    }
    if is_workload(object) || kind == ("", "Pod") {
        requests.push(around(object, Verb::List, "", "Event"));
    }
    requests
}

fn is_workload(object: &Located) -> bool {
    WORKLOADS.contains(&(object.object.group.as_str(), object.object.kind.as_str()))
}

/// Every object of the kind in the object's namespace.
fn around(object: &Located, verb: Verb, group: &str, kind: &str) -> Request {
    Request { verb, group: group.to_owned(), kind: kind.to_owned(), name: None, ..object.request(verb) }
}
