//! The log fails under the driver: everything goes on once it answers again.

use shipslog_domain::deployment::Status;
use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, DeploymentEvent};
use shipslog_events::event::lane::LaneEvent;
use shipslog_log::Append;

use super::{ended, outcomes};
use crate::testing::faults::Call;
use crate::testing::house::{House, by};

/// How often in a row the log fails.
const FAILURES: usize = 4;

pub(super) fn holds(append: &Append, is_it: impl Fn(&Event) -> bool) -> bool {
    let mut events = append.streams.iter().flat_map(|it| &it.events);
    events.any(|it| is_it(&it.event))
}

/// Fails the appends of such an event a few times.
fn failing(house: &House, is_it: impl Fn(&Event) -> bool + Send + 'static) {
    let mut left = FAILURES;
    house.faults.script(move |call| {
        let hit = left > 0 && matches!(call, Call::Append(append) if holds(append, &is_it));
        left -= usize::from(hit);
        hit
    });
}

#[tokio::test]
async fn what_cannot_be_recorded_is_recorded_later_and_a_run_s_end_is_not_forgotten_meanwhile() {
    let house = House::with(&["pass"]).await;
    failing(&house, |it| {
        matches!(it, Event::Deployment(DeploymentEvent::AttemptEnded { .. }))
    });
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Succeeded)]);
}

#[tokio::test]
async fn a_deployment_that_cannot_be_read_is_read_again() {
    let house = House::with(&["pass"]).await;
    let mut left = FAILURES;
    let mut requested = false;
    house.faults.script(move |call| match call {
        Call::Append(append) => {
            requested |= holds(append, |it| {
                matches!(it, Event::Deployment(DeploymentEvent::DeploymentRequested { .. }))
            });
            false
        }
        Call::Stream(Stream::Deployment(_)) if requested && left > 0 => {
            left -= 1;
            true
        }
        Call::Stream(_) | Call::Journal(_) | Call::Read | Call::Body | Call::ReadJournal | Call::Pack => {
            false
        }
    });
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
}

#[tokio::test]
async fn the_next_in_line_is_woken_although_the_line_could_not_be_read_at_first() {
    let house = House::with(&["wait"]).await;
    let first = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(first).await;
    let second = house.deploy("wait", "Development").await.unwrap().deployment;
    let mut left = 0;
    house.faults.script(move |call| match call {
        Call::Append(append) => {
            let over = |it: &Event| matches!(it, Event::Lane(LaneEvent::TurnEnded { .. }));
            left += FAILURES * usize::from(holds(append, over));
            false
        }
        Call::Stream(Stream::Lane(_)) if left > 0 => {
            left -= 1;
            true
        }
        Call::Stream(_) | Call::Journal(_) | Call::Read | Call::Body | Call::ReadJournal | Call::Pack => {
            false
        }
    });
    house.engine.commands().cancel(&by(), first).await.unwrap();
    assert_eq!(house.running(second).await.deployment.status, Status::Running);
}

#[tokio::test]
async fn a_run_whose_journal_cannot_be_written_goes_on_as_after_a_crash() {
    let house = House::with(&["nap"]).await;
    let mut left = 2;
    house.faults.script(move |call| {
        let hit = left > 0 && matches!(call, Call::Journal(append) if !append.entries.is_empty());
        left -= usize::from(hit);
        hit
    });
    let id = house.deploy("nap", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Succeeded)]);
    assert_eq!(view.deployment.attempts[0].resumed, 2);
}

#[tokio::test]
async fn a_panic_under_a_deployment_is_a_failure_like_others() {
    let house = House::with(&["pass"]).await;
    let mut panicked = false;
    house.faults.script(move |call| {
        let begins = |it: &Event| matches!(it, Event::Deployment(DeploymentEvent::DeploymentStarted {}));
        if !panicked && matches!(call, Call::Append(append) if holds(append, begins)) {
            panicked = true;
            panic!("as a test wants it");
        }
        false
    });
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
}
