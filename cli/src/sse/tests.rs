use shipslog_api::deployments::DeploymentStatus;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::deployment::samples;

const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A server that gives each connection the next answer and closes it. Answers with the requests it got.
async fn server(answers: Vec<String>) -> (Client, tokio::task::JoinHandle<Vec<String>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()), None).unwrap();
    let requests = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            requests.push(String::from_utf8_lossy(&request[..length]).to_lowercase());
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        requests
    });
    (client, requests)
}

#[tokio::test]
async fn a_broken_connection_is_taken_up_after_the_last_event() {
    let ended = samples::deployment(DeploymentStatus::Failed, samples::pending());
    let state = serde_json::to_string(&ended).unwrap();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{state}",
        state.len()
    );
    let (client, requests) = server(vec![
        format!("{STREAM}{}", chunk("id: 1\ndata: one\n\n")),
        format!("{STREAM}{}0\r\n\r\n", chunk("id: 2\ndata: two\n\n")),
        answer,
        format!("{STREAM}0\r\n\r\n"),
    ])
    .await;
    let mut heard = Vec::new();
    let reader = |word: Word<'_>| {
        heard.extend(match word {
            Word::Event(event) => Some(event.data.clone()),
            Word::Lost => None,
        });
        Ok(Next::Go)
    };
    read(&client, "/deployments/1", "/log", &Query::NONE, reader)
        .await
        .unwrap();
    assert_eq!(heard, ["one", "two"]);
    let requests = requests.await.unwrap();
    assert!(!requests[0].contains("last-event-id"), "{}", requests[0]);
    assert!(requests[1].contains("last-event-id: 1"), "{}", requests[1]);
    assert!(requests[3].contains("last-event-id: 2"), "{}", requests[3]);
}

#[tokio::test]
async fn the_reader_may_have_enough() {
    let (client, _) = server(vec![format!("{STREAM}{}", chunk("data: one\n\ndata: two\n\n"))]).await;
    let mut heard = 0;
    let reader = |_: Word<'_>| {
        heard += 1;
        Ok(Next::Stop)
    };
    read(&client, "/deployments/1", "/watch", &Query::NONE, reader)
        .await
        .unwrap();
    assert_eq!(heard, 1);
}

#[tokio::test]
async fn a_refusal_is_not_waited_out() {
    let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (client, _) = server(vec![answer.to_owned()]).await;
    let refused = read(&client, "/deployments/1", "/watch", &Query::NONE, |_| {
        Ok(Next::Go)
    })
    .await
    .unwrap_err();
    assert_eq!(crate::exit::of(&refused), crate::exit::Exit::Refused);
}

#[tokio::test]
async fn a_failure_of_the_server_ends_the_stream_with_its_sentence() {
    let problem = r#"{"status":500,"title":"the server failed","detail":"its log says why"}"#;
    let answer = format!(
        "{STREAM}{}0\r\n\r\n",
        chunk(&format!("event: problem\ndata: {problem}\n\n"))
    );
    let (client, _) = server(vec![answer]).await;
    let failed = read(&client, "/deployments/1", "/watch", &Query::NONE, |_| {
        Ok(Next::Go)
    })
    .await
    .unwrap_err();
    assert_eq!(failed.to_string(), "its log says why");
    assert_eq!(crate::exit::of(&failed), crate::exit::Exit::Failed);
}
