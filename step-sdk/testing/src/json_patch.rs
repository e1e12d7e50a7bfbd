//! RFC 6902, as far as objects of a cluster need it.

use serde_json::Value;

/// Does the operations in order, or none of them; the error says which one cannot be done.
pub(crate) fn patch(object: &mut Value, operations: &Value) -> Result<(), String> {
    let operations = operations
        .as_array()
        .ok_or("a JSON patch is a list of operations")?;
    let mut patched = object.clone();
    for (at, operation) in operations.iter().enumerate() {
        one(&mut patched, operation).ok_or_else(|| format!("operation {at} cannot be done"))?;
    }
    *object = patched;
    Ok(())
}

fn one(object: &mut Value, operation: &Value) -> Option<()> {
    let path = operation["path"].as_str()?;
    let value = || operation.get("value").cloned();
    match operation["op"].as_str()? {
        "add" => add(object, path, value()?),
        "remove" => remove(object, path).map(drop),
        "replace" => {
            *object.pointer_mut(path)? = value()?;
            Some(())
        }
        "test" => (object.pointer(path) == operation.get("value")).then_some(()),
        "copy" => {
            let value = object.pointer(operation["from"].as_str()?)?.clone();
            add(object, path, value)
        }
        "move" => {
            let value = remove(object, operation["from"].as_str()?)?;
            add(object, path, value)
        }
        _ => None,
    }
}

fn add(object: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        *object = value;
        return Some(());
    }
    let (parent, key) = split(path)?;
    match object.pointer_mut(parent)? {
        Value::Object(fields) => {
            fields.insert(key, value);
        }
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let at = key.parse().ok().filter(|it| *it <= items.len())?;
            items.insert(at, value);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(())
}

fn remove(object: &mut Value, path: &str) -> Option<Value> {
    let (parent, key) = split(path)?;
    match object.pointer_mut(parent)? {
        Value::Object(fields) => fields.remove(&key),
        Value::Array(items) => {
            let at = key.parse().ok().filter(|it| *it < items.len())?;
            Some(items.remove(at))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn split(path: &str) -> Option<(&str, String)> {
    let (parent, key) = path.rsplit_once('/')?;
    Some((parent, key.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_done_in_order() {
        let mut object = json!({ "metadata": { "labels": { "a/b": "c" } }, "list": [1, 2] });
        let operations = json!([
            { "op": "test", "path": "/metadata/labels/a~1b", "value": "c" },
            { "op": "move", "from": "/metadata/labels/a~1b", "path": "/metadata/labels/d" },
            { "op": "copy", "from": "/list/0", "path": "/list/-" },
            { "op": "replace", "path": "/list/0", "value": 7 },
            { "op": "remove", "path": "/list/1" },
        ]);
        patch(&mut object, &operations).unwrap();
        assert_eq!(
            object,
            json!({ "metadata": { "labels": { "d": "c" } }, "list": [7, 1] })
        );
    }

    #[test]
    fn where_one_cannot_be_done_none_is() {
        let mut object = json!({ "data": {} });
        let operations = json!([
            { "op": "add", "path": "/data/a", "value": "b" },
            { "op": "add", "path": "/metadata/labels/x", "value": "y" },
        ]);
        assert!(
            patch(&mut object, &operations)
                .unwrap_err()
                .contains("operation 1")
        );
        assert_eq!(object, json!({ "data": {} }));
    }
}
