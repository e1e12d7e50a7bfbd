use serde_json::{Value, json};

use super::{PatchKind, Precondition};
use crate::fake::{Fake, Reply, first_then, reference};
use crate::{Error, ObjectReference};

mod unanswered;

const PATH: &str = "/api/v1/namespaces/web/configmaps/a";

fn a() -> ObjectReference {
    reference("", "ConfigMap", "a")
}

fn stored(version: &str, value: &str) -> Value {
    json!({"metadata": {"name": "a", "uid": "u", "resourceVersion": version}, "data": {"k": value}})
}

fn guarded() -> Precondition {
    Precondition {
        uid: Some("u".to_owned()),
        resource_version: Some("1".to_owned()),
        ..Precondition::default()
    }
}

/// Answers writes by script; the object is as given when read, and as `planned` in a dry run.
fn server(object: Value, planned: Value, writes: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Fake {
    Fake::new(
        move |call, nth| match (call.path.as_str(), call.method.as_str()) {
            (PATH, "GET") => Some(Reply::Json(200, object.clone())),
            (PATH, "PATCH") if call.is_dry_run() => Some(Reply::Json(200, planned.clone())),
            (PATH, "PATCH") => Some(writes(nth)),
            _ => None,
        },
    )
}

async fn patch(
    fake: &Fake,
    kind: PatchKind,
    patch: Value,
    precondition: &Precondition,
) -> Result<Value, Error> {
    fake.cluster().patch(&a(), kind, &patch, "m", precondition).await
}

fn merge() -> Value {
    json!({"data": {"k": "new"}})
}

#[tokio::test(start_paused = true)]
async fn the_precondition_goes_into_the_patch() {
    let fake = server(stored("1", "old"), stored("2", "new"), |_| {
        Reply::Json(200, stored("2", "new"))
    });
    patch(&fake, PatchKind::Merge, merge(), &guarded()).await.unwrap();
    let expected = json!({"data": {"k": "new"}, "metadata": {"uid": "u", "resourceVersion": "1"}});
    assert_eq!(fake.last_body("PATCH", PATH), expected);
    let add = json!({"op": "add", "path": "/data/k", "value": "new"});
    patch(&fake, PatchKind::JsonPatch, json!([add]), &guarded())
        .await
        .unwrap();
    let expected = json!([
        add,
        {"op": "replace", "path": "/metadata/uid", "value": "u"},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": "1"},
    ]);
    assert_eq!(fake.last_body("PATCH", PATH), expected);
}

#[tokio::test(start_paused = true)]
async fn another_uid_is_a_change() {
    let cause = json!({"field": "metadata.uid", "message": "field is immutable"});
    let body = json!({"message": "invalid", "details": {"causes": [cause]}});
    let fake = server(stored("1", "old"), stored("1", "old"), move |_| {
        Reply::Json(422, body.clone())
    });
    assert_eq!(
        patch(&fake, PatchKind::Merge, merge(), &guarded()).await,
        Err(Error::Changed)
    );
}

#[tokio::test(start_paused = true)]
async fn a_merge_without_a_version_may_be_sent_again() {
    let writes = first_then(Reply::Cut, Reply::Json(200, stored("2", "new")));
    let fake = server(stored("1", "old"), stored("2", "new"), writes);
    assert!(
        patch(&fake, PatchKind::Merge, merge(), &Precondition::default())
            .await
            .is_ok()
    );
    assert_eq!(fake.count("PATCH", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_patch_is_looked_at_before_anything_is_said() {
    // It happened: another one would change nothing.
    let fake = server(stored("2", "new"), stored("2", "new"), |_| Reply::Cut);
    assert_eq!(
        patch(&fake, PatchKind::Merge, merge(), &guarded()).await,
        Ok(stored("2", "new"))
    );
    assert_eq!(fake.count("PATCH", PATH), 1);
    // It did not: the version is still the one asked for.
    let writes = first_then(Reply::Cut, Reply::Json(200, stored("2", "new")));
    let fake = server(stored("1", "old"), stored("2", "new"), writes);
    assert!(patch(&fake, PatchKind::Merge, merge(), &guarded()).await.is_ok());
    assert_eq!(fake.count("PATCH", PATH), 2);
    // Nobody can tell.
    let fake = server(stored("3", "third"), stored("3", "new"), |_| Reply::Cut);
    let result = patch(&fake, PatchKind::Merge, merge(), &guarded()).await;
    assert!(matches!(result, Err(Error::OutcomeUnknown(_))), "{result:?}");
    assert_eq!(fake.count("PATCH", PATH), 1);
}

#[tokio::test(start_paused = true)]
async fn a_patch_of_the_wrong_shape_is_refused_before_it_is_sent() {
    let fake = server(stored("1", "old"), stored("1", "old"), |_| Reply::Cut);
    assert!(matches!(
        patch(&fake, PatchKind::JsonPatch, merge(), &guarded()).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        patch(&fake, PatchKind::Merge, json!([]), &guarded()).await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(fake.count("PATCH", PATH), 0);
}
