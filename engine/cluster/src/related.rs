//! Which pods belong to a workload, and are of its newest revision.

use serde_json::Value;

use super::objects::{condition, is_owned_by, items, name, text, uid};

const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

/// The pods of the workload's newest revision. `strict` answers with none where the newest is not known for certain,
/// so that an old revision's troubles are never held against the new one.
pub(super) fn newest_pods<'a>(
    workload: &Value,
    replica_sets: &[&'a Value],
    pods: &[&'a Value],
    strict: bool,
) -> Vec<&'a Value> {
    let owner = match text(workload, "/kind") {
        "Deployment" => match newest_replica_set(workload, replica_sets, strict) {
            Some(found) => uid(found),
            None => return Vec::new(),
        },
        _ => uid(workload),
    };
    pods.iter()
        .filter(|it| is_owned_by(it, owner) && is_newest(workload, it))
        .copied()
        .collect()
}

/// The replica set with the revision that the Deployment says it has.
pub(super) fn newest_replica_set<'a>(
    deployment: &Value,
    replica_sets: &[&'a Value],
    strict: bool,
) -> Option<&'a Value> {
    let owned = || replica_sets.iter().filter(|it| is_owned_by(it, uid(deployment)));
    let revision = text(deployment, REVISION);
    let exact = owned().find(|it| !revision.is_empty() && text(it, REVISION) == revision);
    let latest = || owned().max_by_key(|it| text(it, REVISION).parse::<u64>().unwrap_or(0));
    exact.or_else(|| if strict { None } else { latest() }).copied()
}

fn is_newest(workload: &Value, pod: &Value) -> bool {
    let same = |wanted: &str, label: &str| wanted.is_empty() || text(pod, label) == wanted;
    match text(workload, "/kind") {
        "StatefulSet" => same(
            text(workload, "/status/updateRevision"),
            "/metadata/labels/controller-revision-hash",
        ),
        "DaemonSet" => same(
            text(
                workload,
                "/metadata/annotations/deprecated.daemonset.template.generation",
            ),
            "/metadata/labels/pod-template-generation",
        ),
        _ => true,
    }
}

/// The labels by which a workload finds its pods; empty where they cannot be said that way.
pub(super) fn selector(workload: &Value) -> String {
    if !items(workload, "/spec/selector/matchExpressions").is_empty() {
        return String::new();
    }
    let labels = workload
        .pointer("/spec/selector/matchLabels")
        .and_then(Value::as_object);
    let pairs = labels
        .into_iter()
        .flatten()
        .filter_map(|(key, it)| Some(format!("{key}={}", it.as_str()?)));
    pairs.collect::<Vec<_>>().join(",")
}

pub(super) fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|it| text(it, "/status") == "True")
}

