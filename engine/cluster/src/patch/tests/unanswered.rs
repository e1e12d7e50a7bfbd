//! A patch that may have been sent before.

use super::*;
use crate::fake::Seen;

fn resumed() -> Precondition {
    Precondition {
        unanswered: true,
        ..guarded()
    }
}

fn done(_: usize) -> Reply {
    Reply::Json(200, stored("2", "new"))
}

fn replace() -> Value {
    json!([{"op": "replace", "path": "/data/k", "value": "new"}])
}

/// Both ways to say it.
fn kinds() -> [(PatchKind, Value); 2] {
    [(PatchKind::Merge, merge()), (PatchKind::JsonPatch, replace())]
}

fn is_unknown(result: &Result<Value, Error>) -> bool {
    matches!(result, Err(Error::OutcomeUnknown(said)) if said.contains("compare"))
}

#[tokio::test(start_paused = true)]
async fn what_happened_is_answered_and_not_sent_again() {
    for (kind, body) in kinds() {
        let fake = server(stored("2", "new"), stored("2", "new"), done);
        assert_eq!(patch(&fake, kind, body, &resumed()).await, Ok(stored("2", "new")));
        assert_eq!(fake.count("PATCH", PATH), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_did_not_happen_is_sent_with_its_precondition() {
    for (kind, body) in kinds() {
        let fake = server(stored("1", "old"), stored("1", "new"), done);
        assert_eq!(patch(&fake, kind, body, &resumed()).await, Ok(stored("2", "new")));
        assert_eq!(fake.count("PATCH", PATH), 1);
        assert!(
            fake.last_body("PATCH", PATH)
                .to_string()
                .contains("resourceVersion")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_dry_run_carries_no_precondition() {
    let fake = server(stored("2", "new"), stored("2", "new"), done);
    patch(&fake, PatchKind::Merge, merge(), &resumed()).await.unwrap();
    let dry_run = fake.calls().into_iter().find(Seen::is_dry_run).unwrap();
    assert_eq!(dry_run.body, merge());
}

#[tokio::test(start_paused = true)]
async fn where_neither_the_dry_run_nor_the_version_tells_nobody_can() {
    for (kind, body) in kinds() {
        let fake = server(stored("3", "third"), stored("3", "new"), done);
        let result = patch(&fake, kind, body, &resumed()).await;
        assert!(is_unknown(&result), "{result:?}");
        assert_eq!(fake.count("PATCH", PATH), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_whose_repeat_fails_is_judged_by_the_version() {
    let remove = || json!([{"op": "remove", "path": "/data/old"}]);
    for (version, sent) in [("1", 1), ("2", 0)] {
        let fake = Fake::new(move |call, _| match call.method.as_str() {
            "GET" if call.path == PATH => Some(Reply::Json(200, stored(version, "k"))),
            "PATCH" if call.is_dry_run() => Some(Reply::Json(422, json!({"message": "nothing to remove"}))),
            "PATCH" => Some(done(0)),
            _ => None,
        });
        let result = patch(&fake, PatchKind::JsonPatch, remove(), &resumed()).await;
        assert_eq!(is_unknown(&result), sent == 0, "{result:?}");
        assert_eq!(fake.count("PATCH", PATH), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn another_object_of_that_name_or_none_is_not_patched() {
    let other = Precondition {
        uid: Some("v".to_owned()),
        ..resumed()
    };
    let fake = server(stored("1", "new"), stored("1", "new"), done);
    assert!(is_unknown(&patch(&fake, PatchKind::Merge, merge(), &other).await));
    assert_eq!(fake.count("PATCH", PATH), 0);
    let fake = Fake::new(|call, _| (call.method == "PATCH").then(|| done(0)));
    let result = patch(&fake, PatchKind::Merge, merge(), &resumed()).await;
    assert!(matches!(&result, Err(Error::OutcomeUnknown(said)) if said.contains("is gone now")));
    assert_eq!(fake.count("PATCH", PATH), 0);
}

#[tokio::test(start_paused = true)]
async fn in_doubt_a_json_patch_without_a_version_is_not_sent() {
    let blind = Precondition {
        unanswered: true,
        ..Precondition::default()
    };
    let fake = server(stored("1", "old"), stored("1", "new"), done);
    assert!(is_unknown(
        &patch(&fake, PatchKind::JsonPatch, replace(), &blind).await
    ));
    assert_eq!(fake.count("PATCH", PATH), 0);
    // A merge makes the same state however often it arrives.
    assert!(patch(&fake, PatchKind::Merge, merge(), &blind).await.is_ok());
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_arrives_late_is_not_taken_for_somebody_elses_change() {
    let fake = Fake::new(|call, nth| match call.method.as_str() {
        "GET" if call.path == PATH && nth == 0 => Some(Reply::Json(200, stored("1", "old"))),
        "GET" if call.path == PATH => Some(Reply::Json(200, stored("2", "new"))),
        "PATCH" if call.is_dry_run() => Some(Reply::Json(200, stored("2", "new"))),
        "PATCH" if nth == 0 => Some(Reply::Cut),
        "PATCH" => Some(Reply::Json(
            409,
            json!({"message": "the object has been modified"}),
        )),
        _ => None,
    });
    let result = patch(&fake, PatchKind::Merge, merge(), &guarded()).await;
    assert_eq!(result, Ok(stored("2", "new")));
    assert_eq!(fake.count("PATCH", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn doubts_about_a_secret_do_not_quote_it() {
    let fake = Fake::new(|call, _| match call.method.as_str() {
        "GET" if call.path.ends_with("/a") => Some(Reply::Json(503, json!({"message": "hunter2"}))),
        _ => None,
    });
    let secret = ObjectReference {
        kind: "Secret".to_owned(),
        ..a()
    };
    let body = json!({"data": {"k": "aHVudGVyMg=="}});
    let cluster = fake.cluster();
    let result = cluster
        .patch(&secret, PatchKind::Merge, &body, "m", &resumed())
        .await;
    assert!(
        is_unknown(&result) && !format!("{result:?}").contains("hunter2"),
        "{result:?}"
    );
}
