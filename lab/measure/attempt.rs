//! A run in this process: the engine's own sandbox, a cluster in memory, and two ways of recording.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;
use serde_json::{Value, json};
use shipslog_cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Error, Evidence, Expectation, Kind, KubernetesApi,
    ObjectReference, Page, Patch, Selection, Waited,
};
use shipslog_domain::capability::{Boundary, Capability, Rights};
use shipslog_domain::freeze::Situation;
use shipslog_events::event::deployment::Layer;
use shipslog_events::ids::{AttemptNumber, DeploymentId, Handle};
use shipslog_events::{JournalHead, JournalKey};
use shipslog_log::{JournalAppend, JournalStore, Store};
use shipslog_runner::{
    Attempt, AttemptId, AttemptOutcome, Cancel, Component, Limits, LogLevel, NotRecorded, OutputValue,
    Recorder, Runner, RunnerConfig, SecretStore, SecretStoreError, Unrecorded,
};

/// So many entries are worth an append of their own, as in the driver.
const MANY: usize = 256;
/// The bytes of the `ConfigMap`'s data.
const PAGE: usize = 1024;

/// The engine's sandbox with its defaults.
pub(crate) fn runner(cache: &std::path::Path) -> Result<Runner> {
    Ok(Runner::new(RunnerConfig::new(cache))?)
}

/// A run that has succeeded, or an error that says how it ended.
pub(crate) async fn run(runner: &Runner, component: &Component, recorder: Arc<dyn Recorder>) -> Result<()> {
    let ended = runner
        .run(component, attempt(runner.limits())?, recorder, Cancel::new())
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

fn attempt(limits: Limits) -> Result<Attempt> {
    let rights: Vec<Capability> =
        serde_json::from_value(json!([{ "verbs": ["get"], "kind": "ConfigMap", "name": "page" }]))?;
    Ok(Attempt {
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

/// Keeps the journal in a log, as the driver does.
pub(crate) struct Durable {
    journals: Arc<dyn JournalStore>,
    key: JournalKey,
    waiting: Mutex<(JournalHead, Vec<Vec<u8>>)>,
}

impl Durable {
    pub(crate) fn new(log: &Store, deployment: u64) -> Self {
        Self {
            journals: Arc::clone(&log.journals),
            key: JournalKey::of(DeploymentId(deployment), &id()),
            waiting: Mutex::new((JournalHead::START, Vec::new())),
        }
    }

    fn take(&self) -> JournalAppend {
        let mut waiting = self.waiting.lock();
        let (after, entries) = (waiting.0, std::mem::take(&mut waiting.1));
        waiting.0 = entries.iter().fold(after, |head, it| head.with(it));
        JournalAppend {
            key: self.key.clone(),
            after,
            entries,
            sealed: Vec::new(),
        }
    }
}

#[async_trait]
impl Recorder for Nothing {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        Ok(Vec::new())
    }

    fn entry(&self, _: Vec<u8>, _: Vec<Handle>) -> bool {
        false
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn object_intended(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn object_removed(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn denied(&self, _: Option<u64>, _: Layer, _: &str, _: Option<&str>) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn milestone(&self, _: u64, _: &str, _: Value) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn output(&self, _: u64, _: &str, _: OutputValue) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn log(&self, _: u64, _: LogLevel, _: &str) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn progress(&self, _: u32, _: u32, _: &str) -> Result<(), NotRecorded> {
        Ok(())
    }
}

#[async_trait]
impl Recorder for Durable {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        let journal = self.journals.journal(self.key.clone()).await;
        let journal = journal.map_err(|error| Unrecorded::Unavailable(error.to_string()))?;
        self.waiting.lock().0 = journal.head;
        Ok(journal.entries)
    }

    fn entry(&self, entry: Vec<u8>, _: Vec<Handle>) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.1.push(entry);
        waiting.1.len() >= MANY
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        let tail = self.take();
        if tail.entries.is_empty() {
            return Ok(());
        }
        let appended = self.journals.append_journal(tail).await;
        appended.map(drop).map_err(|error| NotRecorded(error.to_string()))
    }

    async fn object_intended(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn object_removed(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn denied(&self, _: Option<u64>, _: Layer, _: &str, _: Option<&str>) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn milestone(&self, _: u64, _: &str, _: Value) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn output(&self, _: u64, _: &str, _: OutputValue) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn log(&self, _: u64, _: LogLevel, _: &str) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn progress(&self, _: u32, _: u32, _: &str) -> Result<(), NotRecorded> {
        Ok(())
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
}

/// A cluster that has one `ConfigMap` and answers at once.
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

    async fn delete(&self, _: &ObjectReference, _: &DeleteOptions) -> Result<(), Error> {
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
