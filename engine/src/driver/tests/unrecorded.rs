//! The log fails in the middle of a run, at each of its appends in turn.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use shipslog_domain::deployment::RESUMPTIONS;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent};
use shipslog_events::ids::DeploymentId;
use shipslog_test_support::documents::{project, surroundings};

use super::{ended, events, message, outcomes};
use crate::testing::faults::Call;
use crate::testing::house::House;

async fn house() -> House {
    let house = House::empty(&["blink"]).await;
    let mut blink = project("blink", &json!({ "text": "#{Token}" }));
    blink["variables"] = json!([{ "name": "Token", "sensitive": "a value that nobody may see" }]);
    house.apply([surroundings(), vec![blink]].concat()).await;
    house.release("blink").await.unwrap();
    house
}

async fn kinds(house: &House, id: DeploymentId) -> Vec<&'static str> {
    let events = events(house, id).await;
    let ids: BTreeSet<_> = events.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), events.len());
    let kinds = events.iter().map(|it| it.event.kind().0);
    kinds.filter(|it| *it != "attempt-resumed").collect()
}

/// Counts appends, and fails so many from one of them on.
async fn run(from: usize, failures: usize) -> (House, DeploymentId, usize) {
    let house = house().await;
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    house.faults.script(move |call| {
        let driver = match call {
            Call::Append(append) => append.context.actor == shipslog_events::Actor::Driver,
            Call::Journal(_) => true,
            Call::Stream(_) | Call::Read | Call::Body | Call::ReadJournal | Call::Pack => false,
        };
        let number = if driver {
            counted.fetch_add(1, Ordering::Relaxed)
        } else {
            return false;
        };
        (from..from + failures).contains(&number)
    });
    let id = house.deploy("blink", "Development").await.unwrap().deployment;
    house.ended(id).await;
    (house, id, made.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_run_goes_on_whichever_of_its_appends_fail() {
    let (undisturbed, first, appends) = run(0, 0).await;
    let expected = kinds(&undisturbed, first).await;
    assert!(appends >= 7, "{appends}");
    for from in 0..appends {
        for failures in [1, 3] {
            let (house, id, _) = run(from, failures).await;
            let view = house.engine.views().deployment(id).await.unwrap().unwrap();
            assert_eq!(
                view.deployment.status,
                ended(DeploymentEndReason::Succeeded),
                "{failures} from {from}"
            );
            assert_eq!(outcomes(&view), [Some(AttemptOutcome::Succeeded)]);
            assert_eq!(kinds(&house, id).await, expected, "{failures} from {from}");
            assert!(view.deployment.attempts[0].resumed <= 3);
            let lines = house.engine.task_log().lines(id, 0, usize::MAX).await.unwrap();
            assert_eq!(lines.len(), 2, "{failures} from {from}: {lines:?}");
            house.engine.verify().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_journal_that_can_never_be_written_ends_the_deployment() {
    let house = house().await;
    let tried = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tried);
    house.faults.script(move |call| {
        let hit = matches!(call, Call::Journal(append) if !append.entries.is_empty());
        counted.fetch_add(usize::from(hit), Ordering::Relaxed);
        hit
    });
    let id = house.deploy("blink", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Errored));
    assert!(
        view.deployment
            .attempts
            .iter()
            .all(|it| it.resumed == RESUMPTIONS)
    );
    let said = message(&house, &view).await;
    assert!(said.contains("it does not go on"), "{said}");
    let most = view.deployment.attempts.len() * (RESUMPTIONS as usize + 1);
    assert!(tried.load(Ordering::Relaxed) <= most);
}

#[tokio::test]
async fn a_run_that_panics_is_an_errored_attempt() {
    let house = house().await;
    house.faults.script(|call| {
        let sets = |it: &Event| matches!(it, Event::Deployment(DeploymentEvent::OutputSet { .. }));
        let mut appended = match call {
            Call::Append(append) => append.streams.iter().flat_map(|it| &it.events),
            Call::Stream(_) | Call::Journal(_) | Call::Read | Call::Body | Call::ReadJournal | Call::Pack => {
                return false;
            }
        };
        assert!(!appended.any(|it| sets(&it.event)), "as a test wants it");
        false
    });
    let id = house.deploy("blink", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Errored));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Errored); 3]);
    let said = message(&house, &view).await;
    assert!(said.contains("the server failed under the run"), "{said}");
}
