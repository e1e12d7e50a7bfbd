//! Patches that mean more than they seem to.

use super::*;

async fn patched(
    scene: &Scene,
    object: ObjectReference,
    kind: PatchKind,
    patch: &Value,
) -> Result<String, Error> {
    let run = scene.run();
    Kubernetes { run: &run }
        .patch(object, kind, patch.to_string(), None, None)
        .await
        .unwrap()
}

async fn refused(object: ObjectReference, kind: PatchKind, patch: &Value) -> String {
    let scene = Scene::new();
    let answer = patched(&scene, object, kind, patch).await;
    assert_eq!(scene.told(), [""; 0], "{patch}");
    match answer {
        Err(Error::Invalid(causes)) => causes[0].message.clone(),
        other => panic!("{patch}: {other:?}"),
    }
}

#[tokio::test]
async fn a_patch_reaches_neither_finalizers_nor_owners_nor_status_by_any_road() {
    let pod = || reference("", "Pod", "x");
    for patch in [
        json!({ "metadata": { "finalizers": null } }),
        json!({ "metadata": { "ownerReferences": [] } }),
        json!({ "metadata": { "$deleteFromPrimitiveList/finalizers": ["x"] } }),
        json!({ "metadata": { "$setElementOrder/ownerReferences": [] } }),
        json!({ "metadata": { "$patch": "replace", "name": "x" } }),
        json!({ "metadata": null }),
        json!({ "$patch": "delete" }),
        json!({ "$retainKeys": ["spec"] }),
        json!({ "status": {} }),
        json!([]),
        json!("x"),
    ] {
        refused(pod(), PatchKind::Merge, &patch).await;
        refused(pod(), PatchKind::Strategic, &patch).await;
    }
    for path in [
        "",
        "/metadata",
        "/metadata/finalizers",
        "/metadata/finalizers/0",
        "/metadata/ownerReferences/-",
        "/status/phase",
        "metadata/finalizers",
        "x/metadata/finalizers",
    ] {
        let operation = json!([{ "op": "remove", "path": path }]);
        refused(pod(), PatchKind::JsonPatch, &operation).await;
        let operation = json!([{ "op": "move", "from": path, "path": "/spec/x" }]);
        refused(pod(), PatchKind::JsonPatch, &operation).await;
    }
    refused(
        pod(),
        PatchKind::JsonPatch,
        &json!([{ "op": "exec", "path": "/x" }]),
    )
    .await;
    let many = json!(vec![json!({ "op": "remove", "path": "/spec/x" }); 1001]);
    refused(pod(), PatchKind::JsonPatch, &many).await;
}

#[tokio::test]
async fn a_value_is_not_moved_out_of_a_secrets_data_nor_guessed_in_it() {
    for operation in [
        json!({ "op": "copy", "from": "/data/token", "path": "/metadata/annotations/x" }),
        json!({ "op": "move", "from": "/data/token", "path": "/metadata/labels/x" }),
        json!({ "op": "copy", "from": "/data", "path": "/immutable" }),
        json!({ "op": "test", "path": "/data/token", "value": "Z3Vlc3M=" }),
        json!({ "op": "test", "path": "/data", "value": {} }),
    ] {
        let sentence = refused(
            reference("", "Secret", "x"),
            PatchKind::JsonPatch,
            &json!([operation]),
        )
        .await;
        assert!(sentence.contains("not moved, copied or tested"), "{sentence}");
    }
}

#[tokio::test]
async fn an_honest_patch_is_sent() {
    let scene = Scene::new();
    for kind in ["ConfigMap", "Secret"] {
        let mut there = secret("x", &json!({ "a": "eA==" }));
        there["metadata"]["uid"] = "u".into();
        there["metadata"]["resourceVersion"] = "1".into();
        there["metadata"]["labels"] = json!({});
        scene.cluster.has(kind, "x", there);
    }
    let operations = json!([
        { "op": "test", "path": "/metadata/resourceVersion", "value": "1" },
        { "op": "add", "path": "/metadata/labels/x", "value": "y" },
        { "op": "move", "from": "/data/a", "path": "/data/b" },
    ]);
    let map = reference("", "ConfigMap", "x");
    patched(&scene, map, PatchKind::JsonPatch, &operations)
        .await
        .unwrap();
    scene.journal.clear();
    let secret = reference("", "Secret", "x");
    let value = json!([{ "op": "test", "path": "/metadata/uid", "value": "u" },
        { "op": "add", "path": "/data/x", "value": "eA==" }]);
    patched(&scene, secret, PatchKind::JsonPatch, &value)
        .await
        .unwrap();
}
