//! `StatefulSets`.

use serde_json::Value;

use super::{Health, Related, doomed, part, replicas, unobserved};
use crate::objects::{number, text};

pub(super) fn health(object: &Value, related: &Related<'_>) -> Health {
    if let Some(unobserved) = unobserved(object) {
        return unobserved;
    }
    match rollout(object) {
        Health::Ready => Health::Ready,
        other => doomed(related).unwrap_or(other),
    }
}

fn rollout(object: &Value) -> Health {
    let wanted = replicas(object);
    let count = |field: &str| number(object, &format!("/status/{field}")).unwrap_or(0);
    let by_hand = text(object, "/spec/updateStrategy/type") == "OnDelete";
    // Pods below the partition keep the old revision on purpose.
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let to_update = (wanted - partition).max(0);
    let same_revision = text(object, "/status/currentRevision") == text(object, "/status/updateRevision");
    if !by_hand && !same_revision && count("updatedReplicas") < to_update {
        return part(count("updatedReplicas"), to_update, "updated");
    }
    if count("readyReplicas") < wanted {
        return part(count("readyReplicas"), wanted, "ready");
    }
    if count("availableReplicas") < wanted {
        return part(count("availableReplicas"), wanted, "available");
    }
    Health::Ready
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pods_have_to_be_updated_then_ready() {
        let of = |spec: Value, status: Value| {
            health(
                &json!({"metadata": {"generation": 1}, "spec": spec, "status": status}),
                &Related::default(),
            )
        };
        let status = |updated: i64, ready: i64| {
            json!({"observedGeneration": 1, "updatedReplicas": updated,
            "readyReplicas": ready, "availableReplicas": ready, "currentRevision": "a", "updateRevision": "b"})
        };
        let three = json!({"replicas": 3});
        assert_eq!(of(three.clone(), status(1, 3)), part(1, 3, "updated"));
        assert_eq!(of(three.clone(), status(3, 2)), part(2, 3, "ready"));
        assert_eq!(of(three, status(3, 3)), Health::Ready);
        let partition = json!({"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}});
        assert_eq!(of(partition, status(1, 3)), Health::Ready);
        let by_hand = json!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}});
        assert_eq!(of(by_hand, status(0, 3)), Health::Ready);
    }
}
