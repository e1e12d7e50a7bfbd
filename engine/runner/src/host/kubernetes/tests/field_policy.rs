//! Fields of a manifest that reach beyond the object.

use super::rights::grant;
use super::*;

fn page(change: impl FnOnce(&mut Value)) -> String {
    let mut object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" } });
    change(&mut object);
    object.to_string()
}

fn owner(kind: &str, name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": kind, "name": name, "uid": "u", "blockOwnerDeletion": true })
}

async fn refused(scene: &Scene, object: String) -> (String, String) {
    scene.journal.clear();
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    for answer in [
        host.diff(object.clone()).await.unwrap().map(drop),
        host.apply(object, PLAIN).await.unwrap().map(drop),
    ] {
        if let Err(Error::Invalid(causes)) = answer {
            return (causes[0].path.clone(), causes[0].message.clone());
        }
    }
    panic!("it was taken")
}

#[tokio::test]
async fn what_decides_over_other_objects_or_over_deletion_is_refused() {
    let scene = Scene::new();
    for (field, value, sentence) in [
        (
            "finalizers",
            json!(["example.com/stay"]),
            "may not set or remove finalizers",
        ),
        (
            "finalizers",
            json!(["foregroundDeletion"]),
            "may not set or remove finalizers",
        ),
        (
            "managedFields",
            json!([{ "manager": "kubectl" }]),
            "record of who manages what",
        ),
        ("generateName", json!("page-"), "another object each time"),
        ("ownerReferences", json!({}), "must be a list"),
        (
            "ownerReferences",
            json!([owner("ConfigMap", "../x")]),
            "is not a name",
        ),
        ("ownerReferences", json!([{ "kind": "ConfigMap" }]), "is missing"),
        (
            "ownerReferences",
            json!(vec![owner("ConfigMap", "x"); 17]),
            "at most 16 owners",
        ),
    ] {
        let (path, message) = refused(&scene, page(|it| it["metadata"][field] = value.clone())).await;
        assert!(path.starts_with(&format!("metadata.{field}")), "{path}");
        assert!(message.contains(sentence), "{field}: {message}");
    }
    assert_eq!(scene.told(), [""; 0]);
}

#[tokio::test]
async fn many_objects_in_one_document_are_refused() {
    let scene = Scene::new();
    for object in [
        json!({ "apiVersion": "v1", "kind": "List", "items": [] }),
        json!({ "apiVersion": "v1", "kind": "ConfigMapList", "metadata": { "name": "x" }, "items": [] }),
        json!([{ "apiVersion": "v1", "kind": "ConfigMap" }]),
        json!("ConfigMap"),
    ] {
        refused(&scene, object.to_string()).await;
    }
    assert_eq!(scene.told(), [""; 0]);
}

#[tokio::test]
async fn status_is_not_sent() {
    let scene = Scene::new();
    let run = scene.run();
    let object = page(|it| it["status"] = json!({ "phase": "Done" }));
    Kubernetes { run: &run }
        .apply(object, PLAIN)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(scene.cluster.object("ConfigMap", "page").get("status"), None);
}

#[tokio::test]
async fn an_owner_is_an_object_that_the_step_could_apply_itself() {
    let mut scene = Scene::new();
    let rights = json!([{ "verbs": ["apply"], "kind": "ConfigMap", "name": "page*" }, { "verbs": ["get"], "kind": "Secret" }]);
    grant(&mut scene, rights);
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    let owned = |owner: Value| page(|it| it["metadata"]["ownerReferences"] = json!([owner]));
    host.apply(owned(owner("ConfigMap", "page-0")), PLAIN)
        .await
        .unwrap()
        .unwrap();
    for (kind, name) in [("ConfigMap", "other"), ("Secret", "page"), ("Namespace", "dev")] {
        let applied = host.apply(owned(owner(kind, name)), PLAIN).await.unwrap();
        let (_, rule) = denied(applied.unwrap_err());
        assert!(rule.contains(&format!("apply on {kind} {name}")), "{rule}");
    }
}
