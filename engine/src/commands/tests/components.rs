//! Own components, from their directory into releases and out of the store.

use std::path::Path;

use serde_json::json;
use shipslog_events::ids::ComponentDigest;
use shipslog_runner::Component;
use shipslog_test_support::component::tiny;
use shipslog_test_support::documents::{project, surroundings};

use crate::commands::{Error, NewRelease};
use crate::engine::{Engine, Options};
use crate::testing::house::by;

async fn open(data: &Path, own: Option<&Path>) -> Engine {
    let options = Options {
        data_dir: data.to_owned(),
        sealing_key_file: None,
        keep_journals: None,
        components_dir: own.map(Path::to_owned),
    };
    Engine::open(options, &[("pass@1", &tiny("pass"))]).await.unwrap()
}

/// A project whose step is the own component, and a release of it.
async fn release(engine: &Engine) {
    let documents = [surroundings(), vec![project("tiny", &json!({}))]].concat();
    engine.commands().apply(&by(), documents, false).await.unwrap();
    let asked = NewRelease {
        project: "tiny".into(),
        version: None,
        packages: [].into(),
    };
    engine.commands().create_release(&by(), asked).await.unwrap();
}

fn digest(step: &str) -> ComponentDigest {
    Component::new(tiny(step)).digest().clone()
}

fn refusal(error: Error) -> (&'static str, String) {
    match error {
        Error::Refused { code, sentence } => (code, sentence),
        other => panic!("{other}"),
    }
}

/// Why the component of a step is not let go of.
async fn not_deleted(engine: &Engine, step: &str) -> (&'static str, String) {
    let deleted = engine.commands().delete_component(&by(), &digest(step)).await;
    refusal(deleted.unwrap_err())
}

#[tokio::test]
async fn what_cannot_be_offered_is_named_with_its_reason_and_the_rest_is_offered() {
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let put = |name: &str, bytes: &[u8]| std::fs::write(own.path().join(name), bytes).unwrap();
    put("tiny.wasm", &tiny("fail"));
    put("other.wasm", &tiny("fail"));
    put("pass.wasm", &tiny("fail"));
    put("torn.wasm", &tiny("fail")[..500]);
    put("text.wasm", b"hello");
    put("notes.txt", b"hello");
    std::fs::create_dir(own.path().join("folder.wasm")).unwrap();
    let engine = open(data.path(), Some(own.path())).await;
    let said = engine.not_offered();
    let reasons = [
        ("folder.wasm", "it is no file"),
        (
            "other.wasm",
            "it describes itself as `tiny`; call the file `tiny.wasm`",
        ),
        ("pass.wasm", "pass@1 is built in; give the step another name"),
        ("text.wasm", "the bytes are no WebAssembly component"),
        ("torn.wasm", "the component is not usable: "),
    ];
    assert_eq!(said.len(), reasons.len(), "{said:?}");
    for (sentence, (file, reason)) in said.iter().zip(reasons) {
        let file = own.path().join(file);
        let start = format!("the step {} is not offered: {reason}", file.display());
        assert!(sentence.starts_with(&start), "{sentence}");
    }
    let kept = engine.commands().kept_components().await.unwrap();
    let references: Vec<_> = kept
        .iter()
        .map(|it| (it.reference.as_deref().unwrap(), it.built_in))
        .collect();
    assert_eq!(references, [("pass@1", true), ("tiny@1", false)]);
}

#[tokio::test]
async fn a_release_keeps_its_component_after_the_file_is_gone() {
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(own.path().join("tiny.wasm"), tiny("fail")).unwrap();
    let engine = open(data.path(), Some(own.path())).await;
    release(&engine).await;
    let (code, sentence) = not_deleted(&engine, "fail").await;
    assert_eq!(code, "component-offered");
    assert!(sentence.contains("tiny@1; take its file away"), "{sentence}");
    engine.close().await;

    let engine = open(data.path(), None).await;
    let kept = engine.commands().kept_components().await.unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!((&kept[1].reference, &kept[1].digest), (&None, &digest("fail")));
    assert_eq!(kept[1].version, Some(semver::Version::new(1, 0, 0)));
    assert_eq!(kept[1].needed_by, [("tiny".into(), "1.0.0".into())]);
    let (code, sentence) = not_deleted(&engine, "fail").await;
    assert_eq!(code, "component-needed");
    assert!(
        sentence.starts_with("release 1.0.0 of project tiny needs the component"),
        "{sentence}"
    );
    let asked = NewRelease {
        project: "tiny".into(),
        version: None,
        packages: [].into(),
    };
    let (code, _) = refusal(engine.commands().create_release(&by(), asked).await.unwrap_err());
    assert_eq!(code, "no-component", "it is not offered any more");
}

#[tokio::test]
async fn what_nobody_needs_is_let_go_and_what_is_built_in_is_not() {
    let (data, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(own.path().join("tiny.wasm"), tiny("fail")).unwrap();
    open(data.path(), Some(own.path())).await.close().await;
    let engine = open(data.path(), None).await;
    engine
        .commands()
        .delete_component(&by(), &digest("fail"))
        .await
        .unwrap();
    let gone = engine
        .commands()
        .delete_component(&by(), &digest("fail"))
        .await
        .unwrap_err();
    assert!(matches!(gone, Error::NotFound(_)), "{gone}");
    let (_, sentence) = not_deleted(&engine, "pass").await;
    assert!(sentence.ends_with("it is built in"), "{sentence}");
    assert_eq!(engine.commands().kept_components().await.unwrap().len(), 1);
}
