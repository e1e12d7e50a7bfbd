//! A registry on this machine that behaves as a test wants.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use shipslog_events::ids::FeedName;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::feed::{Credential, Feed};

/// What the registry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// Knows `team/httpd`, in pages of two.
    Works,
    /// The same, and gives all tags at every request.
    IgnoresPaging,
    /// The same, for `reader` with the password `let me in`.
    AsksWho,
    /// Refuses everything with this status.
    Refuses(u16),
    /// Never answers.
    Hangs,
    /// Sends digests that are none.
    Lies,
}

/// Listens until it is dropped.
pub(super) struct FakeRegistry {
    address: String,
    server: JoinHandle<()>,
}

pub(super) const TAGS: [&str; 5] = ["2.4.70", "2.4.71", "2.4.71-alpine", "latest", "stable"];

impl FakeRegistry {
    pub(super) async fn start(behaviour: Behaviour) -> Self {
        // Only the first of all tests installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let routes = Router::new()
            .route("/v2/", get(root))
            .route("/v2/{folder}/{name}/tags/list", get(tags))
            .route("/v2/{folder}/{name}/manifests/{tag}", get(manifest))
            .with_state(Arc::new(behaviour));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, server }
    }

    pub(super) fn feed(&self) -> Feed {
        Feed {
            name: FeedName::from("Docker"),
            url: format!("http://{}", self.address),
            pull_prefix: None,
            credential: None,
        }
    }

    pub(super) fn feed_as(&self, user: &str, password: &str) -> Feed {
        let credential = Credential {
            user: user.to_owned(),
            password: password.into(),
        };
        Feed {
            credential: Some(credential),
            ..self.feed()
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.address
    }
}

impl Drop for FakeRegistry {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The digest that the registry has for a tag.
pub(super) fn digest_of(tag: &str) -> String {
    use sha2::Digest as _;
    format!("sha256:{}", hex::encode(sha2::Sha256::digest(tag)))
}

type Behaves = State<Arc<Behaviour>>;

async fn root(State(behaviour): Behaves, headers: HeaderMap) -> Response {
    match refusal(*behaviour, &headers).await {
        Some(refusal) => refusal,
        None => StatusCode::OK.into_response(),
    }
}

async fn tags(
    State(behaviour): Behaves,
    Path((folder, name)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refusal(*behaviour, &headers).await {
        return refusal;
    }
    if (folder.as_str(), name.as_str()) != ("team", "httpd") {
        return missing("NAME_UNKNOWN");
    }
    let after = query
        .get("last")
        .map_or(0, |last| TAGS.iter().position(|it| it == last).unwrap() + 1);
    let page: Vec<&str> = match *behaviour {
        Behaviour::IgnoresPaging => TAGS.to_vec(),
        _ => TAGS.into_iter().skip(after).take(2).collect(),
    };
    axum::Json(serde_json::json!({ "name": "team/httpd", "tags": page })).into_response()
}

async fn manifest(
    State(behaviour): Behaves,
    Path((_, name, tag)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refusal(*behaviour, &headers).await {
        return refusal;
    }
    if name != "httpd" || !TAGS.contains(&tag.as_str()) {
        return missing("MANIFEST_UNKNOWN");
    }
    let takes_an_index = headers[header::ACCEPT]
        .to_str()
        .unwrap()
        .contains("application/vnd.oci.image.index.v1+json");
    assert!(
        takes_an_index,
        "a registry would answer with one platform's manifest"
    );
    let digest = match *behaviour {
        Behaviour::Lies => "sha256:00 --privileged".to_owned(),
        _ => digest_of(&tag),
    };
    ([("docker-content-digest", digest)], "{}").into_response()
}

async fn refusal(behaviour: Behaviour, headers: &HeaderMap) -> Option<Response> {
    match behaviour {
        Behaviour::Works | Behaviour::IgnoresPaging | Behaviour::Lies => None,
        Behaviour::Refuses(status) => {
            Some((StatusCode::from_u16(status).unwrap(), "out of order").into_response())
        }
        Behaviour::Hangs => std::future::pending().await,
        Behaviour::AsksWho => {
            // `reader:let me in`
            let known = headers
                .get(header::AUTHORIZATION)
                .is_some_and(|it| it == "Basic cmVhZGVyOmxldCBtZSBpbg==");
            let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"here\"")];
            (!known).then(|| (StatusCode::UNAUTHORIZED, challenge, "").into_response())
        }
    }
}

fn missing(code: &str) -> Response {
    let errors = serde_json::json!({ "errors": [{ "code": code, "message": "unknown" }] });
    (StatusCode::NOT_FOUND, axum::Json(errors)).into_response()
}
