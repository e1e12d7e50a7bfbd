//! What no deployment of this binary comes to by itself.

use parking_lot::Mutex;
use shipslog_events::ids::AttemptNumber;
use tokio::sync::watch;

use super::*;
use crate::pauses::Pauses;
use crate::testing::house::House;

/// What a driver's tasks share, without a driver.
fn standing(house: &House) -> Arc<Shared> {
    Arc::new(Shared {
        tools: Arc::clone(&house.engine.tools),
        pauses: Pauses::default(),
        keep_journals: None,
        open: Mutex::new(BTreeMap::new()),
        tasks: Mutex::new(Some(JoinSet::new())),
        stop: watch::Sender::new(false),
    })
}

#[tokio::test]
async fn a_run_from_before_there_were_journals_is_interrupted_and_begins_anew() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    house.engine.clone().close().await;
    let first = AttemptId {
        step: "Go".into(),
        target: "Web Development".into(),
        attempt: AttemptNumber::FIRST,
    };
    let loaded = load::deployment(&*house.engine.tools.store.events, id)
        .await
        .unwrap();
    let mut history = loaded.unwrap().state;
    history.deployment.attempts[0].journaled = false;
    let mut task = Task::new(&standing(&house), id);
    task.attend(&history, &first).await.unwrap();
    let view = house
        .until(id, |it| it.deployment.attempts[0].outcome().is_some())
        .await;
    assert_eq!(
        view.deployment.attempts[0].outcome(),
        Some(AttemptOutcome::Interrupted)
    );
}
