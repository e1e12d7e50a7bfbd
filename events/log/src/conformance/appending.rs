//! Rules of appending: versions, guards, atomicity, the chain.

use std::collections::HashSet;

use futures::future::join_all;
use shipslog_events::chain::Hash;
use shipslog_events::envelope::NewEvent;
use shipslog_events::ids::{Position, StreamVersion};

use super::{
    AnyStore, accepted, append, at, body, event, everything, id, ids, one, refused, rules, stream, to,
};
use crate::event_log::{Append, AppendError, Appended, Expected, Guard};

rules! {
    positions_are_gapless_from_one_and_versions_count_per_stream,
    an_append_answers_with_its_last_position_and_every_new_version,
    a_stream_that_moved_is_a_conflict_that_names_both_versions,
    a_new_stream_must_not_be_there_yet,
    facts_that_no_decision_guards_go_in_at_any_version,
    one_conflict_keeps_back_the_whole_append,
    a_guard_that_holds_changes_nothing_and_one_that_does_not_refuses,
    a_refused_append_leaves_no_gap_and_no_trace,
    malformed_appends_are_refused,
    of_many_that_expect_one_version_exactly_one_wins,
    concurrent_producers_leave_no_gap,
    every_event_names_the_hash_of_the_one_before,
    time_never_goes_back,
    a_commit_wakes_those_who_wait_for_it,
}

async fn positions_are_gapless_from_one_and_versions_count_per_stream(log: &impl AnyStore) {
    assert_eq!(everything(log).await, []);
    accepted(log, one(1, at(0), 1)).await;
    accepted(
        log,
        append(vec![
            to(stream(1), at(1), vec![event(2), event(3)]),
            to(stream(2), at(0), vec![event(4)]),
        ]),
    )
    .await;
    let places: Vec<_> = everything(log)
        .await
        .into_iter()
        .map(|it| (it.position.0, it.id, it.stream, it.version.0))
        .collect();
    let expected = [
        (1, id(1), stream(1), 1),
        (2, id(2), stream(1), 2),
        (3, id(3), stream(1), 3),
        (4, id(4), stream(2), 1),
    ];
    assert_eq!(places, expected);
}

async fn an_append_answers_with_its_last_position_and_every_new_version(log: &impl AnyStore) {
    accepted(log, one(2, at(0), 1)).await;
    let streams = vec![
        to(stream(2), at(1), vec![event(2)]),
        to(stream(1), at(0), vec![event(3), event(4)]),
    ];
    let versions = vec![(stream(2), StreamVersion(2)), (stream(1), StreamVersion(2))];
    assert_eq!(
        accepted(log, append(streams)).await,
        Appended {
            position: Position(4),
            versions
        }
    );
}

fn conflict(of: u64, expected: u64, actual: u64) -> AppendError {
    AppendError::Conflict {
        stream: stream(of),
        expected: StreamVersion(expected),
        actual: StreamVersion(actual),
    }
}

async fn a_stream_that_moved_is_a_conflict_that_names_both_versions(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    accepted(log, one(1, at(1), 2)).await;
    assert_eq!(refused(log, one(1, at(1), 3)).await, conflict(1, 1, 2));
    assert_eq!(refused(log, one(1, at(7), 3)).await, conflict(1, 7, 2));
}

async fn a_new_stream_must_not_be_there_yet(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    assert_eq!(refused(log, one(1, at(0), 2)).await, conflict(1, 0, 1));
}

async fn facts_that_no_decision_guards_go_in_at_any_version(log: &impl AnyStore) {
    accepted(log, one(1, Expected::Any, 1)).await;
    let second = accepted(log, one(1, Expected::Any, 2)).await;
    assert_eq!(second.versions, [(stream(1), StreamVersion(2))]);
}

async fn one_conflict_keeps_back_the_whole_append(log: &impl AnyStore) {
    accepted(log, one(2, at(0), 1)).await;
    let streams = vec![
        to(stream(1), at(0), vec![event(2)]),
        to(stream(2), at(0), vec![event(3)]),
    ];
    assert_eq!(refused(log, append(streams)).await, conflict(2, 0, 1));
    assert_eq!(ids(log, 1).await, []);
    assert_eq!(ids(log, 2).await, [id(1)]);
}

