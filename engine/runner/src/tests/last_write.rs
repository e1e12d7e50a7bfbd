//! Stopping a run whose write is under way. The clock is simulated.

use super::*;

const WRITE: [&str; 2] = [
    "intended ConfigMap dev/page",
    "cluster: apply ConfigMap dev/page as shipslog:httpd:deploy-httpd",
];

/// Runs a step that writes for ever, in a cluster that takes so long to answer.
async fn writing(scene: &Scene, pause: Duration) -> Ended {
    scene.cluster.takes(pause);
    let page = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" } }).to_string();
    let unguarded = "(i32.const 0) ".repeat(7);
    let apply = format!("(call $kubernetes.apply {page:?} {unguarded} (global.get $answer))");
    plain().run(&doing(&work::again(&apply)), scene).await
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_time_is_over_ends_when_its_write_was_answered_and_begins_no_other() {
    let scene = short(Duration::from_secs(5));
    let ended = writing(&scene, Duration::from_mins(1)).await;
    assert_eq!(ended, errored("the step was stopped after 5 s, its deadline"));
    assert_eq!(scene.told(), [&WRITE[..], &["cluster: answered"]].concat());
}

#[tokio::test(start_paused = true)]
async fn so_does_one_whose_grace_is_over() {
    let scene = Scene::new();
    let (ended, ()) = tokio::join!(writing(&scene, Duration::from_secs(50)), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene.cancel.request();
    });
    assert_eq!(ended.outcome, AttemptOutcome::Cancelled);
    assert_eq!(scene.told(), [&WRITE[..], &["cluster: answered"]].concat());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_never_answered_is_named() {
    let scene = short(Duration::from_secs(5));
    let ended = writing(&scene, Duration::from_hours(1)).await;
    let said = "the step was stopped after 5 s, its deadline; the cluster did not answer its last write, so that ConfigMap \
                dev/page may still change: look at it before you deploy again";
    let unknown = Ended {
        reason: Some(EndReason::OutcomeUnknown),
        ..errored(said)
    };
    assert_eq!(ended, unknown);
    assert_eq!(scene.told(), WRITE);
}
