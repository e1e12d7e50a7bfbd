//! What objects are rendered from, and how a part of the inputs goes into them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::inputs::Inputs;
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
