use serde_json::{Value, json};
use shipslog_step::kubernetes::{Evidence, ObjectReference};
use shipslog_step::testing::{self, Host, checked};

use super::*;

fn host() -> Host {
    Host::new().namespace("shop")
}

fn object(version: &str, kind: &str, name: &str) -> Value {
    json!({ "apiVersion": version, "kind": kind, "metadata": { "name": name } })
}

fn inputs(manifests: &[Value]) -> Value {
    json!({ "manifests": manifests })
}

fn definition() -> Value {
    let mut definition = object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "widgets.example.com",
    );
    definition["spec"] =
        json!({ "group": "example.com", "names": { "kind": "Widget", "plural": "widgets" } });
    definition
}

fn application() -> Value {
    inputs(&[
        object("networking.k8s.io/v1", "Ingress", "web"),
        object("apps/v1", "Deployment", "web"),
        object("v1", "Service", "web"),
        object("v1", "ConfigMap", "web"),
    ])
}

fn failed(outcome: Result<(), Failure>) -> String {
    match outcome {
        Err(Failure::Failed(sentence)) => sentence,
        other => panic!("not failed: {other:?}"),
    }
}

#[test]
fn it_describes_itself() {
    insta::assert_json_snapshot!(testing::describe::<ApplyManifests>());
}

