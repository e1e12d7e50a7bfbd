//! A run that is cut off anywhere, however often, comes to the end that it would have come to.

mod cut;
mod damage;
mod guarded;
mod ledger;
mod objects;
mod op;
mod parked;
mod script;
mod unseen;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;

use self::ledger::{Fuse, Ledger};
use self::op::Op;
use self::script::Step;
use self::world::{world, writes};
use crate::run::Parked;
use crate::run::{NewRun, Run};
use crate::sandbox::suspension;
use crate::testing::fake_cluster::FakeCluster;
use crate::testing::{Scene, handle};
use crate::{Entry, What};

/// An attempt over all its lives.
struct Lives {
    ledger: Arc<Ledger>,
    world: Arc<FakeCluster>,
    scene: Scene,
    /// How many stores may wait.
    kept: usize,
}

/// How a life ended.
enum End {
    Over(Vec<String>, Arc<Run>),
    Cut(Vec<String>),
}

impl Lives {
    fn new(kept: usize) -> Self {
        let ledger = Ledger::with_secret("first secret");
        let world = world(&ledger);
        // Twelve characters and more, as base64.
        writes(
            &world,
            "Secret",
            "open",
            &json!({ "key": "cmV2ZWFsZWQgdmFsdWU=" }),
        );
        writes(&world, "Secret", "own", &json!({ "value": "eA==" }));
        writes(&world, "Secret", "closed", &json!({ "key": "Y2xvc2VkIHZhbHVl" }));
        let mut scene = Scene::new();
        let all = ["get", "list", "watch", "apply", "patch", "delete", "logs"];
        let right = |kind: &str| json!({ "verbs": all, "group": "*", "kind": kind, "namespace": "*" });
        let mut rights: Vec<_> = ["ConfigMap", "Secret", "Pod"].map(right).into();
        rights
            .push(json!({ "verbs": ["reveal-secrets"], "kind": "Secret", "name": "open", "namespace": "*" }));
        scene.assignment.rights.declared = serde_json::from_value(json!(rights)).unwrap();
        scene.assignment.rights.granted = scene.assignment.rights.declared.clone();
        scene.assignment.inputs = json!({ "password": handle(1) });
        scene.assignment.cluster = Arc::clone(&world) as _;
        scene.assignment.secrets = Arc::clone(&ledger) as _;
        scene.assignment.left = Duration::from_hours(1);
        let ticks = AtomicU64::new(0);
        scene.assignment.now = Arc::new(move || ticks.fetch_add(1, Ordering::Relaxed));
        Self {
            ledger,
            world,
            scene,
            kept,
        }
    }

    fn given(&self) -> NewRun {
        NewRun {
            assignment: Arc::new(self.scene.assignment.clone()),
            recorder: Arc::clone(&self.ledger) as _,
            cancel: self.scene.cancel.clone(),
            end: self.scene.assignment.end(),
            kept_stores: Arc::new(Semaphore::new(self.kept)),
            restarted: true,
        }
    }

    fn run(&self) -> Arc<Run> {
        let entries = self.ledger.entries();
        let size = (entries.len() as u64, 0);
        Arc::new(Run::new(self.given(), entries, size))
    }

    /// One life: until the script is over, or so many things were seen outside.
    async fn live(&self, script: &[Op], until: usize) -> (End, usize) {
        let fuse = Arc::new(Fuse::new(until));
        self.ledger.lives_until(Arc::clone(&fuse));
        let mut answers = Vec::new();
        let end = tokio::select! {
            biased;
            run = self.passes(script, &mut answers) => Some(run),
            () = fuse.blown() => None,
        };
        let passed = until - fuse.left();
        match end {
            Some(run) => (End::Over(answers, run), passed),
            None => (End::Cut(answers), passed),
        }
    }

    async fn passes(&self, script: &[Op], answers: &mut Vec<String>) -> Arc<Run> {
        loop {
            answers.clear();
            if let Some((entry, suspended)) = suspension::at_end_of(&self.ledger.entries()) {
                self.wait(entry, suspended).await;
                continue;
            }
            let (run, mut step) = (self.run(), Step::default());
            let mut parked = false;
            for op in script {
                match step.act(&run, *op).await {
                    Ok(answer) => answers.push(answer),
                    Err(error) if error.is::<Parked>() => {
                        parked = true;
                        break;
                    }
                    Err(error) => panic!("{op:?}: {error:?}"),
                }
            }
            if !parked {
                return run;
            }
        }
    }

    /// As the loop goes on without a sandbox.
    async fn wait(&self, entry: Entry, suspended: crate::Suspended) {
        let entries = self.ledger.entries();
        let run = Run::new(self.given(), Vec::new(), (entries.len() as u64, 0));
        suspension::carry_out(&run, entries, entry, suspended)
            .await
            .unwrap();
    }
}

/// For properties, in which time passes at once.
fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}
