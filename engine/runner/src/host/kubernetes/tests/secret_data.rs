//! Sensitive values reach the API server, and nobody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn manifest(data: &Value, string_data: &Value) -> String {
    let mut object = secret("token", data);
    object["stringData"] = string_data.clone();
    object.to_string()
}

fn sent(scene: &Scene) -> Value {
    scene.cluster.object("Secret", "token")
}

#[tokio::test]
async fn handles_in_the_data_of_a_secret_are_opened_and_folded_into_it() {
    let scene = Scene::new();
    let run = scene.run();
    let data = json!({
        "alone": handle(1),
        "inside": STANDARD.encode(format!("user:{}", handle(1))),
        "plain": STANDARD.encode("as it was"),
        "both": STANDARD.encode("loses"),
    });
    let string_data = json!({ "text": format!("<{}>", handle(1)), "both": "wins" });
    let applied = Kubernetes { run: &run }
        .apply(manifest(&data, &string_data), PLAIN)
        .await
        .unwrap()
        .unwrap();
    let expected = [
        ("alone", "first secret"),
        ("inside", "user:first secret"),
        ("plain", "as it was"),
        ("both", "wins"),
        ("text", "<first secret>"),
    ];
    assert_eq!(sent(&scene)["data"].as_object().unwrap().len(), expected.len());
    assert_eq!(sent(&scene).get("stringData"), None);
    for (key, value) in expected {
        assert_eq!(sent(&scene)["data"][key], STANDARD.encode(value), "{key}");
        let seen = &serde_json::from_str::<Value>(&applied.object).unwrap()["data"][key];
        assert!(
            seen.as_str().unwrap().starts_with("shipslog-handle-"),
            "the answer of {key} holds a value"
        );
    }
}

#[tokio::test]
async fn a_handle_anywhere_else_is_refused_with_its_path_and_nothing_is_sent() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "httpd" },
        "spec": { "template": { "spec": { "containers": [{ "env": [{ "name": "X", "value": handle(1) }] }] } } },
    });
    let mut labelled = secret("token", &json!({}));
    labelled["metadata"]["labels"] = json!({ "app.kubernetes.io/name": handle(1) });
    let cases = [
        (
            config_map(None, &json!({ "index": format!("Hello {}", handle(1)) })),
            "data.index",
        ),
        (
            deployment.to_string(),
            "spec.template.spec.containers[0].env[0].value",
        ),
        (labelled.to_string(), "metadata.labels[app.kubernetes.io/name]"),
        (config_map(None, &json!({ handle(1).as_str(): "x" })), "data"),
        (
            config_map(Some(handle(1).as_str()), &json!({})),
            "metadata.namespace",
        ),
        (
            manifest(&json!({ "token": format!("x{}", handle(1)) }), &json!({})),
            "data.token",
        ),
        (manifest(&json!({ "token": handle(2) }), &json!({})), "data.token"),
    ];
    for (object, path) in cases {
        let refused = kubernetes
            .apply(object.clone(), PLAIN)
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(causes(refused), [path], "{object}");
        assert!(kubernetes.diff(object).await.unwrap().is_err());
    }
    let named = reference("", "Secret", handle(1).as_str());
    assert_eq!(
        causes(kubernetes.get(named).await.unwrap().unwrap_err()),
        ["name"]
    );
    assert_eq!(scene.told(), [""; 0]);
}

#[tokio::test]
async fn what_is_read_from_a_secret_is_handles_the_same_ones_each_time() {
    let scene = Scene::new();
    let run = scene.run();
    scene.cluster.has(
        "Secret",
        "token",
        secret("token", &json!({ "token": STANDARD.encode("of the account") })),
    );
    scene.cluster.has(
        "Secret",
        "binary",
        secret("binary", &json!({ "key": STANDARD.encode([0xff, 0]) })),
    );
    let mut kubernetes = Kubernetes { run: &run };
    let one = kubernetes
        .get(reference("", "Secret", "token"))
        .await
        .unwrap()
        .unwrap();
    let selection = Selection {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        namespace: None,
        label_selector: String::new(),
        fields: Vec::new(),
        limit: 0,
        continue_from: None,
    };
    let all = kubernetes.list(selection).await.unwrap().unwrap().objects;
    assert!(all.contains(&one), "{all:?}");
    for text in all {
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["metadata"]["annotations"], json!({ "own": "kept" }));
        let data = object["data"].as_object().unwrap();
        assert!(
            data.values()
                .all(|it| it.as_str().unwrap().starts_with("shipslog-handle-")),
            "{text}"
        );
    }
    assert_eq!(scene.store.minted(), 2);
}

#[tokio::test]
async fn a_secret_that_was_read_can_be_written_elsewhere_as_it_stands() {
    let scene = Scene::new();
    let run = scene.run();
    let (text, bytes) = (STANDARD.encode("of the account"), STANDARD.encode([0xff, 0]));
    scene.cluster.has(
        "Secret",
        "source",
        secret("source", &json!({ "token": text, "key": bytes })),
    );
    let mut kubernetes = Kubernetes { run: &run };
    let read = kubernetes
        .get(reference("", "Secret", "source"))
        .await
        .unwrap()
        .unwrap();
    let data = serde_json::from_str::<Value>(&read).unwrap()["data"].clone();
    kubernetes
        .apply(secret("token", &data).to_string(), PLAIN)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sent(&scene)["data"], json!({ "token": text, "key": bytes }));
}

