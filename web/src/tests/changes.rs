//! What a deployment did to objects, from facts alone.

use serde_json::{Value, json};
use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::object::{
    Before, Change, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal, TakenField,
};
use shipslog_events::ids::DeploymentId;

use super::Server;
use super::facts::{Fact, append, attempt, lane, requested};
use super::history::{History, at};

fn call(deployment: DeploymentId, number: u64, name: &str) -> ObjectCall {
    ObjectCall {
        deployment,
        attempt: attempt(1),
        call: number,
        cluster: "cluster-1".into(),
        object: ObjectReference {
            group: String::new(),
            version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: Some("web".into()),
            name: name.into(),
        },
    }
}

fn digest(byte: u8) -> ObjectDigest {
    ObjectDigest::from_bytes([byte; 32])
}

fn intended(call: ObjectCall, takes: Vec<TakenField>, deletes: bool) -> Event {
    let before = Before::Present {
        uid: "u".into(),
        digest: digest(1),
    };
    ObjectEvent::ObjectIntended {
        call,
        before,
        takes,
        deletes,
    }
    .into()
}

fn written(call: ObjectCall) -> Event {
    ObjectEvent::ObjectWritten {
        call,
        change: Change::Changed,
        uid: "u".into(),
        digest: digest(2),
        sent: digest(3),
        sent_with: None,
    }
    .into()
}

/// A deployment that wrote by force, was refused once, removed something, and died in the middle of a write.
async fn changed(server: &Server) -> DeploymentId {
    History::released(server).await;
    let id = server.store.events.reserve_deployment().await.unwrap();
    let another = server.store.events.reserve_deployment().await.unwrap();
    let taken = TakenField {
        path: "data.colour".into(),
        manager: "kubectl".into(),
    };
    let removed = |call, removal| ObjectEvent::ObjectRemoved {
        call,
        removal,
        uid: Some("u".into()),
        replaced: false,
    };
    let deleted = ObjectEvent::ObjectDeleted {
        call: call(id, 5, "old"),
        uid: "u".into(),
    };
    let taken_back = ObjectEvent::DriftTakenBack {
        call: call(id, 3, "page"),
        fields: vec![taken.clone()],
    };
    let facts: Vec<Fact> = vec![
        (
            intended(call(id, 3, "page"), vec![taken.clone()], false),
            vec![("before", "{\"data\":\"old\"}".to_owned())],
        ),
        (
            written(call(id, 3, "page")),
            vec![("manifest", "{\"data\":\"new\"}".to_owned())],
        ),
        (taken_back.into(), vec![]),
        (intended(call(id, 4, "quota"), vec![taken], false), vec![]),
        (
            ObjectEvent::ObjectRefused {
                call: call(id, 4, "quota"),
            }
            .into(),
            vec![],
        ),
        (intended(call(id, 5, "old"), vec![], true), vec![]),
        (deleted.into(), vec![]),
        (removed(call(id, 6, "old"), Removal::Deleted).into(), vec![]),
        // An end that it saw of what an earlier one had deleted, and one that nobody had.
        (removed(call(id, 6, "older"), Removal::Deleted).into(), vec![]),
        (removed(call(id, 6, "lost"), Removal::FoundGone).into(), vec![]),
        (intended(call(id, 7, "kept"), vec![], true), vec![]),
        (
            ObjectEvent::ObjectRefused {
                call: call(id, 7, "kept"),
            }
            .into(),
            vec![],
        ),
        (intended(call(id, 8, "last"), vec![], false), vec![]),
        (written(call(another, 3, "page")), vec![]),
    ];
    let streams = vec![
        (Stream::Deployment(id), vec![(requested(id).into(), vec![])]),
        (Stream::Objects(lane()), facts),
    ];
    append(server, streams).await;
    id
}

#[tokio::test]
async fn what_a_deployment_did_to_objects_is_told_in_order_each_call_once() {
    let server = Server::start().await;
    let id = changed(&server).await;
    let told = server.get(&format!("/api/v1/deployments/{id}/changes")).await;
    let told = told.expect(200);
    let changes = at(&told, "/changes").as_array().unwrap();
    let line = |it: &Value| {
        format!(
            "{} {}",
            it["effect"].as_str().unwrap(),
            it["object"]["name"].as_str().unwrap()
        )
    };
    let lines: Vec<String> = changes.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "changed page",
            "refused quota",
            "deleted old",
            "found-gone lost",
            "refused kept",
            "unanswered last"
        ]
    );
    assert_eq!(
        changes[0]["taken"],
        json!([{ "path": "data.colour", "manager": "kubectl" }])
    );
    assert_eq!(changes[0].get("manifest"), None);
}

#[tokio::test]
async fn what_was_found_and_what_was_sent_is_told_to_whoever_asks() {
    let server = Server::start().await;
    let id = changed(&server).await;
    let told = server
        .get(&format!("/api/v1/deployments/{id}/changes?bodies=true"))
        .await;
    let told = told.expect(200);
    let first = at(&told, "/changes/0");
    assert_eq!(
        (&first["found"]["data"], &first["manifest"]["data"]),
        (&json!("old"), &json!("new"))
    );
    assert_eq!(first.get("leftOut"), None);
    let unkept = at(&told, "/changes/5");
    assert_eq!(unkept.get("found"), None);
    assert_eq!(
        unkept["leftOut"], true,
        "it was not as the lane had left it, and nobody kept it"
    );
}

#[tokio::test]
async fn a_deployment_that_nobody_requested_did_nothing() {
    let server = Server::start().await;
    let told = server.get("/api/v1/deployments/deployments-99/changes").await;
    assert_eq!(told.problem().0, 404);
}
