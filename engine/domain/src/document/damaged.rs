//! Configuration documents that are not what they should be: refused with a path, whatever they are.

use proptest::prelude::*;
use serde_json::{Value, json};
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::{cases, confused, damaged};

use super::{Document, Problem};

/// Never panics; each problem says where, and what is read is written and read the same.
fn read(value: &Value) -> Result<(), String> {
    let document = match Document::read(value) {
        Ok(document) => document,
        Err(problems) => {
            assert!(!problems.is_empty(), "refused for no reason: {value}");
            for problem in &problems {
                assert!(says_where(problem), "{}: where in {value}?", problem.message);
            }
            return Err(problems[0].to_string());
        }
    };
    assert_eq!(document.to_value().get("kind"), value.get("kind"));
    let again = Document::read(&document.to_value());
    assert!(again == Ok(document.clone()), "{value}: {again:?}");
    assert_eq!(document.facts().kind(), document.key().0);
    document.clone().secrets_mut();
    Ok(())
}

/// By its path, or for a field of the document itself by its name.
fn says_where(problem: &Problem) -> bool {
    !problem.path.is_empty() || problem.message.contains(['"', '\'', '`'])
}

/// As the command line reads them.
fn parse(text: &str) -> Result<Vec<Value>, String> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| error.to_string())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the examples are damaged as people have them"
)]
fn examples() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/httpd");
    let files = std::fs::read_dir(folder).expect("the examples are there");
    files
        .map(|it| std::fs::read_to_string(it.expect("it is listed").path()).expect("examples are text"))
        .collect()
}

/// What the command line takes from the environment.
fn filled(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("fromEnvironment") => {
            json!("https://api:6443/ -----BEGIN CERTIFICATE-----")
        }
        Value::Object(fields) => fields.iter().map(|(key, it)| (key.clone(), filled(it))).collect(),
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Every kind, with every field: what the examples leave out is added.
fn seeds() -> Vec<Value> {
    let added = [
        json!({ "kind": "Account", "name": "a", "userPassword": { "user": "u", "password": "p" } }),
        json!({ "kind": "Feed", "name": "f", "url": "https://f", "pullPrefix": "p", "username": "u", "password": "p" }),
        json!({ "kind": "Project", "name": "p", "lifecycle": "l",
            "variables": [{ "name": "V", "sensitive": "s", "scope": { "environments": ["e"], "roles": ["r"] } }],
            "process": [{ "name": "s", "uses": "pass@1", "roles": ["r"], "with": {},
                "grant": [{ "verbs": ["get", "apply"], "group": "apps", "kind": "Deployment", "namespace": "*" }] }] }),
    ];
    examples()
        .iter()
        .flat_map(|it| parse(it).expect("examples are YAML"))
        .map(|it| filled(&it))
        .chain(added)
        .collect()
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_document_of_another_form_is_refused_with_a_path(value in confused(seeds())) {
        read(&value).ok();
    }

    #[test]
    fn a_damaged_text_is_refused_or_its_documents_are(
        bytes in damaged(examples().into_iter().map(String::into_bytes).collect())
    ) {
        for value in parse(&String::from_utf8_lossy(&bytes)).unwrap_or_default() {
            read(&filled(&value)).ok();
        }
    }
}

#[test]
fn every_example_is_read() {
    for value in seeds() {
        assert_eq!(read(&value), Ok(()));
    }
}

/// Nothing in these files is a document.
#[test]
fn every_text_of_the_corpus_is_refused_with_a_path_or_is_no_yaml() {
    for (name, bytes) in corpus!("document") {
        for value in parse(&String::from_utf8_lossy(&bytes)).unwrap_or_default() {
            assert!(read(&value).is_err(), "{name}");
        }
    }
}
