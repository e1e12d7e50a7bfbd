//! Rules of what is kept beside the events: sealed values, numbers, the task log, the instance.

use futures::future::join_all;
use shipslog_events::ids::DeploymentId;
use shipslog_events::{LogLevel, SealedValue};

use super::{AnyStore, accepted, at, one, refused, rules};
use crate::event_log::{Append, AppendError, Expected};
use crate::task_log::{StoredLine, TaskLogLine};

rules! {
    sealed_values_come_back_by_handle,
    a_refused_append_seals_nothing,
    a_handle_stands_for_one_value_for_ever,
    numbers_rise_and_none_is_given_twice,
    lines_come_back_in_order_from_any_row,
    a_line_that_is_there_already_is_left_alone,
    a_deployments_lines_are_its_own,
    after_a_flush_every_line_before_it_can_be_read,
    the_instance_is_one,
}

fn sealed(handle: &str, bytes: &[u8]) -> SealedValue {
    SealedValue {
        handle: handle.into(),
        sealed: bytes.to_vec(),
    }
}

fn sealing(number: u128, values: Vec<SealedValue>) -> Append {
    Append {
        sealed: values,
        ..one(1, Expected::Any, number)
    }
}

async fn sealed_values_come_back_by_handle(log: &impl AnyStore) {
    accepted(log, sealing(1, vec![sealed("h1", b"one"), sealed("h2", b"two")])).await;
    let found = log.sealed(vec!["h2".into(), "nobody".into(), "h1".into()]).await;
    assert_eq!(found, Ok(vec![sealed("h2", b"two"), sealed("h1", b"one")]));
}

async fn a_refused_append_seals_nothing(log: &impl AnyStore) {
    refused(
        log,
        Append {
            sealed: vec![sealed("h1", b"one")],
            ..one(1, at(9), 1)
        },
    )
    .await;
    assert_eq!(log.sealed(vec!["h1".into()]).await, Ok(vec![]));
}

async fn a_handle_stands_for_one_value_for_ever(log: &impl AnyStore) {
    accepted(log, sealing(1, vec![sealed("h1", b"one")])).await;
    accepted(log, sealing(2, vec![sealed("h1", b"one")])).await;
    let refusal = refused(log, sealing(3, vec![sealed("h1", b"other")])).await;
    assert!(matches!(refusal, AppendError::Malformed(_)), "{refusal:?}");
    assert_eq!(
        log.sealed(vec!["h1".into()]).await,
        Ok(vec![sealed("h1", b"one")])
    );
    let next = accepted(log, sealing(4, vec![])).await;
    assert_eq!(next.position.0, 3, "what was refused left no event behind");
}

async fn numbers_rise_and_none_is_given_twice(log: &impl AnyStore) {
    assert_eq!(log.reserve_deployment().await, Ok(DeploymentId(1)));
    let numbers = join_all((0..32).map(|_| log.reserve_deployment())).await;
    let mut numbers: Vec<_> = numbers
        .into_iter()
        .map(|it| it.expect("numbers do not run out").0)
        .collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(2..=33));
}

fn line(deployment: u64, index: u64, line: u32, message: &str) -> TaskLogLine {
    TaskLogLine {
        deployment: DeploymentId(deployment),
        attempt: "Deploy httpd/Httpd Development/1"
            .parse()
            .expect("it names a run"),
        index,
        line,
        at: 1_700_000_000_000,
        level: LogLevel::Info,
        message: message.into(),
    }
}

/// Waits until a deployment has `count` lines: they are written when there is time.
async fn lines(log: &impl AnyStore, deployment: u64, count: usize) -> Vec<(u64, TaskLogLine)> {
    let mut head = log.head();
    loop {
        head.borrow_and_update();
        let lines = log
            .lines(DeploymentId(deployment), 0, usize::MAX)
            .await
            .expect("the task log can be read");
        if lines.len() >= count {
            let whole = |(row, line): StoredLine| (row, line.expect("nobody changed it"));
            return lines.into_iter().map(whole).collect();
        }
        head.changed().await.expect("the log is open");
    }
}

async fn write(log: &impl AnyStore, lines: Vec<TaskLogLine>) {
    log.write_lines(lines).await.expect("the log is open");
}

async fn lines_come_back_in_order_from_any_row(log: &impl AnyStore) {
    let written = vec![line(1, 1, 0, "a"), line(1, 1, 1, "b"), line(1, 2, 0, "c")];
    write(log, written.clone()).await;
    let rows = lines(log, 1, 3).await;
    assert!(rows.iter().map(|(_, line)| line).eq(&written));
    assert!(rows.is_sorted_by(|(one, _), (next, _)| one < next));
    let rest = log.lines(DeploymentId(1), rows[0].0, 1).await;
    assert_eq!(rest, Ok(vec![(rows[1].0, Ok(rows[1].1.clone()))]));
    assert_eq!(log.lines(DeploymentId(1), rows[2].0, 10).await, Ok(vec![]));
}

async fn a_line_that_is_there_already_is_left_alone(log: &impl AnyStore) {
    write(log, vec![line(1, 1, 0, "first")]).await;
    write(log, vec![line(1, 1, 0, "again"), line(1, 2, 0, "next")]).await;
    let messages: Vec<_> = lines(log, 1, 2)
        .await
        .into_iter()
        .map(|(_, line)| line.message)
        .collect();
    assert_eq!(messages, ["first", "next"]);
}

async fn a_deployments_lines_are_its_own(log: &impl AnyStore) {
    write(log, vec![line(1, 1, 0, "one"), line(2, 1, 0, "two")]).await;
    let messages: Vec<_> = lines(log, 2, 1)
        .await
        .into_iter()
        .map(|(_, line)| line.message)
        .collect();
    assert_eq!(messages, ["two"]);
}

async fn after_a_flush_every_line_before_it_can_be_read(log: &impl AnyStore) {
    assert_eq!(log.flush_lines().await, Ok(()), "there may be none");
    write(log, (0..5000).map(|index| line(1, index, 0, "m")).collect()).await;
    assert_eq!(log.flush_lines().await, Ok(()));
    let lines = log.lines(DeploymentId(1), 0, usize::MAX).await;
    assert_eq!(lines.map(|it| it.len()), Ok(5000));
}

async fn the_instance_is_one(log: &impl AnyStore) {
    assert_eq!(log.instance(), log.instance());
    assert!(!log.instance().is_nil());
}
