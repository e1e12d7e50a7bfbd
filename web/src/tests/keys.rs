//! API keys, from their making to their end.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_and_ends() {
    let server = Server::start().await;
    let body = json!({ "name": "ci", "accessRole": "deployer" });
    let answer = server.post("/api/v1/keys", &body).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let made = answer.expect(201);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());

    let path = format!("/api/v1/keys?minPosition={}", made["position"]);
    let listed = server.get(&path).await;
    assert!(!listed.text.contains(key), "a list shows no key");
    let listed = listed.expect(200);
    assert_eq!(listed["items"][0]["name"], "administrator");
    assert_eq!(listed["items"][1]["id"], id);
    assert_eq!(listed["items"][1]["accessRole"], "deployer");
    assert_eq!(listed["items"][1]["revoked"], false);
    assert_eq!(server.get_as(key, "/api/v1/deployments").await.status, 200);

    let path = format!("/api/v1/keys/{id}");
    let revoked = server
        .send(Method::DELETE, &path, &[], Body::empty())
        .await
        .expect(200);
    assert_eq!(server.get_as(key, "/api/v1/deployments").await.problem().0, 401);
    let path = format!("/api/v1/keys?minPosition={}", revoked["position"]);
    let listed = server.get(&path).await.expect(200);
    let revoked: Vec<_> = listed["items"].as_array().unwrap().iter().collect();
    assert!(revoked.iter().any(|it| it["id"] == id && it["revoked"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_are_refused_with_a_reason() {
    let server = Server::start().await;
    let body = json!({ "name": "administrator", "accessRole": "viewer" });
    let (status, code, _) = server.post("/api/v1/keys", &body).await.problem();
    assert_eq!((status, code.as_str()), (409, "key-name-taken"));
    let body = json!({ "name": "root", "accessRole": "root" });
    let refused = server.post("/api/v1/keys", &body).await.expect(422);
    assert_eq!(refused["problems"][0]["path"], "accessRole");

    let keys = server.get("/api/v1/keys").await.expect(200);
    let path = format!("/api/v1/keys/{}", keys["items"][0]["id"].as_str().unwrap());
    let last = server.send(Method::DELETE, &path, &[], Body::empty()).await;
    assert_eq!(last.problem().1, "last-administrator");
    let none = server
        .send(Method::DELETE, "/api/v1/keys/none", &[], Body::empty())
        .await;
    assert_eq!(none.problem().0, 404);
}
