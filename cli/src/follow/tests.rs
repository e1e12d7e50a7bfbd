use super::*;
use crate::exit;
use crate::testing::server::{json, server, stream};

const ID: DeploymentId = DeploymentId(3);

/// Follows a deployment whose stream says this, and nothing more.
async fn followed(format: Format, state: &str) -> Result<Exit> {
    let (client, _) = server(vec![stream(&format!("event: state\ndata: {state}\n\n"))]).await;
    follow(&client, View::new(format, true), ID, None, None).await
}

#[tokio::test]
async fn programs_get_an_end_with_words_that_are_news() {
    let state = r#"{"status":"succeeded","endedAt":"2026-01-02T03:04:05Z","steps":["paused"]}"#;
    assert_eq!(followed(Format::Json, state).await.unwrap(), Exit::Succeeded);
    assert_eq!(followed(Format::Yaml, state).await.unwrap(), Exit::Succeeded);
    let refused = followed(Format::Table, state).await.unwrap_err();
    assert!(refused.to_string().contains("`-o json`"), "{refused}");
}

#[tokio::test]
async fn an_end_that_is_news_is_an_end_and_no_success() {
    let state = r#"{"status":"rolled-back","endedAt":"2026-01-02T03:04:05Z"}"#;
    let told = followed(Format::Json, state).await.unwrap_err();
    assert!(told.to_string().contains("`rolled-back`"), "{told}");
    assert_eq!(exit::of(&told), Exit::Failed);
}

#[tokio::test]
async fn a_status_that_is_news_is_no_end() {
    let paused = r#"{"status":"paused","endedAt":null}"#;
    let ended = r#"{"status":"failed","endedAt":"2026-01-02T03:04:05Z"}"#;
    let (client, _) = server(vec![
        stream(&format!("event: state\ndata: {paused}\n\n")),
        json(paused),
        stream(&format!("event: state\ndata: {ended}\n\n")),
    ])
    .await;
    let followed = follow(&client, View::new(Format::Json, true), ID, None, None).await;
    assert_eq!(followed.unwrap(), Exit::Failed);
}
