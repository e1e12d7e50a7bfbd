//! How a manifest and a patch go into an object.

use serde_json::Value;

/// Puts the manifest's fields in and takes out those that only the manifest before had. Lists are replaced.
pub(crate) fn apply(object: &mut Value, before: Option<&Value>, manifest: &Value) {
    let (Value::Object(fields), Value::Object(wanted)) = (&mut *object, manifest) else {
        *object = manifest.clone();
        return;
    };
    if let Some(Value::Object(before)) = before {
        fields.retain(|field, _| wanted.contains_key(field) || !before.contains_key(field));
    }
    for (field, value) in wanted {
        let slot = fields.entry(field.as_str()).or_insert(Value::Null);
        apply(slot, before.and_then(|it| it.get(field)), value);
    }
}

/// RFC 7386: what is null goes, what is an object is merged, all else is replaced.
pub(crate) fn patch(object: &mut Value, patch_of: &Value) {
    let Value::Object(wanted) = patch_of else {
        *object = patch_of.clone();
        return;
    };
    if !object.is_object() {
        *object = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = object else { return };
    for (field, value) in wanted {
        if value.is_null() {
            fields.remove(field);
        } else {
            patch(fields.entry(field.as_str()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_is_no_longer_applied_goes_and_others_stay() {
        let mut object = json!({ "a": 1, "b": { "c": 2, "theirs": 3 } });
        let before = json!({ "a": 1, "b": { "c": 2 } });
        apply(&mut object, Some(&before), &json!({ "b": { "d": 4 } }));
        assert_eq!(object, json!({ "b": { "d": 4, "theirs": 3 } }));
    }

    #[test]
    fn a_null_in_a_patch_takes_the_field_away() {
        let mut object = json!({ "a": 1, "b": { "c": 2 } });
        patch(&mut object, &json!({ "a": null, "b": { "d": [3] } }));
        assert_eq!(object, json!({ "b": { "c": 2, "d": [3] } }));
    }
}
