//! Applying configuration: all or nothing, and only what changes.

use serde_json::{Value, json};
use shipslog_log::raw;

use super::*;

async fn changes(house: &House, documents: Vec<Value>) -> Vec<ChangeKind> {
    let applied = house.applied(documents, false).await;
    applied.changes.iter().map(|it| it.change).collect()
}

fn account(token: &str) -> Value {
    json!({ "kind": "Account", "name": "deployer", "token": token })
}

async fn token(house: &House) -> Value {
    house.document(Kind::Account, "deployer").await["token"].clone()
}

#[tokio::test]
async fn applying_the_same_twice_changes_nothing_and_seals_no_secret_again() {
    let house = House::empty(&["pass"]).await;
    let documents = [surroundings(), vec![project("pass", &json!({}))]].concat();
    assert!(
        changes(&house, documents.clone())
            .await
            .iter()
            .all(|it| *it == ChangeKind::Created)
    );
    let (before, handle) = (head(&house), token(&house).await);
    assert!(
        changes(&house, documents)
            .await
            .iter()
            .all(|it| *it == ChangeKind::Unchanged)
    );
    assert_eq!((head(&house), token(&house).await), (before, handle));
}

#[tokio::test]
async fn another_secret_is_another_handle_and_the_old_one_given_back_is_kept() {
    let house = House::empty(&[]).await;
    house.apply(vec![account("one")]).await;
    let first = token(&house).await;
    assert_eq!(changes(&house, vec![account("two")]).await, [ChangeKind::Changed]);
    let second = token(&house).await;
    assert_ne!(first, second);
    let read_back = account(second.as_str().unwrap());
    assert_eq!(changes(&house, vec![read_back]).await, [ChangeKind::Unchanged]);
    let stale = house
        .engine
        .commands()
        .apply(&by(), vec![account(first.as_str().unwrap())], false)
        .await;
    assert!(
        stale
            .unwrap_err()
            .to_string()
            .contains("a handle of something else")
    );
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_keeps_nothing() {
    let house = House::empty(&[]).await;
    let before = head(&house);
    let described = json!({ "kind": "Environment", "name": "Development", "description": "for trying" });
    let documents = vec![account("a secret"), described];
    let applied = house
        .engine
        .commands()
        .apply(&by(), documents, true)
        .await
        .unwrap();
    assert_eq!(applied.position, before);
    assert!(
        applied.changes[1].diff.contains("+description: for trying"),
        "{:?}",
        applied.changes
    );
    assert_eq!(head(&house), before);
    assert_eq!(
        house
            .engine
            .commands()
            .document(Kind::Account, "deployer")
            .await
            .unwrap(),
        None
    );
    assert_eq!(raw::sealed_values(&house.location()), 0);
}

#[tokio::test]
async fn one_wrong_document_keeps_all_of_its_apply_out() {
    let house = House::empty(&[]).await;
    let before = head(&house);
    let lifecycle = json!({ "kind": "Lifecycle", "name": "Application",
        "phases": [{ "name": "Development", "environments": ["Developmnet"] }] });
    let documents = vec![
        json!({ "kind": "Environment", "name": "Development" }),
        lifecycle,
        account("x"),
    ];
    let error = house
        .engine
        .commands()
        .apply(&by(), documents, false)
        .await
        .unwrap_err();
    let Error::Invalid(problems) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        problems[0].path,
        "Lifecycle Application: phases[0].environments[0]"
    );
    assert!(problems[0].message.contains("`Development`"), "{problems:?}");
    assert_eq!(head(&house), before);
    assert_eq!(
        house
            .engine
            .commands()
            .document(Kind::Environment, "Development")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn every_wrong_document_is_named_at_once() {
    let house = House::empty(&[]).await;
    let documents = vec![
        json!({ "kind": "Environmnt" }),
        json!({ "kind": "Environment", "nmae": "x" }),
    ];
    let Error::Invalid(problems) = house
        .engine
        .commands()
        .apply(&by(), documents, false)
        .await
        .unwrap_err()
    else {
        panic!("documents that cannot be read are invalid");
    };
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();
    assert!(
        paths.contains(&"document 1: kind") && paths.contains(&"document 2"),
        "{paths:?}"
    );
}

#[tokio::test]
async fn applies_at_once_all_land_and_each_document_counts_its_revisions() {
    let house = House::empty(&[]).await;
    let apply = |number: usize| {
        let described =
            json!({ "kind": "Environment", "name": "Shared", "description": format!("{number}") });
        let own = json!({ "kind": "Environment", "name": format!("Own {number}") });
        let engine = house.engine.clone();
        async move {
            engine
                .commands()
                .apply(&by(), vec![described, own], false)
                .await
                .unwrap()
        }
    };
    futures::future::join_all((0..8).map(apply)).await;
    house.caught_up().await;
    let documents = house.engine.views().documents(Kind::Environment).await.unwrap();
    let revisions: Vec<_> = documents
        .iter()
        .map(|it| (it.name.as_str(), it.entry.revision))
        .collect();
    assert_eq!(revisions.len(), 9);
    assert!(revisions.contains(&("Shared", 8)), "{revisions:?}");
}

#[tokio::test]
async fn a_reference_that_somebody_else_s_apply_makes_true_is_seen() {
    let house = House::empty(&[]).await;
    let lifecycle = json!({ "kind": "Lifecycle", "name": "Short", "phases": [{ "name": "Test", "environments": ["Test"] }] });
    let refused = house
        .engine
        .commands()
        .apply(&by(), vec![lifecycle.clone()], false)
        .await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    house
        .apply(vec![json!({ "kind": "Environment", "name": "Test" })])
        .await;
    assert_eq!(changes(&house, vec![lifecycle]).await, [ChangeKind::Created]);
}

#[tokio::test]
async fn a_component_is_asked_about_inputs_that_are_the_same_everywhere() {
    let house = House::empty(&["object"]).await;
    house.apply(surroundings()).await;
    let mut project = project("object", &json!({ "text": "#{Text}" }));
    project["variables"] = json!([{ "name": "Text", "value": "a" }]);
    let refused = house
        .engine
        .commands()
        .apply(&by(), vec![project.clone()], false)
        .await;
    let Error::Invalid(problems) = refused.unwrap_err() else {
        panic!("what a component finds wrong is invalid");
    };
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "Project object: process[0].with");
    assert_eq!(problems[0].message, "hello");
    project["variables"][0]["scope"] = json!({ "environments": ["Development"] });
    assert_eq!(changes(&house, vec![project]).await, [ChangeKind::Created]);
}
