//! `DaemonSets`.

use serde_json::Value;

use super::{Health, Related, doomed, part, unobserved};
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
    let count = |field: &str| number(object, &format!("/status/{field}")).unwrap_or(0);
    let wanted = count("desiredNumberScheduled");
    let by_hand = text(object, "/spec/updateStrategy/type") == "OnDelete";
    if !by_hand && count("updatedNumberScheduled") < wanted {
        return part(count("updatedNumberScheduled"), wanted, "updated");
    }
    if count("numberAvailable") < wanted {
        return part(count("numberAvailable"), wanted, "available");
    }
    Health::Ready
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_node_needs_an_updated_and_available_pod() {
        let of = |updated: i64, available: i64| {
            let status = json!({"observedGeneration": 1, "desiredNumberScheduled": 2,
                "updatedNumberScheduled": updated, "numberAvailable": available});
            health(
                &json!({"metadata": {"generation": 1}, "status": status}),
                &Related::default(),
            )
        };
        assert_eq!(of(1, 2), part(1, 2, "updated"));
        assert_eq!(of(2, 1), part(1, 2, "available"));
        assert_eq!(of(2, 2), Health::Ready);
    }
}
