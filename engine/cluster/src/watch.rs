//! Following all objects of a kind: one list, then a watch that is resumed where it broke off.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::objects::{number, resource_version, text};
use super::wire::Call;
use super::{Cluster, Error, Kind, path, read};

/// How much longer than the server's own limit a silent watch is kept: after that the connection is taken for dead.
const GRACE: Duration = Duration::from_secs(15);

/// What to follow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) kind: Kind,
    pub(super) namespace: Option<String>,
    pub(super) label_selector: String,
    pub(super) field_selector: String,
}

/// What a watch tells.
pub(super) enum Update {
    /// All objects there are.
    All(Vec<Value>),
    /// One is new or different.
    Put(Value),
    /// One is gone.
    Removed(Value),
    /// There will be no more: we may not read it, for example.
    Refused(Error),
}

/// Where the updates of several sources come together.
pub(super) type Updates = mpsc::Sender<(Source, Update)>;

/// Why following has ended.
enum Stop {
    Refused(Error),
    /// Nobody listens any more.
    Unheard,
}

/// How a watch has ended.
enum End {
    /// As watches do; it can be resumed.
    Closed,
    /// The server no longer remembers where we were.
    Expired,
}

impl Cluster {
    /// Follows until the caller stops listening or the server refuses. An API server that is away for a while is waited
    /// for: how long is the caller's business.
    pub(super) async fn follow(self, source: Source, updates: Updates) {
        let follower = Follower {
            cluster: self,
            source,
            updates,
        };
        if let Stop::Refused(error) = follower.run().await {
            let _ = follower
                .updates
                .send((follower.source.clone(), Update::Refused(error)))
                .await;
        }
    }

    /// All objects of a source, and the version from which to watch.
    pub(super) async fn snapshot(&self, source: &Source) -> Result<(Vec<Value>, String), Error> {
        let mut answer = self.inner.wire.ask_json(&Call::get(source.path(&[]))).await?;
        let objects = read::listed(&mut answer, &source.kind);
        Ok((objects, resource_version(&answer).to_owned()))
    }
}

impl Source {
    fn path(&self, more: &[(&str, &str)]) -> String {
        let mut query = vec![
            ("labelSelector", self.label_selector.as_str()),
            ("fieldSelector", self.field_selector.as_str()),
        ];
        query.extend_from_slice(more);
        path::query(&path::collection(&self.kind, self.namespace.as_deref()), &query)
    }
}

struct Follower {
    cluster: Cluster,
    source: Source,
    updates: Updates,
}

impl Follower {
    async fn run(&self) -> Stop {
        loop {
            let outcome = match self.list().await {
                Ok(version) => self.keep_watching(version).await,
                Err(stop) => Err(stop),
            };
            if let Err(stop) = outcome {
                return stop;
            }
        }
    }

    async fn list(&self) -> Result<String, Stop> {
        loop {
            match self.cluster.snapshot(&self.source).await {
                Ok((objects, version)) => {
                    self.tell(Update::All(objects)).await?;
                    return Ok(version);
                }
                Err(error) if passing(&error) => sleep(self.cluster.inner.options.backoff_max).await,
                Err(error) => return Err(Stop::Refused(error)),
            }
        }
    }

    /// Watches from this version on, resuming again and again. Ends when it has to be listed anew.
    async fn keep_watching(&self, mut version: String) -> Result<(), Stop> {
        let wire = &self.cluster.inner.wire;
        let mut pauses = wire.pauses();
        loop {
            let before = version.clone();
            match self.watch(&mut version).await? {
                End::Expired => return Ok(()),
                End::Closed if version == before => {
                    sleep(pauses.next_pause()).await;
                }
                End::Closed => pauses = wire.pauses(),
            }
        }
    }

    async fn watch(&self, version: &mut String) -> Result<End, Stop> {
        let limit = self.cluster.inner.options.watch_timeout;
        let seconds = limit.as_secs().max(1).to_string();
        let call = Call::get(self.source.path(&[
            ("watch", "true"),
            ("resourceVersion", version),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", &seconds),
        ]));
        let mut lines = match self.cluster.inner.wire.stream(&call).await {
            Ok(lines) => lines,
            Err(Error::Other { code, .. }) if code == "expired" => return Ok(End::Expired),
            Err(error) if passing(&error) => return Ok(End::Closed),
            Err(error) => return Err(Stop::Refused(error)),
        };
        while let Ok(Some(line)) = timeout(limit + GRACE, lines.next()).await {
            let Ok(mut event) = serde_json::from_slice::<Value>(&line) else {
                break;
            };
            let object = event["object"].take();
            if text(&event, "/type") == "ERROR" {
                let expired = number(&object, "/code") == Some(410);
                return Ok(if expired { End::Expired } else { End::Closed });
            }
            resource_version(&object).clone_into(version);
            match text(&event, "/type") {
                "ADDED" | "MODIFIED" => self.tell(Update::Put(object)).await?,
                "DELETED" => self.tell(Update::Removed(object)).await?,
                _ => {}
            }
        }
        Ok(End::Closed)
    }

    async fn tell(&self, update: Update) -> Result<(), Stop> {
        self.updates
            .send((self.source.clone(), update))
            .await
            .map_err(|_| Stop::Unheard)
    }
}

/// Errors that say nothing about the request.
fn passing(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Throttled(_))
}
