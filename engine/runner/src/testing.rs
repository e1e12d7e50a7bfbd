//! A run without a sandbox, a cluster or a store: what the tests of the host functions share.

pub(crate) mod fake_cluster;
pub(crate) mod lane;
mod notebook;
mod sealed;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shipslog_domain::capability::{Boundary, Capability, Rights};
use shipslog_domain::freeze::Situation;
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId};
use tokio::sync::Semaphore;

use self::fake_cluster::FakeCluster;
use self::notebook::{Kept, Notebook, Teller, Told};
pub(crate) use self::sealed::{Sealed, handle};
use crate::run::{NewRun, Run};
use crate::{Assignment, Cancel, Entry, OutputDescription, Recorder, RunnerConfig, What};

/// One attempt in its surroundings. Its target has the namespace `dev`, its step may do anything there.
pub(super) struct Scene {
    pub(super) assignment: Assignment,
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
        let assignment = Assignment {
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
            assignment,
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
        scene.assignment.secrets = Arc::clone(&scene.store) as _;
        scene
    }

    /// A run that goes on from what is durable.
    pub(super) fn run(&self) -> Run {
        let entries = self.journal.entries();
        let size = (entries.len() as u64, 0);
        let given = NewRun {
            assignment: Arc::new(self.assignment.clone()),
            recorder: self.recorder(),
            cancel: self.cancel.clone(),
            end: self.assignment.end(),
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

/// Whether a call is over with this entry.
pub(super) fn is_answer(entry: &Entry) -> bool {
    match entry.what {
        What::Answer(_) | What::Sealed(_) | What::Cancelled => true,
        What::Intent(_) | What::Suspended(_) => false,
    }
}
