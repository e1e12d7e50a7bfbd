//! Which ConfigMaps and Secrets pods and ReplicaSets name, in every place where a pod can.

use std::collections::BTreeMap;

use serde_json::Value;

/// Users by kind and name of what they use.
#[derive(Debug, Clone, Default)]
pub struct Uses(BTreeMap<(&'static str, String), String>);

impl Uses {
    /// Collects from the pods that have not finished and from the ReplicaSets, all of the namespace.
    pub fn new(pods: &[Value], replica_sets: &[Value]) -> Self {
        let mut uses = Self::default();
        for pod in pods.iter().filter(|it| !is_finished(it)) {
            uses.pod_spec(&user("Pod", pod), &pod["spec"]);
        }
        for set in replica_sets {
            uses.pod_spec(&user("ReplicaSet", set), &set["spec"]["template"]["spec"]);
        }
        uses
    }

    /// One that uses it.
    pub fn of(&self, kind: &str, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|((a, b), _)| *a == kind && b == name);
        found.map(|(_, user)| user.as_str())
    }

    fn add(&mut self, user: &str, kind: &'static str, name: &Value) {
        if let Some(name) = name.as_str() {
            self.0
                .entry((kind, name.to_owned()))
                .or_insert_with(|| user.to_owned());
        }
    }

    fn pod_spec(&mut self, user: &str, spec: &Value) {
        for volume in items(&spec["volumes"]) {
            self.add(user, "ConfigMap", &volume["configMap"]["name"]);
            self.add(user, "Secret", &volume["secret"]["secretName"]);
            for source in items(&volume["projected"]["sources"]) {
                self.add(user, "ConfigMap", &source["configMap"]["name"]);
                self.add(user, "Secret", &source["secret"]["name"]);
            }
        }
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in items(&spec[list]) {
                self.container(user, container);
            }
        }
        for secret in items(&spec["imagePullSecrets"]) {
            self.add(user, "Secret", &secret["name"]);
        }
    }

    fn container(&mut self, user: &str, container: &Value) {
        for variable in items(&container["env"]) {
            self.add(
                user,
                "ConfigMap",
                &variable["valueFrom"]["configMapKeyRef"]["name"],
            );
            self.add(user, "Secret", &variable["valueFrom"]["secretKeyRef"]["name"]);
        }
        for source in items(&container["envFrom"]) {
            self.add(user, "ConfigMap", &source["configMapRef"]["name"]);
            self.add(user, "Secret", &source["secretRef"]["name"]);
        }
    }
}

fn is_finished(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

fn user(kind: &str, object: &Value) -> String {
    format!(
        "{kind} {}",
        object["metadata"]["name"].as_str().unwrap_or_default()
    )
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_where_a_pod_names_them_counts() {
        let spec = json!({
            "volumes": [
                { "configMap": { "name": "a" } },
                { "secret": { "secretName": "a" } },
                { "projected": { "sources": [{ "configMap": { "name": "b" } }, { "secret": { "name": "b" } }] } },
            ],
            "initContainers": [{ "env": [
                { "valueFrom": { "configMapKeyRef": { "name": "c" } } },
                { "valueFrom": { "secretKeyRef": { "name": "c" } } },
            ] }],
            "containers": [{ "envFrom": [{ "configMapRef": { "name": "d" } }, { "secretRef": { "name": "d" } }] }],
            "imagePullSecrets": [{ "name": "e" }],
        });
        let uses = Uses::new(&[json!({ "metadata": { "name": "p" }, "spec": spec })], &[]);
        for name in ["a", "b", "c", "d"] {
            assert_eq!(uses.of("ConfigMap", name), Some("Pod p"), "{name}");
            assert_eq!(uses.of("Secret", name), Some("Pod p"), "{name}");
        }
        assert_eq!(uses.of("Secret", "e"), Some("Pod p"));
        assert_eq!(uses.of("ConfigMap", "e"), None);
    }

    #[test]
    fn a_finished_pod_uses_nothing_and_a_kept_replica_set_does() {
        let spec = json!({ "volumes": [{ "configMap": { "name": "a" } }] });
        let pod = json!({ "spec": spec, "status": { "phase": "Succeeded" } });
        assert_eq!(Uses::new(&[pod], &[]).of("ConfigMap", "a"), None);
        let set = json!({ "metadata": { "name": "r" }, "spec": { "template": { "spec": spec } } });
        assert_eq!(Uses::new(&[], &[set]).of("ConfigMap", "a"), Some("ReplicaSet r"));
    }
}
