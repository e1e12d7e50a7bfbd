use serde_json::json;
use shipslog_api::deployments::{CancelAccepted, Deployment};

use super::*;
use crate::testing::server::{answer, server};

/// What is said of a write that was answered like this.
async fn of_write(answer: String) -> String {
    let (client, _) = server(vec![answer]).await;
    let write = client
        .post::<CancelAccepted>("/", &Asking::default(), &json!({}))
        .await;
    let read = write.and_then(|it| Ok(it.read::<CancelAccepted>()?));
    format!("{:#}", read.unwrap_err())
}

/// What is said of a question that was.
async fn of_question(answer: String) -> String {
    let (client, _) = server(vec![answer]).await;
    let question = client.get("/", &Query::NONE).await;
    let read = question.and_then(|it| Ok(it.read::<Deployment>()?));
    format!("{:#}", read.unwrap_err())
}

fn is_unknown(said: &str) -> bool {
    said.starts_with("nobody knows whether it was done") && said.contains("`shipslog audit`")
}

#[tokio::test]
async fn whoever_cannot_read_what_was_done_is_told_that_it_was_done() {
    let said = of_write(answer("202 Accepted", "{}")).await;
    assert!(said.starts_with("it is done, do not repeat it"), "{said}");
    let said = of_question(answer("200 OK", "{}")).await;
    assert!(!said.contains("done"), "{said}");
}

#[tokio::test]
async fn what_is_not_the_servers_answer_says_nothing_of_what_was_done() {
    let cut_off = "HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\n{}";
    for answer in [
        answer("202 Accepted", "<html>"),
        answer("202 Accepted", ""),
        answer("200 OK", "{}"),
        answer("204 No Content", ""),
        answer("504 Gateway Timeout", "<html>"),
        answer(
            "504 Gateway Timeout",
            r#"{"status":504,"error":"Gateway Timeout"}"#,
        ),
        answer(
            "504 Gateway Timeout",
            r#"{"status":504,"code":"GATEWAY_TIMEOUT"}"#,
        ),
        cut_off.to_owned(),
    ] {
        let said = of_write(answer.clone()).await;
        assert!(is_unknown(&said), "{answer}: {said}");
        let said = of_question(answer).await;
        assert!(!said.contains("done"), "{said}");
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_may_have_been_done_and_a_question_was_none() {
    let said = of_write(String::new()).await;
    assert!(is_unknown(&said) && said.contains("broke off"), "{said}");
    let said = of_question(String::new()).await;
    assert!(said.contains("does not answer"), "{said}");
}

#[tokio::test]
async fn a_write_that_reached_nobody_was_not_done() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Nobody listens there, and nobody without rights can.
    let client = Client::new("http://127.0.0.1:1", None).unwrap();
    let refused = client
        .post::<CancelAccepted>("/", &Asking::default(), &json!({}))
        .await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("start `shipslog serve`"), "{said}");
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let moved = answer(
            &format!("{status}\r\nlocation: https://sign-in.example/login"),
            "",
        );
        let (client, requests) = server(vec![moved.clone()]).await;
        let refused = client
            .post::<CancelAccepted>("/", &Asking::default(), &json!({}))
            .await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("points to https://sign-in.example/login"), "{said}");
        assert!(said.contains("SHIPSLOG_URL") && !said.contains("done"), "{said}");
        assert_eq!(requests.await.unwrap().len(), 1);
        let said = of_question(moved).await;
        assert!(said.contains("points to https://sign-in.example/login"), "{said}");
    }
}

#[tokio::test]
async fn a_refusal_is_handed_on_as_it_stands() {
    let problem = r#"{"status":500,"type":"urn:shipslog:problem:internal","title":"the server failed","detail":"its log says why"}"#;
    let said = of_write(answer("500 Internal Server Error", problem)).await;
    assert_eq!(said, "its log says why");
    for body in ["<html>", r#"{"status":403,"error":"no"}"#] {
        let said = of_write(answer("403 Forbidden", body)).await;
        assert!(said.ends_with("answered 403 Forbidden"), "{said}");
    }
}
