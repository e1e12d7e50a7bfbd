//! An apply that may have been sent before.

use super::*;

fn resumed(uid: Option<&str>, version: Option<&str>) -> ApplyOptions {
    ApplyOptions {
        uid: uid.map(ToOwned::to_owned),
        resource_version: version.map(ToOwned::to_owned),
        unanswered: true,
        ..ApplyOptions::default()
    }
}

fn guarded() -> ApplyOptions {
    resumed(Some("u"), Some("1"))
}

fn done(_: usize) -> Reply {
    Reply::Json(200, stored("2", "new"))
}

/// The first write gets lost, the others are refused because the object has changed.
fn lost_then_conflict(nth: usize) -> Reply {
    if nth == 0 {
        Reply::Cut
    } else {
        Reply::Json(409, json!({"message": "the object has been modified"}))
    }
}

async fn unknown(fake: &Fake, options: &ApplyOptions) -> String {
    match apply(fake, options).await {
        Err(Error::OutcomeUnknown(said)) => said,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_happened_is_answered_and_not_sent_again() {
    let fake = server(found("2", "new"), planned("new"), done);
    let applied = apply(&fake, &guarded()).await.unwrap();
    assert!(applied.changed);
    assert_eq!(applied.generation, Some(3));
    assert_eq!(applied.object["metadata"]["resourceVersion"], "2");
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_happen_is_sent_with_its_preconditions() {
    let fake = server(found("1", "old"), planned("new"), done);
    assert!(apply(&fake, &guarded()).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 1);
    let metadata = fake.last_body("PATCH", PATH)["metadata"].clone();
    assert_eq!(
        (&metadata["uid"], &metadata["resourceVersion"]),
        (&json!("u"), &json!("1"))
    );
}

#[tokio::test(start_paused = true)]
async fn where_there_was_nothing_to_change_nothing_is_changed() {
    let fake = server(found("1", "new"), planned("new"), done);
    assert!(!apply(&fake, &guarded()).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_tell_is_said_with_what_to_check() {
    let third = server(found("3", "third"), planned("new"), done);
    let said = unknown(&third, &guarded()).await;
    assert!(
        said.contains("may have been sent") && said.contains("compare"),
        "{said}"
    );
    let gone = server(missing, planned("new"), done);
    for options in [guarded(), resumed(Some("u"), None), resumed(None, Some("1"))] {
        let said = unknown(&gone, &options).await;
        assert!(said.contains("the object is gone now"), "{said}");
    }
    let another = server(found("1", "new"), planned("new"), done);
    let said = unknown(&another, &resumed(Some("v"), Some("1"))).await;
    assert!(said.contains("another object"), "{said}");
    for fake in [third, gone, another] {
        assert_eq!(fake.count("PATCH", PATH), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_is_not_written_to() {
    let forbidden = |_| Reply::Json(403, json!({"message": "User \"u\" cannot get resource"}));
    let away = |_| Reply::Unreachable;
    for fake in [
        server(forbidden, planned("new"), done),
        server(away, planned("new"), done),
    ] {
        unknown(&fake, &guarded()).await;
        assert_eq!(fake.count("PATCH", PATH), 0);
    }
    // Without a version it makes the same state however often it arrives.
    let fake = server(forbidden, planned("new"), done);
    assert!(apply(&fake, &resumed(Some("u"), None)).await.is_ok());
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_not_accepted_leaves_it_unknown() {
    let fake = server(
        |_| Reply::Json(401, json!({"message": "Unauthorized"})),
        planned("new"),
        done,
    );
    let error = apply(&fake, &guarded()).await.err();
    assert!(
        matches!(&error, Some(Error::OutcomeUnknown(why)) if why.contains("does not accept the account's credential")),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_preconditions_what_is_missing_is_made_and_what_is_so_is_left() {
    let fake = server(missing, planned("new"), done);
    assert!(apply(&fake, &resumed(None, None)).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 1);
    let fake = server(found("2", "new"), planned("new"), done);
    assert!(apply(&fake, &resumed(None, None)).await.unwrap().changed);
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_values_held_by_another_manager_are_not_yet_applied() {
    let mut owned = stored("1", "new");
    owned["metadata"]["managedFields"] = json!([{"manager": "shipslog:web:deploy", "operation": "Apply", "fieldsV1": {"f:data": {"f:k": {}}}}]);
    let fake = server(found("1", "new"), move || Reply::Json(200, owned.clone()), done);
    apply(&fake, &guarded()).await.unwrap();
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_arrives_late_is_not_taken_for_somebody_elses_change() {
    // The look saw nothing of it; then it arrived, and the one sent again met its work.
    for (options, looks) in [(at_version("1"), 2), (guarded(), 1)] {
        let reads = move |nth| {
            if nth < looks {
                Reply::Json(200, stored("1", "old"))
            } else {
                Reply::Json(200, stored("2", "new"))
            }
        };
        let fake = server(reads, planned("new"), move |nth| {
            lost_then_conflict(nth + 2 - looks)
        });
        assert!(apply(&fake, &options).await.unwrap().changed);
        assert_eq!(fake.count("PATCH", PATH), looks);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_lost_each_time_is_sent_within_the_budget_and_said_to_be_unknown() {
    let fake = server(found("1", "old"), planned("new"), |_| Reply::Cut);
    let start = tokio::time::Instant::now();
    let said = unknown(&fake, &guarded()).await;
    assert!(
        said.contains("nothing had come of it when last looked at"),
        "{said}"
    );
    assert!(start.elapsed() <= std::time::Duration::from_mins(1));
    assert!(fake.count("PATCH", PATH) > 3);
}

#[tokio::test(start_paused = true)]
async fn doubts_about_a_secret_do_not_quote_it() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
        "data": {"k": "aHVudGVyMg=="}});
    for options in [guarded(), at_version("1")] {
        let fake = Fake::new(|call, nth| match (call.method.as_str(), call.is_dry_run()) {
            ("PATCH", false) => Some(Reply::Json(
                500,
                json!({"message": "what is aHVudGVyMg== or hunter2?"}),
            )),
            ("PATCH", true) => Some(Reply::Json(500, json!({"message": "hunter2"}))),
            _ if call.path.ends_with("/a") && nth == 0 => Some(Reply::Json(200, stored("1", "old"))),
            _ if call.path.ends_with("/a") => Some(Reply::Json(503, json!({"message": "hunter2"}))),
            _ => None,
        });
        let error = fake.cluster().apply(&secret, "m", &options).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(matches!(error, Error::OutcomeUnknown(_)), "{said}");
        assert!(
            !said.contains("hunter2") && !said.contains("aHVudGVyMg"),
            "{said}"
        );
    }
}
