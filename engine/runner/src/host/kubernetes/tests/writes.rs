//! Applying, patching, deleting, waiting.

use super::*;

#[tokio::test]
async fn the_log_knows_of_each_write_before_the_cluster_does() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    for _ in 0..2 {
        let applied = kubernetes
            .apply(config_map(None, &json!({})), PLAIN)
            .await
            .unwrap()
            .unwrap();
        assert!(
            applied.object.contains("\"namespace\":\"dev\""),
            "{}",
            applied.object
        );
    }
    let apply = "cluster: apply ConfigMap dev/page as shipslog:httpd:deploy-httpd";
    let intended = "intended ConfigMap dev/page";
    assert_eq!(scene.told(), [intended, apply, intended, apply]);
}

#[tokio::test]
async fn what_was_deleted_is_known_as_gone_and_writing_it_again_as_new() {
    let scene = Scene::new();
    let run = scene.run();
    let there = json!({ "metadata": { "uid": "u", "resourceVersion": "1" } });
    scene.cluster.has("ConfigMap", "page", there);
    let mut kubernetes = Kubernetes { run: &run };
    kubernetes
        .patch(
            reference("", "ConfigMap", "page"),
            PatchKind::Merge,
            "{}".to_owned(),
            None,
            None,
        )
        .await
        .unwrap()
        .unwrap();
    kubernetes
        .delete(reference("", "ConfigMap", "page"), BACKGROUND)
        .await
        .unwrap()
        .unwrap();
    kubernetes
        .apply(config_map(None, &json!({})), PLAIN)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        scene.told(),
        [
            "intended ConfigMap dev/page",
            "cluster: patch ConfigMap dev/page {}",
            "intended ConfigMap dev/page",
            "cluster: delete ConfigMap dev/page of u",
            "cluster: get ConfigMap dev/page",
            "removed ConfigMap dev/page",
            "intended ConfigMap dev/page",
            "cluster: apply ConfigMap dev/page as shipslog:httpd:deploy-httpd",
        ]
    );
}

#[tokio::test]
async fn a_delete_of_one_that_has_been_replaced_leaves_the_new_one_in_the_inventory() {
    let scene = Scene::new();
    let run = scene.run();
    scene
        .cluster
        .has("ConfigMap", "page", json!({ "metadata": { "uid": "new" } }));
    let mut kubernetes = Kubernetes { run: &run };
    for (uid, kept) in [("old", true), ("new", false)] {
        let options = DeleteOptions {
            uid: Some(uid.to_owned()),
            ..BACKGROUND
        };
        kubernetes
            .delete(reference("", "ConfigMap", "page"), options)
            .await
            .unwrap()
            .unwrap();
        let told = scene.told();
        assert_eq!(
            !told.contains(&"removed ConfigMap dev/page".to_owned()),
            kept,
            "{told:?}"
        );
    }
}

/// The step deletes a Deployment, and it and its pods take their time.
async fn delete_slowly(scene: &Scene, kubernetes: &mut Kubernetes<'_>) {
    scene
        .cluster
        .has("Deployment", "httpd", json!({ "metadata": { "uid": "old" } }));
    let options = DeleteOptions {
        propagation: kubernetes::Propagation::Foreground,
        uid: Some("old".to_owned()),
        resource_version: None,
    };
    let object = reference("apps", "Deployment", "httpd");
    kubernetes.delete(object, options).await.unwrap().unwrap();
    assert!(!has_removed(scene));
}

fn has_removed(scene: &Scene) -> bool {
    scene.told().contains(&"removed Deployment dev/httpd".to_owned())
}

async fn wait_until_gone(kubernetes: &mut Kubernetes<'_>) {
    let gone = Expectation::Gone(kubernetes::Gone {
        object: reference("apps", "Deployment", "httpd"),
        uid: Some("old".to_owned()),
    });
    assert_eq!(kubernetes.wait(vec![gone], 60).await.unwrap(), Ok(Waited::Met));
}

#[tokio::test]
async fn what_is_being_deleted_stays_in_the_inventory_until_it_was_waited_for() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    delete_slowly(&scene, &mut kubernetes).await;
    scene.cluster.loses("Deployment", "httpd");
    wait_until_gone(&mut kubernetes).await;
    assert!(has_removed(&scene));
}

