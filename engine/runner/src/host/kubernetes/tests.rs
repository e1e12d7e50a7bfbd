//! The interface without a sandbox: what reaches the cluster, what reaches the log, what reaches the guest.

mod arbitrary;
mod crashes;
mod field_policy;
mod patches;
mod records;
mod rights;
mod secret_data;
mod tricks;
mod writes;

use serde_json::{Value, json};

use super::kubernetes::Host as _;
use super::*;
use crate::testing::fake_cluster::secret;
use crate::testing::{Scene, handle};

const PLAIN: ApplyOptions = ApplyOptions {
    force: false,
    uid: None,
    resource_version: None,
};
const BACKGROUND: DeleteOptions = DeleteOptions {
    propagation: kubernetes::Propagation::Background,
    uid: None,
    resource_version: None,
};

fn config_map(namespace: Option<&str>, data: &Value) -> String {
    let mut object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" }, "data": data,
    });
    if let Some(namespace) = namespace {
        object["metadata"]["namespace"] = json!(namespace);
    }
    object.to_string()
}

fn reference(group: &str, kind: &str, name: &str) -> ObjectReference {
    ObjectReference {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        name: name.to_owned(),
    }
}

fn causes(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(causes) => causes.into_iter().map(|it| it.path).collect(),
        other => panic!("{other:?}"),
    }
}

fn denied(error: Error) -> (kubernetes::Layer, String) {
    match error {
        Error::Forbidden(denial) => (denial.layer, denial.rule),
        other => panic!("{other:?}"),
    }
}
