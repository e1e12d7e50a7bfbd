//! Components that mean harm, or are none.

mod attacks;
mod compiles;
mod lies;

use super::*;

/// Calls itself until the stack is full.
const DEEP: &str = "(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))";
/// A text of 10 MiB.
const GIANT: &str = "(call $log.write (i32.const 1) (i32.const 0) (i32.const 10485760))";

async fn ran(yard: &Yard, step: &Step) -> Ended {
    yard.run(&built(step), &short(Duration::from_secs(20))).await
}

#[tokio::test]
async fn a_step_that_loops_for_ever_fails_at_its_deadline_and_keeps_nobody_waiting() {
    let yard = plain();
    let hostile = doing(&work::again(""));
    let harmless = doing(&work::log("hello"));
    yard.runner.describe(&harmless).await.unwrap();
    yard.runner.describe(&hostile).await.unwrap();
    let (scene, other) = (short(Duration::from_millis(500)), Scene::new());
    let mut looping = std::pin::pin!(yard.run(&hostile, &scene));
    // One thread for both: the loop has to give it up.
    let ended = tokio::select! {
        biased;
        _ = &mut looping => panic!("the loop ended first"),
        ended = yard.run(&harmless, &other) => ended,
    };
    assert_eq!(ended.outcome, AttemptOutcome::Succeeded);
    assert_eq!(
        looping.await,
        errored("the step was stopped after 0.5 s, its deadline")
    );
}

#[tokio::test]
async fn a_step_that_allocates_without_end_fails_at_its_limit() {
    let ended = ran(
        &plain(),
        &guest().doing(&work::again("(drop (memory.grow (i32.const 1)))")),
    )
    .await;
    assert_eq!(
        ended,
        errored("the step needs more memory than its limit of 4 MiB")
    );
}

#[tokio::test]
async fn a_step_that_needs_too_much_from_the_start_does_not_start() {
    let ended = ran(&plain(), &guest().pages(100)).await;
    assert_eq!(ended.outcome, AttemptOutcome::Errored);
    assert!(
        ended.message.contains("limit") || ended.message.contains("exceeds"),
        "{}",
        ended.message
    );
}

#[tokio::test]
async fn a_step_that_nests_too_deeply_fails() {
    let ended = ran(
        &plain(),
        &guest().doing("(drop (call $deep (i32.const 0)))").with(DEEP),
    )
    .await;
    assert_eq!(
        ended,
        errored("the step crashed: its calls are nested too deeply (the stack is full)")
    );
}

#[tokio::test]
async fn a_step_that_gives_up_fails() {
    let ended = ran(&plain(), &guest().doing("unreachable")).await;
    assert_eq!(
        ended,
        errored("the step crashed: it gave up by itself (`unreachable`, as after a panic)")
    );
}

#[tokio::test]
async fn a_step_that_floods_its_host_fails_at_the_last_call() {
    let yard = Yard::new(|it| it.calls = 500);
    let scene = Scene::new();
    let ended = yard.run(&doing(&work::again(&work::log("hello"))), &scene).await;
    assert_eq!(
        ended,
        errored("the step made more than 500 calls to its host, which is the limit")
    );
    assert_eq!(scene.told().len(), 500);
}

#[tokio::test]
async fn a_step_that_passes_too_much_at_once_fails() {
    let yard = Yard::new(|it| it.memory_limit = 32 << 20);
    let ended = ran(&yard, &guest().doing(GIANT).pages(200)).await;
    assert_eq!(
        ended,
        errored("the step passed more than 8192 KiB in one call, which is the limit")
    );
}

#[tokio::test]
async fn what_is_no_step_is_refused_in_words() {
    let component = |text: &str| wat::parse_str(text).unwrap();
    let mut torn = built(&guest()).bytes().to_vec();
    torn.truncate(torn.len() / 2);
    let cases: [(Vec<u8>, &str); 7] = [
        (b"hello".to_vec(), "the bytes are no WebAssembly component"),
        (Vec::new(), "the bytes are no WebAssembly component"),
        (
            guest().module(),
            "the bytes are a core WebAssembly module, not a component",
        ),
        (
            component("(component)"),
            "the component is not usable: no export `check` found",
        ),
        (
            component(r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#),
            "the component imports wasi:cli/environment@0.2.0, and a step gets only what the world shipslog:step has",
        ),
        (
            component(r#"(component (import "shipslog:step/exec@0.1.0" (instance (export "run" (func)))))"#),
            "the component is not usable: ",
        ),
        (torn, "the component is not usable: "),
    ];
    let yard = plain();
    for (bytes, expected) in cases {
        let component = Component::new(bytes);
        let ended = yard.run(&component, &Scene::new()).await;
        assert_eq!(ended.outcome, AttemptOutcome::Errored);
        assert!(
            ended.message.starts_with(expected),
            "{} is not {expected}",
            ended.message
        );
        assert_eq!(
            yard.runner.describe(&component).await.unwrap_err().to_string(),
            ended.message
        );
    }
}

#[tokio::test]
async fn a_component_that_is_too_large_is_refused_before_it_is_compiled() {
    let yard = Yard::new(|it| it.component_limit = 100);
    let ended = yard.run(&built(&guest()), &Scene::new()).await;
    assert!(
        ended.message.ends_with("bytes; at most 100 are taken"),
        "{}",
        ended.message
    );
}
