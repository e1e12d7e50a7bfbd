//! Runs that cannot begin.

use std::sync::Arc;

use parking_lot::Mutex;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{DeploymentEvent, EndReason};

use crate::testing::faults::Call;
use crate::testing::house::House;

#[tokio::test]
async fn what_never_ran_has_its_beginning_and_its_end_in_one_append() {
    let house = House::with(&["pass"]).await;
    let directory = house.path().join("components");
    let house = house
        .reopened_with(Vec::new(), |_| {
            for kept in std::fs::read_dir(&directory).unwrap() {
                std::fs::remove_file(kept.unwrap().path()).unwrap();
            }
        })
        .await;
    let appended = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&appended);
    house.faults.script(move |call| {
        if let Call::Append(append) = call {
            let events = append.streams.iter().flat_map(|it| &it.events);
            let events: Vec<Event> = events.map(|it| it.event.clone()).collect();
            seen.lock().push(events);
        }
        false
    });
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    let appended = appended.lock();
    let of_the_attempt: Vec<_> = appended
        .iter()
        .filter(|it| matches!(it[0], Event::Deployment(DeploymentEvent::AttemptStarted { .. })))
        .collect();
    let [attempt] = of_the_attempt.as_slice() else {
        panic!("{appended:?}");
    };
    assert!(
        matches!(
            &attempt[..],
            [
                Event::Deployment(DeploymentEvent::AttemptStarted {
                    journal_format: None,
                    ..
                }),
                Event::Deployment(DeploymentEvent::AttemptEnded {
                    reason: Some(EndReason::NoComponent),
                    ..
                })
            ]
        ),
        "{attempt:?}"
    );
}
