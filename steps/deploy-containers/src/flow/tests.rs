//! The flow against the SDK's host in memory: what is called in which order, what the messages say, and that a run
//! that ended anywhere comes to the same end when it is done again.

mod again;
mod services;

use serde_json::{Value, json};
use shipslog_step::Failure;
use shipslog_step::kubernetes::{Denial, Evidence, Layer, ObjectReference, Reason};
use shipslog_step::testing::{Host, checked, time_limit};

use crate::kinds::{CONFIG_MAP, DEPLOYMENT, SERVICE};
use crate::{DeployContainers, fixture};

const LEFT_BEHIND: [&str; 2] = ["deployments-1", "deployments-2"];

/// A host that runs the third deployment, in a cluster where its pods become available.
fn host() -> Host {
    let host = Host::new()
        .namespace("httpd-development")
        .variable("Octopus.Action.Package[httpd].Image", fixture::REFERENCE);
    let situation = fixture::situation();
    let host = situation
        .labels
        .iter()
        .fold(host, |host, (key, value)| host.label(key, value));
    host.deployment(&situation.deployment)
}

/// The workload's status, as its controller would write it.
fn available(host: Host, name: &str, replicas: u64) -> Host {
    let mut object = fixture::object(&fixture::httpd_with(&[]), "deployments-3", &DEPLOYMENT);
    object["metadata"]["name"] = name.into();
    object["spec"] = json!({ "replicas": replicas });
    object["status"] = json!({ "availableReplicas": 1 });
    host.holding(&object)
}

fn first() -> Host {
    available(host(), "httpd-deployments-3", 1)
}

/// The second deployment serves and the first failed.
fn later() -> Host {
    let mut host = first();
    for deployment in LEFT_BEHIND {
        let objects = fixture::objects(&fixture::httpd_with(&[]), deployment);
        for object in [objects.of(&CONFIG_MAP).unwrap(), objects.workload()] {
            host = host.holding(object).inventory(entry(object));
        }
        if deployment == "deployments-2" {
            let service = objects.of(&SERVICE).unwrap();
            host = host.holding(service).inventory(entry(service));
        }
    }
    host
}

fn entry(object: &Value) -> Value {
    let it = ObjectReference::of(object).unwrap();
    json!({
        "group": it.group, "version": it.version, "kind": it.kind, "name": it.name,
        "namespace": "httpd-development", "deployment": object["metadata"]["labels"]["shipslog.dev/deployment"],
    })
}

fn deploy(host: &Host) -> Result<(), Failure> {
    host.run::<DeployContainers>(&fixture::httpd())
}

fn deploy_with(host: &Host, changes: &[(&str, Value)]) -> Result<(), Failure> {
    let mut inputs = fixture::httpd();
    for (field, value) in changes {
        inputs[*field] = value.clone();
    }
    host.run::<DeployContainers>(&inputs)
}

fn message(result: Result<(), Failure>) -> String {
    match result.unwrap_err() {
        Failure::Failed(why) => format!("failed: {why}"),
        Failure::Errored(why) => format!("errored: {why}"),
    }
}

fn unhealthy() -> Evidence {
    Evidence {
        object: ObjectReference::new("apps/v1", "Deployment", "httpd-deployments-3"),
        summary: "0 of 1 available: progress deadline of 60 s exceeded".into(),
        events: vec![
            "Readiness probe errored: exec: \"no-such-command\": not found in $PATH".into(),
            "condition: Pod httpd-1: Ready is False: containers with unready status: [httpd]".into(),
        ],
        log_tail: vec!["AH00094: Command line: 'httpd -D FOREGROUND'".into()],
    }
}

fn told(host: &Host) -> String {
    format!("{}\n\n{}", host.calls().join("\n"), host.progress().join("\n"))
}

fn selected(host: &Host) -> Value {
    host.object("Service", "httpd").unwrap()["spec"]["selector"]["shipslog.dev/workload"].clone()
}

/// The whole of the namespace, without what the server counts.
fn namespace(host: &Host) -> Vec<Value> {
    let named = |kind: &'static str, base: &'static str| {
        (1..=3).map(move |it| (kind, format!("{base}-deployments-{it}")))
    };
    let all = named("ConfigMap", "configmap")
        .chain(named("Deployment", "httpd"))
        .chain([
            ("Service", "httpd".to_owned()),
            ("Deployment", "httpd".to_owned()),
        ]);
    let objects = all.filter_map(|(kind, name)| host.object(kind, &name));
    objects
        .map(|mut it| {
            for counted in ["resourceVersion", "uid", "generation"] {
                it["metadata"][counted] = Value::Null;
            }
            it
        })
        .collect()
}