/// The ready endpoints of a Service: names and UIDs of pods, or what else stands there.
pub(super) fn ready_endpoints<'a>(slices: impl Iterator<Item = &'a Value>) -> Vec<(&'a str, &'a str)> {
    let endpoints = slices.flat_map(|it| items(it, "/endpoints"));
    // Not said counts as ready, as the API has it.
    let ready = endpoints.filter(|it| {
        it.pointer("/conditions/ready")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    });
    let mut found: Vec<(&str, &str)> = ready
        .map(|it| match text(it, "/targetRef/kind") {
            "Pod" => (text(it, "/targetRef/name"), text(it, "/targetRef/uid")),
            _ => (text(it, "/addresses/0"), ""),
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What is wrong with a Service's ready endpoints, if they are to be exactly these pods, at least so many.
pub(super) fn endpoints_trouble(ready: &[(&str, &str)], pods: &[&Value], at_least: u32) -> Option<String> {
    let wanted = |it: &&(&str, &str)| pods.iter().any(|pod| name(pod) == it.0 && uid(pod) == it.1);
    let strangers: Vec<&str> = ready.iter().filter(|it| !wanted(it)).map(|it| it.0).collect();
    if !strangers.is_empty() {
        return Some(format!("traffic still goes to {}", strangers.join(", ")));
    }
    let count = ready.len();
    (count < at_least as usize).then(|| format!("{count} of {at_least} endpoints are ready"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn replica_set(uid: &str, revision: &str) -> Value {
        json!({"metadata": {"uid": uid, "ownerReferences": [{"uid": "d"}],
            "annotations": {"deployment.kubernetes.io/revision": revision}}})
    }

    fn pod(name: &str, owner: &str) -> Value {
        json!({"metadata": {"name": name, "uid": format!("uid-{name}"), "ownerReferences": [{"uid": owner}]}})
    }

    #[test]
    fn the_newest_revisions_pods_are_found_through_the_replica_set() {
        let deployment = |revision: &str| {
            json!({"kind": "Deployment", "metadata": {"uid": "d",
            "annotations": {"deployment.kubernetes.io/revision": revision}}})
        };
        let sets = [replica_set("a", "9"), replica_set("b", "10")];
        let pods = [pod("old", "a"), pod("new", "b")];
        let (sets, pods): (Vec<&Value>, Vec<&Value>) = (sets.iter().collect(), pods.iter().collect());
        let names = |revision: &str, strict: bool| -> Vec<&str> {
            newest_pods(&deployment(revision), &sets, &pods, strict)
                .into_iter()
                .map(name)
                .collect()
        };
        assert_eq!(names("9", true), ["old"]);
        assert_eq!(names("10", true), ["new"]);
        assert!(names("11", true).is_empty());
        assert_eq!(names("11", false), ["new"]);
    }

    #[test]
    fn a_stateful_sets_pods_are_those_of_its_update_revision() {
        let set =
            json!({"kind": "StatefulSet", "metadata": {"uid": "s"}, "status": {"updateRevision": "r2"}});
        let mut pods = [pod("a-0", "s"), pod("a-1", "s")];
        pods[0]["metadata"]["labels"]["controller-revision-hash"] = "r1".into();
        pods[1]["metadata"]["labels"]["controller-revision-hash"] = "r2".into();
        let pods: Vec<&Value> = pods.iter().collect();
        let names: Vec<&str> = newest_pods(&set, &[], &pods, true)
            .into_iter()
            .map(name)
            .collect();
        assert_eq!(names, ["a-1"]);
    }

    #[test]
    fn endpoints_have_to_be_exactly_the_wanted_pods() {
        let endpoint = |name: &str, ready: Value| {
            json!({"conditions": {"ready": ready},
            "targetRef": {"kind": "Pod", "name": name, "uid": format!("uid-{name}")}})
        };
        let slice = |list: Vec<Value>| json!({"endpoints": list});
        let pods = [pod("new", "b")];
        let pods: Vec<&Value> = pods.iter().collect();
        let trouble = |slices: &[Value]| endpoints_trouble(&ready_endpoints(slices.iter()), &pods, 1);
        let new = endpoint("new", json!(true));
        assert_eq!(trouble(&[slice(vec![new.clone()])]), None);
        // Both address families have the same pod.
        assert_eq!(
            trouble(&[slice(vec![new.clone()]), slice(vec![new.clone()])]),
            None
        );
        assert_eq!(
            trouble(&[slice(vec![new.clone(), endpoint("old", json!(false))])]),
            None
        );
        assert_eq!(trouble(&[]), Some("0 of 1 endpoints are ready".to_owned()));
        assert_eq!(
            trouble(&[slice(vec![new, endpoint("old", json!(true))])]),
            Some("traffic still goes to old".to_owned())
        );
        let by_hand = json!({"addresses": ["10.0.0.1"]});
        assert_eq!(
            trouble(&[slice(vec![by_hand])]),
            Some("traffic still goes to 10.0.0.1".to_owned())
        );
    }

    #[test]
    fn a_selector_is_said_in_labels_or_not_at_all() {
        let by_labels = json!({"spec": {"selector": {"matchLabels": {"a": "b", "c": "d"}}}});
        assert_eq!(selector(&by_labels), "a=b,c=d");
        let by_expressions =
            json!({"spec": {"selector": {"matchLabels": {"a": "b"}, "matchExpressions": [{}]}}});
        assert_eq!(selector(&by_expressions), "");
    }
}
