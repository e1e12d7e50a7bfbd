//! What a Service selects stays, also one that left the inputs: clients still come through it.

use super::*;

const STAYS: &str = "Deployment httpd-deployments-2, because Service httpd selects its pods";

fn without_service() -> Value {
    let mut inputs = fixture::httpd();
    inputs.as_object_mut().unwrap().remove("service");
    inputs
}

fn renamed() -> Value {
    let mut inputs = fixture::httpd();
    inputs["service"]["name"] = "web".into();
    inputs
}

/// The second deployment's pod is there, as its ReplicaSet would make it.
fn serving() -> Host {
    let template =
        fixture::object(&fixture::httpd_with(&[]), "deployments-2", &DEPLOYMENT)["spec"]["template"].take();
    let mut pod = json!({ "apiVersion": "v1", "kind": "Pod", "spec": template["spec"] });
    pod["metadata"] = json!({ "name": "httpd-deployments-2-a", "labels": template["metadata"]["labels"] });
    later().holding(&pod)
}

/// What the milestone says was left.
fn left(host: &Host) -> Vec<String> {
    let (_, detail) = host.milestones().pop().unwrap();
    serde_json::from_value(detail["left"].clone()).unwrap()
}

/// What serves through the old Service is there with its configuration, and the failed one before it is not.
fn assert_still_serving(host: &Host) {
    assert_eq!(selected(host), "httpd-deployments-2");
    assert!(host.object("Deployment", "httpd-deployments-2").is_some());
    assert!(host.object("Deployment", "httpd-deployments-1").is_none());
    assert!(host.object("ConfigMap", "configmap-deployments-2").is_some());
    let left = left(host);
    assert!(left.iter().any(|it| it == STAYS), "{left:?}");
    assert!(
        left.iter()
            .any(|it| it.starts_with("Service httpd, which is not")),
        "{left:?}"
    );
    let warning = format!("warning: left as it is: {STAYS}");
    assert!(host.log().contains(&warning), "{:?}", host.log());
}

#[test]
fn a_renamed_service_keeps_the_pods_that_its_old_name_selects() {
    let host = serving();
    let (outcome, _) = host.run_within_rights::<DeployContainers>(&renamed());
    outcome.unwrap();
    assert_still_serving(&host);
    let new = host.object("Service", "web").unwrap();
    assert_eq!(
        new["spec"]["selector"]["shipslog.dev/workload"],
        "httpd-deployments-3"
    );
}

#[test]
fn a_dropped_service_keeps_the_pods_that_it_selects() {
    let host = serving();
    let (outcome, _) = host.run_within_rights::<DeployContainers>(&without_service());
    outcome.unwrap();
    assert_still_serving(&host);
}

#[test]
fn a_dropped_service_keeps_them_from_another_strategy_too() {
    let host = available(serving(), "httpd", 1);
    let mut inputs = without_service();
    inputs["strategy"] = json!({ "type": "RollingUpdate" });
    let (outcome, _) = host.run_within_rights::<DeployContainers>(&inputs);
    outcome.unwrap();
    assert_still_serving(&host);
}

#[test]
fn the_deployment_after_removes_what_no_service_selects() {
    let host = serving();
    host.run::<DeployContainers>(&renamed()).unwrap();
    let old = ["Deployment", "Service"].map(|kind| {
        let name = if kind == "Service" {
            "web"
        } else {
            "httpd-deployments-3"
        };
        host.object(kind, name).unwrap()
    });
    let host = old
        .iter()
        .fold(host, |host, object| host.inventory(entry(object)))
        .deployment("deployments-4");
    let mut live = available(host.clone(), "httpd-deployments-4", 1)
        .object("Deployment", "httpd-deployments-4")
        .unwrap();
    live["metadata"]["annotations"]["shipslog.dev/deployment-uid"] = "uid-of-deployments-4".into();
    let host = host.holding(&live);
    host.run::<DeployContainers>(&renamed()).unwrap();
    assert!(host.object("Deployment", "httpd-deployments-3").is_none());
    assert_still_serving(&host);
}

#[test]
fn a_service_that_is_gone_keeps_nothing_and_is_not_named() {
    let mut host = first();
    let objects = fixture::objects(&fixture::httpd_with(&[]), "deployments-2");
    host = host
        .holding(objects.workload())
        .inventory(entry(objects.workload()));
    host = host.inventory(entry(objects.of(&SERVICE).unwrap()));
    host.run::<DeployContainers>(&without_service()).unwrap();
    assert!(host.object("Deployment", "httpd-deployments-2").is_none());
    assert_eq!(left(&host), Vec::<String>::new());
}

#[test]
fn a_service_that_may_not_be_read_keeps_every_old_workload() {
    let denied = Reason::Forbidden(Denial {
        layer: Layer::Grant,
        rule: String::new(),
    });
    let host = later().refusing("get Service httpd", denied);
    host.run::<DeployContainers>(&renamed()).unwrap();
    for deployment in LEFT_BEHIND {
        let name = format!("httpd-{deployment}");
        assert!(host.object("Deployment", &name).is_some(), "{name}");
        let stays =
            format!("Deployment {name}, because Service httpd may select its pods and could not be read: ");
        assert!(
            left(&host).iter().any(|it| it.starts_with(&stays)),
            "{:?}",
            left(&host)
        );
    }
    assert!(!host.writes().iter().any(|it| it.starts_with("delete Deployment")));
}

#[test]
fn a_service_that_cannot_be_read_now_is_no_reason_to_delete() {
    let away = Reason::Unavailable("connection refused".into());
    let host = later().refusing("get Service httpd", away);
    let message = message(host.run::<DeployContainers>(&renamed()));
    assert!(
        message.starts_with("errored: cannot get Service httpd"),
        "{message}"
    );
    assert!(!host.writes().iter().any(|it| it.starts_with("delete")));
}
