//! What a run left in the cluster, without what the cluster and the server choose anew each time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::words::Words;

/// Kinds that the steps write, and those that the cluster makes of them.
pub(crate) const KINDS: &str = "deployments,replicasets,pods,configmaps,secrets,services,serviceaccounts,roles,rolebindings,\
                                resourcequotas,limitranges";

/// In every namespace from its beginning, whoever made it.
const THE_CLUSTERS_OWN: [(&str, &str); 2] =
    [("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];

/// What the cluster writes about an object.
const BOOKKEEPING: [&str; 5] = [
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "managedFields",
    "selfLink",
];

/// When a step did something.
const MOMENTS: [&str; 1] = ["shipslog.dev/draining-since"];

/// Addresses and places that the cluster gives out.
const GIVEN: [&str; 4] = ["clusterIP", "clusterIPs", "nodeName", "healthCheckNodePort"];

/// The objects by kind and name, without the words that the caller knows to be another run's. Pods that are on their way
/// out are left out.
pub(crate) fn left(objects: &[Value], known: Words) -> BTreeMap<String, Value> {
    let kept: Vec<&Value> = objects.iter().filter(|it| counts(it)).collect();
    let words = words(&kept, known);
    let entry = |it: &&Value| (words.text(&name(it)), words.value(&scrubbed(it)));
    kept.iter().map(entry).collect()
}

fn counts(object: &Value) -> bool {
    let own = THE_CLUSTERS_OWN
        .iter()
        .any(|(kind, name)| object["kind"] == *kind && object["metadata"]["name"] == *name);
    let leaving = object["kind"] == "Pod" && !object["metadata"]["deletionTimestamp"].is_null();
    !own && !leaving
}

fn name(object: &Value) -> String {
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// Everything in these objects that is another word in another run.
fn words(objects: &[&Value], known: Words) -> Words {
    let mut words = known;
    for object in objects {
        let metadata = &object["metadata"];
        let (labels, annotations) = (&metadata["labels"], &metadata["annotations"]);
        if let Some(prefix) = metadata["generateName"].as_str() {
            let hash = text(&labels["pod-template-hash"]);
            let prefix = words.text(&prefix.replace(&format!("-{hash}-"), "-<hash>-"));
            words.learn(text(&metadata["name"]), format!("{prefix}<random>"));
        }
        words.learn(text(&labels["shipslog.dev/instance"]), "<instance>");
        words.learn(text(&labels["pod-template-hash"]), "<hash>");
        let deployment = text(&labels["shipslog.dev/deployment"]);
        words.learn(
            text(&annotations["shipslog.dev/deployment-uid"]),
            format!("<uid of {}>", words.text(deployment)),
        );
        for volume in object["spec"]["volumes"].as_array().into_iter().flatten() {
            let volume = text(&volume["name"]);
            if volume.starts_with(TOKEN_VOLUME) {
                words.learn(volume, format!("{TOKEN_VOLUME}<random>"));
            }
        }
    }
    // Whose UID it is, so that an owner reference still says who owns.
    let named: Vec<_> = objects.iter().map(|it| (it, words.text(&name(it)))).collect();
    for (object, name) in named {
        words.learn(text(&object["metadata"]["uid"]), format!("<uid of {name}>"));
    }
    words
}

/// Begins the names of volumes that the cluster adds to pods.
const TOKEN_VOLUME: &str = "kube-api-access-";

fn scrubbed(object: &Value) -> Value {
    let changed = is_changed(object);
    let mut object = object.clone();
    object["changedAfterItsCreation"] = changed.into();
    remove(&mut object, &["status"]);
    remove(&mut object["metadata"], &BOOKKEEPING);
    if let Some(annotations) = object.pointer_mut("/metadata/annotations") {
        remove(annotations, &MOMENTS);
    }
    remove(&mut object["spec"], &GIVEN);
    for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
        remove(port, &["nodePort"]);
    }
    if object["type"] == "kubernetes.io/service-account-token" {
        let keys = object["data"].as_object().into_iter().flat_map(Map::keys);
        object["data"] = keys.cloned().collect();
    }
    object
}

/// Whether one of the servers changed it after the moment in which it was created. A write that changes nothing leaves
/// the time of the last change as it is.
fn is_changed(object: &Value) -> bool {
    let created = second_of_day(&object["metadata"]["creationTimestamp"]);
    let fields = object["metadata"]["managedFields"].as_array();
    let later = |it: &Value| {
        let (Some(created), Some(changed)) = (created, second_of_day(&it["time"])) else {
            return false;
        };
        (changed - created).rem_euclid(24 * 60 * 60) >= MOMENT_IN_SECONDS
    };
    let ours = |it: &&Value| text(&it["manager"]).starts_with("shipslog:");
    fields.into_iter().flatten().filter(ours).any(later)
}

/// The two times of one creation may lie on both sides of a full second. A server that has died is given longer before
/// it comes back, see [`REST`].
const MOMENT_IN_SECONDS: i64 = 2;

/// How long a server that has died rests, so that what it changes afterwards is later than what it had changed before.
pub(crate) const REST: Duration = Duration::from_millis(2100);

/// As in `2026-11-24T18:05:47Z`.
fn second_of_day(time: &Value) -> Option<i64> {
    let time = time.as_str()?.split_once('T')?.1.trim_end_matches('Z');
    let parts: Result<Vec<i64>, _> = time.split(':').map(str::parse).collect();
    match parts.ok()?[..] {
        [hours, minutes, seconds] => Some((hours * 60 + minutes) * 60 + seconds),
        _ => None,
    }
}

fn remove(value: &mut Value, fields: &[&str]) {
    if let Some(map) = value.as_object_mut() {
        map.retain(|field, _| !fields.contains(&field.as_str()));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A Deployment, its set and its pod as one run leaves them.
    fn run(namespace: &str, random: &str) -> Vec<Value> {
        let labels = json!({ "shipslog.dev/instance": format!("{random}9"), "shipslog.dev/deployment": "deployments-1" });
        let annotations = json!({ "shipslog.dev/deployment-uid": format!("{random}9-77") });
        let (set, pod) = (format!("web-{random}4"), format!("web-{random}4-{random}"));
        vec![
            json!({ "kind": "Deployment", "spec": { "replicas": 1 }, "status": { "replicas": random.len() }, "metadata": {
                "name": "web", "namespace": namespace, "uid": format!("{random}-1"), "resourceVersion": random,
                "labels": labels, "annotations": annotations, "generation": 1 } }),
            json!({ "kind": "ReplicaSet", "metadata": { "name": set, "uid": format!("{random}-2"),
                "labels": { "pod-template-hash": format!("{random}4") },
                "ownerReferences": [{ "kind": "Deployment", "name": "web", "uid": format!("{random}-1") }] } }),
            json!({ "kind": "Pod", "metadata": { "name": pod, "generateName": format!("{set}-"),
                "labels": { "pod-template-hash": format!("{random}4") },
                "ownerReferences": [{ "kind": "ReplicaSet", "name": set, "uid": format!("{random}-2") }] },
                "spec": { "nodeName": random, "volumes": [{ "name": format!("kube-api-access-{random}") }] } }),
            json!({ "kind": "Secret", "type": "kubernetes.io/service-account-token", "metadata": { "name": "token" },
                "data": { "token": random } }),
            json!({ "kind": "Service", "metadata": { "name": "web" },
                "spec": { "clusterIP": random, "ports": [{ "port": 80, "nodePort": random.len() }] } }),
            json!({ "kind": "Pod", "metadata": { "name": random, "deletionTimestamp": "now" } }),
            json!({ "kind": "ServiceAccount", "metadata": { "name": "default" } }),
        ]
    }

    fn namespace(name: &str) -> Words {
        Words::of_namespace(name)
    }

    #[test]
    fn two_runs_of_the_same_leave_the_same() {
        let (one, other) = (
            left(&run("run-1", "abc"), namespace("run-1")),
            left(&run("run-2", "defgh"), namespace("run-2")),
        );
        assert_eq!(one, other);
        let names: Vec<&str> = one.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Deployment web",
                "Pod web-<hash>-<random>",
                "ReplicaSet web-<hash>",
                "Secret token",
                "Service web"
            ]
        );
        assert_eq!(
            one["Pod web-<hash>-<random>"]["metadata"]["ownerReferences"][0]["uid"],
            "<uid of ReplicaSet web-<hash>>"
        );
    }

    #[test]
    fn another_generation_label_or_owner_is_another_object() {
        let before = run("run-1", "abc");
        for (place, value) in [
            ("/0/metadata/generation", json!(2)),
            (
                "/0/metadata/labels/shipslog.dev~1deployment",
                json!("deployments-2"),
            ),
            ("/0/spec/replicas", json!(2)),
            ("/1/metadata/ownerReferences/0/uid", json!("somebody-else")),
        ] {
            let mut after = json!(before);
            *after.pointer_mut(place).unwrap() = value;
            let after = left(after.as_array().unwrap(), namespace("run-1"));
            assert_ne!(left(&before, namespace("run-1")), after, "{place}");
        }
    }

    #[test]
    fn a_change_after_the_creation_is_seen_and_the_full_second_is_not() {
        let object = |created: &str, changed: &str, manager: &str| {
            json!({ "kind": "Secret", "metadata": { "name": "a", "creationTimestamp": format!("2026-11-24T{created}Z"),
                "managedFields": [{ "manager": manager, "time": format!("2026-11-24T{changed}Z") }] } })
        };
        let ours = "shipslog:httpd:httpd";
        assert!(!is_changed(&object("18:05:47", "18:05:47", ours)));
        assert!(!is_changed(&object("18:05:59", "18:06:00", ours)));
        assert!(is_changed(&object("18:05:59", "18:06:01", ours)));
        assert!(is_changed(&object("23:59:59", "00:00:01", ours)));
        assert!(!is_changed(&object(
            "18:05:59",
            "18:06:01",
            "kube-controller-manager"
        )));
    }
}
