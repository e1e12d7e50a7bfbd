use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::fake::{Fake, Reply, Seen, reference};

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/web/deployments";
const SETS: &str = "/apis/apps/v1/namespaces/web/replicasets";
const PODS: &str = "/api/v1/namespaces/web/pods";
const EVENTS: &str = "/api/v1/namespaces/web/events";
const SLICES: &str = "/apis/discovery.k8s.io/v1/namespaces/web/endpointslices";

fn healthy(generation: i64) -> Expectation {
    Expectation::Healthy(Healthy {
        object: reference("apps", "Deployment", "httpd"),
        uid: Some("d".to_owned()),
        generation: Some(generation),
    })
}

fn gone() -> Expectation {
    Expectation::Gone(Gone {
        object: reference("apps", "Deployment", "httpd"),
        uid: Some("d".to_owned()),
    })
}

fn deployment(version: &str, generation: i64, available: i64, conditions: Value) -> Value {
    let mut object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "httpd", "uid": "d", "resourceVersion": version, "generation": generation,
            "annotations": {"deployment.kubernetes.io/revision": "1"}},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "httpd"}}, "progressDeadlineSeconds": 60},
        "status": {"observedGeneration": generation, "updatedReplicas": 1, "replicas": 1,
            "availableReplicas": available}});
    object["status"]["conditions"] = conditions;
    object
}

fn waiting(version: &str) -> Value {
    deployment(version, 1, 0, json!([]))
}

fn late(version: &str) -> Value {
    let progress = json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"});
    deployment(version, 1, 0, json!([progress]))
}

fn replica_set() -> Value {
    json!({"metadata": {"name": "httpd-1", "uid": "rs", "ownerReferences": [{"uid": "d"}],
        "annotations": {"deployment.kubernetes.io/revision": "1"}}})
}

fn pod() -> Value {
    json!({"metadata": {"name": "httpd-1-a", "uid": "p", "ownerReferences": [{"uid": "rs"}]},
        "status": {"conditions": [{"type": "Ready", "status": "False", "message": "unready: [httpd]"}],
            "containerStatuses": [{"name": "httpd", "ready": false, "state": {"running": {}}}]}})
}

fn probe_event() -> Value {
    json!({"type": "Warning", "reason": "Unhealthy", "count": 3,
        "message": "Readiness probe failed: exec: \"no-such-command\": executable file not found in $PATH",
        "involvedObject": {"kind": "Pod", "name": "httpd-1-a", "uid": "p", "fieldPath": "spec.containers{httpd}"}})
}

fn list(items: Value) -> Reply {
    let mut body = json!({"metadata": {"resourceVersion": "100"}});
    body["items"] = items;
    Reply::Json(200, body)
}

fn modified(object: Value) -> Value {
    let mut event = json!({"type": "MODIFIED"});
    event["object"] = object;
    event
}

