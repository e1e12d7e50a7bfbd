//! Real components in the real sandbox, from those that behave to those that mean harm.

mod cancelled;
mod damaged;
mod hostile;
mod last_write;
mod questions;
mod resume;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shipslog_test_support::component::{Step, work};

use crate::testing::Scene;
use crate::*;

/// A sandbox of its own, small.
struct Yard {
    runner: Runner,
    config: RunnerConfig,
    _directory: tempfile::TempDir,
}

impl Yard {
    fn new(change: impl FnOnce(&mut RunnerConfig)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = RunnerConfig::new(directory.path().join("cache"));
        (config.concurrent_runs, config.memory_limit) = (8, 4 << 20);
        change(&mut config);
        Self {
            runner: Runner::new(config.clone()).unwrap(),
            config,
            _directory: directory,
        }
    }

    async fn run(&self, component: &Component, scene: &Scene) -> Ended {
        let mut assignment = scene.assignment.clone();
        assignment.limits = self.runner.limits();
        self.runner
            .run(component, assignment, scene.recorder(), scene.cancel.clone())
            .await
            .unwrap()
    }
}

/// A step that does nothing. It declares that it reads maps called `page-…`.
fn guest() -> Step {
    Step::default().described(|it| {
        it["capabilities"] = json!([{ "verbs": ["get"], "kind": "ConfigMap", "name": "page-*" }]);
    })
}

fn built(step: &Step) -> Component {
    Component::new(step.component())
}

/// The same step, but that it does this.
fn doing(work: &str) -> Component {
    built(&guest().doing(work))
}

fn plain() -> Yard {
    Yard::new(|_| ())
}

fn short(deadline: Duration) -> Scene {
    let mut scene = Scene::new();
    (scene.assignment.deadline, scene.assignment.left) = (deadline, deadline);
    scene
}

fn errored(sentence: &str) -> Ended {
    Ended {
        outcome: AttemptOutcome::Errored,
        reason: None,
        message: sentence.to_owned(),
    }
}

fn kept(config: &RunnerConfig) -> usize {
    std::fs::read_dir(&config.cache_dir).unwrap().count()
}

#[tokio::test]
async fn a_step_that_does_its_work_succeeds_and_what_it_says_is_kept() {
    let scene = Scene::new();
    let component = doing(&work::log("hello"));
    let ended = plain().run(&component, &scene).await;
    assert_eq!(
        ended,
        Ended {
            outcome: AttemptOutcome::Succeeded,
            reason: None,
            message: String::new()
        }
    );
    assert_eq!(scene.told(), ["log 0 Info hello"]);
}

#[tokio::test]
async fn a_step_says_no_or_that_it_could_not_find_out() {
    for (run, outcome) in [
        (work::failed("hello"), AttemptOutcome::Failed),
        (work::errored("hello"), AttemptOutcome::Errored),
    ] {
        let component = doing(&run);
        let ended = plain().run(&component, &Scene::new()).await;
        assert_eq!(
            ended,
            Ended {
                outcome,
                reason: None,
                message: "hello".to_owned()
            }
        );
    }
}

#[tokio::test]
async fn a_component_is_compiled_once_even_for_another_server_on_the_same_directory() {
    let yard = plain();
    let component = built(&guest());
    let (one, other) = tokio::join!(yard.runner.describe(&component), yard.runner.describe(&component));
    assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()));
    assert_eq!(kept(&yard.config), 1);
    let second = Runner::new(yard.config.clone()).unwrap();
    assert_eq!(second.describe(&component).await.unwrap().name, "test");
    assert_eq!(kept(&yard.config), 1);
}

#[tokio::test]
async fn a_run_may_be_moved_between_threads() {
    let (yard, scene) = (plain(), Scene::new());
    let component = built(&guest());
    let ended = tokio::spawn(async move { yard.run(&component, &scene).await })
        .await
        .unwrap();
    assert_eq!(ended.outcome, AttemptOutcome::Succeeded);
}
