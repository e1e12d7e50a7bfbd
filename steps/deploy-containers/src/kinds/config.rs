//! ConfigMap and Secret: named after the deployment and immutable, so that a pod's configuration never changes under it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CONFIG_MAP, SECRET};
use crate::inputs::Inputs;
use crate::render::Rendering;
use crate::validate::{Problems, syntax};

/// etcd takes no larger object; Kubernetes refuses more data than this in a ConfigMap or Secret.
const LARGEST_DATA: usize = 1024 * 1024;

pub(super) fn check_config_map(inputs: &Inputs, found: &mut Problems) {
    if let Some(it) = &inputs.config_map {
        found.expect("configMap.name", syntax::base_name(&it.name));
        data(&it.data, "configMap.data", found);
    }
}

pub(super) fn check_secret(inputs: &Inputs, found: &mut Problems) {
    if let Some(it) = &inputs.secret {
        found.expect("secret.name", syntax::base_name(&it.name));
        data(&it.string_data, "secret.stringData", found);
    }
}

pub(super) fn config_map(rendering: &Rendering<'_>) -> Option<Value> {
    let own = rendering.inputs.config_map.as_ref()?;
    Some(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": CONFIG_MAP.metadata(rendering, &BTreeMap::new())?,
        "immutable": true,
        "data": own.data,
    }))
}

pub(super) fn secret(rendering: &Rendering<'_>) -> Option<Value> {
    let own = rendering.inputs.secret.as_ref()?;
    Some(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": SECRET.metadata(rendering, &BTreeMap::new())?,
        "immutable": true,
        "type": own.kind.as_deref().unwrap_or("Opaque"),
        "stringData": own.string_data,
    }))
}

fn data(entries: &BTreeMap<String, String>, path: &str, found: &mut Problems) {
    for key in entries.keys() {
        found.expect(format!("{path}[{key}]"), syntax::data_key(key));
    }
    let size: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > LARGEST_DATA {
        found.add(
            path,
            format!("{size} bytes are more than the {LARGEST_DATA} that Kubernetes takes"),
        );
    }
}