#[tokio::test]
async fn a_step_that_was_granted_to_see_secrets_sees_them_and_still_does_not_tell() {
    let mut scene = Scene::new();
    for rights in [
        &mut scene.assignment.rights.declared,
        &mut scene.assignment.rights.granted,
    ] {
        let reveal = json!({ "verbs": ["reveal-secrets"], "kind": "Secret", "name": "token" });
        rights.push(serde_json::from_value(reveal).unwrap());
    }
    let run = scene.run();
    let value = STANDARD.encode("of the account");
    for name in ["token", "other"] {
        scene
            .cluster
            .has("Secret", name, secret(name, &json!({ "token": value })));
    }
    let mut kubernetes = Kubernetes { run: &run };
    let seen = kubernetes
        .get(reference("", "Secret", "token"))
        .await
        .unwrap()
        .unwrap();
    assert!(seen.contains(&value));
    let hidden = kubernetes
        .get(reference("", "Secret", "other"))
        .await
        .unwrap()
        .unwrap();
    assert!(!hidden.contains(&value));
    assert!(
        !run.vault
            .redact("the token of the account")
            .contains("of the account")
    );
}

#[tokio::test]
async fn patches_of_secrets_open_handles_in_values_only() {
    let scene = Scene::new();
    let run = scene.run();
    scene.cluster.has("Secret", "token", secret("token", &json!({})));
    let mut kubernetes = Kubernetes { run: &run };
    let opened = STANDARD.encode("first secret");
    for (kind, patch) in [
        (PatchKind::Merge, json!({ "stringData": { "token": handle(1) } })),
        (
            PatchKind::Strategic,
            json!({ "data": { "token": handle(1), "gone": null } }),
        ),
        (
            PatchKind::JsonPatch,
            json!([{ "op": "add", "path": "/data/token", "value": handle(1) }]),
        ),
        (
            PatchKind::JsonPatch,
            json!([{ "op": "add", "path": "/data", "value": { "token": handle(1) } }]),
        ),
    ] {
        let before = scene.told().len();
        kubernetes
            .patch(
                reference("", "Secret", "token"),
                kind,
                patch.to_string(),
                None,
                None,
            )
            .await
            .unwrap()
            .unwrap();
        let line = scene.told()[before..]
            .iter()
            .find(|it| it.starts_with("cluster: patch"))
            .cloned()
            .unwrap();
        assert!(
            line.contains(&opened) && !line.contains("shipslog-handle"),
            "{line}"
        );
    }
    for (kind, patch) in [
        (
            PatchKind::Merge,
            json!({ "metadata": { "labels": { "x": handle(1) } } }),
        ),
        (
            PatchKind::JsonPatch,
            json!([{ "op": "add", "path": "/metadata/labels/x", "value": handle(1) }]),
        ),
        (
            PatchKind::JsonPatch,
            json!([{ "op": "add", "path": format!("/data/{}", handle(1)), "value": "eA==" }]),
        ),
    ] {
        let (object, patch) = (reference("", "Secret", "token"), patch.to_string());
        let refused = kubernetes
            .patch(object, kind, patch.clone(), None, None)
            .await
            .unwrap();
        assert!(matches!(refused, Err(Error::Invalid(_))), "{patch}");
    }
    let map = reference("", "ConfigMap", "page");
    let patch = json!([{ "op": "add", "path": "/data/token", "value": handle(1) }]).to_string();
    let refused = kubernetes
        .patch(map, PatchKind::JsonPatch, patch, None, None)
        .await
        .unwrap();
    assert!(matches!(refused, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn what_the_cluster_says_of_values_in_hand_is_blanked() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let (data, pod) = (json!({ "token": handle(1) }), reference("", "Pod", "httpd"));
    kubernetes
        .apply(manifest(&data, &json!({})), PLAIN)
        .await
        .unwrap()
        .unwrap();
    scene.cluster.log("token is first secret");
    let lines = kubernetes
        .logs(pod.clone(), String::new(), 5, false)
        .await
        .unwrap()
        .unwrap();
    let evidence = kubernetes.explain(pod).await.unwrap().unwrap();
    let message = "Secret is invalid: first secret".to_owned();
    scene.cluster.refuses(shipslog_cluster::Error::Other {
        code: "webhook".to_owned(),
        message,
    });
    let refused = kubernetes
        .apply(manifest(&data, &json!({})), PLAIN)
        .await
        .unwrap()
        .unwrap_err();
    for text in [
        format!("{lines:?}"),
        format!("{evidence:?}"),
        format!("{refused:?}"),
    ] {
        assert!(!text.contains("first secret"), "{text}");
    }
}

#[tokio::test]
async fn a_value_in_hand_is_no_name_and_is_not_told_in_a_refusal() {
    let scene = Scene::with_secret("a-value-in-hand");
    let run = scene.run();
    run.vault.fill(handle(1).as_str()).await.unwrap();
    let mut kubernetes = Kubernetes { run: &run };
    let named = reference("", "ConfigMap", "x-a-value-in-hand");
    let refused = kubernetes.get(named).await.unwrap().unwrap_err();
    assert_eq!(causes(refused), ["name"]);
    let listed = Selection {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: Some("other".to_owned()),
        label_selector: "app=a-value-in-hand".to_owned(),
        fields: Vec::new(),
        limit: 1,
        continue_from: None,
    };
    kubernetes.list(listed).await.unwrap().unwrap_err();
    let told = scene.told();
    assert!(told.iter().all(|it| !it.contains("a-value-in-hand")), "{told:?}");
}
