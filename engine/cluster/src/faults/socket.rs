//! The same over real connections: what a cut looks like is not ours to imagine.

use std::net::SocketAddr;

use futures::future::join_all;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::fault::Often::{Always, Once};
use super::*;
use crate::fake::{Reply, Seen};

type Stream = BufReader<TcpStream>;

/// Serves on a port of its own for as long as the test runs.
async fn listen(fake: &Fake) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fake = fake.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(BufReader::new(stream), fake.clone()));
        }
    });
    address
}

/// Answers one request after the other; the connection ends with this.
async fn serve(mut stream: Stream, fake: Fake) -> Option<()> {
    loop {
        let call = request(&mut stream).await?;
        match fake.hear(&call) {
            Reply::Json(code, body) => answer(&mut stream, code, &body.to_string(), false).await?,
            Reply::Text(code, text) => answer(&mut stream, code, text, false).await?,
            Reply::Half(body) => {
                answer(&mut stream, 200, &body.to_string(), true).await?;
                return None;
            }
            _ => return None,
        }
    }
}

async fn request(stream: &mut Stream) -> Option<Seen> {
    let first = line(stream).await?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut length = 0;
    loop {
        let header = line(stream).await?.to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

async fn line(stream: &mut Stream) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

async fn answer(stream: &mut Stream, code: u16, body: &str, half: bool) -> Option<()> {
    let sent = if half { &body[..body.len() / 2] } else { body };
    let text = format!(
        "HTTP/1.1 {code} So\r\ncontent-length: {}\r\n\r\n{sent}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

fn cluster_at(address: SocketAddr, options: Options) -> Cluster {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = kube::Config::new(format!("http://{address}").parse().unwrap());
    config.default_retry = false;
    let client = kube::Client::try_from(config).unwrap();
    Cluster::from_client(client, options).in_namespace(Some("web".to_owned()))
}

/// Real time passes here, so what fails for ever is given up soon.
fn hurried(fault: Fault) -> Options {
    let budget = if fault.lasts() {
        Duration::from_millis(100)
    } else {
        options().backoff_budget
    };
    Options {
        backoff_min: Duration::from_millis(1),
        backoff_max: Duration::from_millis(5),
        backoff_budget: budget,
        ..options()
    }
}

/// The call over a socket and against the fake.
async fn suffer_both(kind: Kind, fault: Fault) {
    let scene = Scene::new(kind, fault, Extent::Request);
    let cluster = cluster_at(listen(&scene.fake).await, hurried(fault));
    let real = scene.play(&cluster).await;
    let scene = Scene::new(kind, fault, Extent::Request);
    let fake = scene.play(&scene.fake.cluster_with(hurried(fault))).await;
    assert_eq!(real.said, fake.said, "{kind:?} {fault:?}");
    assert!(real.effects <= 1, "{kind:?} {fault:?}");
    assert!(!(kind.is_guarded() && real.blindly), "{kind:?} {fault:?}");
}

#[tokio::test]
async fn over_a_socket_each_fault_comes_to_the_same() {
    let faults = [
        Fault::Broken(Once),
        Fault::Cut(Once),
        Fault::Cut(Always),
        Fault::CutHeard(Once),
        Fault::CutHeard(Always),
        Fault::Half(Once),
        Fault::Half(Always),
        Fault::NotJson,
        Fault::TooLarge,
    ];
    for fault in faults {
        let calls = Kind::ALL.into_iter().filter(|it| !it.is_wait());
        join_all(calls.map(|it| suffer_both(it, fault))).await;
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    // Bound, so that nobody else gets the port, and never listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    for kind in Kind::ALL.into_iter().filter(|it| !it.is_wait()) {
        let scene = Scene::new(kind, Fault::Refused, Extent::Request);
        let outcome = scene.play(&cluster_at(address, hurried(Fault::Refused))).await;
        assert_eq!(outcome.said, "unavailable", "{kind:?}");
    }
}
