//! The store cannot read a journal, or what a run was given, for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shipslog_domain::deployment::RESUMPTIONS;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason};

use super::faults::holds;
use super::journals::{reason, waiting};
use super::{ended, events, outcomes};
use crate::testing::faults::Call;
use crate::testing::house::by;

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

#[tokio::test]
async fn a_run_that_cannot_go_on_for_long_is_resumed_once_in_the_end() {
    let (house, id) = waiting("wait").await;
    let mut left = 3 * RESUMPTIONS;
    house.faults.script(move |call| {
        let hit = left > 0 && matches!(call, Call::Body);
        left -= u32::from(hit);
        hit
    });
    let house = house.reopened().await;
    let view = house.until(id, |it| it.deployment.attempts[0].resumed > 0).await;
    assert_eq!(view.deployment.attempts[0].resumed, 1);
    assert_eq!(outcomes(&view), [None]);
}

#[tokio::test]
async fn a_run_that_cannot_go_on_ends_once_its_deployment_is_cancelled() {
    let (house, id) = waiting("wait").await;
    let mut over = false;
    house.faults.script(move |call| match call {
        Call::Append(append) => {
            let ends = |it: &Event| matches!(it, Event::Deployment(DeploymentEvent::AttemptEnded { .. }));
            over |= holds(append, ends);
            false
        }
        Call::Body => !over,
        Call::Stream(_) | Call::Journal(_) | Call::Read | Call::ReadJournal | Call::Pack => false,
    });
    let house = house.reopened().await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Errored)]);
    assert_eq!(reason(&view), Some(EndReason::ServerFailed));
}