#[tokio::test]
async fn or_until_the_step_looks_and_finds_nothing() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    delete_slowly(&scene, &mut kubernetes).await;
    let look = || reference("apps", "Deployment", "httpd");
    assert!(kubernetes.get(look()).await.unwrap().is_ok());
    assert!(!has_removed(&scene));
    scene.cluster.loses("Deployment", "httpd");
    for _ in 0..2 {
        assert_eq!(kubernetes.get(look()).await.unwrap(), Err(Error::NotFound));
    }
    assert_eq!(
        scene.told().iter().filter(|it| it.starts_with("removed")).count(),
        1
    );
}

#[tokio::test]
async fn one_that_was_replaced_while_it_was_waited_for_is_gone() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    delete_slowly(&scene, &mut kubernetes).await;
    let new = json!({ "metadata": { "uid": "new" } });
    scene.cluster.has("Deployment", "httpd", new);
    wait_until_gone(&mut kubernetes).await;
    assert!(has_removed(&scene));
}

#[tokio::test]
async fn what_is_not_there_was_not_removed_by_a_step_that_only_looks() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let look = reference("apps", "Deployment", "httpd");
    assert_eq!(kubernetes.get(look).await.unwrap(), Err(Error::NotFound));
    wait_until_gone(&mut kubernetes).await;
    assert!(!has_removed(&scene));
}

#[tokio::test]
async fn cancel_is_heard_once_before_a_write_is_sent() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    scene.cancel.request();
    assert_eq!(
        kubernetes.get(reference("", "ConfigMap", "page")).await.unwrap(),
        Err(Error::NotFound)
    );
    assert_eq!(
        kubernetes
            .apply(config_map(None, &json!({})), PLAIN)
            .await
            .unwrap(),
        Err(Error::Cancelled)
    );
    assert_eq!(scene.told(), ["cluster: get ConfigMap dev/page"]);
    assert!(
        kubernetes
            .apply(config_map(None, &json!({})), PLAIN)
            .await
            .unwrap()
            .is_ok()
    );
}

#[tokio::test]
async fn a_wait_says_what_it_is_for_ends_with_the_step_and_hears_cancel() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let healthy = Expectation::Healthy(kubernetes::Healthy {
        object: reference("apps", "Deployment", "httpd"),
        uid: None,
        generation: Some(1),
    });
    assert_eq!(
        kubernetes.wait(vec![healthy.clone()], 3600).await.unwrap(),
        Ok(Waited::Met)
    );
    let told = scene.told();
    assert_eq!(
        told[0],
        "progress 0/0 waiting for Deployment dev/httpd to be healthy"
    );
    assert!(
        ["cluster: wait for 1 up to 57 s", "cluster: wait for 1 up to 58 s"].contains(&told[1].as_str()),
        "{told:?}"
    );
    scene.cluster.refuses(shipslog_cluster::Error::NotFound);
    let (waited, ()) = tokio::join!(kubernetes.wait(vec![healthy], 3600), async {
        scene.cancel.request();
    });
    assert_eq!(waited.unwrap(), Err(Error::Cancelled));
}

#[tokio::test]
async fn what_is_no_object_is_said_with_its_path() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    for (object, path) in [
        ("{", ""),
        ("[]", ""),
        (r#"{"apiVersion":"v1"}"#, "kind"),
        (
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"x-"}}"#,
            "metadata.name",
        ),
        (r#"{"apiVersion":"v1","kind":7,"metadata":{"name":"x"}}"#, "kind"),
        (
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x","namespace":"y"}}"#,
            "metadata.namespace",
        ),
    ] {
        let refused = kubernetes
            .apply(object.to_owned(), PLAIN)
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(causes(refused), [path], "{object}");
    }
    assert_eq!(scene.told(), [""; 0]);
}

#[test]
fn a_field_manager_is_never_longer_than_the_api_server_takes() {
    let mut scene = Scene::new();
    scene.assignment.situation.project_slug = "p".repeat(200);
    let run = scene.run();
    assert_eq!(run.assignment.situation.field_manager().len(), 128);
}
