use serde_json::{Value, json};

use super::{Applied, ApplyOptions};
use crate::fake::{Fake, Reply, first_then};
use crate::{Error, FieldConflict};

mod unanswered;

const PATH: &str = "/api/v1/namespaces/web/configmaps/a";

fn manifest() -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "new"}})
}

fn stored(version: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": value},
        "metadata": {"name": "a", "namespace": "web", "uid": "u", "resourceVersion": version, "generation": 3}})
}

fn at_version(version: &str) -> ApplyOptions {
    ApplyOptions {
        resource_version: Some(version.to_owned()),
        ..ApplyOptions::default()
    }
}

/// A server with one object, by script for reads, dry runs and writes.
fn server(
    reads: impl Fn(usize) -> Reply + Send + Sync + 'static,
    plan: impl Fn() -> Reply + Send + Sync + 'static,
    writes: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> Fake {
    Fake::new(
        move |call, nth| match (call.path.as_str(), call.method.as_str()) {
            (PATH, "GET") => Some(reads(nth)),
            (PATH, "PATCH") if call.is_dry_run() => Some(plan()),
            (PATH, "PATCH") => Some(writes(nth)),
            _ => None,
        },
    )
}

fn found(version: &'static str, value: &'static str) -> impl Fn(usize) -> Reply + Send + Sync {
    move |_| Reply::Json(200, stored(version, value))
}

fn missing(_: usize) -> Reply {
    Reply::Json(404, json!({"message": "configmaps \"a\" not found"}))
}

fn planned(value: &'static str) -> impl Fn() -> Reply + Send + Sync {
    move || Reply::Json(200, stored("1", value))
}

async fn apply(fake: &Fake, options: &ApplyOptions) -> Result<Applied, Error> {
    fake.cluster()
        .apply(&manifest(), "shipslog:web:deploy", options)
        .await
}

#[tokio::test(start_paused = true)]
async fn a_new_object_is_made_in_the_default_namespace_as_the_field_manager() {
    let fake = server(missing, planned("new"), found("1", "new"));
    let applied = apply(&fake, &ApplyOptions::default()).await.unwrap();
    assert!(applied.changed);
    assert_eq!(applied.generation, Some(3));
    let calls = fake.calls();
    let query = "fieldManager=shipslog%3Aweb%3Adeploy&force=false&fieldValidation=Strict";
    assert_eq!(calls.last().unwrap().query, query);
    assert_eq!(
        fake.last_body("PATCH", PATH)["metadata"],
        json!({"name": "a", "namespace": "web"})
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_so_already_is_not_changed() {
    for (after, value, changed) in [("1", "new", false), ("2", "new", false), ("2", "other", true)] {
        let fake = server(found("1", "new"), planned("new"), found(after, value));
        assert_eq!(
            apply(&fake, &ApplyOptions::default()).await.unwrap().changed,
            changed
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_object_is_not_made_by_a_guarded_apply() {
    let fake = server(missing, planned("new"), found("1", "new"));
    for options in [
        at_version("1"),
        ApplyOptions {
            uid: Some("u".to_owned()),
            ..ApplyOptions::default()
        },
    ] {
        assert_eq!(apply(&fake, &options).await.err(), Some(Error::Changed));
    }
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn a_guarded_apply_sends_version_and_uid_and_none_to_another_object() {
    let fake = server(found("1", "old"), planned("new"), found("2", "new"));
    apply(&fake, &at_version("1")).await.unwrap();
    let metadata = fake.last_body("PATCH", PATH)["metadata"].clone();
    assert_eq!(
        (metadata["uid"].as_str(), metadata["resourceVersion"].as_str()),
        (Some("u"), Some("1"))
    );
    assert_eq!(apply(&fake, &at_version("0")).await.err(), Some(Error::Changed));
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn both_kinds_of_409_are_told_apart() {
    let cause = json!({"reason": "FieldManagerConflict", "message": "conflict with \"kubectl\" using v1", "field": ".data.k"});
    let body = json!({"message": "conflict", "reason": "Conflict", "details": {"causes": [cause]}});
    let fake = server(found("1", "old"), planned("new"), move |_| {
        Reply::Json(409, body.clone())
    });
    let expected = FieldConflict {
        path: "data.k".to_owned(),
        manager: "kubectl".to_owned(),
    };
    assert_eq!(
        apply(&fake, &ApplyOptions::default()).await.err(),
        Some(Error::Conflict(vec![expected]))
    );
    let plain = |_| {
        Reply::Json(
            409,
            json!({"message": "the object has been modified", "reason": "Conflict"}),
        )
    };
    let fake = server(found("1", "old"), planned("new"), plain);
    assert_eq!(apply(&fake, &at_version("1")).await.err(), Some(Error::Changed));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_field_is_invalid_and_not_tried_again() {
    let message = "failed to create typed patch object (web/a; /v1, Kind=ConfigMap): .dta: field not declared in schema";
    let fake = server(missing, planned("new"), move |_| {
        Reply::Json(500, json!({"message": message, "code": 500}))
    });
    let error = Error::invalid("dta", "field not declared in schema");
    assert_eq!(apply(&fake, &ApplyOptions::default()).await.err(), Some(error));
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn a_missing_namespace_is_named() {
    let fake = server(missing, planned("new"), missing);
    let error = Error::invalid("metadata.namespace", "the namespace `web` does not exist");
    assert_eq!(apply(&fake, &ApplyOptions::default()).await.err(), Some(error));
}

#[tokio::test(start_paused = true)]
async fn an_unguarded_apply_that_got_lost_is_sent_again() {
    let writes = first_then(Reply::Cut, Reply::Json(200, stored("2", "new")));
    let fake = server(found("1", "old"), planned("new"), writes);
    assert!(apply(&fake, &ApplyOptions::default()).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_object_is_not_taken_for_what_is_there_now() {
    let mut endless = stored("2", "new");
    endless["metadata"]["uid"] = "x".repeat(100).into();
    for answer in [json!(["a list"]), endless] {
        let fake = server(found("1", "old"), planned("new"), move |_| {
            Reply::Json(200, answer.clone())
        });
        let refused = apply(&fake, &ApplyOptions::default()).await;
        assert!(
            matches!(&refused, Err(Error::Other { code, .. }) if code == "no-object"),
            "{refused:?}"
        );
    }
}

fn forbidden() -> Reply {
    Reply::Json(403, json!({"reason": "Forbidden", "message": "exceeded quota"}))
}

/// What is answered to an apply whose first try got lost and whose second is refused, where the object was found at the
/// first of these versions, and at the second afterwards.
async fn refused_at_last(
    before: (&'static str, &'static str),
    after: (&'static str, &'static str),
) -> Result<Applied, Error> {
    let reads = first_then(
        Reply::Json(200, stored(before.0, before.1)),
        Reply::Json(200, stored(after.0, after.1)),
    );
    let fake = server(reads, planned("new"), first_then(Reply::Cut, forbidden()));
    apply(&fake, &ApplyOptions::default()).await
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_try_that_got_lost_says_nothing_of_that_one() {
    let done = refused_at_last(("1", "old"), ("2", "new")).await;
    assert_eq!(done.unwrap().object["metadata"]["resourceVersion"], "2");
    for after in [("1", "old"), ("3", "third")] {
        let Err(Error::Doubtful(refusal)) = refused_at_last(("1", "old"), after).await else {
            panic!("it may come yet")
        };
        assert!(matches!(&*refusal, Error::Forbidden(_)), "{refusal:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_guarded_apply_that_got_lost_but_happened_is_told_so() {
    let reads = first_then(
        Reply::Json(200, stored("1", "old")),
        Reply::Json(200, stored("2", "new")),
    );
    let fake = server(reads, planned("new"), |_| Reply::Cut);
    let applied = apply(&fake, &at_version("1")).await.unwrap();
    assert!(applied.changed);
    assert_eq!(applied.object["metadata"]["resourceVersion"], "2");
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn a_guarded_apply_that_got_lost_and_did_not_happen_is_sent_again() {
    let writes = first_then(Reply::Cut, Reply::Json(200, stored("2", "new")));
    let fake = server(found("1", "old"), planned("new"), writes);
    assert!(apply(&fake, &at_version("1")).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn a_guarded_apply_of_which_nothing_can_be_told_is_said_to_be_unknown() {
    let reads = first_then(
        Reply::Json(200, stored("1", "old")),
        Reply::Json(200, stored("3", "third")),
    );
    let fake = server(reads, planned("new"), |_| Reply::Cut);
    let Err(Error::OutcomeUnknown(said)) = apply(&fake, &at_version("1")).await else {
        panic!()
    };
    assert!(
        said.contains("ConfigMap web/a") && said.contains("compare"),
        "{said}"
    );
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn preconditions_do_not_belong_into_the_manifest() {
    let fake = server(missing, planned("new"), found("1", "new"));
    let mut object = manifest();
    object["metadata"]["resourceVersion"] = "1".into();
    let result = fake.cluster().apply(&object, "m", &ApplyOptions::default()).await;
    assert!(matches!(result, Err(Error::Invalid(causes)) if causes[0].path == "metadata.resourceVersion"));
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn a_complaint_about_a_secret_does_not_quote_it() {
    let message = "failed to create typed patch object (web/a; /v1, Kind=Secret): .data.k: expected string, got 47110815";
    let fake = Fake::new(move |call, _| {
        (call.method == "PATCH").then(|| Reply::Json(500, json!({"message": message, "code": 500})))
    });
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"k": 47_110_815}});
    let error = fake
        .cluster()
        .apply(&secret, "m", &ApplyOptions::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Invalid(causes) if causes[0].path == "data.k"),
        "{error:?}"
    );
    assert!(!format!("{error} {error:?}").contains("47110815"));
}
