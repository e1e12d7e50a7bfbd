//! The store cannot read a journal, or what a run was given, for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shipslog_domain::deployment::RESUMPTIONS;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason};
use shipslog_events::ids::Position;
use shipslog_events::{Recorded, upcast};
use shipslog_log::raw;

use super::faults::holds;
use super::journals::{PATIENCE, reason, waiting};
use super::{ended, events, outcomes};
use crate::testing::faults::Call;
use crate::testing::house::{House, by};
use crate::views::DeploymentView;

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
async fn a_run_that_cannot_go_on_for_long_is_counted_as_resumed_once() {
    let (house, id) = waiting("wait").await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let most = 3 * RESUMPTIONS as usize;
    house
        .faults
        .script(move |call| matches!(call, Call::Body) && counted.fetch_add(1, Ordering::Relaxed) < most);
    let house = house.reopened().await;
    let gone_on = async {
        while tries.load(Ordering::Relaxed) <= most {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone_on).await.unwrap();
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(
        outcomes(&view),
        [Some(AttemptOutcome::Cancelled)],
        "the step itself heard it"
    );
    assert_eq!(view.deployment.attempts[0].resumed, 1);
}

/// What a run was given cannot be read until it is over.
fn unreadable_until_it_is_over(house: &House) {
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
}

#[tokio::test]
async fn a_run_that_cannot_go_on_ends_once_its_deployment_is_cancelled() {
    let (house, id) = waiting("wait").await;
    unreadable_until_it_is_over(&house);
    let house = house.reopened().await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Errored)]);
    assert_eq!(reason(&view), Some(EndReason::ServerFailed));
}

#[tokio::test]
async fn a_run_that_cannot_go_on_ends_when_its_time_is_up() {
    let (house, id) = waiting("wait").await;
    let events = events(&house, id).await;
    let (position, short) = events.iter().find_map(without_time).unwrap();
    unreadable_until_it_is_over(&house);
    let house = house.reopened().await;
    // Opening looks at the last events.
    raw::edit_facts(&house.location(), position, &short);
    let first = |it: &DeploymentView| it.deployment.attempts[0].outcome();
    let view = house.until(id, |it| first(it).is_some()).await;
    assert_eq!(first(&view), Some(AttemptOutcome::Errored));
    assert_eq!(reason(&view), Some(EndReason::ServerFailed));
}

/// The beginning of a run that has no time at all, in the place of what it was.
fn without_time(recorded: &Recorded) -> Option<(Position, String)> {
    let mut event = recorded.event.clone();
    let Event::Deployment(DeploymentEvent::AttemptStarted { deadline_seconds, .. }) = &mut event else {
        return None;
    };
    *deadline_seconds = 0;
    Some((recorded.position, upcast::encode(&event)))
}
