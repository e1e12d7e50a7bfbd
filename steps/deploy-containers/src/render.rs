//! The objects, as pure functions of the inputs and the situation.

pub mod config;
pub mod references;
pub mod service;
pub mod workload;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::inputs::Inputs;
use crate::names::Names;
use crate::situation::Situation;

/// References of packages by name, as the release froze them.
pub type Images = BTreeMap<String, String>;

/// All objects of one deployment.
#[derive(Debug, Clone)]
pub struct Objects {
    /// Immutable.
    pub config_map: Option<Value>,
    /// Immutable.
    pub secret: Option<Value>,
    /// The workload.
    pub deployment: Value,
    /// Complete, for the switch.
    pub service: Option<Value>,
}

impl Objects {
    /// Renders them.
    pub fn new(inputs: &Inputs, names: &Names, situation: &Situation, images: &Images) -> Self {
        Self {
            config_map: config::config_map(inputs, names, situation),
            secret: config::secret(inputs, names, situation),
            deployment: workload::deployment(inputs, names, situation, images),
            service: service::service(inputs, names, situation),
        }
    }
}

fn metadata(
    name: &str,
    inputs: &Inputs,
    situation: &Situation,
    annotations: &BTreeMap<String, String>,
) -> Value {
    json!({
        "name": name,
        "labels": situation.labels_with(&inputs.labels),
        "annotations": situation.annotations_with(annotations),
    })
}

/// As JSON, without what was not given: an absent field is one that the step does not own.
fn given(value: &impl Serialize) -> Value {
    pruned(serde_json::to_value(value).expect("inputs came from JSON and have text keys only"))
}

fn pruned(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, it)| !is_absent(it))
            .map(|(key, it)| (key, pruned(it)))
            .collect(),
        Value::Array(items) => items.into_iter().map(pruned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// An empty object says something (`emptyDir: {}`), an empty list does not.
fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests;
