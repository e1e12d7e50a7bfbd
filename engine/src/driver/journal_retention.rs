//! Journals of runs that are over: packed where a crash came between, dropped when their time has come.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Shared;
use super::clock::now;
use crate::load;

/// How often journals are looked through for those to drop.
const OFTEN: Duration = Duration::from_hours(1);

/// Looks after journals until the driver stops. What fails is tried again the next time.
pub(super) async fn keep(shared: Arc<Shared>) {
    tokio::select! {
        biased;
        () = shared.stopped() => {}
        () = look_after(&shared) => {}
    }
}

async fn look_after(shared: &Shared) {
    if let Err(error) = pack_what_is_over(shared).await {
        tracing::warn!(
            error,
            "journals that are over were not packed; the next start tries again"
        );
    }
    let mut ticks = interval(OFTEN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        drop_old(shared).await;
    }
}

/// Those whose run's end is recorded, though the server stopped before they were packed.
async fn pack_what_is_over(shared: &Shared) -> Result<(), String> {
    let journals = &shared.tools.store.journals;
    for key in journals.open_journals().await.map_err(|it| it.to_string())? {
        let history = load::deployment(&*shared.tools.store.events, key.deployment)
            .await
            .map_err(|it| it.to_string())?;
        let over = history.is_some_and(|it| {
            let attempts = &it.state.deployment.attempts;
            attempts
                .iter()
                .any(|it| it.id == key.attempt && it.outcome().is_some())
        });
        if over && let Err(error) = journals.pack_journal(key.clone()).await {
            tracing::warn!(%error, %key, "a journal that is over was not packed");
        }
    }
    Ok(())
}

async fn drop_old(shared: &Shared) {
    let Some(keep) = shared.keep_journals else {
        return;
    };
    let Ok(before) = now().checked_sub(keep) else {
        return;
    };
    match shared.tools.store.journals.drop_journals(before).await {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "journals were dropped; their hashes stay"),
        Err(error) => tracing::warn!(%error, "old journals were not dropped"),
    }
}
