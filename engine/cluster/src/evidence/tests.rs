use serde_json::{Value, json};

use crate::Error;
use crate::fake::{Fake, Reply, reference};

/// A Deployment whose container keeps ending.
fn crashing() -> Fake {
    let labels = json!({"matchLabels": {"app": "httpd"}});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "httpd", "uid": "d", "generation": 1,
            "annotations": {"deployment.kubernetes.io/revision": "2"}},
        "spec": {"replicas": 1, "selector": labels}, "status": {"observedGeneration": 1, "updatedReplicas": 1, "replicas": 1}});
    let set = |uid: &str, revision: &str| {
        json!({"metadata": {"name": uid, "uid": uid, "ownerReferences": [{"uid": "d"}],
        "annotations": {"deployment.kubernetes.io/revision": revision}}})
    };
    let pod = |name: &str, owner: &str, state: Value| {
        json!({"metadata": {"name": name, "uid": name,
        "ownerReferences": [{"uid": owner}]}, "status": {"containerStatuses": [{"name": "httpd", "ready": false,
            "state": state, "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}})
    };
    let looping = json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}});
    let pods = json!([
        pod("old", "rs1", json!({"waiting": {"reason": "ErrImagePull"}})),
        pod("new", "rs2", looping)
    ]);
    let sets = json!([set("rs1", "1"), set("rs2", "2")]);
    Fake::new(move |call, _| {
        let path = call.path.as_str();
        let items = |items: &Value| Some(Reply::Json(200, json!({"metadata": {}, "items": items})));
        match path
            .strip_prefix("/apis/apps/v1/namespaces/web/")
            .or(path.strip_prefix("/api/v1/namespaces/web/"))?
        {
            "deployments/httpd" => Some(Reply::Json(200, deployment.clone())),
            "replicasets" => items(&sets),
            "pods" => items(&pods),
            "pods/new/log" => Some(Reply::Watch(vec![json!("no configuration")])),
            _ => Some(Reply::Json(
                403,
                json!({"message": "events is forbidden: User \"u\" cannot list resource \"events\""}),
            )),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn the_newest_revision_is_explained_from_what_may_be_read() {
    let fake = crashing();
    let evidence = fake
        .cluster()
        .explain(&reference("apps", "Deployment", "httpd"))
        .await
        .unwrap();
    assert_eq!(evidence.summary, "Container httpd ends with exit code 3 (Error)");
    assert_eq!(evidence.log_tail, ["\"no configuration\""]);
    assert!(
        evidence.events[0].starts_with("cannot tell: the events could not be read"),
        "{evidence:?}"
    );
    let log = fake
        .calls()
        .into_iter()
        .find(|it| it.path.ends_with("/log"))
        .unwrap();
    assert_eq!(
        log.query,
        "container=httpd&tailLines=10&limitBytes=1048576&previous=true"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_object_has_no_evidence() {
    let error = Fake::new(|_, _| None)
        .cluster()
        .explain(&reference("", "ConfigMap", "a"))
        .await;
    assert_eq!(error, Err(Error::NotFound));
}

#[tokio::test(start_paused = true)]
async fn only_pods_have_logs() {
    let fake = Fake::new(|_, _| None);
    let result = fake
        .cluster()
        .logs(&reference("", "ConfigMap", "a"), "httpd", 10, false)
        .await;
    assert!(matches!(result, Err(Error::Invalid(_))), "{result:?}");
    let result = fake
        .cluster()
        .logs(&reference("", "Pod", "a"), "../x", 10, false)
        .await;
    assert!(matches!(result, Err(Error::Invalid(_))), "{result:?}");
    assert!(fake.calls().is_empty());
}
