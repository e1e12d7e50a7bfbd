//! Why an object is as it is, in words, with what was seen.

mod conditions;
mod notice;
mod summary;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use shipslog_rights::workload::runs_pods;
use tokio::time::timeout;

use self::notice::Notice;
use super::health::{Health, Related, containers, health};
use super::objects::{name, text, uid};
use super::related::{is_ready, newest_pods, newest_replica_set, selector};
use super::watch::Source;
use super::{Cluster, Error, Kind, ObjectReference};

/// The most events and log lines in one piece of evidence, and the most containers whose logs are read.
const EVENTS: usize = 20;
const LINES: u32 = 10;
const CONTAINERS: usize = 2;
/// How long reading one thing may take; evidence is no reason to be late.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Of which object.
    pub object: ObjectReference,
    /// In one line, so that a person can act on it.
    pub summary: String,
    /// What the cluster reported of it and its parts, newest last, and the conditions of pods that are not ready.
    pub events: Vec<String>,
    /// The last lines that its containers wrote.
    pub log_tail: Vec<String>,
}

/// An object and what is known around it.
pub(super) struct Around<'a> {
    pub(super) reference: &'a ObjectReference,
    /// Why it is not as expected, by the rules.
    pub(super) state: String,
    pub(super) object: Option<&'a Value>,
    pub(super) replica_sets: Vec<&'a Value>,
    /// Those of its newest revision, or why they are not known.
    pub(super) pods: Result<Vec<&'a Value>, String>,
}

impl Around<'_> {
    fn known_pods(&self) -> &[&Value] {
        self.pods.as_deref().unwrap_or_default()
    }

    /// The objects whose events tell something.
    fn uids(&self) -> Vec<&str> {
        let set = self
            .object
            .and_then(|it| newest_replica_set(it, &self.replica_sets, false));
        let objects = self
            .object
            .into_iter()
            .chain(set)
            .chain(self.known_pods().iter().copied());
        objects.map(uid).filter(|it| !it.is_empty()).collect()
    }
}

impl Cluster {
    /// Reads the object and everything around it that may say why it is as it is.
    pub async fn explain(&self, object: &ObjectReference) -> Result<Evidence, Error> {
        let reference = self.locate(object).await?;
        let found = self.get(&reference).await?;
        let (sets, pods) = self.parts(&reference, &found).await;
        let sets: Vec<&Value> = sets.iter().flatten().collect();
        let pods = match &pods {
            Ok(pods) => {
                let pods: Vec<&Value> = pods.iter().collect();
                let own = reference.kind == "Pod";
                Ok(if own {
                    vec![&found]
                } else {
                    newest_pods(&found, &sets, &pods, false)
                })
            }
            Err(why) => Err(why.clone()),
        };
        let related = Related {
            pods: pods.clone().unwrap_or_default(),
        };
        let state = match health(&reference.group, &reference.kind, &found, &related) {
            Health::Ready => "it is healthy".to_owned(),
            Health::Progressing(why) | Health::Failed(why) => why,
        };
        let around = Around {
            reference: &reference,
            state,
            object: Some(&found),
            replica_sets: sets,
            pods,
        };
        Ok(Reader::new(self).read(&around).await)
    }

    /// Replica sets and pods of a workload, or why they are not known.
    async fn parts(
        &self,
        object: &ObjectReference,
        found: &Value,
    ) -> (Result<Vec<Value>, String>, Result<Vec<Value>, String>) {
        if !runs_pods(&object.group, &object.kind) {
            return (Ok(Vec::new()), Ok(Vec::new()));
        }
        let part = |kind: Kind| Source {
            kind,
            namespace: object.namespace.clone(),
            label_selector: selector(found),
            field_selector: String::new(),
        };
        let sets = part(Kind::known("apps", "ReplicaSet", "replicasets"));
        let pods = part(Kind::known("", "Pod", "pods"));
        let (sets, pods) = tokio::join!(patiently(self.snapshot(&sets)), patiently(self.snapshot(&pods)));
        (sets.map(|it| it.0), pods.map(|it| it.0))
    }
}

