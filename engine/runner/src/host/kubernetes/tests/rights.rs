//! Nothing is sent that the step may not do; each refusal is told once.

use shipslog_domain::capability::Capability;

use super::*;

pub(super) fn grant(scene: &mut Scene, capabilities: Value) {
    scene.assignment.rights.granted = serde_json::from_value::<Vec<Capability>>(capabilities).unwrap();
}

#[tokio::test]
async fn another_namespace_is_denied_before_the_api_server_is_asked_and_told_once() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    for _ in 0..3 {
        let refused = kubernetes
            .apply(config_map(Some("production"), &json!({})), PLAIN)
            .await
            .unwrap()
            .unwrap_err();
        let (layer, rule) = denied(refused);
        assert_eq!(layer, kubernetes::Layer::Boundary);
        assert!(
            rule.starts_with("apply on ConfigMap page in the namespace production is outside the target"),
            "{rule}"
        );
    }
    let told = scene.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("denied boundary: apply on ConfigMap page"),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_was_not_granted_is_denied() {
    let mut scene = Scene::new();
    grant(
        &mut scene,
        json!([{ "verbs": ["apply"], "kind": "ConfigMap", "name": "page" }]),
    );
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    assert!(
        kubernetes
            .apply(config_map(None, &json!({})), PLAIN)
            .await
            .unwrap()
            .is_ok()
    );
    let forced = ApplyOptions { force: true, ..PLAIN };
    let refusals = [
        (
            kubernetes
                .apply(config_map(None, &json!({})), forced)
                .await
                .unwrap()
                .map(drop),
            "force on ConfigMap page",
        ),
        (
            kubernetes
                .get(reference("", "ConfigMap", "page"))
                .await
                .unwrap()
                .map(drop),
            "get on ConfigMap page",
        ),
        (
            kubernetes
                .delete(reference("", "ConfigMap", "page"), BACKGROUND)
                .await
                .unwrap(),
            "delete on ConfigMap page",
        ),
        (
            kubernetes
                .logs(reference("", "Pod", "x"), String::new(), 1, false)
                .await
                .unwrap()
                .map(drop),
            "logs on Pod x",
        ),
        (
            kubernetes
                .explain(reference("", "Pod", "x"))
                .await
                .unwrap()
                .map(drop),
            "get on Pod x",
        ),
    ];
    for (answer, asked) in refusals {
        let (layer, rule) = denied(answer.unwrap_err());
        assert_eq!(layer, kubernetes::Layer::Grant);
        assert!(rule.contains(asked), "{rule}");
    }
    let asked = scene
        .told()
        .iter()
        .filter(|it| it.starts_with("cluster: "))
        .count();
    assert_eq!(asked, 1, "only the first apply");
}

#[tokio::test]
async fn waiting_for_a_deployment_needs_what_its_health_is_read_from() {
    let healthy = || {
        let object = reference("apps", "Deployment", "httpd");
        vec![Expectation::Healthy(kubernetes::Healthy {
            object,
            uid: None,
            generation: None,
        })]
    };
    let follow = json!(["get", "list", "watch"]);
    let mut rights = vec![json!({ "verbs": follow, "group": "apps", "kind": "Deployment", "name": "httpd" })];
    let missing = [
        (
            "list on every ReplicaSet (apps)",
            json!({ "verbs": ["list"], "group": "apps", "kind": "ReplicaSet" }),
        ),
        ("list on every Pod", json!({ "verbs": ["list"], "kind": "Pod" })),
        ("watch on every Pod", json!({ "verbs": ["watch"], "kind": "Pod" })),
        (
            "logs on Pod httpd-*",
            json!({ "verbs": ["logs"], "kind": "Pod", "name": "httpd-*" }),
        ),
        (
            "list on every Event",
            json!({ "verbs": ["list"], "kind": "Event" }),
        ),
    ];
    for (asked, right) in missing {
        let mut scene = Scene::new();
        grant(&mut scene, json!(rights));
        let (_, rule) = denied(
            Kubernetes { run: &scene.run() }
                .wait(healthy(), 1)
                .await
                .unwrap()
                .unwrap_err(),
        );
        assert!(rule.contains(asked), "{rule}");
        rights.push(right);
    }
    let mut scene = Scene::new();
    grant(&mut scene, json!(rights));
    assert_eq!(
        Kubernetes { run: &scene.run() }.wait(healthy(), 1).await.unwrap(),
        Ok(Waited::Met)
    );
}

#[tokio::test]
async fn a_refusal_of_the_api_server_is_told_by_what_was_asked_with_its_words_beside() {
    let scene = Scene::new();
    let run = scene.run();
    let rule = "configmaps \"page\" is forbidden: exceeded quota".to_owned();
    let denial = shipslog_cluster::Denial {
        layer: shipslog_cluster::Layer::Admission,
        rule: rule.clone(),
    };
    scene.cluster.refuses(shipslog_cluster::Error::Forbidden(denial));
    let mut kubernetes = Kubernetes { run: &run };
    for _ in 0..2 {
        let refused = kubernetes
            .apply(config_map(None, &json!({})), PLAIN)
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(denied(refused), (kubernetes::Layer::Admission, rule.clone()));
    }
    let told = scene.told();
    assert_eq!(
        told.iter()
            .filter(|it| it.starts_with("denied"))
            .collect::<Vec<_>>(),
        [&format!(
            "denied admission: apply on ConfigMap page in the namespace dev ({rule})"
        )]
    );
}

#[tokio::test]
async fn asking_what_one_may_do_needs_no_right() {
    let mut scene = Scene::new();
    grant(&mut scene, json!([]));
    let asked = Kubernetes { run: &scene.run() }
        .can_i(
            "create".to_owned(),
            reference("", "ConfigMap", "page"),
            String::new(),
        )
        .await;
    assert_eq!(asked.unwrap(), Ok(true));
    assert_eq!(scene.told(), ["cluster: can-i create ConfigMap dev/page "]);
}
