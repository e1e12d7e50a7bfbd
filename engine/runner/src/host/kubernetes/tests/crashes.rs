//! The same calls again after a crash: answered from the journal as far as that goes, then live, and nothing twice.

use std::sync::Arc;

use secrets::Host as _;

use super::*;
use crate::bindings::shipslog::step::{clock::Host as _, random::Host as _, secrets};
use crate::host::clock::Clock;
use crate::host::random::Random;
use crate::host::secrets::Secrets;
use crate::run::Run;
use crate::testing::is_answer;

/// How many calls the step makes.
const CALLS: usize = 8;

/// The step's calls up to so many, and what they were answered.
async fn step(run: &Run, calls: usize) -> Vec<String> {
    let mut answers = Vec::new();
    let mut kubernetes = Kubernetes { run };
    for call in 0..calls {
        answers.push(match call {
            0 => format!(
                "{:?}",
                kubernetes.get(reference("", "Secret", "token")).await.unwrap()
            ),
            1 => format!("{:?}", Clock { run }.now().await.unwrap()),
            2 => {
                let text = format!("Bearer {}", handle(1));
                Secrets { run }
                    .format(text, secrets::Encoding::Raw)
                    .await
                    .unwrap()
            }
            3 => {
                let applied = kubernetes.apply(config_map(None, &json!({})), PLAIN).await;
                format!("{:?}", applied.unwrap())
            }
            4 => format!("{:?}", Random { run }.bytes(8).await.unwrap()),
            5 => {
                let page = reference("", "ConfigMap", "page");
                let patched = kubernetes
                    .patch(page, PatchKind::Merge, "{}".to_owned(), None, None)
                    .await;
                format!("{:?}", patched.unwrap())
            }
            6 => format!("{:?}", kubernetes.wait(vec![gone("page")], 60).await.unwrap()),
            7 => {
                let deleted = kubernetes
                    .delete(reference("", "ConfigMap", "page"), BACKGROUND)
                    .await;
                format!("{:?}", deleted.unwrap())
            }
            other => panic!("there is no call {other}"),
        });
    }
    answers
}

fn gone(name: &str) -> Expectation {
    Expectation::Gone(kubernetes::Gone {
        object: reference("", "ConfigMap", name),
        uid: None,
    })
}

fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.cluster.has(
        "Secret",
        "token",
        secret("token", &json!({ "token": "dG9rZW4=" })),
    );
    let ticks = std::sync::atomic::AtomicU64::new(0);
    scene.assignment.now = Arc::new(move || ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    scene
}

#[tokio::test]
async fn after_a_crash_behind_any_call_the_run_has_every_answer_that_was_durable_and_comes_to_the_same_end() {
    let undisturbed = scene();
    step(&undisturbed.run(), CALLS).await;
    for crash in 0..=CALLS {
        let scene = scene();
        let before = step(&scene.run(), crash).await;
        scene.journal.crash();
        let durable = scene
            .journal
            .entries()
            .iter()
            .filter_map(|it| is_answer(it).then_some(it.call.index))
            .max();
        let after = step(&scene.run(), CALLS).await;
        let known = durable.map_or(0, |it| usize::try_from(it).unwrap() + 1);
        assert_eq!(after[..known], before[..known], "crash behind call {crash}");
        let end = |scene: &Scene| scene.cluster.names();
        assert_eq!(end(&scene), end(&undisturbed), "crash behind call {crash}");
    }
}

#[tokio::test]
async fn once_all_is_durable_nothing_is_asked_of_the_cluster_again() {
    let scene = scene();
    let before = step(&scene.run(), CALLS).await;
    scene.recorder().flush().await.unwrap();
    let told = scene.told();
    assert_eq!(step(&scene.run(), CALLS).await, before);
    assert_eq!(scene.told(), told);
}

#[tokio::test]
async fn another_call_than_the_recorded_one_stops_the_run_and_names_both() {
    let scene = scene();
    step(&scene.run(), 2).await;
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let error = kubernetes
        .get(reference("", "Secret", "other"))
        .await
        .unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.contains("call 0 was kubernetes.get"), "{sentence}");
    assert!(
        sentence.contains("\"token\"") && sentence.contains("\"other\""),
        "{sentence}"
    );
    assert!(scene.told().iter().all(|it| !it.contains("other")));
}
