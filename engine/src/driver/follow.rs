//! The follower: wakes the tasks that a new event concerns, starts those of new deployments.

use std::sync::Arc;

use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::ids::Position;
use shipslog_events::stream::{LaneKey, Stream};

use super::Shared;
use crate::load;

/// Events read at once.
const BATCH: usize = 500;

pub(super) async fn follow(shared: Arc<Shared>, reached: Position) {
    tokio::select! {
        biased;
        () = shared.stopped() => {}
        () = go_on(&shared, reached) => {}
    }
}

async fn go_on(shared: &Arc<Shared>, mut reached: Position) {
    let mut head = shared.parts.log.head();
    loop {
        match shared.parts.log.read(reached, BATCH).await {
            Ok(events) if events.is_empty() => {
                if head.wait_for(|it| *it > reached).await.is_err() {
                    return;
                }
            }
            Ok(events) => {
                for event in &events {
                    concern(shared, event).await;
                    reached = event.position;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the driver cannot follow the log any more; restart the server");
                return;
            }
        }
    }
}

async fn concern(shared: &Arc<Shared>, recorded: &Recorded) {
    match (&recorded.stream, &recorded.event) {
        (Stream::Deployment(id), Event::Deployment(event)) => match event {
            DeploymentEvent::DeploymentRequested { .. } => shared.take_up(*id),
            DeploymentEvent::CancelRequested {} => shared.wake(*id),
            DeploymentEvent::DeploymentStarted {}
            | DeploymentEvent::AttemptStarted { .. }
            | DeploymentEvent::AccessDenied { .. }
            | DeploymentEvent::MilestoneReached { .. }
            | DeploymentEvent::OutputSet { .. }
            | DeploymentEvent::AttemptEnded { .. }
            | DeploymentEvent::DeploymentEnded { .. } => {}
        },
        (Stream::Lane(key), Event::Lane(LaneEvent::TurnEnded { .. })) => wake_next(shared, key).await,
        _ => {}
    }
}

async fn wake_next(shared: &Arc<Shared>, key: &LaneKey) {
    match load::lane(&*shared.parts.log, key).await {
        Ok(lane) => {
            if let Some(next) = lane.state.next() {
                shared.wake(next);
            }
        }
        Err(error) => tracing::error!(%error, %key, "the next deployment of a lane cannot be found"),
    }
}
