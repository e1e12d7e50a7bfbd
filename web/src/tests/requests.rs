//! Requests that cannot be read are answered with what is wrong and what would be right.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::{Answer, Server};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn posted(server: &Server, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    server
        .send(Method::POST, "/api/v1/deployments", headers, body.into())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_refused() {
    let server = Server::start().await;
    let (status, code, detail) = posted(&server, &[JSON], "{\"project\":").await.problem();
    assert_eq!((status, code.as_str()), (400, "bad-json"));
    assert!(detail.contains("line 1"), "{detail}");
    let (status, code, _) = posted(&server, &[("content-type", "text/plain")], "{}")
        .await
        .problem();
    assert_eq!((status, code.as_str()), (415, "unsupported-media-type"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_shape_is_refused_with_the_place() {
    let server = Server::start().await;
    let body = json!({ "project": 1, "release": "1.0.0" });
    let refused = server.post("/api/v1/deployments", &body).await.expect(422);
    assert_eq!(refused["problems"][0]["path"], "project");
    let body = json!({ "project": "Httpd", "release": "1.0.0", "enviroment": "Development" });
    let refused = server.post("/api/v1/deployments", &body).await.expect(422);
    let message = refused["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("`enviroment`, expected one of"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let body = vec![b' '; (4 << 20) + 1];
    let (status, code, _) = posted(&server, &[JSON], body).await.problem();
    assert_eq!((status, code.as_str()), (413, "too-large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_parameter_is_refused_with_those_there_are() {
    let server = Server::start().await;
    let (status, code, detail) = server
        .get("/api/v1/deployments?enviroment=Production")
        .await
        .problem();
    assert_eq!((status, code.as_str()), (400, "bad-query"));
    for known in [
        "project",
        "environment",
        "release",
        "open",
        "limit",
        "cursor",
        "minPosition",
    ] {
        assert!(detail.contains(&format!("`{known}`")), "{detail}");
    }
    let body = json!({ "project": "Httpd", "release": "1.0.0" });
    let refused = server.post("/api/v1/deployments?dryRun=true", &body).await;
    assert_eq!(
        refused.problem().1,
        "bad-query",
        "what takes no parameter passes over none"
    );
    let (_, _, detail) = server.get("/api/v1/deployments?limit=many").await.problem();
    assert!(detail.contains("limit"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_too_large_is_refused_with_the_maximum() {
    let server = Server::start().await;
    let (status, _, detail) = server.get("/api/v1/events?limit=501").await.problem();
    assert_eq!(
        (status, detail.as_str()),
        (400, "`limit` is 501, but a page has 1 to 500 items")
    );
    let (status, code, _) = server.get("/api/v1/events?cursor=66").await.problem();
    assert_eq!((status, code.as_str()), (400, "bad-cursor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_and_another_method_are_problems_too() {
    let server = Server::start().await;
    let (status, code, _) = server.get("/api/v1/deployment").await.problem();
    assert_eq!((status, code.as_str()), (404, "no-such-path"));
    let answer = server
        .send(Method::PUT, "/api/v1/deployments", &[], Body::empty())
        .await;
    assert_eq!(answer.headers["allow"], "POST,GET,HEAD");
    let (status, code, _) = answer.problem();
    assert_eq!((status, code.as_str()), (405, "method-not-allowed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_answered_with_how_to_find_it() {
    let server = Server::start().await;
    for (path, hint) in [
        ("/api/v1/deployments/deployments-9", "there is no deployments-9"),
        ("/api/v1/deployments/nine", "write it as `deployments-841`"),
        ("/api/v1/deployments/9/log", "there is no deployments-9"),
        ("/api/v1/configuration/Projekt", "did you mean `Project`?"),
        ("/api/v1/projects/Httpd/releases", "project `Httpd` is not known"),
        (
            "/api/v1/feeds/Docker/tags?image=httpd",
            "feed `Docker` is not known",
        ),
    ] {
        let (status, code, detail) = server.get(path).await.problem();
        assert_eq!((status, code.as_str()), (404, "not-found"), "{path}");
        assert!(detail.contains(hint), "{path}: {detail}");
    }
}
