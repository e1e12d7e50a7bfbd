//! Waits without a store, and how they end. The clock is simulated.

use shipslog_cluster::Error;
use shipslog_test_support::component::work;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::bindings::shipslog::step::clock::Host as _;
use crate::bindings::shipslog::step::kubernetes::{Expectation, Gone, Host as _};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::host::clock::Clock;
use crate::host::kubernetes::Kubernetes;
use crate::tests::{Yard, doing, errored, short};
use crate::{AttemptOutcome, Ended};

const HOUR: Duration = Duration::from_hours(1);

fn yard(kept: usize) -> Yard {
    Yard::new(|it| (it.kept_stores, it.cancel_grace) = (kept, Duration::from_secs(5)))
}

/// Sleeps until it is asked to stop, and says `hello` then.
fn listening() -> String {
    work::sleep_on() + &work::failed("hello")
}

/// Asks it to stop after two seconds, and says how long it took from the beginning.
async fn cancelled(kept: usize, run: &str) -> (Ended, Duration) {
    let (yard, scene, step) = (yard(kept), short(HOUR), doing(run));
    yard.runner.describe(&step).await.unwrap();
    let start = Instant::now();
    let (ended, ()) = tokio::join!(yard.run(&step, &scene), async {
        sleep(Duration::from_secs(2)).await;
        scene.cancel.request();
        sleep(Duration::from_secs(1)).await;
        scene.cancel.request();
    });
    (ended, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_step_that_goes_on_waiting_is_stopped_when_its_grace_is_over_with_a_store_or_without() {
    for kept in [0, 16] {
        // Neither listens.
        for run in [work::again(&work::sleep(1000)), work::sleep_on().repeat(2)] {
            let (ended, took) = cancelled(kept, &run).await;
            assert_eq!(ended.outcome, AttemptOutcome::Cancelled);
            let said = "the step was cancelled and did not end within 5 s; it was stopped where it was";
            assert_eq!(ended.message, said);
            assert_eq!(took.as_secs(), 7, "{kept} stores, {run}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_a_store_hears_of_a_cancellation_at_once() {
    for kept in [0, 16] {
        let (ended, took) = cancelled(kept, &listening()).await;
        assert_eq!(
            (ended.outcome, ended.message.as_str()),
            (AttemptOutcome::Cancelled, "hello")
        );
        assert_eq!(
            took.as_secs(),
            3,
            "when the second request was made, which changes nothing"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_a_store_ends_with_the_step_s_deadline() {
    for kept in [0, 16] {
        let start = Instant::now();
        let scene = short(Duration::from_secs(5));
        let ended = yard(kept).run(&doing(&listening()), &scene).await;
        assert_eq!(ended, errored("the step was stopped after 5 s, its deadline"));
        assert_eq!(start.elapsed().as_secs(), 5);
        assert_eq!(scene.journal.entries().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_waits_take_no_place_in_the_sandbox() {
    const RUNS: usize = 1_000;
    let (yard, step) = (Arc::new(yard(0)), doing(&work::sleep(60_000)));
    yard.runner.describe(&step).await.unwrap();
    let scenes: Vec<Arc<Scene>> = (0..RUNS).map(|_| Arc::new(short(HOUR))).collect();
    let start = Instant::now();
    let runs: Vec<_> = scenes
        .iter()
        .map(|scene| {
            let (yard, step, scene) = (Arc::clone(&yard), step.clone(), Arc::clone(scene));
            tokio::spawn(async move { yard.run(&step, &scene).await })
        })
        .collect();
    sleep(Duration::from_secs(30)).await;
    assert!(scenes.iter().all(|it| it.journal.entries().len() == 1));
    assert_eq!(yard.runner.0.runs.places.available_permits(), 8);
    for run in runs {
        assert_eq!(run.await.unwrap().outcome, AttemptOutcome::Succeeded);
    }
    assert!(
        start.elapsed() < Duration::from_secs(70),
        "a moment in the sandbox each"
    );
}

#[tokio::test(start_paused = true)]
async fn as_many_stores_wait_as_may_and_no_more() {
    let yard = Arc::new(yard(3));
    let step = doing(&work::sleep(60_000));
    yard.runner.describe(&step).await.unwrap();
    let runs: Vec<_> = (0..6)
        .map(|_| {
            let (yard, step) = (Arc::clone(&yard), step.clone());
            tokio::spawn(async move { yard.run(&step, &short(HOUR)).await })
        })
        .collect();
    sleep(Duration::from_secs(30)).await;
    let held = (
        yard.runner.0.runs.places.available_permits(),
        yard.runner.0.runs.kept_stores.available_permits(),
    );
    assert_eq!(held, (5, 0));
    for run in runs {
        assert_eq!(run.await.unwrap().outcome, AttemptOutcome::Succeeded);
    }
    let free = (
        yard.runner.0.runs.places.available_permits(),
        yard.runner.0.runs.kept_stores.available_permits(),
    );
    assert_eq!(free, (8, 3));
}

fn gone(name: &str) -> Vec<Expectation> {
    let object = ObjectReference {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: None,
        name: name.to_owned(),
    };
    vec![Expectation::Gone(Gone { object, uid: None })]
}

/// Waits for up to 60 s from the moment 100 s, crashes, and waits again when the clock says so much.
async fn waited_again_at(seconds: u64) -> String {
    let mut scene = short(HOUR);
    scene.cluster.refuses(Error::TimedOut);
    scene.assignment.now = Arc::new(|| 100_000);
    let (run, again) = (scene.run(), Duration::from_secs(1));
    let waiting = timeout(again, Kubernetes { run: &run }.wait(gone("page"), 60)).await;
    assert!(waiting.is_err(), "it does not wait");
    scene.journal.crash();
    assert_eq!(scene.journal.entries().len(), 1, "when it began is durable");
    scene.assignment.now = Arc::new(move || seconds * 1_000);
    let run = scene.run();
    let waiting = timeout(again, Kubernetes { run: &run }.wait(gone("page"), 60)).await;
    assert!(waiting.is_err(), "it does not wait");
    scene.told().pop().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_wait_goes_on_with_what_is_left_of_it_whatever_the_clock_says() {
    for (now, left) in [(100, 60), (130, 30), (160, 0), (9_000_000, 0), (40, 60), (0, 60)] {
        let said = waited_again_at(now).await;
        assert_eq!(said, format!("cluster: wait for 1 up to {left} s"), "at {now}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sleep_is_durable_before_it_begins() {
    let scene = short(HOUR);
    let run = scene.run();
    let slept = timeout(Duration::from_secs(1), Clock { run: &run }.sleep(60_000)).await;
    assert!(slept.is_err(), "it does not sleep");
    scene.journal.crash();
    assert_eq!(scene.journal.entries().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_what_must_not_be_written_down_keeps_its_store() {
    let lives = Lives::new(0);
    let (run, mut step) = (lives.run(), Step::default());
    assert!(
        step.act(&run, Op::WaitForRevealed)
            .await
            .unwrap_err()
            .is::<Parked>()
    );
    let lives = Lives::new(0);
    let (run, mut step) = (lives.run(), Step::default());
    step.act(&run, Op::Reveal).await.unwrap();
    step.act(&run, Op::WaitForRevealed).await.unwrap();
    let entries = lives.ledger.entries();
    assert!(matches!(entries[1].what, What::Suspended(_)) && entries[1].arguments.is_none());
}
