//! A delete that may have been sent before.

use super::*;

fn resumed(uid: Option<&str>, version: Option<&str>) -> DeleteOptions {
    DeleteOptions {
        uid: uid.map(ToOwned::to_owned),
        resource_version: version.map(ToOwned::to_owned),
        unanswered: true,
        ..DeleteOptions::default()
    }
}

fn guarded() -> DeleteOptions {
    resumed(Some("u"), Some("1"))
}

fn dying(version: &str) -> Value {
    let mut object = stored("u", version);
    object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    object
}

fn done(_: usize) -> Reply {
    Reply::Json(200, json!({"kind": "Status"}))
}

/// What is answered, and how many deletes were sent, where the object is this one.
async fn told(object: Option<Value>, options: &DeleteOptions) -> (Result<Deleted, Error>, usize) {
    let fake = server(object, done);
    let result = fake.cluster().delete(&a(), options).await;
    (result, fake.count("DELETE", PATH))
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_another_one_or_on_its_way_out_is_done_and_not_sent() {
    for object in [None, Some(stored("v", "9")), Some(dying("1")), Some(dying("2"))] {
        assert_eq!(told(object, &guarded()).await, (Ok(Deleted::Accepted), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_untouched_is_deleted() {
    for options in [guarded(), resumed(Some("u"), None), resumed(None, Some("1"))] {
        assert_eq!(
            told(Some(stored("u", "1")), &options).await,
            (Ok(Deleted::Accepted), 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_lives_on_at_another_version_was_not_deleted_and_is_not_now() {
    let told = told(Some(stored("u", "2")), &guarded()).await;
    assert_eq!(told, (Err(Error::Changed), 0));
}

#[tokio::test(start_paused = true)]
async fn what_may_be_another_one_is_left_and_said_to_be_unknown() {
    for options in [resumed(None, None), resumed(None, Some("1"))] {
        let (result, sent) = told(Some(stored("u", "2")), &options).await;
        assert!(
            matches!(&result, Err(Error::OutcomeUnknown(said)) if said.contains("Deployment web/a")),
            "{result:?}"
        );
        assert_eq!(sent, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_arrives_late_is_not_taken_for_somebody_elses_change() {
    // The look saw nothing of it; then it arrived, and the one sent again met its work.
    let fake = Fake::new(|call, nth| match (call.path.as_str(), call.method.as_str()) {
        (PATH, "GET") if nth == 0 => Some(Reply::Json(200, stored("u", "1"))),
        (PATH, "GET") => Some(Reply::Json(200, dying("2"))),
        (PATH, "DELETE") if nth == 0 => Some(Reply::Cut),
        (PATH, "DELETE") => Some(conflict(nth)),
        _ => None,
    });
    let options = DeleteOptions {
        unanswered: false,
        ..guarded()
    };
    assert_eq!(fake.cluster().delete(&a(), &options).await, Ok(Deleted::Accepted));
    assert_eq!(fake.count("DELETE", PATH), 2);
}
