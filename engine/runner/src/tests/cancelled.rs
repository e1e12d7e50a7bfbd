//! Stopping.

use super::*;

async fn cancelled(yard: &Yard, run: &str) -> Ended {
    let scene = Scene::new();
    let component = doing(run);
    yard.runner.describe(&component).await.unwrap();
    let (ended, ()) = tokio::join!(yard.run(&component, &scene), async {
        tokio::task::yield_now().await;
        scene.cancel.request();
    });
    ended
}

#[tokio::test]
async fn a_step_that_is_told_to_stop_stops_in_its_own_words() {
    let ended = cancelled(&plain(), &(work::sleep_on() + &work::failed("hello"))).await;
    assert_eq!(
        ended,
        Ended {
            outcome: AttemptOutcome::Cancelled,
            reason: None,
            message: "hello".to_owned()
        }
    );
}

#[tokio::test]
async fn one_that_does_not_is_stopped_when_its_grace_is_over() {
    let ended = cancelled(
        &Yard::new(|it| it.cancel_grace = Duration::from_millis(100)),
        // Hears that it is to stop, and computes on.
        &(work::sleep_on() + &work::again("")),
    )
    .await;
    assert_eq!(ended.outcome, AttemptOutcome::Cancelled);
    assert_eq!(
        ended.message,
        "the step was cancelled and did not end within 0.1 s; it was stopped where it was"
    );
}

#[tokio::test]
async fn a_run_that_was_cancelled_while_it_stood_in_line_never_begins() {
    let scene = Scene::new();
    scene.cancel.request();
    let component = doing(&work::log("hello"));
    let ended = plain().run(&component, &scene).await;
    assert_eq!(ended.outcome, AttemptOutcome::Cancelled);
    assert_eq!(scene.told(), [""; 0]);
}
