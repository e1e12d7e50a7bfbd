//! The follower: wakes the tasks that a new event concerns, starts those of new deployments.

use std::sync::Arc;

use shipslog_domain::{deployment, lane};
use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::ids::Position;
use shipslog_events::stream::Stream;
use shipslog_log::ReadError;

use super::Shared;
use crate::load;
use crate::pauses::Patience;

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
    let mut head = shared.tools.store.events.head();
    let mut patience = Patience::new(shared.pauses);
    loop {
        match advance(shared, &mut reached).await {
            Ok(true) => patience.renew(),
            Ok(false) => {
                if head.wait_for(|it| *it > reached).await.is_err() {
                    return;
                }
            }
            Err(error) => patience.pause("following the log", error).await,
        }
    }
}

/// Goes on by one batch, and says whether there was anything. What fails is gone through again: no wake-up is lost, and
/// one more harms nobody.
async fn advance(shared: &Arc<Shared>, reached: &mut Position) -> Result<bool, ReadError> {
    let events = shared.tools.store.events.read(*reached, BATCH).await?;
    for event in &events {
        concern(shared, event).await?;
        *reached = event.position;
    }
    Ok(!events.is_empty())
}

async fn concern(shared: &Arc<Shared>, recorded: &Recorded) -> Result<(), ReadError> {
    match (&recorded.stream, &recorded.event) {
        (Stream::Deployment(id), Event::Deployment(event)) if deployment::wakes(event) => shared.wake(*id),
        (Stream::Lane(key), Event::Lane(event)) if lane::frees(event) => {
            let turns = load::lane(&*shared.tools.store.events, key).await?;
            let superseded = turns.state.superseded.iter().map(|it| it.deployment);
            turns
                .state
                .next()
                .into_iter()
                .chain(superseded)
                .for_each(|it| shared.wake(it));
        }
        _ => {}
    }
    Ok(())
}
