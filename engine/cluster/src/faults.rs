//! Every kind of call against everything that can go wrong with its request: what comes of it, that nothing is done
//! twice, and that it ends.

mod calls;
mod fault;
mod socket;
mod world;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use self::calls::{Kind, TIMEOUT};
use self::fault::Fault;
use self::world::World;
use super::fake::Fake;
use super::{Cluster, Error, Options};

const A: &str = "/api/v1/namespaces/web/configmaps/a";
const CONFIG_MAPS: &str = "/api/v1/namespaces/web/configmaps";
const PODS: &str = "/api/v1/namespaces/web/pods";
const LOG: &str = "/api/v1/namespaces/web/pods/a/log";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/web/deployments/a";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// The largest answer taken here, in bytes.
const LIMIT: usize = 20_000;
/// A call ends with its budget and one more request.
const ENOUGH: Duration = Duration::from_secs(90);

/// A call whose request goes wrong, and the server that sees to it.
struct Scene {
    kind: Kind,
    fake: Fake,
    world: Arc<Mutex<World>>,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The request that makes the call.
    Request,
    /// That one and all after it.
    Everything,
}

/// What came of it.
struct Outcome {
    said: &'static str,
    requests: usize,
    took: Duration,
    effects: usize,
    blindly: bool,
}

impl Scene {
    fn new(kind: Kind, fault: Fault, extent: Extent) -> Self {
        let world = Arc::new(Mutex::new(World::new()));
        let server = Arc::clone(&world);
        let failing = AtomicBool::new(false);
        let fake = Fake::new(move |call, nth| {
            let mut world = server.lock().unwrap();
            if kind.is_hit_by(call) || failing.load(Ordering::Relaxed) {
                failing.store(extent == Extent::Everything, Ordering::Relaxed);
                world.suffer(call, nth, fault)
            } else {
                world.answer(call)
            }
        });
        Self { kind, fake, world }
    }

    async fn play(&self, cluster: &Cluster) -> Outcome {
        let start = Instant::now();
        let said = match self.kind.make(cluster).await {
            Ok(said) => said,
            Err(error) => word(&error),
        };
        let calls = self.fake.calls();
        let world = self.world.lock().unwrap();
        Outcome {
            said,
            requests: calls.iter().filter(|it| self.kind.is_hit_by(it)).count(),
            took: start.elapsed(),
            effects: world.effects,
            blindly: world.blindly,
        }
    }
}

fn options() -> Options {
    Options {
        answer_limit: LIMIT as u64,
        ..Options::default()
    }
}

/// Makes the call against a fake of which this request goes wrong.
async fn suffer(kind: Kind, fault: Fault) -> Outcome {
    let scene = Scene::new(kind, fault, Extent::Request);
    scene.play(&scene.fake.cluster_with(options())).await
}

fn word(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "missing",
        Error::Changed => "changed",
        Error::Conflict(_) => "conflict",
        Error::Forbidden(_) => "forbidden",
        Error::Invalid(_) => "invalid",
        Error::TimedOut => "timed-out",
        Error::Throttled(_) => "throttled",
        Error::Unavailable(_) => "unavailable",
        Error::OutcomeUnknown(_) => "unknown",
        Error::Doubtful(_) => "doubtful",
        Error::TooLarge(_) => "too-large",
        Error::Unauthorized(_) => "unauthorized",
        Error::Untrusted(_) => "untrusted",
        Error::Other { .. } => "other",
    }
}

/// What was answered, and after how many requests of the kind that goes wrong; `*` for more than three.
fn cell(outcome: &Outcome) -> String {
    match outcome.requests {
        few @ 0..=3 => format!("{} {few}", outcome.said),
        _ => format!("{} *", outcome.said),
    }
}

/// Of each fault the calls by what came of them.
async fn table() -> String {
    let mut table = String::new();
    for fault in Fault::ALL {
        let mut lines: Vec<(String, Vec<Kind>)> = Vec::new();
        for kind in Kind::ALL {
            let cell = cell(&suffer(kind, fault).await);
            match lines.iter_mut().find(|it| it.0 == cell) {
                Some((_, calls)) => calls.push(kind),
                None => lines.push((cell, vec![kind])),
            }
        }
        writeln!(table, "{fault:?}").unwrap();
        for (cell, calls) in lines {
            let calls: Vec<String> = calls.iter().map(|it| format!("{it:?}")).collect();
            writeln!(table, "  {cell}: {}", calls.join(" ")).unwrap();
        }
    }
    table
}

#[tokio::test(start_paused = true)]
async fn each_call_makes_of_each_fault_what_is_written_down() {
    let table = table().await;
    assert!(table == include_str!("faults/table.txt"), "{table}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_twice_and_no_guarded_write_is_repeated_without_a_look() {
    for fault in Fault::ALL {
        for kind in Kind::ALL {
            let outcome = suffer(kind, fault).await;
            assert!(outcome.effects <= 1, "{kind:?} {fault:?}: {}", outcome.effects);
            assert!(!(kind.is_guarded() && outcome.blindly), "{kind:?} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_call_ends() {
    for fault in Fault::ALL {
        for kind in Kind::ALL {
            let took = suffer(kind, fault).await.took;
            let most = if kind.is_wait() { TIMEOUT + ENOUGH } else { ENOUGH };
            assert!(took <= most, "{kind:?} {fault:?}: {took:?}");
        }
    }
}

/// The server fails altogether with the first request of the call that goes wrong.
#[tokio::test(start_paused = true)]
async fn a_guarded_write_is_unknown_where_the_look_fails_as_well() {
    for fault in Fault::ALL
        .into_iter()
        .filter(|it| it.lasts() && it.leaves_doubt())
    {
        for kind in Kind::ALL.into_iter().filter(|it| it.is_guarded()) {
            let scene = Scene::new(kind, fault, Extent::Everything);
            let outcome = scene.play(&scene.fake.cluster_with(options())).await;
            assert_eq!(
                (outcome.said, outcome.requests),
                ("unknown", 1),
                "{kind:?} {fault:?}"
            );
            assert!(outcome.effects <= 1, "{kind:?} {fault:?}");
            let most = Duration::from_secs(30) + ENOUGH;
            assert!(outcome.took <= most, "{kind:?} {fault:?}: {:?}", outcome.took);
        }
    }
}
