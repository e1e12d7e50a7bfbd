//! Field masks: of each object only what was asked for.

use serde_json::{Map, Value};

/// Keeps the dotted paths; an empty mask keeps all. A path goes through lists, and a key may itself hold dots.
pub(super) fn keep(object: Value, mask: &[String]) -> Value {
    if mask.is_empty() {
        return object;
    }
    let paths: Vec<&str> = mask.iter().map(String::as_str).collect();
    pick(&object, &paths).unwrap_or_else(|| Value::Object(Map::new()))
}

fn pick(value: &Value, paths: &[&str]) -> Option<Value> {
    match value {
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .iter()
                .filter_map(|(key, it)| Some((key.clone(), below(key, it, paths)?)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(list) => Some(list.iter().filter_map(|it| pick(it, paths)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn below(key: &str, value: &Value, paths: &[&str]) -> Option<Value> {
    if paths.contains(&key) {
        return Some(value.clone());
    }
    let deeper: Vec<&str> = paths
        .iter()
        .filter_map(|it| it.strip_prefix(key).and_then(|it| it.strip_prefix('.')))
        .collect();
    if deeper.is_empty() {
        None
    } else {
        pick(value, &deeper)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_asked_for_is_kept() {
        let object = json!({
            "metadata": {"name": "a", "uid": "u", "labels": {"shipslog.dev/step": "s", "x": "y"}},
            "spec": {"containers": [{"name": "c", "image": "i"}], "replicas": 1},
        });
        let mask = [
            "metadata.name",
            "metadata.labels.shipslog.dev/step",
            "spec.containers.image",
        ]
        .map(String::from);
        let expected = json!({
            "metadata": {"name": "a", "labels": {"shipslog.dev/step": "s"}},
            "spec": {"containers": [{"image": "i"}]},
        });
        assert_eq!(keep(object.clone(), &mask), expected);
        assert_eq!(keep(object.clone(), &[]), object);
        assert_eq!(keep(object, &["status".to_owned()]), json!({}));
    }
}
