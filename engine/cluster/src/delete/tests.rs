use serde_json::{Value, json};

use super::{DeleteOptions, Deleted, Propagation};
use crate::fake::{Fake, Reply, first_then};
use crate::{Error, ObjectReference};

mod unanswered;

const PATH: &str = "/apis/apps/v1/namespaces/web/deployments/a";

fn a() -> ObjectReference {
    ObjectReference {
        group: "apps".to_owned(),
        version: "v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: None,
        name: "a".to_owned(),
    }
}

fn by_uid() -> DeleteOptions {
    DeleteOptions {
        uid: Some("u".to_owned()),
        ..DeleteOptions::default()
    }
}

fn stored(uid: &str, version: &str) -> Value {
    json!({"metadata": {"name": "a", "uid": uid, "resourceVersion": version}})
}

fn server(object: Option<Value>, deletes: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Fake {
    Fake::new(
        move |call, nth| match (call.path.as_str(), call.method.as_str()) {
            (PATH, "GET") => object.clone().map(|it| Reply::Json(200, it)),
            (PATH, "DELETE") => Some(deletes(nth)),
            _ => None,
        },
    )
}

fn conflict(_: usize) -> Reply {
    Reply::Json(
        409,
        json!({"message": "Precondition failed: UID in precondition: u, UID in object meta: v"}),
    )
}

#[tokio::test(start_paused = true)]
async fn propagation_and_preconditions_are_sent() {
    let fake = server(None, |_| Reply::Json(200, json!({"kind": "Status"})));
    let options = DeleteOptions {
        propagation: Propagation::Foreground,
        resource_version: Some("1".to_owned()),
        ..by_uid()
    };
    assert_eq!(fake.cluster().delete(&a(), &options).await, Ok(Deleted::Accepted));
    let body = fake.last_body("DELETE", PATH);
    assert_eq!(body["propagationPolicy"], "Foreground");
    assert_eq!(body["preconditions"], json!({"uid": "u", "resourceVersion": "1"}));
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_another_one_is_success() {
    let fake = server(None, |_| Reply::Json(404, json!({"message": "not found"})));
    assert_eq!(fake.cluster().delete(&a(), &by_uid()).await, Ok(Deleted::WasGone));
    let fake = server(Some(stored("v", "9")), conflict);
    assert_eq!(
        fake.cluster().delete(&a(), &by_uid()).await,
        Ok(Deleted::WasReplaced)
    );
    let fake = server(None, conflict);
    assert_eq!(fake.cluster().delete(&a(), &by_uid()).await, Ok(Deleted::WasGone));
}

#[tokio::test(start_paused = true)]
async fn the_same_one_at_another_version_is_a_change() {
    let fake = server(Some(stored("u", "9")), conflict);
    let options = DeleteOptions {
        resource_version: Some("1".to_owned()),
        ..by_uid()
    };
    assert_eq!(fake.cluster().delete(&a(), &options).await, Err(Error::Changed));
}

#[tokio::test(start_paused = true)]
async fn a_lost_delete_by_uid_is_sent_again() {
    let deletes = first_then(Reply::Cut, Reply::Json(404, json!({"message": "not found"})));
    let fake = server(None, deletes);
    assert_eq!(
        fake.cluster().delete(&a(), &by_uid()).await,
        Ok(Deleted::Accepted)
    );
    assert_eq!(fake.count("DELETE", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_delete_by_name_is_looked_at() {
    let fake = server(None, |_| Reply::Cut);
    assert_eq!(
        fake.cluster().delete(&a(), &DeleteOptions::default()).await,
        Ok(Deleted::Accepted)
    );
    let mut dying = stored("u", "2");
    dying["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    let fake = server(Some(dying), |_| Reply::Cut);
    assert_eq!(
        fake.cluster().delete(&a(), &DeleteOptions::default()).await,
        Ok(Deleted::Accepted)
    );
    let fake = server(Some(stored("u", "2")), |_| Reply::Cut);
    let result = fake.cluster().delete(&a(), &DeleteOptions::default()).await;
    assert!(matches!(result, Err(Error::OutcomeUnknown(_))), "{result:?}");
    assert_eq!(fake.count("DELETE", PATH), 1);
}
