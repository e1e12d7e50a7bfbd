//! On a socket.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Server;
use super::history::History;

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_streams_that_would_go_on() {
    let server = Server::start().await;
    let waiting = History::waiting(&server).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, asked) = oneshot::channel::<()>();
    let serving = tokio::spawn(crate::serve(server.engine.clone(), listener, async {
        asked.await.unwrap();
    }));

    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /api/v1/deployments/{waiting}/watch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        server.key
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut read = String::new();
    while !read.contains("event: state") {
        let mut bytes = [0; 4096];
        let count = connection.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "{read}");
        read.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    connection.read_to_string(&mut read).await.unwrap();
    assert!(
        read.ends_with("0\r\n\r\n"),
        "the stream is ended, not cut: {read}"
    );
}
