//! Components that are kept, and let go.

use axum::body::Body;
use axum::http::Method;

use super::Server;

/// Kept under its digest, and no component: whoever runs it is told.
const KEPT: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn keep(server: &Server) {
    let directory = server.directory.path().join("data/components");
    let name = KEPT.trim_start_matches("sha256:");
    std::fs::write(directory.join(format!("{name}.wasm")), "hello").unwrap();
    std::fs::write(directory.join("notes.txt"), "not ours").unwrap();
}

async fn delete(server: &Server, digest: &str) -> super::Answer {
    let path = format!("/api/v1/components/{digest}");
    server.send(Method::DELETE, &path, &[], Body::empty()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_nobody_needs_is_listed_and_let_go() {
    let server = Server::start().await;
    keep(&server);
    let listed = server.get("/api/v1/components").await.expect(200);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{listed}");
    assert_eq!(items[0]["digest"], KEPT);
    assert_eq!(items[0]["builtIn"], false);
    assert!(items[0]["reference"].is_null() && items[0]["version"].is_null());
    assert_eq!(delete(&server, KEPT).await.status, 204);
    assert_eq!(
        delete(&server, KEPT).await.problem(),
        (
            404,
            "not-found".to_owned(),
            format!("no component `{KEPT}` is kept")
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_none_is_not_found_and_only_administrators_let_go() {
    let server = Server::start().await;
    keep(&server);
    for digest in ["..%2F..%2Fshipslog.db", "sha256:00", "notes.txt"] {
        assert_eq!(delete(&server, digest).await.problem().0, 404, "{digest}");
    }
    let deployer = format!("Bearer {}", server.key_of("deployer").await);
    let path = format!("/api/v1/components/{KEPT}");
    let refused = server
        .send(
            Method::DELETE,
            &path,
            &[("authorization", &deployer)],
            Body::empty(),
        )
        .await;
    assert_eq!(refused.problem().0, 403);
}