async fn a_guard_that_holds_changes_nothing_and_one_that_does_not_refuses(log: &impl AnyStore) {
    let guarded = |number, version| Append {
        guards: vec![Guard {
            stream: stream(9),
            version: StreamVersion(version),
        }],
        ..one(1, Expected::Any, number)
    };
    accepted(log, guarded(1, 0)).await;
    accepted(log, one(9, at(0), 2)).await;
    assert_eq!(refused(log, guarded(3, 0)).await, conflict(9, 0, 1));
    accepted(log, guarded(4, 1)).await;
    assert_eq!(ids(log, 1).await, [id(1), id(4)]);
    assert_eq!(ids(log, 9).await, [id(2)], "a guard writes nothing");
}

async fn a_refused_append_leaves_no_gap_and_no_trace(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    let with_body = NewEvent {
        bodies: vec![body("text", "kept back")],
        ..event(2)
    };
    refused(log, append(vec![to(stream(1), at(5), vec![with_body])])).await;
    assert_eq!(log.body(id(2), "text".into()).await, Ok(None));
    let next = accepted(log, one(1, at(1), 3)).await;
    assert_eq!(next.position, Position(2));
}

async fn malformed_appends_are_refused(log: &impl AnyStore) {
    let twice = NewEvent {
        bodies: vec![body("text", "a"), body("text", "b")],
        ..event(1)
    };
    for malformed in [
        append(vec![]),
        append(vec![to(stream(1), at(0), vec![])]),
        append(vec![
            to(stream(1), at(0), vec![event(1)]),
            to(stream(1), at(1), vec![event(2)]),
        ]),
        append(vec![to(stream(1), at(0), vec![event(1), event(1)])]),
        append(vec![
            to(stream(1), at(0), vec![event(1)]),
            to(stream(2), at(0), vec![event(1)]),
        ]),
        append(vec![to(stream(1), at(0), vec![twice])]),
    ] {
        let refusal = refused(log, malformed).await;
        assert!(matches!(refusal, AppendError::Malformed(_)), "{refusal:?}");
    }
    assert_eq!(everything(log).await, []);
}

async fn of_many_that_expect_one_version_exactly_one_wins(log: &impl AnyStore) {
    let answers = join_all((1..=32).map(|number| log.append(one(1, at(0), number)))).await;
    let refusals: Vec<_> = answers.iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(refusals, vec![&conflict(1, 0, 1); 31]);
    assert_eq!(ids(log, 1).await.len(), 1);
}

async fn concurrent_producers_leave_no_gap(log: &impl AnyStore) {
    let producers = (0..8u64).map(async |producer| {
        let mut positions = Vec::new();
        for version in 0..16u64 {
            let number = u128::from(1 + producer * 100 + version);
            positions.push(accepted(log, one(producer, at(version), number)).await.position.0);
        }
        positions
    });
    let positions: Vec<_> = join_all(producers).await.concat();
    assert_eq!(HashSet::from_iter(positions), (1..=128).collect::<HashSet<_>>());
    assert!(everything(log).await.iter().map(|it| it.position.0).eq(1..=128));
}

async fn every_event_names_the_hash_of_the_one_before(log: &impl AnyStore) {
    let mut previous = Hash::START;
    for number in 1..=3 {
        accepted(log, one(1, Expected::Any, number)).await;
        refused(log, one(1, at(77), number + 10)).await;
    }
    for recorded in everything(log).await {
        assert_eq!(recorded.previous, previous);
        assert_ne!(recorded.hash, previous);
        previous = recorded.hash;
    }
}

async fn time_never_goes_back(log: &impl AnyStore) {
    for number in 1..=20 {
        accepted(log, one(1, Expected::Any, number)).await;
    }
    assert!(everything(log).await.is_sorted_by_key(|it| it.recorded_at));
}

async fn a_commit_wakes_those_who_wait_for_it(log: &impl AnyStore) {
    let mut head = log.head();
    assert_eq!(*head.borrow_and_update(), Position::START);
    let (waited, appended) = futures::join!(head.wait_for(|it| *it >= Position(2)), async {
        accepted(log, one(1, at(0), 1)).await;
        accepted(log, one(1, at(1), 2)).await
    });
    assert_eq!(*waited.expect("the log is open"), appended.position);
    assert_eq!(
        *log.head().borrow(),
        Position(2),
        "an acknowledged append is in the head"
    );
}
