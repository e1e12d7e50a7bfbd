//! Canonical JSON: the one way to write a value, so that equal facts are equal bytes.
//!
//! Keys are sorted by their UTF-8 bytes, there is no whitespace, and numbers are integers: two programs that agree
//! on a float often disagree on its digits, so facts hold none.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number that is no integer.
    #[error("`{path}` is a float, which has no canonical form: use an integer or a text")]
    Float {
        /// Where it stands, as a JSON pointer.
        path: String,
    },
    /// JSON cannot hold it at all.
    #[error("not to be written as JSON: {0}")]
    NotJson(String),
}

/// Writes anything serialisable canonically.
///
/// ```
/// use shipslog_events::canonical;
///
/// let text = canonical::to_string(&serde_json::json!({ "b": [1, 2], "a": "x" })).expect("it has no floats");
/// assert_eq!(text, r#"{"a":"x","b":[1,2]}"#);
/// ```
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|error| NotCanonical::NotJson(error.to_string()))?;
    write(&value)
}

/// Writes a JSON value canonically.
pub fn write(value: &Value) -> Result<String, NotCanonical> {
    let mut text = String::new();
    write_value(value, &mut text).map_err(|path| NotCanonical::Float { path })?;
    Ok(text)
}

/// Answers with the path of a float. Paths are put together on the way out: no cost where all is well.
fn write_value(value: &Value, text: &mut String) -> Result<(), String> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) if number.is_f64() => return Err(String::new()),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(string) => write_string(string, text),
        Value::Array(items) => write_array(items, text)?,
        Value::Object(fields) => write_object(fields, text)?,
    }
    Ok(())
}

fn write_array(items: &[Value], text: &mut String) -> Result<(), String> {
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_value(item, text).map_err(|path| format!("/{index}{path}"))?;
    }
    text.push(']');
    Ok(())
}

/// Sorts for itself: whether `serde_json::Map` does depends on a feature that any crate can switch on.
fn write_object(fields: &serde_json::Map<String, Value>, text: &mut String) -> Result<(), String> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    text.push('{');
    for (index, (name, value)) in fields.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(name, text);
        text.push(':');
        write_value(value, text).map_err(|path| format!("/{name}{path}"))?;
    }
    text.push('}');
    Ok(())
}

fn write_string(string: &str, text: &mut String) {
    text.push_str(&serde_json::to_string(string).expect("every string is JSON"));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_is_padded() {
        let value = json!({ "b": { "z": null, "a": true }, "a": [{ "y": 1, "x": -2 }], "": "é\n" });
        assert_eq!(
            write(&value).unwrap(),
            r#"{"":"é\n","a":[{"x":-2,"y":1}],"b":{"a":true,"z":null}}"#
        );
    }

    #[test]
    fn a_float_is_refused_with_its_path() {
        let refused = write(&json!({ "a": [1, { "b": 1.5 }] })).unwrap_err();
        assert_eq!(
            refused,
            NotCanonical::Float {
                path: "/a/1/b".into()
            }
        );
    }

    #[test]
    fn the_largest_integers_keep_their_digits() {
        assert_eq!(
            write(&json!([u64::MAX, i64::MIN])).unwrap(),
            "[18446744073709551615,-9223372036854775808]"
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back_and_writes_the_same_again(value in any_json()) {
            let text = write(&value).unwrap();
            let read: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(write(&read).unwrap(), text);
        }
    }
}
