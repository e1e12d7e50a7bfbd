//! Documents, applied and read back.

use std::time::Duration;

use serde_json::json;

use super::Server;
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_applied_is_read_back() {
    let server = Server::start().await;
    let document = json!({ "kind": "Environment", "name": "Development", "description": "for trying" });
    let body = json!({ "documents": [document] });
    let applied = server.post("/api/v1/configuration", &body).await.expect(200);
    let change = &applied["changes"][0];
    assert_eq!(
        (&change["kind"], &change["change"]),
        (&json!("Environment"), &json!("created"))
    );
    assert!(
        change["diff"]
            .as_str()
            .unwrap()
            .contains("+description: for trying"),
        "{change}"
    );

    let path = format!(
        "/api/v1/configuration/environment/Development?minPosition={}",
        applied["position"]
    );
    let shown = server.get(&path).await.expect(200);
    assert_eq!(shown["document"], document);
    assert_eq!(shown["slug"], "development");
    assert_eq!(shown["revision"], 1);
    assert_eq!(shown["changedBy"], "administrator");

    let again = server.post("/api/v1/configuration", &body).await.expect(200);
    assert_eq!(again["changes"][0]["change"], "unchanged");
    assert_eq!(again["position"], applied["position"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_shown_with_its_own_text_also_where_the_views_are_behind() {
    let server = Server::start().await;
    let described =
        |text: &str| json!([{ "kind": "Environment", "name": "Development", "description": text }]);
    let position = server.apply(described("first")).await;
    let path = format!("/api/v1/configuration/Environment/Development?minPosition={position}");
    server.get(&path).await.expect(200);
    let held = server.views_held();
    server.apply(described("second")).await;
    let shown = server.get(&path).await.expect(200);
    drop(held);
    assert_eq!(
        (&shown["revision"], &shown["document"]["description"]),
        (&json!(1), &json!("first"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn images_of_a_feed_are_asked_for_as_soon_as_the_log_has_it() {
    let server = Server::start().await;
    let held = server.views_held();
    server
        .apply(json!([{ "kind": "Feed", "name": "Docker", "url": "https://" }]))
        .await;
    let asked = server.get("/api/v1/feeds/Docker/tags?image=httpd").await;
    let unknown = server.get("/api/v1/feeds/Dockr/tags?image=httpd").await;
    drop(held);
    assert_eq!(asked.problem().0, 502, "the feed is known, and nowhere");
    let (status, _, detail) = unknown.problem();
    assert_eq!(status, 404);
    assert!(detail.contains("`Docker`"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_keeps_nothing() {
    let server = Server::start().await;
    let body = json!({ "documents": [{ "kind": "Environment", "name": "Development" }] });
    let before = *server.engine.events().head().borrow();
    let path = "/api/v1/configuration?dryRun=true";
    let answer = server.post(path, &body).await.expect(200);
    assert_eq!(answer["changes"][0]["change"], "created");
    assert_eq!(answer["position"], before.0);
    assert_eq!(*server.engine.events().head().borrow(), before);
    let (status, _, detail) = server
        .get("/api/v1/configuration/Environment/Development")
        .await
        .problem();
    assert_eq!(status, 404, "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_cannot_stand_are_refused_together_with_their_places() {
    let server = Server::start().await;
    let body = json!({ "documents": [
        { "kind": "Environment", "name": "Development" },
        { "kind": "Lifecycle", "name": "Application", "phases": [
            { "name": "First", "environments": ["Developmnet"] }
        ] }
    ] });
    let answer = server.post("/api/v1/configuration", &body).await;
    let (status, code, _) = answer.problem();
    assert_eq!((status, code.as_str()), (422, "invalid"));
    let problem = &answer.json()["problems"][0];
    let path = problem["path"].as_str().unwrap();
    assert!(
        path.contains("Application") && path.contains("phases[0].environments[0]"),
        "{path}"
    );
    let message = problem["message"].as_str().unwrap();
    assert!(message.contains("did you mean `Development`?"), "{message}");
    let listed = server.get("/api/v1/configuration/Environment").await.expect(200);
    assert_eq!(listed, json!({ "items": [], "next": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_and_an_unknown_field_are_named() {
    let server = Server::start().await;
    let body = json!({ "documents": [{ "kind": "Enviroment", "name": "x" }] });
    let refused = server.post("/api/v1/configuration", &body).await.expect(422);
    assert_eq!(refused["problems"][0]["path"], "Enviroment x: kind");
    let body = json!({ "documents": [{ "kind": "Environment", "name": "x", "colour": "red" }] });
    let refused = server.post("/api/v1/configuration", &body).await.expect(422);
    assert!(
        refused["detail"].as_str().unwrap().contains("colour"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_page_by_page() {
    let server = Server::start().await;
    let documents = ["A", "B", "C"].map(|it| json!({ "kind": "Environment", "name": it }));
    let position = server.apply(json!(documents)).await;
    let mut path = format!("/api/v1/configuration/Environment?limit=2&minPosition={position}");
    let mut names = Vec::new();
    loop {
        let page = server.get(&path).await.expect(200);
        names.push(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["name"].clone())
                .collect::<Vec<_>>(),
        );
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/configuration/Environment?limit=2&cursor={cursor}");
    }
    assert_eq!(names, [vec![json!("A"), json!("B")], vec![json!("C")]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_back_in_no_answer() {
    let server = Server::start().await;
    let account = json!({ "kind": "Account", "name": "admin", "token": "hunter2-and-more" });
    let body = json!({ "documents": [account] });
    let dry = server.post("/api/v1/configuration?dryRun=true", &body).await;
    let applied = server.post("/api/v1/configuration", &body).await;
    let position = applied.expect(200)["position"].as_u64().unwrap();
    let shown = server
        .get(&format!(
            "/api/v1/configuration/Account/admin?minPosition={position}"
        ))
        .await;
    assert!(shown.text.contains("shipslog-handle-"), "{}", shown.text);
    let events = server.get("/api/v1/events").await;
    let wrong =
        json!({ "documents": [{ "kind": "Account", "name": "admin", "tokken": "hunter2-and-more" }] });
    let refused = server.post("/api/v1/configuration", &wrong).await;
    assert_eq!(refused.status, 422);
    for answer in [dry, applied, shown, events, refused] {
        assert!(!answer.text.contains("hunter2"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_never_comes_is_said_to_be_behind() {
    let mut server = Server::start().await;
    let mut app = App::new(server.engine.clone());
    app.patience = Duration::ZERO;
    server.router = crate::router::router(app);
    let answer = server
        .get("/api/v1/configuration/Environment?minPosition=1000")
        .await;
    assert_eq!(answer.headers["retry-after"], "1");
    let (status, code, detail) = answer.problem();
    assert_eq!((status, code.as_str()), (503, "behind"));
    assert!(detail.contains("1000"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_a_schema() {
    let server = Server::start().await;
    for kind in [
        "Environment",
        "lifecycle",
        "Feed",
        "Certificate",
        "Account",
        "Target",
        "Project",
    ] {
        let answer = server.get(&format!("/api/v1/schemas/{kind}")).await;
        assert_eq!(answer.headers["content-type"], "application/schema+json");
        assert_eq!(answer.expect(200)["type"], "object", "{kind}");
    }
}
