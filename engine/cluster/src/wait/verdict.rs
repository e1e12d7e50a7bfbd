//! The verdict on an expectation, where the object itself is enough to tell.

use serde_json::Value;

use crate::objects::{condition, number, text, uid};

/// How it stands with an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Met,
    Open(String),
    Failed(String),
}

/// The object, if it is the one that is meant and new enough to be judged.
pub(super) fn judge_object<'a>(
    object: Option<&'a Value>,
    meant: Option<&str>,
    generation: Option<i64>,
) -> Result<&'a Value, Verdict> {
    let Some(object) = object else {
        return Err(match meant {
            Some(_) => Verdict::Failed("it has been deleted".to_owned()),
            None => Verdict::Open("it does not exist".to_owned()),
        });
    };
    if meant.is_some_and(|it| it != uid(object)) {
        return Err(Verdict::Failed(
            "it has been replaced by another object of the same name".to_owned(),
        ));
    }
    if let Some(wanted) =
        generation.filter(|it| number(object, "/metadata/generation").is_some_and(|is| is < *it))
    {
        return Err(Verdict::Open(format!(
            "generation {wanted} is not to be seen yet"
        )));
    }
    Ok(object)
}

/// Why an object that should be gone is still there.
pub(super) fn lingers(object: &Value) -> String {
    if object.pointer("/metadata/deletionTimestamp").is_none() {
        return "it still exists, and nobody has deleted it".to_owned();
    }
    let finalizers = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    let finalizers: Vec<&str> = finalizers
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if finalizers.is_empty() {
        return "it is deleted and on its way out".to_owned();
    }
    format!(
        "it is deleted, but waits for its finalizers: {}",
        finalizers.join(", ")
    )
}

pub(super) fn judge_condition(object: &Value, kind: &str, status: &str) -> Verdict {
    let Some(found) = condition(object, kind) else {
        return Verdict::Open(format!("it has no condition {kind}"));
    };
    let generation = number(object, "/metadata/generation").unwrap_or(0);
    if number(found, "/observedGeneration").is_some_and(|it| it < generation) {
        return Verdict::Open(format!("its condition {kind} is of an older generation"));
    }
    if text(found, "/status") == status {
        return Verdict::Met;
    }
    Verdict::Open(format!(
        "{kind} is {}: {}",
        text(found, "/status"),
        text(found, "/message")
    ))
}
