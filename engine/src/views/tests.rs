mod damage;
mod filters;
mod opening;
mod rows;
mod shape;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;
use shipslog_events::ids::Position;
use shipslog_log::{EventLog, Location};
use shipslog_test_support::history::{Deed, write};

use super::*;
use crate::testing::faults::{Call, Faults, FaultyStore};

const PATIENCE: Duration = Duration::from_mins(1);

/// Between tries.
const NONE: Pauses = Pauses {
    shortest: Duration::ZERO,
    longest: Duration::ZERO,
    second_attempt: Duration::ZERO,
    any_attempt: Duration::ZERO,
};

fn log(directory: &Path) -> Arc<dyn EventLog> {
    shipslog_log::open(&Location::Directory(directory.to_owned()))
        .unwrap()
        .events
}

/// A log that fails when a test wants it.
fn faulty(directory: &Path) -> (Arc<dyn EventLog>, Faults) {
    let faults = Faults::default();
    let store = shipslog_log::open(&Location::Directory(directory.to_owned())).unwrap();
    let log = FaultyStore {
        store,
        faults: faults.clone(),
    };
    (Arc::new(log), faults)
}

async fn caught_up(directory: &Path, log: &Arc<dyn EventLog>) -> Views {
    let views = Views::open(&directory.join("views.db"), Arc::clone(log) as _, NONE)
        .await
        .unwrap();
    catch_up(&views, log).await;
    views
}

async fn catch_up(views: &Views, log: &Arc<dyn EventLog>) {
    let head = *log.head().borrow();
    views.reach(head, PATIENCE).await.unwrap();
}

/// All that a views' file holds, besides its row numbers.
fn dump(path: &Path) -> Vec<Vec<Value>> {
    let connection = Connection::open(path).unwrap();
    ["reached", "rows", "events"]
        .into_iter()
        .flat_map(|it| table(&connection, it))
        .collect()
}

fn table(connection: &Connection, name: &str) -> Vec<Vec<Value>> {
    let mut statement = connection
        .prepare(&format!("SELECT * FROM {name} ORDER BY rowid"))
        .unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|it| row.get(it)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_position_that_is_not_reached_in_time_is_answered_with_how_far_the_views_are() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    let views = caught_up(directory.path(), &log).await;
    let error = views.reach(Position(7), Duration::ZERO).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Behind {
                wanted: Position(7),
                reached: Position::START,
                trouble: None
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn once_the_log_is_closed_nobody_waits_for_views_that_cannot_come() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    let views = caught_up(directory.path(), &log).await;
    drop(log);
    let error = views.reach(Position(1), PATIENCE).await.unwrap_err();
    assert!(matches!(error, Error::Stopped(_)), "{error}");
    assert_eq!(views.trouble().map(|it| it.at), Some(TroubleAt::Stopped));
}

#[tokio::test]
async fn views_that_cannot_read_the_log_say_why_they_are_behind_and_go_on_once_they_can() {
    let directory = tempfile::tempdir().unwrap();
    let (log, faults) = faulty(directory.path());
    let views = caught_up(directory.path(), &log).await;
    let mut trouble = views.inner.trouble.clone();
    faults.script(|call| matches!(call, Call::Read));
    write(&*log, &[Deed::MakeKey(2)]).await;
    trouble.wait_for(Option::is_some).await.unwrap();
    let behind = views.reach(Position(1), Duration::ZERO).await.unwrap_err();
    assert!(matches!(behind, Error::Behind { .. }), "{behind}");
    assert!(behind.to_string().contains("as a test wants it"), "{behind}");

    faults.script(|_| false);
    catch_up(&views, &log).await;
    assert_eq!(views.trouble(), None);
    assert_eq!(views.keys().await.unwrap().len(), 1);
}
