//! What is told as it happens.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use shipslog_log::raw;

use super::history::History;
use super::{Answer, Server};

async fn streamed(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let answer = server.send(Method::GET, path, headers, Body::empty()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_tells_every_state_up_to_the_last() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let path = format!("/api/v1/deployments/{id}/watch");
    let cancel = format!("/api/v1/deployments/{id}/cancel");
    let no_body = json!({});
    let (watched, cancelled) = tokio::join!(streamed(&server, &path, &[]), server.post(&cancel, &no_body));
    assert_eq!(cancelled.status, 202);
    assert!(watched.fields("event").iter().all(|it| *it == "state"));
    let items = watched.items();
    let (last, before) = items.split_last().unwrap();
    assert_eq!(last["status"], "cancelled");
    assert_eq!(last["cancelRequested"], true);
    assert!(before.iter().all(|it| it["status"] == "waiting"), "{before:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_deployment_end_with_it_and_go_on_after_the_last_one_seen() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    let path = format!("/api/v1/deployments/{id}/events");
    let all = streamed(&server, &path, &[]).await;
    let items = all.items();
    let types: Vec<&str> = items.iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(types.first(), Some(&"deployment-requested"));
    assert_eq!(types.last(), Some(&"environment-requested"));
    assert!(types.contains(&"turn-ended"), "{types:?}");
    let positions: Vec<String> = items.iter().map(|it| it["position"].to_string()).collect();
    assert_eq!(all.fields("id"), positions);

    let seen = &positions[2];
    let rest = streamed(&server, &path, &[("last-event-id", seen)]).await;
    assert_eq!(rest.items(), items[3..]);
    let refused = server
        .send(Method::GET, &path, &[("last-event-id", "x")], Body::empty())
        .await;
    assert_eq!(refused.problem().1, "bad-last-event-id");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_as_they_happen() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let path = format!("/api/v1/deployments/{id}/events");
    let cancel = format!("/api/v1/deployments/{id}/cancel");
    let no_body = json!({});
    let (told, _) = tokio::join!(streamed(&server, &path, &[]), server.post(&cancel, &no_body));
    let items = told.items();
    let types: Vec<&str> = items.iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "turn-requested",
            "deployment-requested",
            "cancel-requested",
            "deployment-ended",
            "turn-ended",
            "environment-ended"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_a_page_or_a_stream() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    let path = format!("/api/v1/deployments/{id}/log");
    let page = server.get(&path).await.expect(200);
    let lines = page["items"].as_array().unwrap();
    let messages: Vec<&Value> = lines.iter().map(|it| &it["message"]).collect();
    assert_eq!(messages, ["begins", "takes long"]);
    let line = &lines[0];
    assert_eq!(
        (&line["step"], &line["target"]),
        (&json!("Deploy/it"), &json!("Here"))
    );
    assert_eq!((&line["attempt"], &line["level"]), (&json!(2), &json!("info")));
    assert_eq!(line["at"], "2027-01-15T08:00:00Z");

    let row = line["row"].to_string();
    let rest = server.get(&format!("{path}?after={row}")).await.expect(200);
    assert_eq!(rest["items"], json!([lines[1]]));
    let first = server.get(&format!("{path}?limit=1")).await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    let rest = server.get(&format!("{path}?cursor={cursor}")).await.expect(200);
    assert_eq!(rest["items"], json!([lines[1]]));

    let told = streamed(&server, &path, &[("accept", "text/event-stream")]).await;
    assert_eq!(&told.items(), lines);
    assert_eq!(told.fields("id")[0], row);
    let after = [("accept", "text/event-stream"), ("last-event-id", row.as_str())];
    assert_eq!(streamed(&server, &path, &after).await.items(), lines[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_changed_in_the_store_is_shown_as_it_stands_and_hides_no_other() {
    let server = Server::start().await;
    let id = History::ended(&server).await;
    server.store.task_log.flush_lines().await.unwrap();
    raw::edit_line(&server.location(), 1, "x");
    let page = server
        .get(&format!("/api/v1/deployments/{id}/log"))
        .await
        .expect(200);
    let reason = "`x` is no attempt; write it as `<step>/<target>/<number>`";
    let line = json!({ "row": 1, "at": "2027-01-15T08:00:00Z", "message": "begins", "run": "x", "unreadable": reason });
    assert_eq!(page["items"][0], line);
    assert_eq!(page["items"][1]["message"], "takes long");
    let verification = server.get("/api/v1/audit/verification").await.expect(200);
    let named = json!({ "deployment": id.to_string(), "row": 1, "unreadable": reason });
    assert_eq!(
        verification["damagedLines"],
        json!({ "count": 1, "first": [named] })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_key_that_opened_it_and_with_no_other() {
    let server = Server::start().await;
    let id = History::waiting(&server).await;
    let body = json!({ "name": "screen", "accessRole": "viewer" });
    let made = server.post("/api/v1/keys", &body).await.expect(201);
    let key = format!("Bearer {}", made["key"].as_str().unwrap());
    let mut ending = Vec::new();
    let mut lasting = Vec::new();
    for path in ["watch", "events", "log"].map(|it| format!("/api/v1/deployments/{id}/{it}")) {
        let accept = ("accept", "text/event-stream");
        let theirs = [accept, ("authorization", key.as_str())];
        ending.push(server.open(Method::GET, &path, &theirs, Body::empty()).await);
        lasting.push(server.open(Method::GET, &path, &[accept], Body::empty()).await);
    }
    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    let revoked = server.send(Method::DELETE, &path, &[], Body::empty()).await;
    assert_eq!(revoked.status, 200);
    for stream in ending {
        let told = Answer::read(stream).await.text;
        assert!(!told.contains("cancelled"), "{told}");
    }
    let cancel = format!("/api/v1/deployments/{id}/cancel");
    assert_eq!(server.post(&cancel, &json!({})).await.status, 202);
    let watched = Answer::read(lasting.remove(0)).await;
    assert_eq!(watched.items().last().unwrap()["status"], "cancelled");
}
