//! What is asked again under the same key is done once.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::history::History;
use super::{Answer, Server};

async fn asked(server: &Server, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let body = Body::from(body.to_string());
    server.send(Method::POST, path, &headers, body).await
}

fn head(server: &Server) -> u64 {
    server.engine.events().head().borrow().0
}

const DEPLOYMENTS: &str = "/api/v1/deployments";

fn environment(name: &str) -> Value {
    json!({ "documents": [{ "kind": "Environment", "name": name }] })
}

fn deploy() -> Value {
    json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Development"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_is_asked_for_twice_is_one() {
    let server = Server::start().await;
    History::deployable(&server).await;
    let first = asked(&server, DEPLOYMENTS, "build-841", &deploy()).await;
    let again = asked(&server, DEPLOYMENTS, "build-841", &deploy()).await;
    let other = asked(&server, DEPLOYMENTS, "build-842", &deploy()).await;
    assert_eq!(first.expect(202), again.expect(202));
    assert_eq!(other.expect(202)["deployments"][0]["deployment"], "deployments-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_asked_at_once_one_is_done_and_all_have_its_answer() {
    let server = Server::start().await;
    let (path, document) = ("/api/v1/configuration", environment("Third"));
    let before = head(&server);
    let at_once = (0..8).map(|_| asked(&server, path, "build-841", &document));
    for answer in futures::future::join_all(at_once).await {
        let applied = answer.expect(200);
        assert_eq!(applied["changes"][0]["change"], "created");
        assert_eq!(applied["position"], before + 1);
    }
    assert_eq!(head(&server), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_answered_again_as_it_was() {
    let server = Server::start().await;
    let document = environment("Third");
    let path = "/api/v1/configuration?reason=growth";
    let first = asked(&server, path, "build-841", &document).await.expect(200);
    assert_eq!(first["changes"][0]["change"], "created");
    let again = asked(&server, path, "build-841", &document).await.expect(200);
    assert_eq!(again["changes"][0]["change"], "created");
    assert_eq!(again["position"], first["position"]);
    assert_eq!(
        again["changes"][0]["diff"], "",
        "what it shows may be erased by now"
    );

    let id = History::waiting(&server).await;
    let cancel = format!("{DEPLOYMENTS}/{id}/cancel");
    let first = asked(&server, &cancel, "stop", &json!({})).await.expect(202);
    let again = asked(&server, &cancel, "stop", &json!({})).await;
    assert_eq!(again.expect(202), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_request_under_the_same_key_is_refused() {
    let server = Server::start().await;
    let path = "/api/v1/configuration";
    let because = format!("{path}?reason=haste");
    asked(&server, path, "build-841", &environment("Third"))
        .await
        .expect(200);
    let before = head(&server);
    for (path, document) in [(path, "Fourth"), (because.as_str(), "Third")] {
        let answer = asked(&server, path, "build-841", &environment(document)).await;
        let (status, _, detail) = answer.problem();
        assert_eq!(status, 422);
        assert!(detail.contains("Idempotency-Key: was used"), "{detail}");
        assert_eq!(head(&server), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_may_be_asked_again() {
    let server = Server::start().await;
    History::released(&server).await;
    let refused = asked(&server, DEPLOYMENTS, "build-841", &deploy()).await;
    assert_eq!(refused.problem().1, "no-target");
    History::reachable(&server).await;
    asked(&server, DEPLOYMENTS, "build-841", &deploy())
        .await
        .expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once() {
    let server = Server::start().await;
    let key = json!({ "name": "ci", "accessRole": "deployer" });
    let made = asked(&server, "/api/v1/keys", "build-841", &key)
        .await
        .expect(201);
    let before = head(&server);
    let (status, code, detail) = asked(&server, "/api/v1/keys", "build-841", &key).await.problem();
    assert_eq!((status, code.as_str()), (409, "answered-once"));
    assert!(detail.contains(&format!("position {before}")), "{detail}");
    assert!(!detail.contains(made["key"].as_str().unwrap()));
    assert_eq!(head(&server), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_read_is_refused_and_a_stranger_is_not_listened_to() {
    let server = Server::start().await;
    let long = "x".repeat(201);
    for key in [" ", "\u{e9}", long.as_str()] {
        let (status, code, _) = asked(&server, DEPLOYMENTS, key, &deploy()).await.problem();
        assert_eq!((status, code.as_str()), (400, "bad-idempotency-key"), "{key}");
    }
    let headers = [("authorization", "Bearer nobody"), ("idempotency-key", "x")];
    let stranger = server
        .send(Method::POST, DEPLOYMENTS, &headers, Body::empty())
        .await;
    assert_eq!(stranger.problem().0, 401);
}
