//! Components that mean harm, or are none.

mod attacks;
mod compiles;
mod lies;
mod raw;

use super::guest::{FLOOD, GIANT, GROW, Guest, LOG_ONCE, LOOP, RECURSE};
use super::*;

async fn ran(yard: &Yard, guest: Guest<'_>) -> Ended {
    yard.run(&guest.component(), &short(Duration::from_secs(20)))
        .await
}

#[tokio::test]
async fn a_step_that_loops_for_ever_fails_at_its_deadline_and_keeps_nobody_waiting() {
    let yard = plain();
    let hostile = Guest {
        run: LOOP,
        ..Guest::default()
    }
    .component();
    let harmless = Guest {
        run: LOG_ONCE,
        ..Guest::default()
    }
    .component();
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
        Guest {
            run: GROW,
            ..Guest::default()
        },
    )
    .await;
    assert_eq!(
        ended,
        errored("the step needs more memory than its limit of 4 MiB")
    );
}

#[tokio::test]
async fn a_step_that_needs_too_much_from_the_start_does_not_start() {
    let ended = ran(
        &plain(),
        Guest {
            pages: 100,
            ..Guest::default()
        },
    )
    .await;
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
        Guest {
            run: RECURSE,
            ..Guest::default()
        },
    )
    .await;
    assert_eq!(
        ended,
        errored("the step crashed: its calls are nested too deeply (the stack is full)")
    );
}

#[tokio::test]
async fn a_step_that_gives_up_fails() {
    let ended = ran(
        &plain(),
        Guest {
            run: "unreachable",
            ..Guest::default()
        },
    )
    .await;
    assert_eq!(
        ended,
        errored("the step crashed: it gave up by itself (`unreachable`, as after a panic)")
    );
}

#[tokio::test]
async fn a_step_that_floods_its_host_fails_at_the_last_call() {
    let yard = Yard::new(|it| it.calls = 500);
    let scene = Scene::new();
    let ended = yard
        .run(
            &Guest {
                run: FLOOD,
                ..Guest::default()
            }
            .component(),
            &scene,
        )
        .await;
    assert_eq!(
        ended,
        errored("the step made more than 500 calls to its host, which is the limit")
    );
    assert_eq!(scene.told().len(), 500);
}

#[tokio::test]
async fn a_step_that_passes_too_much_at_once_fails() {
    let yard = Yard::new(|it| it.memory_limit = 32 << 20);
    let ended = ran(
        &yard,
        Guest {
            run: GIANT,
            pages: 200,
            ..Guest::default()
        },
    )
    .await;
    assert_eq!(
        ended,
        errored("the step passed more than 8192 KiB in one call, which is the limit")
    );
}

#[tokio::test]
async fn what_is_no_step_is_refused_in_words() {
    let component = |text: &str| wat::parse_str(text).unwrap();
    let mut torn = Guest::default().component().bytes().to_vec();
    torn.truncate(torn.len() / 2);
    let cases: [(Vec<u8>, &str); 7] = [
        (b"hello".to_vec(), "the bytes are no WebAssembly component"),
        (Vec::new(), "the bytes are no WebAssembly component"),
        (
            Guest::default().module(),
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
    let ended = yard.run(&Guest::default().component(), &Scene::new()).await;
    assert!(
        ended.message.ends_with("bytes; at most 100 are taken"),
        "{}",
        ended.message
    );
}
