//! Whether a schema that somebody wrote can be validated against: it must not cost more than its size lets expect.

use std::collections::BTreeMap;

use serde_json::Value;

use super::options;

/// How many parts a schema has when each reference stands for what it names.
const MOST_PARTS: usize = 100_000;
/// Keywords that name another schema by other means than a place in this one.
const ELSEWHERE: [&str; 5] = ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef"];

/// Whether a schema from outside can be used: valid, whole in itself, and no larger than a validation should take.
pub fn usable(schema: &Value) -> Result<(), String> {
    parts(schema, schema, &mut BTreeMap::new())?;
    let built = options().build(schema);
    built
        .map(drop)
        .map_err(|error| format!("it is not valid: {error}"))
}

/// Counted by reference once; one that is still being counted refers to itself.
fn parts<'s>(
    root: &'s Value,
    schema: &'s Value,
    counted: &mut BTreeMap<&'s str, Option<usize>>,
) -> Result<usize, String> {
    let mut sum: usize = 1;
    let below: Vec<&Value> = match schema {
        Value::Object(fields) => {
            if let Some(found) = ELSEWHERE
                .into_iter()
                .find(|it| fields.get(*it).is_some_and(Value::is_string))
            {
                return Err(format!(
                    "it uses `{found}`; write `$ref` with a place in the schema"
                ));
            }
            if let Some(Value::String(reference)) = fields.get("$ref") {
                sum = sum.saturating_add(referred(root, reference, counted)?);
            }
            fields.values().collect()
        }
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for it in below {
        sum = sum.saturating_add(parts(root, it, counted)?);
    }
    if sum > MOST_PARTS {
        return Err(format!(
            "with all its references it has more than {MOST_PARTS} parts"
        ));
    }
    Ok(sum)
}

fn referred<'s>(
    root: &'s Value,
    reference: &'s str,
    counted: &mut BTreeMap<&'s str, Option<usize>>,
) -> Result<usize, String> {
    match counted.get(reference) {
        Some(Some(parts)) => return Ok(*parts),
        Some(None) => return Err(format!("`{reference}` refers to itself")),
        None => {}
    }
    let place = reference
        .strip_prefix('#')
        .ok_or_else(|| format!("it refers to `{reference}`, which is outside of it"))?;
    let schema = root
        .pointer(place)
        .ok_or_else(|| format!("it refers to `{reference}`, and there is none"))?;
    counted.insert(reference, None);
    let parts = parts(root, schema, counted)?;
    counted.insert(reference, Some(parts));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_that_means_harm_is_not_usable() {
        let doubled: serde_json::Map<String, Value> = (0..40)
            .map(|it| {
                let next = json!({ "$ref": format!("#/$defs/d{}", it + 1) });
                (format!("d{it}"), json!({ "allOf": [next, next] }))
            })
            .chain([("d40".to_owned(), json!(true))])
            .collect();
        for (schema, sentence) in [
            (json!({ "type": 7 }), "it is not valid"),
            (
                json!({ "$ref": "https://example.com/schema.json" }),
                "is outside of it",
            ),
            (json!({ "$ref": "file:///etc/passwd" }), "is outside of it"),
            (json!({ "$ref": "#" }), "refers to itself"),
            (
                json!({ "properties": { "x": { "$ref": "#/properties/x" } } }),
                "refers to itself",
            ),
            (json!({ "$dynamicRef": "#x" }), "it uses `$dynamicRef`"),
            (
                json!({ "$ref": "#/$defs/d0", "$defs": doubled }),
                "more than 100000 parts",
            ),
            (json!({ "pattern": "(?=a)b" }), "it is not valid"),
            (json!({ "pattern": "(a{1000}){1000}" }), "it is not valid"),
        ] {
            let refused = usable(&schema).unwrap_err();
            assert!(refused.contains(sentence), "{schema}: {refused}");
        }
        assert_eq!(
            usable(&json!({ "$ref": "#/$defs/a", "$defs": { "a": { "type": "string" } } })),
            Ok(())
        );
    }
}
