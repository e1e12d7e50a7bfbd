//! The JSON Schema of a step's inputs, closed at every depth.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The JSON Schema (draft 2020-12) of a type, as [`Step::Inputs`](crate::Step::Inputs) gets it: where the type does
/// not say `deny_unknown_fields`, its objects are closed all the same. An optional field is left out, not `null`: with
/// an alternative to it, nobody could say which part of a value is wrong.
pub fn schema<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let extended = extended(schema.as_value());
    RecursiveTransform(without_null).transform(&mut schema);
    RecursiveTransform(close).transform(&mut schema);
    let mut schema = schema.to_value();
    for name in extended {
        if let Some(definition) = schema
            .pointer_mut(name.trim_start_matches('#'))
            .and_then(Value::as_object_mut)
        {
            definition.remove("additionalProperties");
        }
    }
    schema
}

/// Takes `null` out of what a value may be.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|it| it != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(alternatives)) = object.get_mut("anyOf") {
        alternatives.retain(|it| it["type"] != "null");
        if let [Value::Object(one)] = &alternatives[..] {
            let one = one.clone();
            object.remove("anyOf");
            for (keyword, value) in one {
                object.entry(keyword).or_insert(value);
            }
        }
    }
}

/// Keywords that bring in further properties, which `additionalProperties` does not see.
const COMBINES: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

fn close(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let open = object.contains_key("properties")
        && !object.contains_key("additionalProperties")
        && !object.contains_key("unevaluatedProperties");
    if open {
        let combined = COMBINES.iter().any(|it| object.contains_key(*it));
        let keyword = if combined {
            "unevaluatedProperties"
        } else {
            "additionalProperties"
        };
        object.insert(keyword.to_owned(), Value::Bool(false));
    }
}

/// Definitions that a schema adds properties to: those see only half of the object.
fn extended(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(fields) => {
            let mut found: BTreeSet<String> = fields.values().flat_map(extended).collect();
            if fields.contains_key("properties") {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            }
            found
        }
        Value::Array(items) => items.iter().flat_map(extended).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Inputs {
        /// Said to people.
        name: String,
        rule: Option<Rule>,
        count: Option<u32>,
        strategy: Strategy,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Rule {
        verbs: Vec<String>,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    #[expect(dead_code, reason = "only its shape counts")]
    enum Strategy {
        Recreate,
        Rolling(Rolling),
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Rolling {
        surge: u32,
    }

    #[test]
    fn every_object_is_closed_and_a_tagged_variant_stays_open_to_its_tag() {
        let schema = schema::<Inputs>();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["name"]["description"], "Said to people.");
        assert_eq!(schema["properties"]["rule"], json!({ "$ref": "#/$defs/Rule" }));
        assert_eq!(schema["properties"]["count"]["type"], "integer");
        assert_eq!(schema["$defs"]["Rule"]["additionalProperties"], false);
        assert_eq!(schema["$defs"]["Rolling"]["additionalProperties"], Value::Null);
        assert_eq!(
            schema["$defs"]["Strategy"]["oneOf"][1]["unevaluatedProperties"],
            false
        );
        assert_eq!(
            schema["$defs"]["Strategy"]["oneOf"][0],
            json!({ "type": "object", "properties": { "type": { "type": "string", "const": "Recreate" } },
                    "required": ["type"], "additionalProperties": false })
        );
    }
}
