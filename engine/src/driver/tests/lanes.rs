//! One deployment at a time per project and environment.

use serde_json::json;
use shipslog_domain::deployment::Status;
use shipslog_events::event::deployment::DeploymentEndReason;
use shipslog_events::stream::LaneKey;
use shipslog_test_support::documents::project;

use super::{ended, events, message};
use crate::commands::Error;
use crate::testing::house::{House, by};

#[tokio::test]
async fn the_second_deployment_of_a_lane_waits_for_the_first_by_name_and_starts_when_it_has_ended() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    let second = house.deploy("wait", "Development").await.unwrap().deployment;
    house.caught_up().await;
    let key = LaneKey::new("wait", "development");
    let lane = house.engine.views().lane(&key).await.unwrap().unwrap().lane;
    assert_eq!((lane.holder, lane.ahead_of(second)), (Some(first), Some(first)));
    house.engine.commands().cancel(&by(), first).await.unwrap();
    let running = house.running(second).await;
    assert_eq!(running.deployment.status, Status::Running);
    let (first, second) = (events(&house, first).await, events(&house, second).await);
    let started = second.iter().find(|it| it.event.kind().0 == "deployment-started");
    assert!(started.unwrap().position > first.last().unwrap().position);
}

#[tokio::test]
async fn deployments_of_different_lanes_run_side_by_side() {
    let house = House::with(&["wait", "nap"]).await;
    let one = house.deploy("wait", "Development").await.unwrap().deployment;
    let other = house.deploy("nap", "Development").await.unwrap().deployment;
    house.running(one).await;
    house.running(other).await;
    for id in [one, other] {
        house.engine.commands().cancel(&by(), id).await.unwrap();
        house.ended(id).await;
    }
}

#[tokio::test]
async fn one_that_is_cancelled_in_line_ends_without_having_run_and_lets_those_behind_it_through() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    let second = house.deploy("wait", "Development").await.unwrap().deployment;
    let third = house.deploy("wait", "Development").await.unwrap().deployment;
    house.engine.commands().cancel(&by(), second).await.unwrap();
    let view = house.ended(second).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    assert!(view.deployment.attempts.is_empty());
    assert_eq!(message(&house, &view).await, "cancelled while no step ran");
    house.engine.commands().cancel(&by(), first).await.unwrap();
    house.running(third).await;
}

#[tokio::test]
async fn one_that_supersedes_takes_the_place_of_those_in_line_and_not_of_the_one_that_runs() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    let second = house.deploy("wait", "Development").await.unwrap().deployment;
    let mut superseding = project("wait", &json!({}));
    superseding["supersede"] = json!(true);
    house.apply(vec![superseding]).await;
    let third = house.deploy("wait", "Development").await.unwrap().deployment;
    let fourth = house.deploy("wait", "Development").await.unwrap().deployment;
    for (older, by) in [(second, third), (third, fourth)] {
        let view = house.ended(older).await;
        assert_eq!(view.deployment.status, ended(DeploymentEndReason::Superseded));
        assert!(view.deployment.attempts.is_empty());
        let said = message(&house, &view).await;
        assert_eq!(
            said,
            format!("superseded by {by}, which was requested while it was in line")
        );
    }
    let view = house.running(first).await;
    assert_eq!(view.deployment.status, Status::Running);
    house.engine.commands().cancel(&by(), first).await.unwrap();
    house.running(fourth).await;
}

#[tokio::test]
async fn one_that_waits_at_a_gate_is_superseded_too() {
    let house = House::with(&["pass"]).await;
    let mut gated = project("pass", &json!({}));
    let step = gated["process"][0].clone();
    gated["process"] = json!([{ "name": "Approve", "gate": { "manual": {} } }, step]);
    gated["supersede"] = json!(true);
    house.apply(vec![gated]).await;
    house.release("pass").await.unwrap();
    let waits = house.deploy_release("pass", "1.0.1", "Development").await;
    let waits = waits.unwrap().deployment;
    house.until(waits, |it| it.deployment.open_gate().is_some()).await;
    house.deploy("pass", "Development").await.unwrap();
    let view = house.ended(waits).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Superseded));
}

#[tokio::test]
async fn a_flood_into_one_lane_is_refused_with_a_way_out() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    for _ in 0..100 {
        house.deploy("wait", "Development").await.unwrap();
    }
    let refused = house.deploy("wait", "Development").await;
    let Err(Error::Refused { code, sentence }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, "lane-full");
    assert!(sentence.contains("`supersede: true`"), "{sentence}");
}