/// A server with lists by path, and a script for the watches of Deployments.
fn server(
    lists: &[(&'static str, Value)],
    watches: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
) -> Fake {
    let lists: BTreeMap<&'static str, Value> = lists.iter().cloned().collect();
    Fake::new(move |call, nth| match (call.is_watch(), call.path.as_str()) {
        (true, DEPLOYMENTS) => Some(watches(call, nth)),
        (true, _) => Some(Reply::WatchOn(Vec::new())),
        (false, path) if path.ends_with("/log") => Some(Reply::Watch(vec![json!("AH00558: ready")])),
        (false, path) => lists.get(path).cloned().map(list),
    })
}

fn silent(_: &Seen, _: usize) -> Reply {
    Reply::WatchOn(Vec::new())
}

async fn wait(fake: &Fake, expectations: &[Expectation]) -> Result<Waited, Error> {
    fake.cluster().wait(expectations, Duration::from_mins(5)).await
}

#[tokio::test(start_paused = true)]
async fn what_is_so_already_is_met_by_one_list() {
    let fake = server(
        &[(DEPLOYMENTS, json!([deployment("5", 1, 1, json!([]))]))],
        silent,
    );
    assert_eq!(wait(&fake, &[healthy(1)]).await, Ok(Waited::Met));
    assert_eq!(fake.count("GET", DEPLOYMENTS), 1);
    assert_eq!(fake.count("GET", PODS), 0);
    let query = fake
        .calls()
        .iter()
        .find(|it| it.path == DEPLOYMENTS)
        .unwrap()
        .query
        .clone();
    assert_eq!(query, "fieldSelector=metadata.name%3Dhttpd");
}

#[tokio::test(start_paused = true)]
async fn a_closed_watch_is_resumed_where_it_ended_without_another_list() {
    let fake = server(
        &[
            (DEPLOYMENTS, json!([waiting("5")])),
            (SETS, json!([])),
            (PODS, json!([])),
        ],
        |_, nth| match nth {
            0 => Reply::Watch(vec![modified(waiting("101"))]),
            1 => Reply::Watch(vec![
                json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "150"}}}),
            ]),
            2 => Reply::Cut,
            _ => Reply::WatchOn(vec![modified(deployment("160", 1, 1, json!([])))]),
        },
    );
    assert_eq!(wait(&fake, &[healthy(1)]).await, Ok(Waited::Met));
    assert_eq!(fake.watched(DEPLOYMENTS), ["100", "101", "150", "150"]);
    for path in [DEPLOYMENTS, SETS, PODS] {
        assert_eq!(fake.count("GET", path), 1, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_the_server_forgot_is_listed_anew() {
    let fake = Fake::new(|call, nth| match (call.is_watch(), call.path.as_str(), nth) {
        (true, DEPLOYMENTS, 0) => Some(Reply::Watch(vec![
            json!({"type": "ERROR", "object": {"code": 410, "message": "too old"}}),
        ])),
        (true, _, _) => Some(Reply::WatchOn(Vec::new())),
        (false, DEPLOYMENTS, 0) => Some(list(json!([waiting("5")]))),
        (false, DEPLOYMENTS, _) => Some(list(json!([deployment("200", 1, 1, json!([]))]))),
        (false, SETS | PODS, _) => Some(list(json!([]))),
        _ => None,
    });
    assert_eq!(wait(&fake, &[healthy(1)]).await, Ok(Waited::Met));
    assert_eq!(fake.count("GET", DEPLOYMENTS), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_older_than_the_generation_counts() {
    let fake = server(
        &[
            (DEPLOYMENTS, json!([deployment("5", 1, 1, json!([]))])),
            (SETS, json!([])),
            (PODS, json!([])),
        ],
        |_, _| Reply::WatchOn(vec![modified(deployment("101", 2, 1, json!([])))]),
    );
    assert_eq!(wait(&fake, &[healthy(2)]).await, Ok(Waited::Met));
    assert_eq!(fake.watched(DEPLOYMENTS).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_rollout_comes_with_evidence_and_one_list_of_each_kind() {
    let lists = [
        (DEPLOYMENTS, json!([waiting("5")])),
        (SETS, json!([replica_set()])),
        (PODS, json!([pod()])),
        (EVENTS, json!([probe_event()])),
    ];
    let fake = server(&lists, |_, _| Reply::WatchOn(vec![modified(late("101"))]));
    let Ok(Waited::Failed(evidence)) = wait(&fake, &[healthy(1)]).await else {
        panic!()
    };
    assert_eq!(
        evidence[0].summary,
        "Readiness probe of container httpd fails: exec: \"no-such-command\": executable file not found in $PATH"
    );
    assert_eq!(evidence[0].object.to_string(), "Deployment web/httpd");
    assert!(
        evidence[0].events[0].starts_with("Pod httpd-1-a: Unhealthy: "),
        "{evidence:?}"
    );
    let condition = "condition: Pod httpd-1-a: Ready is False: unready: [httpd]";
    assert_eq!(evidence[0].events[1..], [condition]);
    assert_eq!(evidence[0].log_tail, ["\"AH00558: ready\""]);
    for path in [DEPLOYMENTS, SETS, PODS, EVENTS] {
        assert_eq!(fake.count("GET", path), 1, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_read_is_said_and_does_not_hide_the_rest() {
    let forbidden = "events is forbidden: User \"u\" cannot list resource \"events\" in API group \"\"";
    let fake = Fake::new(move |call, _| match (call.is_watch(), call.path.as_str()) {
        (false, DEPLOYMENTS) => Some(list(json!([late("5")]))),
        (false, EVENTS | PODS | SETS) => Some(Reply::Json(403, json!({"message": forbidden}))),
        (true, _) => Some(Reply::WatchOn(Vec::new())),
        _ => None,
    });
    let Ok(Waited::Failed(evidence)) = wait(&fake, &[healthy(1)]).await else {
        panic!()
    };
    assert!(
        evidence[0].summary.contains("progressDeadlineSeconds"),
        "{evidence:?}"
    );
    let told = evidence[0].events.join("\n");
    assert!(
        told.contains("cannot tell: the events could not be read") && told.contains("cannot list"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_awaited_kind_that_may_not_be_read_is_a_refusal() {
    let message = "deployments.apps is forbidden: User \"u\" cannot list resource \"deployments\"";
    let fake = Fake::new(move |call, _| {
        (call.path == DEPLOYMENTS).then(|| Reply::Json(403, json!({"message": message})))
    });
    assert!(matches!(
        wait(&fake, &[healthy(1)]).await,
        Err(Error::Forbidden(_))
    ));
    let fake =
        Fake::new(|call, _| (call.path == DEPLOYMENTS).then(|| Reply::Json(401, json!({"message": "no"}))));
    assert!(matches!(
        wait(&fake, &[healthy(1)]).await,
        Err(Error::Unauthorized(_))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_or_replaced_object_cannot_become_healthy() {
    let fake = server(&[(DEPLOYMENTS, json!([]))], silent);
    let Ok(Waited::Failed(evidence)) = wait(&fake, &[healthy(1)]).await else {
        panic!()
    };
    assert_eq!(evidence[0].summary, "Deployment web/httpd: it has been deleted");
    let mut other = waiting("5");
    other["metadata"]["uid"] = "e".into();
    let fake = server(&[(DEPLOYMENTS, json!([other]))], silent);
    assert!(matches!(wait(&fake, &[healthy(1)]).await, Ok(Waited::Failed(_))));
}

#[tokio::test(start_paused = true)]
async fn gone_is_none_or_another_one() {
    let fake = server(&[(DEPLOYMENTS, json!([]))], silent);
    assert_eq!(wait(&fake, &[gone()]).await, Ok(Waited::Met));
    let mut other = waiting("5");
    other["metadata"]["uid"] = "e".into();
    let fake = server(&[(DEPLOYMENTS, json!([other]))], silent);
    assert_eq!(wait(&fake, &[gone()]).await, Ok(Waited::Met));
    let fake = server(&[(DEPLOYMENTS, json!([waiting("5")]))], |_, _| {
        Reply::WatchOn(vec![json!({"type": "DELETED", "object": waiting("101")})])
    });
    assert_eq!(wait(&fake, &[gone()]).await, Ok(Waited::Met));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_its_time_and_says_what_it_waited_for() {
    let mut dying = waiting("5");
    dying["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    dying["metadata"]["finalizers"] = json!(["foregroundDeletion"]);
    let fake = server(&[(DEPLOYMENTS, json!([dying])), (EVENTS, json!([]))], silent);
    let start = Instant::now();
    let Ok(Waited::TimedOut(evidence)) = wait(&fake, &[gone()]).await else {
        panic!()
    };
    assert_eq!(
        evidence[0].summary,
        "Deployment web/httpd: it is deleted, but waits for its finalizers: foregroundDeletion"
    );
    assert!(start.elapsed() < Duration::from_mins(6), "{:?}", start.elapsed());
    assert_eq!(fake.count("GET", DEPLOYMENTS), 1);
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_is_away_for_two_minutes_is_waited_for() {
    let start = Instant::now();
    let fake = Fake::new(move |call, _| match (call.is_watch(), call.path.as_str()) {
        (false, DEPLOYMENTS) if start.elapsed() < Duration::from_mins(2) => Some(Reply::Unreachable),
        (false, DEPLOYMENTS) => Some(list(json!([deployment("5", 1, 1, json!([]))]))),
        (true, _) => Some(Reply::WatchOn(Vec::new())),
        _ => None,
    });
    assert_eq!(wait(&fake, &[healthy(1)]).await, Ok(Waited::Met));
}

#[tokio::test(start_paused = true)]
async fn several_objects_of_a_kind_share_one_list() {
    let mut second = deployment("6", 1, 1, json!([]));
    second["metadata"]["name"] = "other".into();
    let fake = server(
        &[(DEPLOYMENTS, json!([deployment("5", 1, 1, json!([])), second]))],
        silent,
    );
    let other = Expectation::Condition(Condition {
        object: reference("apps", "Deployment", "other"),
        kind: "Available".to_owned(),
        status: "True".to_owned(),
    });
    let Ok(Waited::TimedOut(evidence)) = wait(&fake, &[healthy(1), other]).await else {
        panic!()
    };
    assert_eq!(evidence.len(), 1);
    assert_eq!(
        evidence[0].summary,
        "Deployment web/other: it has no condition Available"
    );
    assert_eq!(fake.count("GET", DEPLOYMENTS), 1);
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_met_once_only_the_wanted_pods_are_ready() {
    let endpoint = |name: &str, uid: &str| {
        json!({"conditions": {"ready": true},
        "targetRef": {"kind": "Pod", "name": name, "uid": uid}})
    };
    let slice = move |version: &str, endpoints: Value| {
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "httpd-x", "resourceVersion": version}, "endpoints": endpoints})
    };
    let fake = Fake::new(move |call, _| match (call.is_watch(), call.path.as_str()) {
        (false, SLICES) => Some(list(json!([slice(
            "5",
            json!([endpoint("old", "o"), endpoint("httpd-1-a", "p")])
        )]))),
        (false, PODS) => Some(list(json!([pod()]))),
        (true, SLICES) => Some(Reply::WatchOn(vec![modified(slice(
            "101",
            json!([endpoint("httpd-1-a", "p")]),
        ))])),
        (true, PODS) => Some(Reply::WatchOn(Vec::new())),
        _ => None,
    });
    let expected = Expectation::Endpoints(Endpoints {
        service: reference("", "Service", "httpd"),
        label_selector: "app=httpd".to_owned(),
        at_least: 1,
    });
    assert_eq!(wait(&fake, &[expected]).await, Ok(Waited::Met));
    assert_eq!((fake.count("GET", SLICES), fake.count("GET", PODS)), (1, 1));
    let calls = fake.calls();
    let query = |path: &str| calls.iter().find(|it| it.path == path).unwrap().query.clone();
    assert_eq!(
        query(SLICES),
        "labelSelector=kubernetes.io%2Fservice-name%3Dhttpd"
    );
    assert_eq!(query(PODS), "labelSelector=app%3Dhttpd");
}
