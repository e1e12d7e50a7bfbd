//! One deployment at a time per project and environment.

use shipslog_domain::deployment::Status;
use shipslog_events::event::deployment::DeploymentEndReason;
use shipslog_events::stream::LaneKey;

use super::{ended, events, message};
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
