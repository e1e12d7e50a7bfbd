//! The objects that these inputs mean, in the order in which they are made, and the rights that making them needs.

use serde_json::{Value, json};
use shipslog_step::Capability;
use shipslog_step::kubernetes::{ObjectReference, needs};

use crate::inputs::{Inputs, PolicyRule};

/// The group of Roles and RoleBindings.
pub const RBAC: &str = "rbac.authorization.k8s.io";
const RBAC_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// Everything that is made, without the host's labels.
pub fn manifests(inputs: &Inputs) -> Vec<Value> {
    let mut manifests = vec![namespace(inputs)];
    manifests.extend(bounds(inputs));
    manifests.extend([
        service_account(inputs),
        role(inputs),
        role_binding(inputs),
        token(inputs),
    ]);
    for manifest in &mut manifests {
        for (key, value) in &inputs.labels {
            manifest["metadata"]["labels"][key] = json!(value);
        }
    }
    manifests
}

/// The Secret that the cluster puts the token into.
pub fn token_reference(inputs: &Inputs) -> ObjectReference {
    ObjectReference::new("v1", "Secret", inputs.derived("token")).in_namespace(&inputs.namespace)
}

/// Exactly what making these objects needs.
pub fn rights(inputs: &Inputs) -> Vec<Capability> {
    let manifests = manifests(inputs);
    let references = manifests
        .iter()
        .map(|it| ObjectReference::of(it).expect("every manifest here has a name"));
    let needs = references.flat_map(|it| {
        let mut needs = needs::get(&it);
        needs.extend(needs::apply(&it, inputs.adopt));
        needs.extend(match it.kind.as_str() {
            "RoleBinding" => needs::delete(&it),
            "Secret" => needs::wait_healthy(&it),
            _ => Vec::new(),
        });
        needs
    });
    Capability::merged(Capability::of(needs))
}

/// What deploying containers needs: their objects, and looking at how they fare.
pub fn default_rules() -> Vec<PolicyRule> {
    let write = ["get", "list", "watch", "create", "update", "patch", "delete"].as_slice();
    let watch = ["get", "list", "watch"].as_slice();
    vec![
        rule("", &["pods", "services", "secrets", "configmaps"], write),
        rule("apps", &["deployments", "replicasets"], write),
        rule("networking.k8s.io", &["ingresses"], write),
        rule("", &["events"], watch),
        rule("discovery.k8s.io", &["endpointslices"], watch),
        rule("", &["pods/log", "namespaces"], &["get"]),
    ]
}

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> PolicyRule {
    let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
    PolicyRule {
        api_groups: vec![group.to_owned()],
        resources: owned(resources),
        resource_names: Vec::new(),
        verbs: owned(verbs),
    }
}

fn namespace(inputs: &Inputs) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": inputs.namespace } })
}

fn bounds(inputs: &Inputs) -> Vec<Value> {
    let quota = inputs.resource_quota.as_ref().map(|it| {
        let mut quota = object(inputs, "v1", "ResourceQuota", &inputs.derived("quota"));
        quota["spec"] = json!(it);
        quota
    });
    let range = inputs.limit_range.as_ref().map(|it| {
        let mut range = object(inputs, "v1", "LimitRange", &inputs.derived("limits"));
        range["spec"] = json!(it);
        range
    });
    quota.into_iter().chain(range).collect()
}

fn service_account(inputs: &Inputs) -> Value {
    object(inputs, "v1", "ServiceAccount", &inputs.service_account)
}

fn role(inputs: &Inputs) -> Value {
    let mut role = object(inputs, RBAC_VERSION, "Role", &inputs.role_name());
    role["rules"] = json!(inputs.role.rules.clone().unwrap_or_else(default_rules));
    role
}

fn role_binding(inputs: &Inputs) -> Value {
    let mut binding = object(inputs, RBAC_VERSION, "RoleBinding", &inputs.derived("binding"));
    let name = &inputs.service_account;
    binding["subjects"] = json!([{ "kind": "ServiceAccount", "name": name, "namespace": inputs.namespace }]);
    binding["roleRef"] = json!({ "apiGroup": RBAC, "kind": "Role", "name": inputs.role_name() });
    binding
}

fn token(inputs: &Inputs) -> Value {
    let mut secret = object(inputs, "v1", "Secret", &inputs.derived("token"));
    secret["metadata"]["annotations"]["kubernetes.io/service-account.name"] = json!(inputs.service_account);
    secret["type"] = json!("kubernetes.io/service-account-token");
    secret
}

fn object(inputs: &Inputs, version: &str, kind: &str, name: &str) -> Value {
    let metadata = json!({ "name": name, "namespace": inputs.namespace });
    json!({ "apiVersion": version, "kind": kind, "metadata": metadata })
}
