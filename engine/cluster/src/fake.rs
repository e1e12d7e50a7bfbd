//! A fake API server by scenario: a script answers each request, every request is remembered.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use kube::client::Body;
use serde_json::{Value, json};

use super::{Cluster, ObjectReference, Options};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

/// What the server does.
#[derive(Clone)]
pub(crate) enum Reply {
    Json(u16, Value),
    /// With this header in seconds.
    RetryAfter(u16, u32),
    /// Not JSON, as a proxy in between may answer.
    Text(u16, &'static str),
    /// A good answer, of which half comes before the connection is cut.
    Half(Value),
    /// The connection is cut after the request was sent.
    Cut,
    /// The connection is not even made.
    Unreachable,
    /// No answer ever.
    Silence,
    /// Watch events, after which the server closes the stream.
    Watch(Vec<Value>),
    /// Watch events, after which nothing more comes.
    WatchOn(Vec<Value>),
}

/// The first answer, and the one to all that is asked after it.
pub(crate) fn first_then(first: Reply, then: Reply) -> impl Fn(usize) -> Reply + Send + Sync {
    move |nth| if nth == 0 { first.clone() } else { then.clone() }
}

/// An object of version `v1` in the namespace that is usual there.
pub(crate) fn reference(group: &str, kind: &str, name: &str) -> ObjectReference {
    ObjectReference {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        name: name.to_owned(),
    }
}

type Script = dyn Fn(&Seen, usize) -> Option<Reply> + Send + Sync;
type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

#[derive(Clone)]
pub(crate) struct Fake {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// The script is told the request, and how many of the same method, path and kind of query (watch or not) came
    /// before. Where it answers nothing, discovery works and all else is 404.
    pub(crate) fn new(script: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            seen: Arc::default(),
        }
    }

    /// A cluster whose default namespace is `web`.
    pub(crate) fn cluster(&self) -> Cluster {
        self.cluster_with(Options::default())
    }

    pub(crate) fn cluster_with(&self, options: Options) -> Cluster {
        let fake = self.clone();
        let service = tower::service_fn(move |request| fake.clone().serve(request));
        Cluster::from_client(kube::Client::new(service, "default"), options)
            .in_namespace(Some("web".to_owned()))
    }

    async fn serve(self, request: Request<Body>) -> Result<Answer, io::Error> {
        let (parts, body) = request.into_parts();
        let body = body.collect_bytes().await.map_err(io::Error::other)?;
        let call = Seen {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        };
        self.hear(&call).send().await
    }

    /// Remembers the request; says what is to be done about it.
    pub(super) fn hear(&self, call: &Seen) -> Reply {
        let nth = {
            let mut seen = self.seen.lock().unwrap();
            let nth = seen.iter().filter(|it| it.same(call)).count();
            seen.push(call.clone());
            nth
        };
        let reply = (self.script)(call, nth).or_else(|| discovery(&call.path));
        let missing = || {
            Reply::Json(
                404,
                json!({"message": "not found", "reason": "NotFound", "code": 404}),
            )
        };
        reply.unwrap_or_else(missing)
    }

    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Requests of this method and path, watches and dry runs aside.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.calls()
            .iter()
            .filter(|it| it.method == method && it.path == path && !it.is_special())
            .count()
    }

    /// The resource versions from which this path was watched.
    pub(crate) fn watched(&self, path: &str) -> Vec<String> {
        let calls = self.calls();
        let watches = calls.iter().filter(|it| it.path == path && it.is_watch());
        watches.filter_map(|it| it.parameter("resourceVersion")).collect()
    }

    pub(crate) fn last_body(&self, method: &str, path: &str) -> Value {
        let calls = self.calls();
        let found = calls
            .iter()
            .rev()
            .find(|it| it.method == method && it.path == path && !it.is_special());
        found.unwrap().body.clone()
    }
}

impl Seen {
    pub(crate) fn is_watch(&self) -> bool {
        self.query.contains("watch=true")
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.query.contains("dryRun=All")
    }

    fn is_special(&self) -> bool {
        self.is_watch() || self.is_dry_run()
    }

    fn same(&self, other: &Self) -> bool {
        (&self.method, &self.path, self.is_watch(), self.is_dry_run())
            == (&other.method, &other.path, other.is_watch(), other.is_dry_run())
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let pairs: BTreeMap<&str, &str> = self
            .query
            .split('&')
            .filter_map(|it| it.split_once('='))
            .collect();
        pairs.get(name).map(|it| (*it).to_owned())
    }
}

impl Reply {
    async fn send(self) -> Result<Answer, io::Error> {
        match self {
            Self::Json(code, body) => Ok(whole(code, None, body.to_string())),
            Self::Text(code, text) => Ok(whole(code, None, text.to_owned())),
            Self::RetryAfter(code, seconds) => Ok(whole(
                code,
                Some(seconds),
                json!({"message": "later"}).to_string(),
            )),
            Self::Half(body) => Ok(Response::new(half(&body.to_string()))),
            Self::Cut => Err(io::ErrorKind::ConnectionReset.into()),
            Self::Unreachable => Err(io::ErrorKind::ConnectionRefused.into()),
            Self::Silence => std::future::pending().await,
            Self::Watch(events) => Ok(Response::new(lines(events).boxed_unsync())),
            Self::WatchOn(events) => {
                let endless = lines(events).into_data_stream().chain(stream::pending());
                Ok(Response::new(
                    StreamBody::new(endless.map(|it| it.map(Frame::data))).boxed_unsync(),
                ))
            }
        }
    }
}

fn whole(code: u16, retry_after: Option<u32>, body: String) -> Answer {
    let mut response = Response::builder().status(code);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    let body = Full::new(Bytes::from(body));
    response
        .body(body.map_err(|never| match never {}).boxed_unsync())
        .unwrap()
}

fn half(body: &str) -> UnsyncBoxBody<Bytes, io::Error> {
    let start = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let frames = [Ok(Frame::data(start)), Err(io::ErrorKind::UnexpectedEof.into())];
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}

fn lines(events: Vec<Value>) -> UnsyncBoxBody<Bytes, io::Error> {
    let lines = events
        .into_iter()
        .map(|it| Ok(Frame::data(Bytes::from(format!("{it}\n")))));
    StreamBody::new(stream::iter(lines)).boxed_unsync()
}

fn discovery(path: &str) -> Option<Reply> {
    let resource = |kind: &str, name: &str, namespaced: bool| json!({"kind": kind, "name": name, "namespaced": namespaced});
    let resources = match path {
        "/api/v1" => json!([
            resource("Pod", "pods", true),
            resource("PodLog", "pods/log", true),
            resource("Secret", "secrets", true),
            resource("ConfigMap", "configmaps", true),
            resource("Service", "services", true),
            resource("Namespace", "namespaces", false),
        ]),
        "/apis/apps/v1" => json!([
            resource("Deployment", "deployments", true),
            resource("ReplicaSet", "replicasets", true)
        ]),
        "/apis/apps" => return Some(Reply::Json(200, json!({"preferredVersion": {"version": "v1"}}))),
        _ => return None,
    };
    Some(Reply::Json(200, json!({"resources": resources})))
}
