use serde_json::{Value, json};

use super::services::Services;
use super::uses::Uses;
use shipslog_step::context::Written;
use shipslog_step::kubernetes::ObjectReference;

use super::{Verdict, config, plan, workload};
use crate::fixture;
use crate::inputs::Inputs;
use crate::kinds::{CONFIG_MAP, DEPLOYMENT, SERVICE};
use crate::names::Names;

fn object(api_version: &str, kind: &str, name: &str) -> ObjectReference {
    ObjectReference::new(api_version, kind, name)
}

fn entry(api_version: &str, kind: &str, name: &str) -> Written {
    Written {
        object: object(api_version, kind, name).in_namespace("httpd-development"),
        deployment: "deployments-2".into(),
    }
}

/// What a history of both strategies left.
fn inventory() -> Vec<Written> {
    vec![
        entry("apps/v1", "Deployment", "httpd"),
        entry("apps/v1", "Deployment", "httpd-deployments-2"),
        entry("v1", "ConfigMap", "configmap-deployments-1"),
        entry("v1", "ConfigMap", "configmap-deployments-2"),
        entry("v1", "Secret", "credentials-deployments-1"),
        entry("v1", "Service", "httpd"),
    ]
}

fn names(entries: &[ObjectReference]) -> Vec<&str> {
    entries.iter().map(|it| it.name.as_str()).collect()
}

fn old(inputs: &Inputs) -> super::Old {
    plan(
        inventory(),
        &Names::new(inputs, "deployments-3"),
        &fixture::situation(),
    )
}

fn deployed(deployment: &str) -> Value {
    let mut live = fixture::object(&fixture::httpd_with(&[]), deployment, &DEPLOYMENT);
    live["metadata"]["uid"] = "u2".into();
    live
}

/// The step's Service, as this deployment left it.
fn services(deployment: &str) -> Services {
    let live = fixture::object(&fixture::httpd_with(&[]), deployment, &SERVICE);
    let mut services = Services::default();
    services.add(object("v1", "Service", "httpd"), live);
    services
}

#[test]
fn blue_green_replaces_every_earlier_workload_the_rolling_one_included() {
    let old = old(&fixture::httpd_with(&[]));
    assert_eq!(names(&old.workloads), ["httpd", "httpd-deployments-2"]);
    assert_eq!(
        names(&old.configs),
        [
            "configmap-deployments-1",
            "configmap-deployments-2",
            "credentials-deployments-1"
        ]
    );
    assert_eq!(old.left, Vec::<String>::new());
}

#[test]
fn rolling_keeps_its_own_deployment_and_replaces_every_colour() {
    let old = old(&fixture::httpd_with(&[(
        "/strategy",
        json!({ "type": "RollingUpdate" }),
    )]));
    assert_eq!(names(&old.workloads), ["httpd-deployments-2"]);
}

#[test]
fn a_second_attempt_does_not_plan_to_remove_what_the_first_wrote() {
    let mut inventory = inventory();
    inventory.push(entry("apps/v1", "Deployment", "httpd-deployments-3"));
    inventory.push(entry("v1", "ConfigMap", "configmap-deployments-3"));
    let old = plan(
        inventory,
        &Names::new(&fixture::httpd_with(&[]), "deployments-3"),
        &fixture::situation(),
    );
    assert!(!names(&old.workloads).contains(&"httpd-deployments-3"));
    assert!(!names(&old.configs).contains(&"configmap-deployments-3"));
}

#[test]
fn a_service_that_left_the_inputs_is_looked_at_and_not_removed() {
    let old = old(&fixture::httpd_with(&[("/service/name", json!("web"))]));
    assert_eq!(names(&old.services), ["httpd"]);
}

#[test]
fn another_namespace_is_left_alone() {
    let mut elsewhere = entry("apps/v1", "Deployment", "httpd-deployments-2");
    elsewhere.object.namespace = Some("old".into());
    let old = plan(
        vec![elsewhere],
        &Names::new(&fixture::httpd_with(&[]), "deployments-3"),
        &fixture::situation(),
    );
    assert!(
        old.workloads.is_empty() && old.left[0].starts_with("Deployment old/"),
        "{old:?}"
    );
}

#[test]
fn an_old_deployment_goes_with_its_uid_and_its_pods_grace_period() {
    let verdict = workload(
        &object("apps/v1", "Deployment", "httpd-deployments-2"),
        &deployed("deployments-2"),
        &services("deployments-3"),
        &fixture::situation(),
    );
    let expected = Verdict::Delete {
        uid: "u2".into(),
        grace: 35,
    };
    assert_eq!(verdict, expected);
}

#[test]
fn what_the_live_service_selects_stays() {
    let verdict = workload(
        &object("apps/v1", "Deployment", "httpd-deployments-2"),
        &deployed("deployments-2"),
        &services("deployments-2"),
        &fixture::situation(),
    );
    assert!(matches!(verdict, Verdict::Keep(why) if why.contains("Service httpd selects its pods")));
}

#[test]
fn what_has_lost_our_labels_stays() {
    let mut live = deployed("deployments-2");
    live["metadata"]["labels"]["shipslog.dev/step"] = "another".into();
    let old = object("apps/v1", "Deployment", "httpd-deployments-2");
    let verdict = workload(&old, &live, &Services::default(), &fixture::situation());
    assert!(matches!(verdict, Verdict::Keep(why) if why.contains("its labels")));
}

#[test]
fn a_config_map_that_a_kept_replica_set_names_stays() {
    let live = fixture::object(&fixture::httpd_with(&[]), "deployments-2", &CONFIG_MAP);
    let set = json!({
        "metadata": { "name": "httpd-6d4b" },
        "spec": { "template": deployed("deployments-2")["spec"]["template"] },
    });
    let old = object("v1", "ConfigMap", "configmap-deployments-2");
    let kept = config(&old, &live, &Uses::new(&[], &[set]), &fixture::situation());
    assert!(matches!(kept, Verdict::Keep(why) if why.contains("ReplicaSet httpd-6d4b")));
    let gone = config(&old, &live, &Uses::default(), &fixture::situation());
    assert!(matches!(gone, Verdict::Delete { .. }));
}
