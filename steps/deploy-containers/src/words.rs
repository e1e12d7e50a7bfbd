//! Sentences about what was seen, for people who have to act on it.

use serde_json::Value;
use shipslog_step::kubernetes::Evidence;
use shipslog_step::owner::marks::{DEPLOYMENT, RELEASE};

/// A sentence with what was seen below it.
pub fn with_evidence(sentence: &str, found: &[Evidence]) -> String {
    let lines = std::iter::once(sentence.to_owned()).chain(found.iter().map(ToString::to_string));
    lines.collect::<Vec<_>>().join("\n")
}

/// Which revisions of a workload serve, by its ReplicaSets.
pub fn revisions(replica_sets: &[Value]) -> String {
    let serving: Vec<String> = replica_sets.iter().filter_map(revision).collect();
    if serving.is_empty() {
        "no revision has a ready pod".to_owned()
    } else {
        serving.join("; ")
    }
}

fn revision(set: &Value) -> Option<String> {
    let ready = set
        .pointer("/status/readyReplicas")
        .and_then(Value::as_u64)
        .filter(|it| *it > 0)?;
    let wanted = set
        .pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .unwrap_or(ready);
    let text = |map: &str, key: &str| {
        let value = set
            .pointer(map)
            .and_then(|it| it.get(key))
            .and_then(Value::as_str);
        value.unwrap_or("unknown").to_owned()
    };
    Some(format!(
        "revision {} ({}, release {}) serves with {ready} of {wanted} pods ready",
        text("/metadata/annotations", "deployment.kubernetes.io/revision"),
        text("/metadata/labels", DEPLOYMENT),
        text("/metadata/labels", RELEASE),
    ))
}

/// As `1 of 3 available`.
pub fn availability(deployment: &Value) -> String {
    let (available, wanted) = replicas(deployment);
    format!("{available} of {wanted} available")
}

/// Available and wanted pods of a Deployment.
pub fn replicas(deployment: &Value) -> (u64, u64) {
    let number = |pointer: &str, absent: u64| {
        deployment
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or(absent)
    };
    (
        number("/status/availableReplicas", 0),
        number("/spec/replicas", 1),
    )
}

/// As `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_revisions_with_ready_pods_serve() {
        let set = |revision: &str, ready: u32| {
            json!({
                "metadata": {
                    "annotations": { "deployment.kubernetes.io/revision": revision },
                    "labels": { DEPLOYMENT: "deployments-2", RELEASE: "1.0.1" },
                },
                "spec": { "replicas": 3 },
                "status": { "readyReplicas": ready },
            })
        };
        assert_eq!(
            revisions(&[set("1", 0), set("2", 3)]),
            "revision 2 (deployments-2, release 1.0.1) serves with 3 of 3 pods ready"
        );
        assert_eq!(revisions(&[set("1", 0)]), "no revision has a ready pod");
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        let items: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(listed(&items), "a, b and c");
        assert_eq!(listed(&items[..1]), "a");
    }
}
