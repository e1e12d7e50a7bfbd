//! Facts of events, as a damaged or hostile log has them.

use proptest::prelude::*;
use serde_json::{Value, json};
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::{cases, confused, damaged, each_replaced};

use crate::samples;
use crate::upcast::{self, DecodeError, kinds};

/// Never panics; what is read is the facts and nothing else, and is read the same again.
fn decode(kind: &str, version: u32, facts: &str) -> Result<(), DecodeError> {
    let event = upcast::decode(kind, version, facts)?;
    let (now, newest) = event.kind();
    assert_eq!(now, kind, "{facts}");
    let written = upcast::encode(&event);
    assert_eq!(upcast::decode(kind, newest, &written), Ok(event), "{facts}");
    let (facts, written): (Value, Value) = (
        serde_json::from_str(facts).expect("an event was read of it"),
        serde_json::from_str(&written).expect("events are written as JSON"),
    );
    assert!(
        version != newest || says(&facts, &written),
        "{written} was read from {facts}"
    );
    Ok(())
}

/// Whether all that is written was in the facts as well. They may hold more, which a vocabulary that has grown may name.
fn says(facts: &Value, written: &Value) -> bool {
    match (facts, written) {
        (Value::Object(facts), Value::Object(written)) => {
            written.iter().all(|(key, it)| match facts.get(key) {
                // Serde takes the number of a variant for its name, where the name is the tag.
                Some(Value::Number(_)) if key == "kind" => it.is_string(),
                Some(fact) => says(fact, it),
                None => [Value::Null, Value::Array(Vec::new()), Value::Bool(false)].contains(it),
            })
        }
        (Value::Array(facts), Value::Array(written)) => {
            facts.len() == written.len() && facts.iter().zip(written).all(|(fact, it)| says(fact, it))
        }
        (fact, it) => fact == it,
    }
}

fn seeds() -> Vec<(&'static str, String)> {
    samples::all()
        .iter()
        .map(|(_, event)| (event.kind().0, upcast::encode(event)))
        .collect()
}

/// Mostly of its own type; else of any other.
fn with_kind(
    facts: impl Strategy<Value = (usize, String)>,
) -> impl Strategy<Value = (&'static str, u32, String)> {
    let other = prop_oneof![9 => Just(None), 1 => proptest::sample::select(kinds().collect::<Vec<_>>()).prop_map(|it| Some(it.0))];
    let version = prop_oneof![9 => Just(1), 1 => any::<u32>()];
    (facts, other, version)
        .prop_map(|((seed, facts), other, version)| (other.unwrap_or(seeds()[seed].0), version, facts))
}

fn damaged_facts() -> impl Strategy<Value = (usize, String)> {
    (0..seeds().len()).prop_flat_map(|seed| {
        damaged(vec![seeds()[seed].1.clone().into_bytes()])
            .prop_map(move |bytes| (seed, String::from_utf8_lossy(&bytes).into_owned()))
    })
}

fn confused_facts() -> impl Strategy<Value = (usize, String)> {
    (0..seeds().len()).prop_flat_map(|seed| {
        let facts = serde_json::from_str(&seeds()[seed].1).expect("samples are JSON");
        confused(vec![facts]).prop_map(move |facts| (seed, facts.to_string()))
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn damaged_facts_are_read_as_they_are_or_refused((kind, version, facts) in with_kind(damaged_facts())) {
        decode(kind, version, &facts).ok();
    }

    #[test]
    fn facts_of_another_form_are_read_as_they_are_or_refused((kind, version, facts) in with_kind(confused_facts())) {
        decode(kind, version, &facts).ok();
    }
}

#[test]
fn facts_with_any_one_of_them_of_another_type_are_read_as_they_are_or_refused() {
    for (kind, facts) in seeds() {
        let facts = serde_json::from_str(&facts).expect("samples are JSON");
        for other in [
            Value::Null,
            json!(""),
            json!(-1),
            json!([]),
            json!({}),
            json!(u64::MAX),
        ] {
            for facts in each_replaced(&facts, &other) {
                decode(kind, 1, &facts.to_string()).ok();
            }
        }
    }
}

/// A file is called `<type>.v<version>.<what it is>` and holds the facts.
#[test]
fn every_event_of_the_corpus_is_refused_or_read_as_it_is() {
    for (name, facts) in corpus!("event") {
        let mut parts = name.splitn(3, '.');
        let kind = parts.next().expect("a name has a first part");
        let version = parts.next().and_then(|it| it.strip_prefix('v')?.parse().ok());
        let version = version.unwrap_or_else(|| panic!("{name} says no version"));
        let read = decode(kind, version, &String::from_utf8_lossy(&facts));
        assert_eq!(read.is_ok(), name.ends_with(".read.json"), "{name}: {read:?}");
    }
}
