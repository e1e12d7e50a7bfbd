//! In which order kinds are applied: what others need comes first.

use shipslog_step::kubernetes::ObjectReference;

/// Kinds of Kubernetes itself. Others, which may be anybody's, come after them.
const ORDER: [&str; 37] = [
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "IngressClass",
    "RuntimeClass",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "Endpoints",
    "EndpointSlice",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "HorizontalPodAutoscaler",
    "Job",
    "CronJob",
    "Ingress",
    "APIService",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The place of an object among others; equal ones keep the order in which they are written.
pub fn place(object: &ObjectReference) -> usize {
    let built_in =
        object.group.is_empty() || object.group.ends_with(".k8s.io") || !object.group.contains('.');
    let place = ORDER
        .iter()
        .position(|it| *it == object.kind)
        .filter(|_| built_in);
    place.unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(objects: &[(&str, &str)]) -> Vec<String> {
        let mut objects: Vec<_> = objects
            .iter()
            .map(|(version, kind)| ObjectReference::new(version, kind, "x"))
            .collect();
        objects.sort_by_key(place);
        objects.into_iter().map(|it| it.kind).collect()
    }

    #[test]
    fn what_others_need_comes_first() {
        let order = sorted(&[
            ("networking.k8s.io/v1", "Ingress"),
            ("apps/v1", "Deployment"),
            ("v1", "Service"),
            ("v1", "PersistentVolumeClaim"),
            ("v1", "ConfigMap"),
            ("rbac.authorization.k8s.io/v1", "RoleBinding"),
            ("rbac.authorization.k8s.io/v1", "Role"),
            ("v1", "ServiceAccount"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            ("v1", "Namespace"),
        ]);
        assert_eq!(
            order,
            [
                "Namespace",
                "CustomResourceDefinition",
                "ServiceAccount",
                "Role",
                "RoleBinding",
                "ConfigMap",
                "PersistentVolumeClaim",
                "Service",
                "Deployment",
                "Ingress"
            ]
        );
    }

    #[test]
    fn kinds_of_others_come_last_whatever_their_name() {
        let order = sorted(&[
            ("example.com/v1", "Service"),
            ("example.com/v1", "Widget"),
            ("apps/v1", "Deployment"),
        ]);
        assert_eq!(order, ["Deployment", "Service", "Widget"]);
    }
}
