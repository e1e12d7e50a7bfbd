//! Released shapes of events: golden files that are never edited, and what holds for every event there can be.

mod arbitrary;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::event::Event;
use crate::event::configuration::{ConfigurationEvent, Kind};
use crate::upcast::{self, kinds};
use crate::{canonical, samples};
use arbitrary::any_event;

fn golden_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"))
}

/// What a golden file holds.
fn golden(event: &Event) -> Value {
    let (kind, version) = event.kind();
    let facts: Value = serde_json::from_str(&upcast::encode(event)).unwrap();
    json!({ "type": kind, "version": version, "facts": facts })
}

fn file_name(case: &str, event: &Event) -> String {
    let (kind, version) = event.kind();
    let dot = if case.is_empty() { "" } else { "." };
    format!("{kind}.v{version}{dot}{case}.json")
}

/// Every golden file: its name, type, version and facts.
#[expect(
    clippy::disallowed_methods,
    reason = "golden files are compared with as they lie there"
)]
fn golden_files() -> Vec<(String, String, u32, Value)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(golden_folder()).unwrap() {
        let path = entry.unwrap().path();
        let content: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let version = u32::try_from(content["version"].as_u64().unwrap()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.push((
            name,
            content["type"].as_str().unwrap().to_owned(),
            version,
            content["facts"].clone(),
        ));
    }
    files
}

/// With `SHIPSLOG_NEW_GOLDEN=1`, files that are missing are written; those that are there are never touched.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "golden files are compared with as they lie there, and written only where somebody asks for it"
)]
fn every_sample_is_what_its_golden_file_says() {
    for (case, event) in samples::all() {
        let path = golden_folder().join(file_name(&case, &event));
        if !path.exists() && std::env::var_os("SHIPSLOG_NEW_GOLDEN").is_some() {
            fs::write(&path, format!("{:#}\n", golden(&event))).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|_| {
            panic!(
                "{} is missing: run this test with SHIPSLOG_NEW_GOLDEN=1",
                path.display()
            )
        });
        let content: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            content,
            golden(&event),
            "a released shape has changed: {}",
            path.display()
        );
    }
}

#[test]
fn every_type_and_version_has_a_golden_file() {
    let files = golden_files();
    for (kind, newest) in kinds() {
        for version in 1..=newest {
            assert!(
                files
                    .iter()
                    .any(|(_, name, of, _)| *name == kind && *of == version),
                "no golden file for {kind} version {version}: add a sample"
            );
        }
    }
}

#[test]
fn every_golden_file_is_read() {
    for (file, kind, version, facts) in golden_files() {
        let facts = canonical::write(&facts).unwrap();
        let event = upcast::decode(&kind, version, &facts).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(event.kind().0, kind, "{file}");
        if event.kind().1 == version {
            assert_eq!(
                upcast::encode(&event),
                facts,
                "{file}: writing it again changes it"
            );
        }
    }
}

/// The types of events and the kinds of documents that are in none of these.
fn left_out(events: impl IntoIterator<Item = Event>) -> (BTreeSet<&'static str>, BTreeSet<Kind>) {
    let mut types = kinds().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let mut documents = BTreeSet::from(Kind::ALL);
    for event in events {
        types.remove(event.kind().0);
        if let Event::Configuration(ConfigurationEvent::DocumentApplied { facts, .. }) = &event {
            documents.remove(&facts.kind());
        }
    }
    (types, documents)
}

#[test]
fn samples_and_properties_leave_no_type_of_event_and_no_kind_of_document_out() {
    let none = Default::default();
    assert_eq!(left_out(samples::all().into_iter().map(|(_, event)| event)), none);
    let (any, mut runner) = (any_event(), TestRunner::deterministic());
    let drawn = (0..5000).map(|_| any.new_tree(&mut runner).unwrap().current());
    assert_eq!(left_out(drawn), none);
}

proptest! {
    #[test]
    fn an_event_is_the_same_after_writing_and_reading(event in any_event()) {
        let (kind, version) = event.kind();
        prop_assert_eq!(upcast::decode(kind, version, &upcast::encode(&event)), Ok(event));
    }

    #[test]
    fn the_facts_are_all_but_the_tag(event in any_event()) {
        let mut whole = serde_json::to_value(&event).unwrap();
        whole.as_object_mut().unwrap().remove("type").unwrap();
        prop_assert_eq!(canonical::write(&whole).unwrap(), upcast::encode(&event));
    }

    #[test]
    fn facts_that_anybody_could_write_never_panic(kind in select(kinds().collect::<Vec<_>>()), version in 0_u32..3, facts: String) {
        drop(upcast::decode(kind.0, version, &facts));
    }
}
