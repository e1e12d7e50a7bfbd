//! Names, labels, annotations, and what stands in the ConfigMap and Secret.

use std::collections::BTreeMap;

use super::{Problems, syntax};
use crate::inputs::Inputs;
use crate::situation::PREFIX;

/// etcd takes no larger object; Kubernetes refuses more data than this in a ConfigMap or Secret.
const LARGEST_DATA: usize = 1024 * 1024;

pub(super) fn check(inputs: &Inputs, found: &mut Problems) {
    found.expect("name", syntax::base_name(&inputs.name));
    for (key, value) in &inputs.labels {
        let path = format!("labels[{key}]");
        found.expect(&path, own_key(key));
        found.expect(&path, syntax::label_value(value));
    }
    annotations(&inputs.annotations, "annotations", found);
    if let Some(it) = &inputs.config_map {
        found.expect("configMap.name", syntax::base_name(&it.name));
        data(&it.data, "configMap.data", found);
    }
    if let Some(it) = &inputs.secret {
        found.expect("secret.name", syntax::base_name(&it.name));
        data(&it.string_data, "secret.stringData", found);
    }
}

pub(super) fn annotations(own: &BTreeMap<String, String>, path: &str, found: &mut Problems) {
    for key in own.keys() {
        found.expect(format!("{path}[{key}]"), own_key(key));
    }
}

fn own_key(key: &str) -> Result<(), String> {
    if key.starts_with(PREFIX) {
        return Err(format!(
            "keys with `{PREFIX}` are set by Shipslog; choose another prefix"
        ));
    }
    syntax::qualified_key(key)
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
