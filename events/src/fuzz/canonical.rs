//! Any JSON there is, written canonically.

use proptest::prelude::*;
use serde_json::Value;
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::{cases, confused, damaged};

use crate::canonical::{self, NotCanonical};
use crate::{samples, upcast};

/// Written canonically it is the same value and the same text again; or it holds a float, at the path that is said.
fn write(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    match canonical::write(&value) {
        Ok(text) => {
            let read: Value = serde_json::from_str(&text).expect("what was written is JSON");
            assert_eq!(read, value);
            assert_eq!(canonical::write(&read), Ok(text));
        }
        Err(NotCanonical::Float { path }) => assert!(floats(&value), "{path} of {value}"),
        Err(NotCanonical::NotJson(reason)) => panic!("{value} is JSON: {reason}"),
    }
}

fn floats(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(floats),
        Value::Object(fields) => fields.values().any(floats),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let own = [
        r#"{"b":[1,-2,18446744073709551615],"a":{"\u00e9":"\n\u0000","":null}}"#,
        "[true,\"\\ud83d\\ude00\"]",
    ];
    let facts = samples::all()
        .into_iter()
        .map(|(_, event)| upcast::encode(&event).into_bytes());
    own.into_iter()
        .map(|it| it.as_bytes().to_vec())
        .chain(facts)
        .collect()
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn damaged_json_is_written_as_the_value_it_is(bytes in damaged(seeds())) {
        write(&bytes);
    }

    #[test]
    fn odd_json_is_written_as_the_value_it_is(
        value in confused(seeds().iter().map(|it| serde_json::from_slice(it).expect("seeds are JSON")).collect())
    ) {
        write(value.to_string().as_bytes());
    }
}

#[test]
fn every_text_of_the_corpus_is_written_as_the_value_it_is() {
    for (_, bytes) in corpus!("canonical") {
        write(&bytes);
    }
}
