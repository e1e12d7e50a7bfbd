//! ConfigMap and Secret: named after the deployment and immutable, so that a pod's configuration never changes under it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::metadata;
use crate::inputs::Inputs;
use crate::names::Names;
use crate::situation::Situation;

pub(super) fn config_map(inputs: &Inputs, names: &Names, situation: &Situation) -> Option<Value> {
    let (own, name) = (inputs.config_map.as_ref()?, names.config_map.as_ref()?);
    Some(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(name, inputs, situation, &BTreeMap::new()),
        "immutable": true,
        "data": own.data,
    }))
}

pub(super) fn secret(inputs: &Inputs, names: &Names, situation: &Situation) -> Option<Value> {
    let (own, name) = (inputs.secret.as_ref()?, names.secret.as_ref()?);
    Some(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(name, inputs, situation, &BTreeMap::new()),
        "immutable": true,
        "type": own.kind.as_deref().unwrap_or("Opaque"),
        "stringData": own.string_data,
    }))
}
