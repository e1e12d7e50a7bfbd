//! One writer for many callers.

use std::sync::Arc;

use futures::future::join_all;
use futures::{FutureExt, poll};
use shipslog_events::LogLevel;
use shipslog_events::ids::{DeploymentId, Position, StreamVersion};
use shipslog_events::stream::Stream;

use super::{Place, block_on, fill, one};
use crate::event_log::{AppendError, EventLog, EventReader};
use crate::sqlite::verify;
use crate::task_log::{TaskLog, TaskLogLine, TaskLogReader};
use crate::unavailable::Unwritten;

fn line(index: u64) -> TaskLogLine {
    TaskLogLine {
        deployment: DeploymentId(1),
        attempt: "a/b/1".parse().unwrap(),
        index,
        line: 0,
        at: 0,
        level: LogLevel::Info,
        message: "m".into(),
    }
}

#[test]
fn producers_on_many_threads_leave_no_gap_and_a_whole_chain() {
    let place = Place::new();
    let log = Arc::new(place.open());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let producers = (0..16u64).map(|producer| {
        let log = Arc::clone(&log);
        runtime.spawn(async move {
            for number in 1..=32u128 {
                log.append(one(producer, u128::from(producer) * 1000 + number))
                    .await
                    .unwrap();
            }
        })
    });
    let producers: Vec<_> = producers.collect();
    for result in runtime.block_on(join_all(producers)) {
        result.unwrap();
    }
    let events = runtime.block_on(log.read(Position::START, usize::MAX)).unwrap();
    assert!(events.iter().map(|it| it.position.0).eq(1..=512));
    for producer in 0..16 {
        let stream = Stream::Deployment(DeploymentId(producer));
        let events = runtime.block_on(log.stream(stream, StreamVersion::NONE)).unwrap();
        assert!(events.iter().map(|it| it.version.0).eq(1..=32));
    }
    assert_eq!(verify(&place.path()).unwrap().events, 512);
}

/// Somebody else holds the write lock: the appender waits, and everything that comes meanwhile shares one commit.
#[test]
fn appends_that_wait_together_are_committed_together() {
    let place = Place::new();
    let log = place.open();
    let holder = place.raw();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    block_on(async {
        let mut appends: Vec<_> = (1..=64)
            .map(|number| log.append(one(1, number)).boxed())
            .collect();
        for append in &mut appends {
            assert!(poll!(append).is_pending());
        }
        assert_eq!(log.commits(), 0);
        holder.execute_batch("ROLLBACK").unwrap();
        for answer in join_all(appends).await {
            answer.unwrap();
        }
    });
    assert!(log.commits() <= 2, "64 appends took {} commits", log.commits());
    assert_eq!(verify(&place.path()).unwrap().events, 64);
}

#[test]
fn nothing_is_acknowledged_that_another_connection_cannot_see() {
    let place = Place::new();
    let log = place.open();
    let raw = place.raw();
    for number in 1..=20 {
        let position = block_on(log.append(one(1, number))).unwrap().position;
        let last: i64 = raw
            .query_row("SELECT max(position) FROM events", [], |row| row.get(0))
            .unwrap();
        assert_eq!(last.cast_unsigned(), position.0);
    }
}

#[test]
fn commits_are_flushed_to_the_disk() {
    let place = Place::new();
    let opened = super::super::open::open(&place.path()).unwrap();
    let setting = |name: &str| -> i64 {
        opened
            .connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    };
    assert_eq!(setting("synchronous"), 2, "FULL");
    assert_eq!(setting("secure_delete"), 1);
    assert_eq!(setting("wal_autocheckpoint"), 0);
}

#[test]
fn closing_writes_what_is_queued() {
    let place = Place::new();
    let log = place.open();
    block_on(log.write_lines((0..3000).map(line).collect())).unwrap();
    drop(log);
    let log = place.open();
    let lines = block_on(log.lines(DeploymentId(1), 0, usize::MAX)).unwrap();
    assert!(
        lines
            .iter()
            .map(|(_, line)| line.as_ref().unwrap().index)
            .eq(0..3000)
    );
}

#[test]
fn a_closed_log_is_one_file() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 3);
    block_on(log.read(Position::START, 10)).unwrap();
    drop(log);
    for ending in ["-wal", "-shm"] {
        assert!(
            !place.folder.path().join(format!("log.db{ending}")).exists(),
            "{ending}"
        );
    }
}

#[test]
fn a_flood_of_lines_is_cut_and_says_by_how_much() {
    let place = Place::new();
    let log = place.open();
    let holder = place.raw();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    block_on(log.write_lines((0..40_000).map(line).collect())).unwrap();
    holder.execute_batch("ROLLBACK").unwrap();
    drop(log);
    let log = place.open();
    let lines = block_on(log.lines(DeploymentId(1), 0, usize::MAX)).unwrap();
    let marker = lines.last().unwrap().1.as_ref().unwrap();
    let kept = lines.len() - 1;
    assert_eq!(
        marker.index, 39_999,
        "it stands for the last line that was dropped"
    );
    assert!(
        marker
            .message
            .starts_with(&format!("{} lines were dropped", 40_000 - kept)),
        "{marker:?}"
    );
    assert!(kept >= 16_384, "{kept}");
}

#[test]
fn task_log_lines_are_no_events() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 1);
    block_on(log.write_lines(vec![line(1)])).unwrap();
    drop(log);
    assert_eq!(verify(&place.path()).unwrap().events, 1);
    assert_eq!(*place.open().head().borrow(), Position(1));
}

#[test]
fn a_store_that_refuses_a_row_keeps_nothing_of_its_append_and_goes_on() {
    let place = Place::new();
    let log = place.open();
    let obstacle = "CREATE TRIGGER obstacle BEFORE INSERT ON events WHEN NEW.facts LIKE '%\"2\"%'
        BEGIN SELECT RAISE(ABORT, 'disk is painted green'); END";
    place.raw().execute_batch(obstacle).unwrap();
    let answers: Vec<_> = block_on(join_all((1..=3).map(|number| log.append(one(1, number)))));
    assert_eq!(
        answers[1].as_ref().unwrap_err().to_string(),
        "the store of the event log failed: disk is painted green; nothing was written, ask again when that is mended"
    );
    assert_eq!(answers[2].as_ref().unwrap().position, Position(2));
    assert_eq!(verify(&place.path()).unwrap().events, 2);
}

#[test]
fn a_store_that_takes_back_a_transaction_is_followed() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 1);
    let obstacle = "CREATE TRIGGER obstacle BEFORE INSERT ON events WHEN NEW.facts LIKE '%\"2\"%'
        BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END";
    place.raw().execute_batch(obstacle).unwrap();
    assert!(matches!(
        block_on(log.append(one(1, 2))),
        Err(AppendError::Unwritten(Unwritten::Failed(_)))
    ));
    assert_eq!(block_on(log.append(one(1, 3))).unwrap().position, Position(2));
    assert_eq!(verify(&place.path()).unwrap().events, 2);
}