fn limit(changes: &[(&str, Value)]) -> u64 {
    let mut inputs = fixture::httpd();
    for (field, value) in changes {
        inputs[*field] = value.clone();
    }
    time_limit::<DeployContainers>(&inputs).unwrap().as_secs()
}

#[test]
fn a_run_has_as_long_as_its_rollout_its_drain_and_the_end_of_the_old_pods_together() {
    let usual = limit(&[("replicas", json!(1))]);
    assert!(usual > 60 * 60, "{usual}");
    for (field, seconds, more) in [
        ("drainSeconds", 3600, 3600 - 5),
        ("terminationGracePeriodSeconds", 7200, 7200 - 3600),
    ] {
        let changed = limit(&[("replicas", json!(1)), (field, json!(seconds))]);
        assert_eq!(changed, usual + more, "{field}");
    }
    let slow = limit(&[("replicas", json!(1)), ("progressDeadlineSeconds", json!(10_000))]);
    assert!(
        slow > 2 * 10_000,
        "each pod that becomes available begins it anew: {slow}"
    );
    let many = limit(&[("replicas", json!(1000)), ("progressDeadlineSeconds", json!(600))]);
    assert_eq!(many, 86_400, "and none has more than a day");
}

#[test]
fn inputs_that_need_more_than_a_day_are_refused() {
    let mut inputs = fixture::httpd();
    inputs["terminationGracePeriodSeconds"] = json!(86_000);
    let refused = checked::<DeployContainers>(&inputs);
    assert!(
        refused.contains("progressDeadlineSeconds") && refused.contains("a day"),
        "{refused}"
    );
}

#[test]
fn a_first_deployment_has_nothing_to_drain_and_nothing_to_remove() {
    let host = first();
    deploy(&host).unwrap();
    insta::assert_snapshot!(told(&host));
    assert_eq!(host.output("workload"), Some(json!("httpd-deployments-3")));
}

#[test]
fn a_later_one_switches_drains_and_removes_what_came_before_the_failed_one_included() {
    let host = later();
    deploy(&host).unwrap();
    insta::assert_snapshot!(told(&host));
    assert_eq!(selected(&host), "httpd-deployments-3");
    assert_eq!(namespace(&host).len(), 3);
}

#[test]
fn the_history_has_the_service_as_it_was_and_what_was_removed() {
    let host = later();
    deploy(&host).unwrap();
    let milestones = host.milestones();
    let [(switched, from), (removed, what)] = milestones.as_slice() else {
        panic!("{milestones:?}")
    };
    assert_eq!(
        (switched.as_str(), removed.as_str()),
        ("traffic-switched", "old-set-removed")
    );
    assert_eq!(from["previousWorkload"], "httpd-deployments-2");
    assert_eq!(from["previous"]["spec"]["ports"][0]["port"], 80);
    assert_eq!(from["previous"]["metadata"]["resourceVersion"], Value::Null);
    assert_eq!(what["removed"].as_array().unwrap().len(), 4);
}

#[test]
fn pods_that_never_become_ready_leave_traffic_and_old_set_alone() {
    let host = later().failing_wait(unhealthy());
    insta::assert_snapshot!(message(deploy(&host)));
    assert_eq!(selected(&host), "httpd-deployments-2");
    assert_eq!(namespace(&host).len(), 7);
}

#[test]
fn debris_goes_at_once_where_the_inputs_say_so() {
    let host = later().failing_wait(unhealthy());
    let message = message(deploy_with(&host, &[("debris", json!("Remove"))]));
    let end = "Removed again: ConfigMap configmap-deployments-3 and Deployment httpd-deployments-3.";
    assert!(message.ends_with(end), "{message}");
    let deleted: Vec<String> = host
        .writes()
        .into_iter()
        .filter(|it| it.starts_with("delete"))
        .collect();
    assert_eq!(
        deleted,
        [
            "delete Deployment httpd-deployments-3",
            "delete ConfigMap configmap-deployments-3"
        ]
    );
}

#[test]
fn a_pod_that_falls_out_and_comes_back_fails_nothing() {
    let host = available(later(), "httpd-deployments-3", 2);
    let mut back = host.object("Deployment", "httpd-deployments-3").unwrap();
    back["status"] = json!({ "availableReplicas": 2 });
    let host = host.changing_while_waiting(2, &back);
    deploy_with(&host, &[("replicas", json!(2))]).unwrap();
    assert_eq!(selected(&host), "httpd-deployments-3");
}

