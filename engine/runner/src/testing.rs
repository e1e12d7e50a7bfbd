//! A run without a sandbox, a cluster or a store: what the tests of the host functions share.

pub(crate) mod fake_cluster;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use shipslog_domain::capability::{Boundary, Capability, Rights};
use shipslog_events::event::deployment::{AttemptId, Layer};
use shipslog_events::event::lane::ObjectReference;
use shipslog_events::ids::{AttemptNumber, DeploymentId, Handle};
use tokio::sync::Semaphore;

use crate::journal::Entry;
use crate::run::{Given, Run};
use crate::testing::fake_cluster::{Around, Call, FakeCluster};
use crate::{
    Attempt, Cancel, LogLevel, NotRecorded, OutputDescription, OutputValue, Recorder, RunnerConfig,
    SecretStore, SecretStoreError, Situation, Unrecorded,
};

/// The handle with this number.
pub(super) fn handle(number: u8) -> Handle {
    let digit = char::from(b'a' + number % 26);
    Handle::new(format!("shipslog-handle-{}", digit.to_string().repeat(52)))
}

/// A store of sealed values that seals nothing.
pub(super) struct Sealed {
    values: Mutex<BTreeMap<Handle, String>>,
    next: AtomicU8,
}

/// Minted ones are numbered from here.
const FIRST_MINTED: u8 = 10;

impl Sealed {
    pub(super) fn with<const N: usize>(values: [(u8, &str); N]) -> Self {
        let values = values
            .into_iter()
            .map(|(number, value)| (handle(number), value.to_owned()))
            .collect();
        Self {
            values: Mutex::new(values),
            next: AtomicU8::new(FIRST_MINTED),
        }
    }

    pub(super) fn minted(&self) -> u8 {
        self.next.load(Ordering::Relaxed) - FIRST_MINTED
    }
}

#[async_trait]
impl SecretStore for Sealed {
    async fn open(&self, handle: &Handle) -> Result<SecretString, SecretStoreError> {
        let value = self.values.lock().unwrap().get(handle).cloned();
        value.map(SecretString::from).ok_or(SecretStoreError::Unknown)
    }

    async fn seal(&self, value: &SecretString) -> Result<Handle, SecretStoreError> {
        let minted = handle(self.next.fetch_add(1, Ordering::Relaxed));
        self.values
            .lock()
            .unwrap()
            .insert(minted.clone(), value.expose_secret().to_owned());
        Ok(minted)
    }
}

/// Everything that happened, in order, a line each: from the recorder and from the cluster.
pub(crate) type Told = Arc<Mutex<Vec<String>>>;

/// Notes what the cluster is asked.
struct Teller(Told);

#[async_trait]
impl Around for Teller {
    async fn before(&self, call: &Call<'_>) {
        self.0.lock().unwrap().push(format!("cluster: {call}"));
    }

    async fn late(&self, _: &Call<'_>) {
        self.0.lock().unwrap().push("cluster: answered".to_owned());
    }
}

struct Notebook {
    told: Told,
    journal: Arc<Kept>,
}

/// A journal in memory.
#[derive(Default)]
pub(crate) struct Kept {
    entries: Mutex<Vec<Vec<u8>>>,
    durable: AtomicUsize,
}

impl Kept {
    /// As a crash leaves it: what was not durable is gone.
    pub(crate) fn crash(&self) {
        let durable = self.durable.load(Ordering::Relaxed);
        self.entries.lock().unwrap().truncate(durable);
    }

    /// As if nothing had run yet.
    pub(crate) fn clear(&self) {
        self.durable.store(0, Ordering::Relaxed);
        self.entries.lock().unwrap().clear();
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap();
        entries.iter().map(|it| Entry::decode(it).unwrap()).collect()
    }

    fn settle(&self) {
        let all = self.entries.lock().unwrap().len();
        self.durable.store(all, Ordering::Relaxed);
    }
}

impl Notebook {
    fn note(&self, line: String) -> Result<(), NotRecorded> {
        self.journal.settle();
        self.told.lock().unwrap().push(line);
        Ok(())
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        let entries = self.journal.entries.lock().unwrap().clone();
        Ok(entries)
    }

    fn entry(&self, entry: Vec<u8>, _: Vec<Handle>) -> bool {
        self.journal.entries.lock().unwrap().push(entry);
        false
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        self.journal.settle();
        Ok(())
    }

    async fn object_intended(&self, _: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.note(format!("intended {object}"))
    }

    async fn object_removed(&self, _: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.note(format!("removed {object}"))
    }

