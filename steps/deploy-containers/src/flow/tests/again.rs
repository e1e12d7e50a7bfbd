//! A run that is done again, and one strategy after another, come to the same end.

use super::*;

#[test]
fn a_run_that_ended_at_any_call_comes_to_the_same_end_when_it_is_done_again() {
    let whole = later();
    deploy(&whole).unwrap();
    for call in whole.calls().iter().filter(|it| !it.starts_with("sleep")) {
        let host = later().refusing_once(call, Reason::Unavailable("killed".into()));
        assert!(deploy(&host).is_err(), "{call} was not asked");
        deploy(&host).unwrap_or_else(|why| panic!("after {call}: {why}"));
        assert_eq!(namespace(&host), namespace(&whole), "after {call}");
        let reached = |name: &str| host.milestones().iter().any(|(it, _)| it == name);
        assert!(
            reached("traffic-switched") && reached("old-set-removed"),
            "after {call}"
        );
        assert_eq!(slept(&host), slept(&whole), "after {call}: it drains once");
    }
}

fn slept(host: &Host) -> u64 {
    let sleeps = host.calls().into_iter().filter_map(|it| {
        let seconds = it.strip_prefix("sleep ")?.strip_suffix(" ms")?;
        seconds.parse::<u64>().ok()
    });
    sleeps.sum()
}

#[test]
fn a_run_that_has_succeeded_changes_nothing_when_it_is_done_again() {
    let host = later();
    deploy(&host).unwrap();
    let before = namespace(&host);
    host.forget();
    deploy(&host).unwrap();
    assert_eq!(namespace(&host), before);
    // This host's inventory does not forget; the deletes say once more that nothing is there.
    let writes = [
        "apply ConfigMap configmap-deployments-3",
        "apply Deployment httpd-deployments-3",
        "delete Deployment httpd-deployments-1",
        "delete Deployment httpd-deployments-2",
        "delete ConfigMap configmap-deployments-1",
        "delete ConfigMap configmap-deployments-2",
    ];
    assert_eq!(host.writes(), writes);
}

#[test]
fn from_blue_green_to_rolling_and_back_nothing_is_left() {
    let rolling = [("strategy", json!({ "type": "RollingUpdate" }))];
    let host = available(later(), "httpd", 1);
    deploy_with(&host, &rolling).unwrap();
    assert_eq!(selected(&host), "httpd");
    assert!(host.object("Deployment", "httpd-deployments-2").is_none());

    let back = available(host.deployment("deployments-4"), "httpd-deployments-4", 1);
    let uid = json!("uid-of-deployments-4");
    let mut live = back.object("Deployment", "httpd-deployments-4").unwrap();
    live["metadata"]["annotations"]["shipslog.dev/deployment-uid"] = uid;
    let back = back.holding(&live);
    let back = ["Deployment", "ConfigMap"]
        .into_iter()
        .zip(["httpd", "configmap-deployments-3"])
        .fold(back, |host, (kind, name)| {
            let object = host.object(kind, name).unwrap();
            host.inventory(entry(&object))
        });
    deploy(&back).unwrap();
    assert_eq!(selected(&back), "httpd-deployments-4");
    assert!(back.object("Deployment", "httpd").is_none());
    assert!(back.object("ConfigMap", "configmap-deployments-3").is_none());
}

/// Switched, and killed before anybody knew whether the endpoints are the new pods.
fn switched() -> Host {
    let host = later().refusing_once(
        "wait endpoints Service httpd",
        Reason::Unavailable("killed".into()),
    );
    assert!(deploy(&host).is_err());
    assert_eq!(selected(&host), "httpd-deployments-3");
    host.forget();
    host
}

fn applies_service(host: &Host) -> usize {
    let writes = host.writes();
    writes.iter().filter(|it| *it == "apply Service httpd").count()
}

#[test]
fn what_a_service_says_of_another_deployment_is_no_reason_to_drain_for_less() {
    let mut stale = later().object("Service", "httpd").unwrap();
    stale["metadata"]["annotations"]["shipslog.dev/draining-since"] = "uid-of-deployments-2 0".into();
    let host = later().holding(&stale);
    deploy(&host).unwrap();
    let whole = later();
    deploy(&whole).unwrap();
    assert_eq!(slept(&host), slept(&whole));
}

#[test]
fn where_it_cannot_be_written_since_when_it_drains_it_drains_in_full_and_succeeds() {
    let denied = Denial {
        layer: Layer::Admission,
        rule: "Services are frozen".into(),
    };
    for reason in [
        Reason::Changed,
        Reason::Forbidden(denied),
        Reason::Unavailable("away".into()),
    ] {
        let host = switched().refusing("apply Service httpd", reason);
        deploy(&host).unwrap();
        assert_eq!(slept(&host), 5000);
        assert_eq!(host.log().len(), 1, "{:?}", host.log());
    }
}

#[test]
fn a_service_that_leads_elsewhere_when_the_drain_begins_is_left_alone() {
    let host = switched();
    let mut moved = host.object("Service", "httpd").unwrap();
    moved["spec"]["selector"] = json!({ "app": "by-hand" });
    let host = host.changing_while_waiting(1, &moved);
    deploy(&host).unwrap();
    assert_eq!((applies_service(&host), slept(&host)), (0, 5000));
    assert_eq!(
        host.object("Service", "httpd").unwrap()["spec"]["selector"],
        moved["spec"]["selector"]
    );
}

#[test]
fn pods_that_fall_out_while_the_old_ones_drain_keep_those() {
    for (spec, status) in [
        (json!({ "replicas": 1 }), json!({ "availableReplicas": 0 })),
        (json!({ "replicas": 0 }), json!({ "availableReplicas": 0 })),
    ] {
        let host = later();
        let mut fallen = host.object("Deployment", "httpd-deployments-3").unwrap();
        fallen["spec"] = spec;
        fallen["status"] = status;
        let host = host.changing_while_waiting(1, &fallen);
        let said = message(deploy(&host));
        assert!(said.contains("after the switch; the old pods are left"), "{said}");
        assert!(host.object("Deployment", "httpd-deployments-2").is_some());
    }
}

#[test]
fn whoever_scales_up_while_the_old_pods_drain_takes_nothing_away() {
    let host = later();
    let mut scaled = host.object("Deployment", "httpd-deployments-3").unwrap();
    scaled["spec"] = json!({ "replicas": 5 });
    scaled["status"] = json!({ "availableReplicas": 1 });
    let host = host.changing_while_waiting(1, &scaled);
    deploy(&host).unwrap();
    assert!(host.object("Deployment", "httpd-deployments-2").is_none());
}
