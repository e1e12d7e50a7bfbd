//! A run in this process: the engine's own sandbox, a cluster in memory, and two ways of recording.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Value, json};
use shipslog_cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Deleted, Error, Evidence, Expectation, Kind, KubernetesApi,
    ObjectReference, Page, Patch, Seen, Selection, Waited,
};
use shipslog_domain::capability::{Boundary, Capability, Rights};
use shipslog_domain::freeze::Situation;
use shipslog_engine::driver::JournalTail;
use shipslog_events::JournalKey;
use shipslog_events::event::object::ClusterMark;
use shipslog_events::ids::{AttemptNumber, DeploymentId, Handle};
use shipslog_log::{JournalStore, Store};
use shipslog_runner::{
    Assignment, AttemptId, AttemptOutcome, Cancel, Component, Limits, Listener, NotRead, NotRecorded,
    Recorder, Runner, RunnerConfig, SecretStore, SecretStoreError,
};

/// The bytes of the `ConfigMap`'s data.
const PAGE: usize = 1024;

/// The engine's sandbox with its defaults.
pub(crate) fn runner(cache: &std::path::Path) -> Result<Runner> {
    Ok(Runner::new(RunnerConfig::new(cache))?)
}

/// A run that has succeeded, or an error that says how it ended.
pub(crate) async fn run(runner: &Runner, component: &Component, recorder: Arc<dyn Recorder>) -> Result<()> {
    let ended = runner
        .run(component, assignment(runner.limits())?, recorder, Cancel::new())
        .await?;
    ensure!(
        ended.outcome == AttemptOutcome::Succeeded,
        "a step of the bench ended otherwise: {ended:?}"
    );
    Ok(())
}

pub(crate) fn id() -> AttemptId {
    AttemptId {
        step: "Go".into(),
        target: "Web".into(),
        attempt: AttemptNumber(1),
    }
}

fn assignment(limits: Limits) -> Result<Assignment> {
    let rights: Vec<Capability> =
        serde_json::from_value(json!([{ "verbs": ["get"], "kind": "ConfigMap", "name": "page" }]))?;
    Ok(Assignment {
        id: id(),
        situation: situation(),
        inputs: json!({ "text": "hello" }),
        variables: BTreeMap::new(),
        outputs: Vec::new(),
        milestones: Vec::new(),
        rights: Rights {
            declared: rights.clone(),
            granted: rights,
            boundary: Boundary {
                namespace: Some("web".to_owned()),
            },
        },
        seed: [7; 32],
        deadline: Duration::from_mins(10),
        left: Duration::from_mins(10),
        limits: Limits {
            journal_entries: 1 << 20,
            journal_bytes: 1 << 30,
            ..limits
        },
        cluster: Arc::new(InMemory(page())),
        secrets: Arc::new(NoSecrets),
        now: Arc::new(|| 1_700_000_000_000),
    })
}

fn situation() -> Situation {
    Situation {
        deployment: DeploymentId(7),
        project: "Web".into(),
        project_slug: "web".to_owned(),
        environment: "Development".into(),
        release: "1.0.0".into(),
        step_slug: "go".to_owned(),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        inventory: Vec::new(),
    }
}

/// The object that the steps read.
pub(crate) fn page() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "page", "namespace": "web", "uid": "5a7d4d5e-6bb0-4f1e-9d2c-1f0a5b0c7e11", "resourceVersion": "4711" },
        "data": { "index": "x".repeat(PAGE) },
    })
}

/// Keeps nothing.
pub(crate) struct Nothing;

impl Listener for Nothing {}

/// Keeps the journal in a log, in the groups in which the driver does.
pub(crate) struct Durable {
    journals: Arc<dyn JournalStore>,
    tail: JournalTail,
}

impl Durable {
    pub(crate) fn new(log: &Store, deployment: u64) -> Self {
        Self {
            journals: Arc::clone(&log.journals),
            tail: JournalTail::new(JournalKey::of(DeploymentId(deployment), &id())),
        }
    }
}

#[async_trait]
impl Listener for Durable {
    async fn journal(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        let journal = self.journals.journal(self.tail.key().clone()).await;
        let journal = journal.map_err(|error| NotRead::Unavailable(error.to_string()))?;
        self.tail.go_on_after(journal.head);
        Ok(journal.entries)
    }

    fn keep(&self, entry: Vec<u8>, _: Vec<Handle>) -> bool {
        self.tail.push(entry, [])
    }

    async fn settle(&self) -> Result<(), NotRecorded> {
        let tail = self.tail.take();
        if tail.entries.is_empty() {
            return Ok(());
        }
        let appended = self.journals.append_journal(tail).await;
        appended.map(drop).map_err(|error| NotRecorded(error.to_string()))
    }
}

struct NoSecrets;

#[async_trait]
impl SecretStore for NoSecrets {
    async fn open(&self, _: &Handle) -> Result<SecretString, SecretStoreError> {
        Err(SecretStoreError::Unknown)
    }

    async fn seal(&self, _: &SecretString) -> Result<Handle, SecretStoreError> {
        let refused = SecretStoreError::Failed("the bench has no secrets".to_owned());
        Err(refused)
    }

    fn fingerprint(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

/// A cluster that has one `ConfigMap` and answers at once. The one of the tests notes every call and looks the object up:
/// that takes longer than what is measured here.
struct InMemory(Value);

fn unused<T>() -> Result<T, Error> {
    Err(Error::NotFound)
}

#[async_trait]
impl KubernetesApi for InMemory {
    async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error> {
        Ok(Kind {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: "configmaps".to_owned(),
            kind: kind.to_owned(),
            namespaced: true,
        })
    }

    async fn marks(&self) -> Result<Vec<ClusterMark>, Error> {
        unused()
    }

    async fn see(&self, _: &ObjectReference) -> Result<Seen, Error> {
        unused()
    }

    async fn get(&self, _: &ObjectReference) -> Result<Value, Error> {
        Ok(self.0.clone())
    }

    async fn list(&self, _: &Selection) -> Result<Page, Error> {
        unused()
    }

    async fn apply(&self, _: &Value, _: &str, _: &ApplyOptions) -> Result<Applied, Error> {
        unused()
    }

    async fn patch(&self, _: &ObjectReference, _: &str, _: Patch<'_>) -> Result<Value, Error> {
        unused()
    }

    async fn delete(&self, _: &ObjectReference, _: &DeleteOptions) -> Result<Deleted, Error> {
        unused()
    }

    async fn wait(&self, _: &[Expectation], _: Duration) -> Result<Waited, Error> {
        unused()
    }

    async fn diff(&self, _: &Value, _: &str) -> Result<Vec<Change>, Error> {
        unused()
    }

    async fn can_i(&self, _: &str, _: &ObjectReference, _: &str) -> Result<bool, Error> {
        unused()
    }

    async fn logs(&self, _: &ObjectReference, _: &str, _: u32, _: bool) -> Result<Vec<String>, Error> {
        unused()
    }

    async fn explain(&self, _: &ObjectReference) -> Result<Evidence, Error> {
        unused()
    }
}
