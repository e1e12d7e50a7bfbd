//! The single objects that the manifests mean.

use serde_json::Value;
use shipslog_step::kubernetes::ObjectReference;

use crate::inputs::{Inputs, Manifest};

/// An object and where in the inputs it stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// As `manifests[1].items[0]`.
    pub path: String,
    /// The object as it stands there.
    pub object: Value,
}

/// Group and kind of definitions of further kinds.
pub const DEFINITION: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

/// What the cluster writes itself, and what pasted YAML often holds. It says nothing about what is wanted.
const THE_CLUSTERS: [&str; 3] = ["creationTimestamp", "generation", "selfLink"];

/// Every object; a list stands for its items.
pub fn placed(inputs: &Inputs) -> Vec<Placed> {
    let manifests = inputs.manifests.iter().enumerate();
    manifests
        .flat_map(|(index, Manifest(fields))| flat(format!("manifests[{index}]"), fields.clone().into()))
        .collect()
}

fn flat(path: String, object: Value) -> Vec<Placed> {
    let is_list = object["kind"] == "List" && object["apiVersion"] == "v1";
    match object["items"].as_array().filter(|_| is_list) {
        Some(items) => {
            let items = items.iter().enumerate();
            items
                .flat_map(|(index, item)| flat(format!("{path}.items[{index}]"), item.clone()))
                .collect()
        }
        None => vec![Placed { path, object }],
    }
}

/// The object without what is the cluster's to say.
pub fn wanted(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|field, _| !THE_CLUSTERS.contains(&field.as_str()));
    }
    object
}

/// Whether it defines a further kind.
pub fn is_definition(object: &ObjectReference) -> bool {
    (object.group.as_str(), object.kind.as_str()) == DEFINITION
}

/// Group and kind that a definition defines.
pub fn defined(definition: &Value) -> (&str, &str) {
    let spec = &definition["spec"];
    (
        spec["group"].as_str().unwrap_or_default(),
        spec["names"]["kind"].as_str().unwrap_or_default(),
    )
}
