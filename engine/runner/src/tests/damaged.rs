//! Bytes that were components once, and descriptions that are not of the contract's form.

use proptest::prelude::*;
use serde_json::Value;
use shipslog_domain::schema;
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::{cases, confused, damaged};

use super::*;

/// Far more than the deadlines below and a compile add up to, also on a machine that has much else to do.
const LONGEST: Duration = Duration::from_mins(5);

/// What comes of it is an answer or a sentence, and it comes.
async fn load(yard: &Yard, bytes: &[u8]) -> Result<(), Errored> {
    let component = Component::new(bytes);
    let described = tokio::time::timeout(LONGEST, yard.runner.describe(&component));
    described
        .await
        .expect("it takes no longer")
        .inspect_err(sentence)?;
    let inputs = json!({});
    let checked = tokio::time::timeout(LONGEST, yard.runner.check(&component, &inputs));
    if let Err(refusal) = checked.await.expect("it takes no longer") {
        sentence(&Errored(refusal.to_string()));
    }
    let scene = short(Duration::from_millis(200));
    let ended = tokio::time::timeout(LONGEST, yard.run(&component, &scene));
    let ended = ended.await.expect("it takes no longer");
    if ended.outcome == AttemptOutcome::Errored {
        sentence(&Errored(ended.message));
    }
    Ok(())
}

fn sentence(errored: &Errored) {
    assert!(!errored.0.trim().is_empty(), "no word about what is wrong");
    assert!(
        errored.0.len() < 16_384,
        "{} bytes are no sentence",
        errored.0.len()
    );
    assert!(!errored.0.contains("panicked"), "{errored}");
}

fn yard() -> Yard {
    Yard::new(|it| {
        it.question_deadline = Duration::from_millis(200);
        it.cancel_grace = Duration::from_millis(100);
    })
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("there is a runtime")
}

/// The built-in steps, where they were built.
fn built_in() -> Vec<Vec<u8>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")),
        Into::into,
    );
    std::fs::read_dir(target.join("steps"))
        .into_iter()
        .flatten()
        .filter_map(|it| Some(it.ok()?.path()))
        .filter(|it| it.extension().is_some_and(|it| it == "wasm"))
        .filter_map(|it| std::fs::read(it).ok())
        .collect()
}

fn damage(seeds: Vec<Vec<u8>>, usual: u32) {
    let (yard, runtime) = (yard(), runtime());
    let config = ProptestConfig {
        source_file: Some(file!()),
        max_shrink_iters: 64,
        ..cases(usual)
    };
    proptest!(config, |(bytes in damaged(seeds))| {
        runtime.block_on(load(&yard, &bytes)).ok();
    });
}

#[test]
fn a_damaged_component_is_refused_in_a_sentence_or_runs_within_its_limits() {
    damage(vec![built(&guest()).bytes().to_vec()], 96);
}

#[test]
fn a_damaged_built_in_step_is_refused_in_a_sentence_or_runs_within_its_limits() {
    let seeds = built_in();
    if !seeds.is_empty() {
        damage(seeds, 8);
    }
}

/// Files are bytes or, where they end in `.wat`, text. None is a step.
#[test]
fn every_component_of_the_corpus_is_refused_in_a_sentence() {
    let (yard, runtime) = (yard(), runtime());
    for (name, bytes) in corpus!("component") {
        let bytes = wat::parse_bytes(&bytes)
            .map(std::borrow::Cow::into_owned)
            .unwrap_or(bytes);
        assert!(runtime.block_on(load(&yard, &bytes)).is_err(), "{name}");
    }
}

/// Never panics; the inputs' schema, whatever it is, says something of inputs.
fn describe(text: &str) -> Result<(), Errored> {
    let description = Description::parse(text).inspect_err(sentence)?;
    let printed = serde_json::to_string(&description).expect("descriptions are plain data");
    assert_eq!(Description::parse(&printed), Ok(description.clone()));
    for inputs in [
        json!({}),
        json!({ "name": "httpd", "other": [1, "#{x}"] }),
        Value::Null,
    ] {
        drop(schema::validate(&description.inputs, &inputs));
        drop(schema::validate_inputs(
            &description.inputs,
            &inputs,
            &["httpd".to_owned()],
        ));
        schema::unfit(&description.inputs, &inputs);
    }
    Ok(())
}

fn descriptions() -> Vec<Value> {
    let schema = json!({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {
            "name": { "type": "string", "pattern": "^[a-z]+$", "x-shipslog-reference": "package" },
            "other": { "$ref": "#/$defs/other" },
        },
        "$defs": { "other": { "oneOf": [{ "type": "array", "items": { "$ref": "#/$defs/other" } }, { "minimum": 1 }] } },
    });
    let first: Value = serde_json::from_str(guest().description()).expect("it is JSON");
    let mut second = first.clone();
    second["inputs"] = schema;
    second["outputs"] = json!([{ "name": "token", "sensitive": true }]);
    vec![first, second]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_damaged_description_is_refused_in_a_sentence_or_read_the_same_again(
        bytes in damaged(descriptions().iter().map(|it| it.to_string().into_bytes()).collect())
    ) {
        describe(&String::from_utf8_lossy(&bytes)).ok();
    }

    #[test]
    fn a_description_of_another_form_is_refused_in_a_sentence_or_read_the_same_again(value in confused(descriptions())) {
        describe(&value.to_string()).ok();
    }
}

/// Files whose names end in `.read.json` are read, all others refused.
#[test]
fn every_description_of_the_corpus_is_refused_in_a_sentence_or_read() {
    for (name, bytes) in corpus!("description") {
        let read = describe(&String::from_utf8_lossy(&bytes));
        assert_eq!(read.is_ok(), name.ends_with(".read.json"), "{name}: {read:?}");
    }
}
