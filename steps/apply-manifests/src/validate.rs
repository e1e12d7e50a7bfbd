//! What can be wrong with manifests before the cluster has seen them.

use std::collections::BTreeSet;

use serde_json::Value;
use shipslog_step::Cause;
use shipslog_step::kubernetes::ObjectReference;

use crate::inputs::Inputs;
use crate::objects::{self, Placed};

/// Everything that is wrong.
pub fn problems(inputs: &Inputs) -> Vec<Cause> {
    let mut problems = Vec::new();
    if inputs.manifests.is_empty() {
        problems.push(Cause::new("manifests", "holds no object"));
    }
    if inputs.timeout_seconds == 0 {
        problems.push(Cause::new("timeoutSeconds", "must be at least 1"));
    }
    let mut seen = BTreeSet::new();
    for it in objects::placed(inputs) {
        let own = object_problems(&it);
        if own.is_empty() && identity(&it.object).is_some_and(|it| !seen.insert(it)) {
            problems.push(Cause::new(
                &it.path,
                "is there twice: another manifest has the same kind, namespace and name",
            ));
        }
        problems.extend(own);
    }
    problems
}

/// Written by the API server: an object that holds them was read from a cluster, and means that very object.
const READ: [&str; 3] = ["uid", "resourceVersion", "managedFields"];

fn object_problems(placed: &Placed) -> Vec<Cause> {
    let Placed { path, object } = placed;
    let mut problems = Vec::new();
    for (pointer, field) in [
        ("/apiVersion", "apiVersion"),
        ("/kind", "kind"),
        ("/metadata/name", "metadata.name"),
    ] {
        match object.pointer(pointer) {
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(_) => problems.push(Cause::new(
                format!("{path}.{field}"),
                "must be a text that is not empty",
            )),
            None => problems.push(Cause::new(format!("{path}.{field}"), "is missing")),
        }
    }
    if object.pointer("/metadata/generateName").is_some() {
        let message = "would make another object each time; give it a `name`";
        problems.push(Cause::new(format!("{path}.metadata.generateName"), message));
    }
    for field in READ {
        if !object["metadata"][field].is_null() {
            let message = "is for the cluster to set; leave it out";
            problems.push(Cause::new(format!("{path}.metadata.{field}"), message));
        }
    }
    problems
}

/// What no other manifest may be of: the object, in whatever version it is written.
fn identity(object: &Value) -> Option<ObjectReference> {
    let object = ObjectReference::of(object).ok()?;
    Some(ObjectReference {
        version: String::new(),
        ..object
    })
}