/// Reads events, once for each namespace, and logs. What may not be read is said, and no reason to stop.
pub(super) struct Reader<'a> {
    cluster: &'a Cluster,
    events: BTreeMap<Option<String>, Result<Vec<Value>, String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(cluster: &'a Cluster) -> Self {
        Self {
            cluster,
            events: BTreeMap::new(),
        }
    }

    pub(super) async fn read(&mut self, around: &Around<'_>) -> Evidence {
        let log_tail = self.log_tail(around).await;
        let (notices, cannot) = match self.events(around.reference).await {
            Ok(events) => (notice::of(events, &around.uids()), None),
            Err(why) => (
                Vec::new(),
                Some(format!("cannot tell: the events could not be read: {why}")),
            ),
        };
        let summary = summary::summary(around, &notices);
        let first = notices.len().saturating_sub(EVENTS);
        let mut events: Vec<String> = notices[first..].iter().map(Notice::to_string).collect();
        events.extend(conditions::of(around.known_pods()));
        if let Err(why) = &around.pods {
            events.push(format!("cannot tell: the pods could not be read: {why}"));
        }
        events.extend(cannot);
        Evidence {
            object: around.reference.clone(),
            summary,
            events,
            log_tail,
        }
    }

    async fn events(&mut self, object: &ObjectReference) -> Result<&[Value], String> {
        let namespace = object.namespace.clone();
        if !self.events.contains_key(&namespace) {
            let source = Source {
                kind: Kind::known("", "Event", "events"),
                namespace: Some(namespace.clone().unwrap_or_else(|| "default".to_owned())),
                label_selector: String::new(),
                field_selector: String::new(),
            };
            let read = patiently(self.cluster.snapshot(&source)).await.map(|it| it.0);
            self.events.insert(namespace.clone(), read);
        }
        match &self.events[&namespace] {
            Ok(events) => Ok(events),
            Err(why) => Err(why.clone()),
        }
    }

    /// The last lines of containers that are not ready.
    async fn log_tail(&self, around: &Around<'_>) -> Vec<String> {
        let Some(pod) = around.known_pods().iter().find(|it| !is_ready(it)) else {
            return Vec::new();
        };
        let silent: Vec<&Value> = containers(pod)
            .filter(|it| has_log(it))
            .take(CONTAINERS)
            .collect();
        let mut tail = Vec::new();
        for status in &silent {
            let container = text(status, "/name");
            let lines = self.container_log(around.reference, pod, status).await;
            let several = silent.len() > 1;
            tail.extend(lines.into_iter().map(|it| {
                if several {
                    format!("[{container}] {it}")
                } else {
                    it
                }
            }));
        }
        tail
    }

    async fn container_log(&self, object: &ObjectReference, pod: &Value, status: &Value) -> Vec<String> {
        let reference = ObjectReference {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: object.namespace.clone(),
            name: name(pod).to_owned(),
        };
        // Between two starts the last words are those of the container before.
        let previous = status.pointer("/state/waiting").is_some();
        let read = self
            .cluster
            .logs(&reference, text(status, "/name"), LINES, previous);
        match patiently(read).await {
            Ok(lines) => lines,
            Err(why) => vec![format!("cannot tell: the log could not be read: {why}")],
        }
    }
}

/// Whether a container is not ready and has ever run.
fn has_log(status: &Value) -> bool {
    let ready = status.get("ready").and_then(Value::as_bool).unwrap_or(false);
    let ran = ["/state/running", "/state/terminated", "/lastState/terminated"];
    let done = text(status, "/state/terminated/reason") == "Completed";
    !ready && !done && ran.iter().any(|it| status.pointer(it).is_some())
}

async fn patiently<T>(reading: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match timeout(PATIENCE, reading).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests;
