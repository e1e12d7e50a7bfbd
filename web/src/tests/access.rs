//! Who may ask for what.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::Server;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_key() {
    let server = Server::start().await;
    for header in ["", "Bearer shipslog_wrong", "Basic YTpi"] {
        let headers = [("authorization", header)];
        let answer = server
            .send(Method::GET, "/api/v1/deployments", &headers, Body::empty())
            .await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"shipslog\"");
        let (status, code, _) = answer.problem();
        assert_eq!((status, code.as_str()), (401, "unauthorized"), "{header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_descriptions_need_no_key() {
    let server = Server::start().await;
    for path in ["/api/v1/health", "/openapi.json", "/api/v1/schemas/Project"] {
        let answer = server
            .send(Method::GET, path, &[("authorization", "")], Body::empty())
            .await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let health = server.get("/api/v1/health").await.expect(200);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["position"], 1);
    assert_eq!(health["views"], json!({ "behind": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_small_a_role_is_told_which_one_is_needed() {
    let server = Server::start().await;
    let viewer = server.key_of("viewer").await;
    let deployer = server.key_of("deployer").await;
    let deploy = json!({ "project": "Httpd", "release": "1.0.0" });
    let documents = json!({ "documents": [] });

    let refused = server.post_as(&viewer, "/api/v1/deployments", &deploy).await;
    let sentence = "this needs the access role deployer; the key the viewer has the access role viewer";
    assert_eq!(
        refused.problem(),
        (403, "forbidden".to_owned(), sentence.to_owned())
    );
    let refused = server
        .post_as(&deployer, "/api/v1/configuration", &documents)
        .await;
    assert_eq!(refused.problem().0, 403);
    assert_eq!(server.get_as(&deployer, "/api/v1/keys").await.problem().0, 403);

    // Each may do what its own role and the smaller ones may.
    let unknown = server.post_as(&deployer, "/api/v1/deployments", &deploy).await;
    assert_eq!(unknown.problem().0, 404);
    assert_eq!(server.get_as(&viewer, "/api/v1/events").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_learns_nothing_of_what_was_wrong() {
    let server = Server::start().await;
    let viewer = server.key_of("viewer").await;
    let refused = server
        .post_as(&viewer, "/api/v1/configuration?dryrun=yes", &json!(1))
        .await;
    assert_eq!(refused.problem().0, 403);
}