    async fn denied(
        &self,
        _: u64,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = message.map_or_else(String::new, |it| format!(" ({it})"));
        self.note(format!("denied {layer}: {rule}{said}"))
    }

    async fn milestone(&self, _: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        self.note(format!("milestone {name} {detail}"))
    }

    async fn output(&self, _: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded> {
        self.note(match value {
            OutputValue::Plain(value) => format!("output {name} {value}"),
            OutputValue::Sensitive(handle) => format!("output {name} {handle}"),
        })
    }

    async fn log(&self, index: u64, level: LogLevel, message: &str) -> Result<(), NotRecorded> {
        self.note(format!("log {index} {level:?} {message}"))
    }

    async fn progress(&self, done: u32, total: u32, message: &str) -> Result<(), NotRecorded> {
        self.note(format!("progress {done}/{total} {message}"))
    }
}

/// One attempt in its surroundings. Its target has the namespace `dev`, its step may do anything there.
pub(super) struct Scene {
    pub(super) attempt: Attempt,
    pub(super) cancel: Cancel,
    pub(super) store: Arc<Sealed>,
    pub(super) cluster: Arc<FakeCluster>,
    pub(super) journal: Arc<Kept>,
    told: Told,
}

impl Scene {
    pub(super) fn new() -> Self {
        let told = Told::default();
        let store = Arc::new(Sealed::with([(1, "first secret"), (2, "second secret")]));
        let cluster = Arc::new(FakeCluster::new(Arc::new(Teller(Arc::clone(&told)))));
        let everything: Vec<Capability> = serde_json::from_value(json!([{
            "verbs": ["get", "list", "watch", "apply", "patch", "delete", "logs", "force"],
            "group": "*", "kind": "*", "namespace": "*",
        }]))
        .unwrap();
        let boundary = Boundary {
            namespace: Some("dev".to_owned()),
        };
        let attempt = Attempt {
            id: AttemptId {
                step: "Deploy httpd".into(),
                target: "Httpd Development".into(),
                attempt: AttemptNumber(1),
            },
            situation: situation(),
            inputs: json!({ "password": handle(1) }),
            variables: BTreeMap::new(),
            outputs: vec![output("address", false), output("token", true)],
            milestones: vec!["traffic-moved".to_owned()],
            rights: Rights {
                declared: everything.clone(),
                granted: everything,
                boundary,
            },
            seed: [7; 32],
            deadline: Duration::from_mins(1),
            left: Duration::from_mins(1),
            limits: RunnerConfig::new("unused").limits(),
            cluster: Arc::clone(&cluster) as _,
            secrets: Arc::clone(&store) as _,
            now: Arc::new(|| 0),
        };
        Self {
            attempt,
            cancel: Cancel::new(),
            store,
            cluster,
            journal: Arc::default(),
            told,
        }
    }

    /// With this value behind the first handle.
    pub(super) fn with_secret(value: &str) -> Self {
        let mut scene = Self::new();
        scene.store = Arc::new(Sealed::with([(1, value)]));
        scene.attempt.secrets = Arc::clone(&scene.store) as _;
        scene
    }

    /// A run that goes on from what is durable.
    pub(super) fn run(&self) -> Run {
        let entries = self.journal.entries();
        let size = (entries.len() as u64, 0);
        let given = Given {
            attempt: Arc::new(self.attempt.clone()),
            recorder: self.recorder(),
            cancel: self.cancel.clone(),
            end: self.attempt.end(),
            kept_stores: Arc::new(Semaphore::new(1)),
            restarted: true,
        };
        Run::new(given, entries, size)
    }

    pub(super) fn recorder(&self) -> Arc<dyn Recorder> {
        Arc::new(Notebook {
            told: Arc::clone(&self.told),
            journal: Arc::clone(&self.journal),
        })
    }

    pub(super) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

fn situation() -> Situation {
    Situation {
        deployment: DeploymentId(7),
        project: "Httpd".into(),
        project_slug: "httpd".to_owned(),
        environment: "Development".into(),
        release: "1.0.0".into(),
        step_slug: "deploy-httpd".to_owned(),
        labels: BTreeMap::from([("shipslog.dev/deployment".to_owned(), "deployments-7".to_owned())]),
        annotations: BTreeMap::new(),
        inventory: Vec::new(),
    }
}

fn output(name: &str, sensitive: bool) -> OutputDescription {
    OutputDescription {
        name: name.to_owned(),
        summary: String::new(),
        sensitive,
    }
}
