//! A decision made again is the same append.

use shipslog_events::Stream;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::ids::{AttemptId, AttemptNumber, EventId, StreamVersion};
use shipslog_events::stream::LaneKey;
use shipslog_log::Expected;

use super::events;
use crate::driver::append::{append, stream};
use crate::driver::deployment_records::{DeploymentRecords, Turn};
use crate::driver::finished::Finished;
use crate::load;
use crate::testing::house::House;

fn first_attempt() -> AttemptId {
    AttemptId {
        step: "Go".into(),
        target: "Web Development".into(),
        attempt: AttemptNumber::FIRST,
    }
}

#[tokio::test]
async fn the_driver_s_events_have_ids_that_derive_from_the_request() {
    let house = House::with(&["pass"]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    let events = events(&house, id).await;
    let request = events[0].id;
    let derived = |label: &str| EventId::derived(request, label, 0);
    let ids: Vec<_> = events[1..].iter().map(|it| it.id).collect();
    assert_eq!(
        ids,
        [
            derived("started"),
            derived("attempt-started:Go/Web Development/1"),
            derived("attempt-ended:Go/Web Development/1"),
            derived("ended")
        ]
    );
}

#[tokio::test]
async fn a_turn_whose_acknowledgement_was_lost_is_taken_again_as_the_same_append() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    let log = &house.engine.tools.store.events;
    let head = *log.head().borrow();
    let history = load::deployment(&**log, id).await.unwrap().unwrap().state;
    let cause = history.request();
    let lane = Stream::Lane(LaneKey::new("wait", "development"));
    let taken = LaneEvent::TurnTaken { deployment: id };
    let started = DeploymentEvent::DeploymentStarted {};
    let expected = Expected::Version(StreamVersion(1));
    let again = vec![
        stream(lane, expected, cause, "turn-taken", [taken.into()]),
        stream(
            Stream::Deployment(id),
            expected,
            cause,
            "started",
            [started.into()],
        ),
    ];
    let appended = log.append(append(&history, again)).await.unwrap();
    assert_eq!(appended.position, history.events[1].position);
    assert_eq!(*log.head().borrow(), head);
}

#[tokio::test]
async fn what_is_recorded_already_is_not_recorded_again() {
    let house = House::with(&["pass"]).await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    let log = &house.engine.tools.store.events;
    let head = *log.head().borrow();
    let store = &house.engine.tools.store;
    let records = DeploymentRecords { store, id };
    let late = Finished::at_once(AttemptOutcome::Failed, "late");
    records.attempt_ended(&first_attempt(), &late).await.unwrap();
    records.ended(DeploymentEndReason::Failed).await.unwrap();
    assert!(matches!(
        records.take_turn(&LaneKey::new("pass", "development")).await,
        Ok(Turn::OfAnother)
    ));
    assert_eq!(*log.head().borrow(), head);
}
