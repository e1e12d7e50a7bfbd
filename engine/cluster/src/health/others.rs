//! Kinds whose health is a word or two.

use serde_json::Value;

use super::{Health, progressing};
use crate::objects::{condition, text};

pub(super) fn claim(object: &Value) -> Health {
    match text(object, "/status/phase") {
        "Bound" => Health::Ready,
        "Lost" => Health::Failed("its volume is lost".to_owned()),
        _ => progressing("it is not bound to a volume yet"),
    }
}

/// A Secret for a service account's token is filled by the cluster after it was made; others are as they are.
pub(super) fn secret(object: &Value) -> Health {
    let filled = !text(object, "/data/token").is_empty();
    if text(object, "/type") == "kubernetes.io/service-account-token" && !filled {
        return progressing("the cluster has not put the token in yet");
    }
    Health::Ready
}

pub(super) fn namespace(object: &Value) -> Health {
    match text(object, "/status/phase") {
        "Active" => Health::Ready,
        "Terminating" => Health::Failed("it is being deleted".to_owned()),
        _ => progressing("it is not active yet"),
    }
}

pub(super) fn definition(object: &Value) -> Health {
    let is = |kind: &str, status: &str| condition(object, kind).filter(|it| text(it, "/status") == status);
    if is("Established", "True").is_some() {
        return Health::Ready;
    }
    match is("NamesAccepted", "False") {
        Some(refused) => Health::Failed(format!("its names are taken: {}", text(refused, "/message"))),
        None => progressing("its API is not served yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Related, health};
    use super::*;

    fn of(group: &str, kind: &str, object: &Value) -> Health {
        health(group, kind, object, &Related::default())
    }

    fn is_ready(group: &str, kind: &str, object: &Value) -> bool {
        of(group, kind, object) == Health::Ready
    }

    #[test]
    fn a_token_secret_is_healthy_once_filled() {
        let token = |data: Value| json!({"type": "kubernetes.io/service-account-token", "data": data});
        assert!(!is_ready("", "Secret", &token(json!({}))));
        assert!(!is_ready("", "Secret", &token(json!({"ca.crt": "x"}))));
        assert!(is_ready("", "Secret", &token(json!({"token": "x"}))));
        assert!(is_ready("", "Secret", &json!({"type": "Opaque"})));
    }

    #[test]
    fn phases_decide_of_namespaces_and_claims() {
        let phase = |it: &str| json!({"status": {"phase": it}});
        assert!(is_ready("", "Namespace", &phase("Active")));
        assert!(matches!(
            of("", "Namespace", &phase("Terminating")),
            Health::Failed(_)
        ));
        assert!(is_ready("", "PersistentVolumeClaim", &phase("Bound")));
        assert!(matches!(
            of("", "PersistentVolumeClaim", &phase("Pending")),
            Health::Progressing(_)
        ));
        assert!(matches!(
            of("", "PersistentVolumeClaim", &phase("Lost")),
            Health::Failed(_)
        ));
    }

    #[test]
    fn a_definition_is_healthy_once_established() {
        let with =
            |kind: &str, status: &str| json!({"status": {"conditions": [{"type": kind, "status": status}]}});
        let of = |object: &Value| of("apiextensions.k8s.io", "CustomResourceDefinition", object);
        assert_eq!(of(&with("Established", "True")), Health::Ready);
        assert!(matches!(of(&with("NamesAccepted", "False")), Health::Failed(_)));
        assert!(matches!(of(&json!({})), Health::Progressing(_)));
    }

    #[test]
    fn other_kinds_are_healthy_by_existing_and_nothing_dying_is() {
        for kind in ["ConfigMap", "ServiceAccount", "Service", "Whatever"] {
            assert!(is_ready("", kind, &json!({})));
            let dying = json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}});
            assert!(matches!(of("", kind, &dying), Health::Failed(_)));
        }
        let pending = json!({"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}});
        assert!(is_ready("", "Service", &pending));
    }
}
