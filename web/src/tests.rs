//! The router as clients see it, over a real engine in a directory of its own.

mod access;
mod audit;
mod changes;
mod components;
mod configuration;
mod deployments;
mod facts;
mod history;
mod idempotency;
mod journals;
mod keys;
mod openapi;
mod reasons;
mod requests;
mod serving;
mod streams;

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use shipslog_engine::Engine;
use shipslog_engine::engine::Options;
use shipslog_log::{Location, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A server without a socket.
struct Server {
    engine: Engine,
    store: Store,
    router: Router,
    /// The first administrator's.
    key: String,
    /// Removed with the server.
    directory: TempDir,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// Status, code and detail of a problem.
    #[track_caller]
    fn problem(&self) -> (u16, String, String) {
        assert_eq!(
            self.headers["content-type"], "application/problem+json",
            "{}",
            self.text
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), text("code"), text("detail"))
    }

    /// The data of a stream's items, in order.
    fn items(&self) -> Vec<Value> {
        let data = self.text.lines().filter_map(|it| it.strip_prefix("data: "));
        data.map(|it| serde_json::from_str(it).unwrap()).collect()
    }

    /// A field of a stream's items, such as `id`.
    fn fields(&self, name: &str) -> Vec<&str> {
        let lead = format!("{name}: ");
        self.text
            .lines()
            .filter_map(|it| it.strip_prefix(&lead))
            .collect()
    }
}

impl Server {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: directory.path().join("data"),
            sealing_key_file: None,
            keep_journals: None,
            components_dir: None,
        };
        std::fs::create_dir(&options.data_dir).unwrap();
        let store = shipslog_log::open(&Location::Directory(options.data_dir.clone())).unwrap();
        let engine = Engine::open_on(store.clone(), options, &[]).await.unwrap();
        let file = engine.first_key_file().expect("the first start makes a key");
        let key = std::fs::read_to_string(file).unwrap().trim().to_owned();
        Self {
            router: crate::router(engine.clone()),
            engine,
            store,
            key,
            directory,
        }
    }

    /// A request as the administrator, unless the headers say otherwise.
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        Answer::read(self.open(method, path, headers, body).await).await
    }

    /// The same, with an answer that is not read yet.
    async fn open(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|it| it.0 == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.key));
        }
        for (name, value) in headers.iter().filter(|it| !it.1.is_empty()) {
            request = request.header(*name, *value);
        }
        let peer = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 7), 50_000));
        let request = request.extension(ConnectInfo(peer)).body(body).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    async fn get_as(&self, key: &str, path: &str) -> Answer {
        let header = format!("Bearer {key}");
        self.send(Method::GET, path, &[("authorization", &header)], Body::empty())
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(&self.key, path, body).await
    }

    async fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let header = format!("Bearer {key}");
        let headers = [
            ("authorization", header.as_str()),
            ("content-type", "application/json"),
        ];
        self.send(Method::POST, path, &headers, Body::from(body.to_string()))
            .await
    }

    /// Where its log is.
    fn location(&self) -> Location {
        Location::Directory(self.directory.path().join("data"))
    }

    /// Applies documents that must stand; answers with the position.
    async fn apply(&self, documents: Value) -> u64 {
        let answer = self
            .post("/api/v1/configuration", &json!({ "documents": documents }))
            .await;
        answer.expect(200)["position"].as_u64().unwrap()
    }

    /// Nothing that is written from now on reaches the views while the answer is held.
    fn views_held(&self) -> rusqlite::Connection {
        let views = rusqlite::Connection::open(self.directory.path().join("data/views.db")).unwrap();
        views.execute_batch("BEGIN IMMEDIATE").unwrap();
        views
    }

    /// A key of a role.
    async fn key_of(&self, role: &str) -> String {
        let body = json!({ "name": format!("the {role}"), "accessRole": role });
        let made = self.post("/api/v1/keys", &body).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    }
}
