//! Why people do things: kept with what they did, and shown to whoever reads the history.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::Server;
use super::history::{History, at};

/// The events of these types that say why, as `key-created because of a rehearsal`.
async fn said(server: &Server) -> Vec<String> {
    let head = *server.engine.events().head().borrow();
    let listed = server
        .get(&format!("/api/v1/events?limit=500&minPosition={head}"))
        .await;
    let listed = listed.expect(200);
    let events = at(&listed, "/items").as_array().unwrap();
    let said = events.iter().filter_map(|it: &Value| {
        let reason = it.get("reason")?.as_str()?;
        Some(format!("{} because of {reason}", it["type"].as_str().unwrap()))
    });
    said.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_may_say_why_and_the_history_tells_it() {
    let server = Server::start().await;
    History::deployable(&server).await;
    let environment = json!({ "documents": [{ "kind": "Environment", "name": "Third" }] });
    let applied = server
        .post("/api/v1/configuration?reason=growth", &environment)
        .await;
    applied.expect(200);
    let deploy = json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Development"] });
    let accepted = server
        .post("/api/v1/deployments?reason=a%20rehearsal", &deploy)
        .await;
    let accepted = accepted.expect(202);
    let id = accepted["deployments"][0]["deployment"].as_str().unwrap();
    let key = json!({ "name": "ci", "accessRole": "deployer" });
    let made = server
        .post("/api/v1/keys?reason=pipelines", &key)
        .await
        .expect(201);
    let revoke = format!("/api/v1/keys/{}?reason=leaked", made["id"].as_str().unwrap());
    let revoked = server.send(Method::DELETE, &revoke, &[], Body::empty()).await;
    revoked.expect(200);
    let expected = [
        "document-applied because of growth",
        "deployment-requested because of a rehearsal",
        "key-created because of pipelines",
        "key-revoked because of leaked",
    ];
    assert_eq!(said(&server).await, expected);
    let shown = server.get(&format!("/api/v1/deployments/{id}")).await.expect(200);
    assert_eq!(shown["requestedBecause"], "a rehearsal");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cancels_may_say_why() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let cancel = format!("/api/v1/deployments/{id}/cancel?reason=lunch");
    server.post(&cancel, &json!({})).await.expect(202);
    assert_eq!(said(&server).await, ["cancel-requested because of lunch"]);
    let shown = server.get(&format!("/api/v1/deployments/{id}")).await.expect(200);
    assert_eq!(shown["cancelledBecause"], "lunch");
    assert_eq!(shown["cancelledBy"], "administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_nobody_could_read_is_refused_and_nothing_is_done() {
    let server = Server::start().await;
    History::deployable(&server).await;
    let deploy = json!({ "project": "Httpd", "release": "1.0.0", "environments": ["Development"] });
    for reason in ["x".repeat(1001), "%1B%5B2J".to_owned(), "%E2%80%AE".to_owned()] {
        let path = format!("/api/v1/deployments?reason={reason}");
        let (status, code, detail) = server.post(&path, &deploy).await.problem();
        assert_eq!((status, code.as_str()), (400, "bad-query"));
        assert!(detail.starts_with("reason: "), "{detail}");
    }
    let empty = server.post("/api/v1/deployments?reason=%20", &deploy).await;
    empty.expect(202);
    assert!(said(&server).await.is_empty());
}
