//! The objects, as pure functions of the inputs and the situation.

pub(crate) mod references;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::inputs::Inputs;
use crate::kinds::{self, Kind, Role};
use crate::names::Names;
use crate::situation::Situation;

/// References of packages by name, as the release froze them.
pub type Images = BTreeMap<String, String>;

/// What objects are rendered from.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// What a person wrote.
    pub inputs: &'a Inputs,
    /// What the objects are called.
    pub names: &'a Names,
    /// Who deploys.
    pub situation: &'a Situation,
    /// What the packages are.
    pub images: &'a Images,
}

impl Rendering<'_> {
    /// The metadata of the object of a kind, with the step's own labels and annotations.
    pub(crate) fn metadata(&self, kind: &Kind, annotations: &BTreeMap<String, String>) -> Option<Value> {
        Some(json!({
            "name": self.names.of(kind)?.name,
            "labels": self.situation.labels_with(&self.inputs.labels),
            "annotations": self.situation.annotations_with(annotations),
        }))
    }
}

/// All objects of one deployment, complete, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Objects(Vec<(Kind, Value)>);

impl Objects {
    /// Renders them.
    pub fn new(inputs: &Inputs, names: &Names, situation: &Situation, images: &Images) -> Self {
        let rendering = Rendering {
            inputs,
            names,
            situation,
            images,
        };
        let rendered = kinds::ALL.into_iter().filter_map(|it| {
            let manifest = (it.manifest)(&rendering)?;
            Some((it, manifest))
        });
        Self(rendered.collect())
    }

    /// The objects of a role.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &Value> {
        let objects = self.0.iter().filter(move |(kind, _)| kind.role == role);
        objects.map(|(_, object)| object)
    }

    /// What runs the pods.
    pub fn workload(&self) -> &Value {
        let workload = self.with(Role::Workload).next();
        workload.expect("inputs always name what runs the pods")
    }

    /// The object of a kind.
    pub fn of(&self, kind: &Kind) -> Option<&Value> {
        let found = self.0.iter().find(|(it, _)| it.kind == kind.kind);
        found.map(|(_, object)| object)
    }
}

/// As JSON, without what was not given: an absent field is one that the step does not own.
pub(crate) fn given(value: &impl Serialize) -> Value {
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