#[test]
fn pods_that_were_available_and_are_not_any_more_stop_the_switch() {
    let host = later();
    let message = message(deploy_with(&host, &[("replicas", json!(2))]));
    assert!(
        message.contains("1 of 2 available") && message.contains("to httpd-deployments-2"),
        "{message}"
    );
    assert!(message.contains("was healthy and is not any more"), "{message}");
    assert_eq!(selected(&host), "httpd-deployments-2");
}

#[test]
fn whoever_scales_to_nothing_meanwhile_stops_the_switch() {
    let host = later();
    let mut scaled = host.object("Deployment", "httpd-deployments-3").unwrap();
    scaled["spec"]["replicas"] = json!(0);
    let host = host.changing_while_waiting(0, &scaled);
    let message = message(deploy(&host));
    assert!(message.contains("1 of 0 available"), "{message}");
    assert_eq!(selected(&host), "httpd-deployments-2");
}

#[test]
fn more_pods_than_are_wanted_by_now_are_enough() {
    let host = later();
    let mut scaled = host.object("Deployment", "httpd-deployments-3").unwrap();
    scaled["status"] = json!({ "availableReplicas": 3 });
    let host = host.changing_while_waiting(0, &scaled);
    deploy(&host).unwrap();
    assert_eq!(selected(&host), "httpd-deployments-3");
}

#[test]
fn a_service_that_changes_under_the_switch_is_read_again() {
    let host = later().refusing_once("apply Service httpd", Reason::Changed);
    deploy(&host).unwrap();
    assert_eq!(selected(&host), "httpd-deployments-3");
    assert_eq!(
        host.writes()
            .iter()
            .filter(|it| *it == "apply Service httpd")
            .count(),
        3,
        "refused, switched, and told since when the old pods drain"
    );
}

#[test]
fn a_service_that_never_stops_changing_is_given_up() {
    let host = later().refusing("apply Service httpd", Reason::Changed);
    let message = message(deploy(&host));
    assert!(message.contains("changed 5 times"), "{message}");
    assert_eq!(
        host.writes()
            .iter()
            .filter(|it| *it == "apply Service httpd")
            .count(),
        5
    );
    assert!(!host.writes().iter().any(|it| it.starts_with("delete")));
}

#[test]
fn a_service_of_somebody_else_is_refused_before_anything_is_written() {
    let foreign = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "httpd" }, "spec": { "selector": { "app": "x" } },
    });
    let host = first().holding(&foreign);
    insta::assert_snapshot!(message(deploy(&host)));
    assert_eq!(host.writes(), Vec::<String>::new());
}

#[test]
fn cancelling_while_waiting_leaves_the_debris_whatever_the_inputs_say() {
    let host = later().refusing("wait healthy", Reason::Cancelled);
    insta::assert_snapshot!(message(deploy_with(&host, &[("debris", json!("Remove"))])));
    assert!(!host.writes().iter().any(|it| it.starts_with("delete")));
}

#[test]
fn cancelling_after_the_switch_says_what_is_still_there() {
    let host = later().refusing("delete Deployment httpd-deployments-1", Reason::Cancelled);
    insta::assert_snapshot!(message(deploy(&host)));
}

#[test]
fn an_api_server_that_is_away_is_an_error_not_a_failure() {
    let host = later().refusing("wait healthy", Reason::Unavailable("connection refused".into()));
    insta::assert_snapshot!(message(deploy(&host)));
}

#[test]
fn a_failed_rolling_update_says_which_revision_serves() {
    let set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": "httpd-6d4b",
            "annotations": { "deployment.kubernetes.io/revision": "2" },
            "labels": {
                "shipslog.dev/workload": "httpd", "shipslog.dev/deployment": "deployments-2",
                "shipslog.dev/release": "1.0.1",
            },
        },
        "spec": { "replicas": 1 },
        "status": { "readyReplicas": 1 },
    });
    let host = available(host(), "httpd", 1)
        .holding(&set)
        .failing_wait(unhealthy());
    let result = deploy_with(&host, &[("strategy", json!({ "type": "RollingUpdate" }))]);
    insta::assert_snapshot!(message(result));
}

#[test]
fn what_this_deployment_may_not_remove_is_left_and_told() {
    let denied = Reason::Forbidden(Denial {
        layer: Layer::Grant,
        rule: String::new(),
    });
    let host = later().refusing("get ConfigMap configmap-deployments-1", denied);
    deploy(&host).unwrap();
    insta::assert_snapshot!(host.log().join("\n"));
    assert_eq!(host.milestones()[1].1["left"].as_array().unwrap().len(), 1);
}
