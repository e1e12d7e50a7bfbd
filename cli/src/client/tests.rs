use serde_json::json;
use shipslog_api::deployments::{CancelAccepted, Deployment};

use super::*;
use crate::testing::server::{json, server};

/// What is said of a write that was answered like this, and of a question that was.
async fn said(answer: &str) -> [String; 2] {
    let (client, _) = server(vec![json(answer), json(answer)]).await;
    let write = client.post("/", &json!({})).await;
    let write = write.and_then(|it| Ok(it.read::<CancelAccepted>()?));
    let question = client.get("/", &Query::NONE).await;
    let question = question.and_then(|it| Ok(it.read::<Deployment>()?));
    [
        format!("{:#}", write.unwrap_err()),
        format!("{:#}", question.unwrap_err()),
    ]
}

#[tokio::test]
async fn whoever_cannot_read_what_was_done_is_told_that_it_was_done() {
    for answer in ["{}", "no JSON", ""] {
        let [write, question] = said(answer).await;
        assert!(write.starts_with("it is done"), "{write}");
        assert!(write.contains("do not repeat it"), "{write}");
        assert!(!question.contains("done"), "{question}");
    }
}
