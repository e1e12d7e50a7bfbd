//! A server that says what it was told to say.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::Client;

/// Gives each connection the next answer and closes it. Answers with the requests it got.
pub(crate) async fn server(answers: Vec<String>) -> (Client, JoinHandle<Vec<String>>) {
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

/// A whole answer.
pub(crate) fn json(text: &str) -> String {
    answer("200 OK", text)
}

/// A whole answer with a status, and with headers in the lines after it.
pub(crate) fn answer(status: &str, text: &str) -> String {
    let length = text.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}")
}

/// A stream of server-sent events that ends well.
pub(crate) fn stream(events: &str) -> String {
    format!("{}0\r\n\r\n", broken_off(events))
}

/// A stream that breaks off.
pub(crate) fn broken_off(events: &str) -> String {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    if events.is_empty() {
        return head.to_owned();
    }
    format!("{head}{:x}\r\n{events}\r\n", events.len())
}
