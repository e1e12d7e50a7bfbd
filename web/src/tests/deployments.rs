//! Releases and deployments as they are shown.

use serde_json::json;

use super::Server;
use super::history::{History, at};

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_shown_with_every_word_that_is_no_secret() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    let head = *server.engine.events().head().borrow();
    let answer = server
        .get(&format!("/api/v1/deployments/{id}?minPosition={head}"))
        .await;
    assert!(!answer.text.contains("shipslog-handle-"), "{}", answer.text);
    let shown = answer.expect(200);
    assert_eq!(shown["id"], id.to_string());
    assert_eq!(
        (&shown["status"], &shown["reason"]),
        (&json!("failed"), &json!("failed"))
    );
    assert_eq!(shown["message"], "Deploy/it failed");
    assert_eq!(shown["requestedBy"], "somebody");
    assert!(
        shown["endedAt"].is_string() && shown["waitingFor"].is_null(),
        "{shown}"
    );
    let targets = at(&shown, "/steps/0/targets");
    assert_eq!(at(targets, "/0/status"), "failed");
    assert_eq!(at(targets, "/1/status"), "pending");
    assert_eq!(at(targets, "/0/attempts/0/status"), "errored");
    assert_eq!(
        at(targets, "/0/attempts/1"),
        &json!({
            "attempt": 2, "status": "failed", "message": "the pod never came up",
            "milestones": [{ "name": "traffic-switched", "detail": { "from": 1 } }],
            "denials": [
                { "layer": "boundary", "rule": "get secrets elsewhere" },
                { "layer": "admission", "rule": "apply on ConfigMap page", "message": "exceeded quota" }
            ],
            "outputs": [
                { "name": "address", "sensitive": false, "value": "10.0.0.1" },
                { "name": "token", "sensitive": true }
            ]
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_deployment_says_whom_it_waits_for() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let listed = server.get("/api/v1/deployments?open=true").await.expect(200);
    let before = format!("deployments-{}", id.0 - 1);
    let ahead = json!({ "code": "earlier-deployment", "deployment": before });
    assert_eq!(listed["items"][0]["waitingFor"], ahead);
    assert!(listed["items"][0].get("steps").is_none());
    let shown = server
        .get(&format!("/api/v1/deployments/{}", id.0))
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["waitingFor"]),
        (&json!("waiting"), &ahead)
    );
    for none in ["environment=Production", "release=2.0.0", "project=Other"] {
        let listed = server
            .get(&format!("/api/v1/deployments?{none}"))
            .await
            .expect(200);
        assert_eq!(listed["items"], json!([]), "{none}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_has_environments_in_the_order_of_phases() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    let head = *server.engine.events().head().borrow();
    let board = server
        .get(&format!("/api/v1/projects/Httpd/progression?minPosition={head}"))
        .await
        .expect(200);
    assert_eq!(
        board,
        json!({
            "project": "Httpd",
            "environments": ["Development", "Production"],
            "lastSuccess": {},
            "releases": [{
                "version": "1.0.0",
                "cells": { "Development": { "deployment": id.to_string(), "status": "failed" } }
            }]
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_shown_with_what_it_froze() {
    let server = Server::start().await;
    let position = History::released(&server).await;
    let path = format!("/api/v1/projects/Httpd/releases?minPosition={position}");
    let listed = server.get(&path).await.expect(200);
    let shown = server
        .get("/api/v1/projects/Httpd/releases/1.0.0")
        .await
        .expect(200);
    assert_eq!(listed["items"], json!([shown]));
    assert_eq!(shown["packages"][0]["reference"], "httpd:2.4.71@sha256:00");
    assert_eq!(
        shown["steps"],
        json!([{ "name": "Deploy/it", "uses": "deploy-containers@1", "component": "sha256:none" }])
    );
    assert_eq!(
        (&shown["createdBy"], &shown["environments"]),
        (&json!("somebody"), &json!({}))
    );
    let (status, _, detail) = server
        .get("/api/v1/projects/Httpd/releases/1.0.1")
        .await
        .problem();
    assert_eq!(status, 404);
    assert!(detail.contains("1.0.0"), "{detail}");
    let (status, _, detail) = server.get("/api/v1/projects/Htpd/progression").await.problem();
    assert_eq!(status, 404);
    assert!(detail.contains("did you mean `Httpd`?"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_lifecycle_forbids_is_refused() {
    let server = Server::start().await;
    History::released(&server).await;
    let body = json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Production"] });
    let (status, code, detail) = server.post("/api/v1/deployments", &body).await.problem();
    assert_eq!((status, code.as_str()), (409, "phase-not-succeeded"));
    assert!(detail.contains("First"), "{detail}");
    let body = json!({ "project": "Httpd", "release": "1.0.0" });
    let (status, code, detail) = server.post("/api/v1/deployments", &body).await.problem();
    assert_eq!((status, code.as_str()), (409, "phase-not-succeeded"));
    assert!(detail.contains("cannot be promoted"), "{detail}");
    let body = json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Development"] });
    let (status, code, _) = server.post("/api/v1/deployments", &body).await.problem();
    assert_eq!((status, code.as_str()), (409, "no-target"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_for_named_environments_or_for_those_that_come_next() {
    let server = Server::start().await;
    History::released(&server).await;
    let many: Vec<String> = (0..101).map(|it| format!("Region {it}")).collect();
    for (asked, path) in [
        (
            json!({ "environments": ["Development"], "wholePhase": true }),
            "wholePhase",
        ),
        (json!({ "environments": many }), "environments"),
        (json!({ "environments": [] }), "environments"),
    ] {
        let mut body = json!({ "project": "Httpd", "release": "1.0.0" });
        body.as_object_mut()
            .unwrap()
            .extend(asked.as_object().unwrap().clone());
        let (status, _, detail) = server.post("/api/v1/deployments", &body).await.problem();
        assert_eq!(status, 422);
        assert!(detail.starts_with(path), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_has_ended_cannot_be_cancelled() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    let path = format!("/api/v1/deployments/{id}/cancel");
    let (status, code, _) = server.post(&path, &json!({})).await.problem();
    assert_eq!((status, code.as_str()), (409, "deployment-ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_accepted_and_told_to_its_end() {
    let server = Server::start().await;
    History::deployable(&server).await;
    let body = json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Development"] });
    let accepted = server.post("/api/v1/deployments", &body).await.expect(202);
    let deployment = &accepted["deployments"][0];
    assert_eq!(deployment["environment"], "Development");
    let id = deployment["deployment"].as_str().unwrap();
    let path = format!(
        "/api/v1/deployments/{id}/watch?minPosition={}",
        accepted["position"]
    );
    let items = server.get(&path).await.items();
    let last = items.last().unwrap();
    assert_eq!(last["status"], "failed");
    let attempt = at(last, "/steps/0/targets/0/attempts/0");
    // What the release froze was never written here.
    assert_eq!(attempt["status"], "failed");
    assert!(
        attempt["message"].as_str().unwrap().contains("1.0.0"),
        "{attempt}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_an_environment_is_told_project_by_project() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let path = "/api/v1/environments/Development/running";
    let shown = server.get(path).await.expect(200);
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["project"], "Httpd");
    assert_eq!(items[0]["lastSuccess"], json!(null));
    let on_its_way = items[0]["onItsWay"].as_array().unwrap();
    let last = on_its_way.last().unwrap();
    assert_eq!(last["deployment"], id.to_string());
    assert_eq!(last["status"], "waiting");
    let (status, _, detail) = server
        .get("/api/v1/environments/Developmen/running")
        .await
        .problem();
    assert_eq!(status, 404);
    assert!(detail.contains("`Development`"), "{detail}");
    let nowhere = server
        .get("/api/v1/environments/Production/running")
        .await
        .expect(200);
    assert_eq!(nowhere["items"], json!([]));
}
