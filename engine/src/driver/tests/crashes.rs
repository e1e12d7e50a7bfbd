//! Closing is a crash to what runs: after the next start everything goes on as it would have.

use serde_json::json;
use shipslog_domain::deployment::Status;
use shipslog_events::Recorded;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason};
use shipslog_events::ids::{DeploymentId, EventId};
use shipslog_log::{Location, raw};

use super::{ended, events, message, outcomes};
use crate::testing::house::{House, by};

async fn starts(house: &House, id: DeploymentId) -> Vec<Recorded> {
    let mut events = events(house, id).await;
    events.retain(|it| it.event.kind().0 == "attempt-started");
    events
}

async fn bodies(house: &House, event: EventId) -> [Option<Vec<u8>>; 2] {
    let log = &house.engine.tools.store.events;
    [
        log.body(event, "inputs").await.unwrap(),
        log.body(event, "situation").await.unwrap(),
    ]
}

#[tokio::test]
async fn a_run_under_a_crash_goes_on_from_where_it_was_with_the_inputs_it_had() {
    let house = House::with(&["nap"]).await;
    let id = house.deploy("nap", "Development").await.unwrap().deployment;
    house.running(id).await;
    house
        .apply(vec![
            json!({ "kind": "Account", "name": "deployer", "token": "another" }),
        ])
        .await;
    let house = house.reopened().await;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Succeeded)]);
    assert_eq!(view.deployment.attempts[0].resumed, 1);
    let starts = starts(&house, id).await;
    assert_eq!(starts.len(), 1);
    assert!(bodies(&house, starts[0].id).await.iter().all(Option::is_some));
    let lines = house.engine.task_log().lines(id, 0, usize::MAX).await.unwrap();
    assert_eq!(
        lines.len(),
        1,
        "what was said before the crash is not said again: {lines:?}"
    );
}

#[tokio::test]
async fn a_run_whose_inputs_were_erased_under_it_does_not_go_on() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    let house = house
        .reopened_after(|location| assert_ne!(raw::erase_bodies(location), 0))
        .await;
    let view = house.ended(id).await;
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Failed)]);
    assert!(message(&house, &view).await.contains("were erased"));
}

#[tokio::test]
async fn a_line_goes_on_after_a_crash_and_so_does_a_cancellation() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    let second = house.deploy("wait", "Development").await.unwrap().deployment;
    let house = house.reopened().await;
    let view = house
        .until(first, |it| it.deployment.attempts[0].resumed == 1)
        .await;
    assert_eq!(outcomes(&view), [None]);
    house.engine.commands().cancel(&by(), first).await.unwrap();
    let house = house.reopened().await;
    assert_eq!(
        house.ended(first).await.deployment.status,
        ended(DeploymentEndReason::Cancelled)
    );
    let second = house.running(second).await;
    assert_eq!(second.deployment.status, Status::Running);
}

#[tokio::test]
async fn a_closed_engine_lets_go_of_its_directory_and_takes_up_nothing_more() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    let still = house.engine.clone();
    still.clone().close().await;
    let other = house.deploy("wait", "Production").await;
    assert!(other.is_err(), "the release has not succeeded in Development");
    let accepted = house.deploy("wait", "Development").await.unwrap();
    drop(still);
    let house = house.reopened().await;
    let view = house
        .engine
        .views()
        .deployment(accepted.deployment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(view.deployment.status, Status::Waiting);
}

#[tokio::test]
async fn open_deployments_are_found_also_where_their_views_were_damaged() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    let house = house
        .reopened_after(|log| {
            let Location::Directory(directory) = log;
            let views = rusqlite::Connection::open(directory.join("views.db")).unwrap();
            views
                .execute_batch("UPDATE rows SET value = 'no JSON' WHERE view = 'deployment'")
                .unwrap();
        })
        .await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    house.ended(id).await;
}
