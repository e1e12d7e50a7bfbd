//! Deployments from request to end, through the whole engine; the steps need no cluster.

mod crashes;
mod faults;
mod gates;
mod impossible;
mod journals;
mod lanes;
mod objects;
mod progress;
mod repeats;
mod unreadable;
mod unrecorded;

use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;
use shipslog_domain::deployment::{Attempt, AttemptState, Status};
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, EndReason};
use shipslog_events::ids::{DeploymentId, StreamVersion};
use shipslog_events::{Actor, Recorded, Stream};
use shipslog_test_support::documents::target;

use crate::pauses::Pauses;
use crate::testing::house::{House, by};
use crate::views::DeploymentView;

fn outcomes(view: &DeploymentView) -> Vec<Option<AttemptOutcome>> {
    view.deployment.attempts.iter().map(Attempt::outcome).collect()
}

fn ended(reason: DeploymentEndReason) -> Status {
    Status::Ended {
        outcome: reason.outcome(),
        reason,
    }
}

async fn events(house: &House, id: DeploymentId) -> Vec<Recorded> {
    let stream = Stream::Deployment(id);
    let log = &house.engine.tools.store.events;
    log.stream(stream, StreamVersion::NONE).await.unwrap()
}

/// A deployment that asks an API server which takes what it is asked and never answers.
async fn asking_in_vain() -> (House, DeploymentId, TcpListener) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let house = House::with(&["reach"]).await;
    let mut target = target("Development");
    target["cluster"]["url"] = json!(format!("https://{}", silent.local_addr().unwrap()));
    house.apply(vec![target]).await;
    let id = house.deploy("reach", "Development").await.unwrap().deployment;
    house.running(id).await;
    (house, id, silent)
}

/// What the body says with which an event of a deployment came.
async fn message(house: &House, view: &DeploymentView) -> String {
    let event = view.ended_by.unwrap();
    let body = house.engine.events().body(event, "message").await.unwrap();
    String::from_utf8(body.unwrap()).unwrap()
}

#[tokio::test]
async fn a_deployment_succeeds_and_its_events_tell_the_story_in_order() {
    let house = House::with(&["pass"]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    let events = events(&house, id).await;
    let kinds: Vec<_> = events.iter().map(|it| it.event.kind().0).collect();
    assert_eq!(
        kinds,
        [
            "deployment-requested",
            "deployment-started",
            "attempt-started",
            "attempt-ended",
            "deployment-ended"
        ]
    );
    assert_eq!(
        message(&house, &view).await,
        "every step succeeded on every target"
    );
    assert_eq!(
        house.engine.verify().await.unwrap().last_position,
        *house.engine.tools.store.events.head().borrow()
    );
}

#[tokio::test]
async fn everything_that_follows_from_a_request_has_its_correlation_and_the_driver_as_its_actor() {
    let house = House::with(&["pass"]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    let events = events(&house, id).await;
    assert!(events.iter().all(|it| it.correlation == events[0].correlation));
    assert_eq!(events[0].actor, Actor::Key("tester".into()));
    assert!(
        events[1..]
            .iter()
            .all(|it| it.actor == Actor::Driver && it.causation.is_some())
    );
}

#[tokio::test]
async fn what_a_step_logs_is_in_the_task_log_of_its_deployment() {
    let house = House::with(&["pass"]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    let house = house.reopened().await;
    let lines = house.engine.task_log().lines(id, 0, 10).await.unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|(_, it)| it.as_ref().unwrap())
        .map(|it| (it.attempt.to_string(), it.message.as_str()))
        .collect();
    assert_eq!(lines, [("Go/Web Development/1".to_owned(), "{}")]);
}

#[tokio::test]
async fn a_step_that_says_no_fails_the_deployment_at_once_in_its_own_words() {
    let house = House::with(&["fail"]).await;
    let id = house.deploy("fail", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Failed));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Failed)]);
    assert_eq!(message(&house, &view).await, "Go on Web Development: hello");
}

#[tokio::test]
async fn a_step_that_errors_is_tried_three_times_then_the_deployment_fails_as_errored() {
    let house = House::with(&["err"]).await;
    let id = house.deploy("err", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Errored));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Errored); 3]);
}

#[tokio::test]
async fn a_step_that_errored_is_not_tried_again_before_its_pause_is_over_also_after_a_restart() {
    let pauses = Pauses {
        second_attempt: Duration::from_hours(1),
        any_attempt: Duration::from_hours(1),
        ..Pauses::default()
    };
    let house = House::pausing(&["err"], pauses).await.released().await;
    let id = house.deploy("err", "Development").await.unwrap().deployment;
    let errored = |it: &DeploymentView| outcomes(it) == [Some(AttemptOutcome::Errored)];
    house.until(id, errored).await;
    let house = house.reopened().await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Errored)]);
}

#[tokio::test]
async fn a_running_step_hears_that_it_is_to_stop() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Cancelled)]);
}

#[tokio::test]
async fn a_certificate_that_is_none_fails_the_step_instead_of_being_tried_again() {
    let house = House::with(&["pass"]).await;
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = json!({ "kind": "Certificate", "name": "ca", "pem": pem });
    house.apply(vec![broken]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Failed));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Failed)]);
    let reason = Some(EndReason::ClusterUnusable);
    assert!(
        matches!(view.deployment.attempts[0].state, AttemptState::Ended { reason: it, .. } if it == reason),
        "{:?}",
        view.deployment.attempts
    );
}

#[tokio::test]
async fn a_wait_for_an_api_server_that_does_not_answer_ends_when_the_deployment_is_cancelled() {
    let (house, id, _silent) = asking_in_vain().await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Cancelled)]);
    assert_eq!(
        message(&house, &view).await,
        "Go on Web Development: the step was cancelled before it began"
    );
}
