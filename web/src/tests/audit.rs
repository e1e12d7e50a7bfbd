//! Every fact, found by what it is about.

use serde_json::{Value, json};

use super::Server;

fn types(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|it| it["type"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_tells_who_did_what_and_from_where() {
    let server = Server::start().await;
    let position = server
        .apply(json!([{ "kind": "Environment", "name": "Development" }]))
        .await;
    let listed = server
        .get(&format!("/api/v1/events?minPosition={position}"))
        .await
        .expect(200);
    assert_eq!(types(&listed), ["key-created", "document-applied"]);
    let event = &listed["items"][1];
    assert_eq!(event["position"], position);
    assert_eq!(event["stream"], "configuration");
    assert_eq!(event["version"], 1);
    assert_eq!(event["actor"], "administrator");
    assert_eq!(event["source"]["address"], "192.0.2.7");
    assert_eq!(event["source"]["key"], listed["items"][0]["facts"]["key"]);
    assert_eq!(event["facts"]["facts"]["kind"], "Environment");
    assert_eq!(event["hash"].as_str().unwrap().len(), 64);
    assert!(event["causation"].is_null());
    assert_eq!(listed["items"][0]["actor"], "server");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_pages_go_on() {
    let server = Server::start().await;
    let documents = ["A", "B", "C"].map(|it| json!({ "kind": "Environment", "name": it }));
    let position = server.apply(json!(documents)).await;
    let get = async |filter: &str| {
        let path = format!("/api/v1/events?minPosition={position}&{filter}");
        server.get(&path).await.expect(200)
    };
    assert_eq!(types(&get("actor=server").await), ["key-created"]);
    assert_eq!(types(&get("type=document-applied").await).len(), 3);
    assert_eq!(types(&get("environment=B").await), ["document-applied"]);
    assert_eq!(types(&get("since=2100-01-01T00:00:00Z").await), [""; 0]);
    assert_eq!(types(&get("until=2100-01-01T00:00:00Z").await).len(), 4);
    assert_eq!(types(&get("deployment=deployments-7").await), [""; 0]);
    let first = get("type=document-applied&limit=2").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = get(&format!(
        "type=document-applied&cursor={}",
        first["next"].as_str().unwrap()
    ))
    .await;
    assert_eq!(rest["items"][0]["facts"]["name"], "C");
    assert!(rest["next"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_can_match_nothing_are_refused() {
    let server = Server::start().await;
    let (_, code, detail) = server
        .get("/api/v1/events?type=deployment-request")
        .await
        .problem();
    assert_eq!(code, "bad-query");
    assert!(detail.contains("did you mean `deployment-requested`"), "{detail}");
    for wrong in ["since=yesterday", "deployment=release-1"] {
        let (status, ..) = server.get(&format!("/api/v1/events?{wrong}")).await.problem();
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_as_it_was_written_is_vouched_for() {
    let server = Server::start().await;
    let verified = server.get("/api/v1/audit/verification").await.expect(200);
    assert_eq!(
        (&verified["events"], &verified["position"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(verified["hash"].as_str().unwrap().len(), 64);
    assert_eq!(verified["journals"], 0);
}
