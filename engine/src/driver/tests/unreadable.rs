//! The store cannot read a journal for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shipslog_events::event::Event;
use shipslog_events::event::deployment::DeploymentEvent;

use super::events;
use super::journals::waiting;
use crate::testing::faults::Call;

#[tokio::test]
async fn a_run_goes_on_from_all_its_entries_once_they_can_be_read_again() {
    let (house, id) = waiting("wait").await;
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    house
        .faults
        .script(move |call| matches!(call, Call::ReadJournal) && counted.fetch_add(1, Ordering::Relaxed) < 3);
    let house = house.reopened().await;
    house.until(id, |it| it.deployment.attempts[0].resumed > 0).await;
    assert!(reads.load(Ordering::Relaxed) > 3);
    let events = events(&house, id).await;
    let entries: Vec<u64> = events
        .iter()
        .filter_map(|it| match it.event {
            Event::Deployment(DeploymentEvent::AttemptResumed { entries, .. }) => Some(entries),
            _ => None,
        })
        .collect();
    assert!(entries.len() == 1 && entries[0] > 0, "{entries:?}");
}
