//! Whose an object is: the host's labels say so, and a step writes over nobody else's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::kubernetes::ObjectReference;
use crate::{Failure, context};

/// Labels that together name an owner.
pub const LABELS: [&str; 5] = [
    "shipslog.dev/instance",
    "shipslog.dev/project",
    "shipslog.dev/environment",
    "shipslog.dev/step",
    "shipslog.dev/tenant",
];

/// Puts the host's labels and annotations on an object that the step is about to write, beside its own.
pub fn mark(object: &mut Value) {
    add(object, "labels", context::labels());
    add(object, "annotations", context::annotations());
}

/// Lets an object that is about to be written say that the deployment which changed it last wrote it: of the host's
/// labels and annotations it gets those that the existing one has. Then a difference is one that the step wants.
pub fn keep(existing: &Value, object: &mut Value) {
    for (field, values) in [
        ("labels", context::labels()),
        ("annotations", context::annotations()),
    ] {
        let kept = values
            .into_keys()
            .filter(|it| !LABELS.contains(&it.as_str()))
            .filter_map(|key| {
                let value = existing["metadata"][field].get(&key)?.as_str()?.to_owned();
                Some((key, value))
            });
        add(object, field, kept.collect());
    }
}

/// Whether the object carries this step's own labels.
pub fn is_ours(existing: &Value) -> bool {
    let ours = context::labels();
    LABELS
        .iter()
        .all(|key| label(existing, key) == ours.get(*key).map(String::as_str))
}

/// Refuses an existing object of another or no owner, naming them, unless the user wants it adopted.
pub fn claim(existing: &Value, adopt: bool) -> Result<(), Failure> {
    if adopt || is_ours(existing) {
        return Ok(());
    }
    let object = ObjectReference::of(existing).map_or_else(|_| "the object".to_owned(), |it| it.to_string());
    Err(Failure::failed(format!(
        "{object} exists and belongs to {}; choose another name, or set `adopt: true` to take it over",
        name(existing)
    )))
}

/// The owner of an object in words.
pub fn name(existing: &Value) -> String {
    let owner: BTreeMap<&str, &str> = LABELS
        .iter()
        .filter_map(|key| Some((key.rsplit('/').next()?, label(existing, key)?)))
        .collect();
    if owner.is_empty() {
        let managers = managers(existing);
        return match managers.as_str() {
            "" => "no deployment of Shipslog".to_owned(),
            managers => format!("no deployment of Shipslog (written by {managers})"),
        };
    }
    owner
        .iter()
        .map(|(key, value)| format!("{key} {value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn managers(existing: &Value) -> String {
    let fields = existing["metadata"]["managedFields"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> = fields.iter().filter_map(|it| it["manager"].as_str()).collect();
    names.dedup();
    names.join(", ")
}

fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object["metadata"]["labels"].get(key)?.as_str()
}

fn add(object: &mut Value, field: &str, values: BTreeMap<String, String>) {
    let metadata = object_at(object, "metadata");
    let Some(field) = metadata.and_then(|it| map_at(it, field)) else {
        return;
    };
    field.extend(values.into_iter().map(|(key, value)| (key, Value::String(value))));
}

fn object_at<'a>(object: &'a mut Value, field: &str) -> Option<&'a mut Map<String, Value>> {
    map_at(object.as_object_mut()?, field)
}

fn map_at<'a>(object: &'a mut Map<String, Value>, field: &str) -> Option<&'a mut Map<String, Value>> {
    object
        .entry(field)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
}