#[test]
fn check_names_exactly_what_these_objects_need() {
    insta::assert_snapshot!(checked::<ApplyManifests>(&application()), @r#"
    core ConfigMap web: get apply
    core Event *: list
    core Pod *: list watch
    core Pod web-*: logs
    core Service web: get apply
    apps Deployment web: get list watch apply
    apps ReplicaSet *: list
    networking.k8s.io Ingress web: get apply
    "#);
    let mut elsewhere = object("v1", "Pod", "one");
    elsewhere["metadata"]["namespace"] = json!("other");
    let mut inputs = inputs(&[elsewhere, definition(), object("example.com/v1", "Widget", "w")]);
    insta::assert_snapshot!(checked::<ApplyManifests>(&inputs), @r#"
    core Event other/*: list
    core Pod other/one: get list watch apply logs
    apiextensions.k8s.io CustomResourceDefinition widgets.example.com: get list watch apply
    example.com Widget w: get apply
    "#);
    inputs["wait"] = json!(false);
    inputs["adopt"] = json!(true);
    insta::assert_snapshot!(checked::<ApplyManifests>(&inputs), @r#"
    core Pod other/one: get apply force
    apiextensions.k8s.io CustomResourceDefinition widgets.example.com: get list watch apply force
    example.com Widget w: get apply force
    "#);
}

#[test]
fn objects_are_applied_in_order_of_kind_and_waited_for_within_the_rights_that_check_named() {
    let host = host();
    let (outcome, unused) = host.run_within_rights::<ApplyManifests>(&application());
    outcome.unwrap();
    assert_eq!(unused, [""; 0]);
    insta::assert_snapshot!(host.calls().join("\n"), @r#"
    get ConfigMap web
    get Service web
    get Deployment web
    get Ingress web
    apply ConfigMap web
    apply Service web
    apply Deployment web
    apply Ingress web
    wait healthy Deployment web
    "#);
    insta::assert_snapshot!(host.log().join("\n"), @r#"
    info: applied ConfigMap web
    info: applied Service web
    info: applied Deployment web
    info: applied Ingress web
    info: 4 objects applied, 4 of them new or changed
    "#);
    insta::assert_json_snapshot!(host.object("ConfigMap", "web").unwrap());
}

#[test]
fn nothing_is_waited_for_where_nobody_wants_it() {
    let host = host();
    let mut inputs = application();
    inputs["wait"] = json!(false);
    let (outcome, unused) = host.run_within_rights::<ApplyManifests>(&inputs);
    outcome.unwrap();
    assert_eq!(unused, [""; 0]);
    assert!(!host.calls().iter().any(|it| it.starts_with("wait")));
}

#[test]
fn a_kind_is_defined_and_served_before_its_objects_are_looked_at() {
    let host = host();
    let inputs = inputs(&[object("example.com/v1", "Widget", "w"), definition()]);
    let (outcome, unused) = host.run_within_rights::<ApplyManifests>(&inputs);
    outcome.unwrap();
    assert_eq!(unused, [""; 0]);
    insta::assert_snapshot!(host.calls().join("\n"), @r#"
    get CustomResourceDefinition widgets.example.com
    apply CustomResourceDefinition widgets.example.com
    wait healthy CustomResourceDefinition widgets.example.com
    get Widget w
    apply Widget w
    "#);
}

#[test]
fn the_items_of_a_list_are_objects_like_any_other() {
    let host = host();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [object("v1", "ConfigMap", "a"), object("v1", "ConfigMap", "b")] });
    host.run::<ApplyManifests>(&inputs(&[list])).unwrap();
    assert_eq!(host.writes(), ["apply ConfigMap a", "apply ConfigMap b"]);
}

#[test]
fn what_the_cluster_says_of_an_object_is_not_applied() {
    let host = host();
    let mut pasted = object("v1", "ConfigMap", "a");
    pasted["status"] = json!({});
    pasted["metadata"]["creationTimestamp"] = Value::Null;
    host.run::<ApplyManifests>(&inputs(&[pasted])).unwrap();
    let written = host.object("ConfigMap", "a").unwrap();
    assert_eq!(
        (&written["status"], written["metadata"].get("creationTimestamp")),
        (&Value::Null, None)
    );
}

#[test]
fn an_object_of_nobody_or_somebody_else_is_refused_before_the_first_write_unless_adopted() {
    let host = host().holding(&object("apps/v1", "Deployment", "web"));
    let mut inputs = application();
    insta::assert_snapshot!(failed(host.run::<ApplyManifests>(&inputs)), @"Deployment shop/web exists and belongs to no deployment of Shipslog; choose another name, or set `adopt: true` to take it over");
    assert_eq!(host.writes(), [""; 0]);
    inputs["adopt"] = json!(true);
    host.run_within_rights::<ApplyManifests>(&inputs).0.unwrap();
    let labels = &host.object("Deployment", "web").unwrap()["metadata"]["labels"];
    assert_eq!(labels["shipslog.dev/step"], "step");
}

#[test]
fn an_object_that_cannot_become_healthy_is_a_failure_with_evidence() {
    let evidence = Evidence {
        object: ObjectReference::new("apps/v1", "Deployment", "web"),
        summary: "0 of 1 pods are available".to_owned(),
        events: vec!["Failed to pull image".to_owned()],
        log_tail: vec!["bye".to_owned()],
    };
    let host = host().failing_wait(evidence);
    insta::assert_snapshot!(failed(host.run::<ApplyManifests>(&application())), @r#"
    Deployment web: 0 of 1 pods are available
      event: Failed to pull image
      log: bye
    "#);
}

#[test]
fn what_earlier_deployments_applied_and_the_manifests_no_longer_hold_is_named() {
    let written = |name: &str| {
        json!({ "group": "", "version": "v1", "kind": "ConfigMap", "namespace": "shop", "name": name,
                "deployment": "deployments-1" })
    };
    let host = host().inventory(written("web")).inventory(written("old"));
    host.run::<ApplyManifests>(&application()).unwrap();
    let warnings: Vec<_> = host
        .log()
        .into_iter()
        .filter(|it| it.starts_with("warning"))
        .collect();
    assert_eq!(
        warnings,
        ["warning: ConfigMap shop/old of deployments-1 is no longer among the manifests and stays as it is"]
    );
}

#[test]
fn manifests_that_cannot_be_applied_are_refused_with_their_path() {
    let mut read = object("v1", "ConfigMap", "a");
    read["metadata"]["resourceVersion"] = json!("1");
    let manifests = [
        read,
        json!({ "kind": "ConfigMap", "metadata": { "generateName": "a-" } }),
        object("v1", "ConfigMap", "b"),
        json!({ "apiVersion": "v1", "kind": "List", "items": [object("v1", "ConfigMap", "b"), { "kind": 3 }] }),
    ];
    insta::assert_snapshot!(checked::<ApplyManifests>(&inputs(&manifests)), @r#"
    refused: manifests[0].metadata.resourceVersion: is for the cluster to set; leave it out
    refused: manifests[1].apiVersion: is missing
    refused: manifests[1].metadata.name: is missing
    refused: manifests[1].metadata.generateName: would make another object each time; give it a `name`
    refused: manifests[3].items[0]: is there twice: another manifest has the same kind, namespace and name
    refused: manifests[3].items[1].apiVersion: is missing
    refused: manifests[3].items[1].kind: must be a text that is not empty
    refused: manifests[3].items[1].metadata.name: is missing
    "#);
    insta::assert_snapshot!(checked::<ApplyManifests>(&json!({ "manifests": [], "timeoutSeconds": 0 })), @r#"
    refused: manifests: holds no object
    refused: timeoutSeconds: must be at least 1
    "#);
    insta::assert_snapshot!(checked::<ApplyManifests>(&json!({ "manifests": [], "timeout": 1 })), @"refused: timeout: unknown field `timeout`, expected one of `manifests`, `wait`, `timeoutSeconds`, `adopt`");
    insta::assert_snapshot!(checked::<ApplyManifests>(&json!({ "manifests": ["x"] })), @r#"refused: manifests[0]: invalid type: string "x", expected a map"#);
}
