//! Rules of appending the same again.

use futures::future::join_all;
use shipslog_events::envelope::{Actor, Context, NewBody, NewEvent};

use super::{
    AnyStore, accepted, append, at, body, context, event, everything, fact, id, ids, one, refused, rules,
    stream, to,
};
use crate::event_log::{Append, AppendError, Expected};

rules! {
    the_same_append_gets_the_first_answer_whatever_came_after,
    a_repeat_may_come_from_elsewhere,
    repeats_that_come_together_write_once,
    other_facts_under_a_used_id_are_refused,
    another_stream_under_a_used_id_is_refused,
    other_bodies_under_a_used_id_are_refused,
    an_id_is_looked_at_before_the_version,
    an_append_that_was_made_in_part_is_another_append,
    events_of_two_appends_are_not_one_append,
}

fn two_streams() -> Append {
    append(vec![
        to(
            stream(1),
            at(0),
            vec![
                event(1),
                NewEvent {
                    bodies: vec![body("text", "a")],
                    ..event(2)
                },
            ],
        ),
        to(stream(2), at(0), vec![event(3)]),
    ])
}

fn reused(number: u128) -> AppendError {
    AppendError::IdReused { id: id(number) }
}

async fn the_same_append_gets_the_first_answer_whatever_came_after(log: &impl AnyStore) {
    let first = accepted(log, two_streams()).await;
    accepted(log, one(1, at(2), 4)).await;
    assert_eq!(accepted(log, two_streams()).await, first);
    assert_eq!(everything(log).await.len(), 4);
}

async fn a_repeat_may_come_from_elsewhere(log: &impl AnyStore) {
    let first = accepted(log, one(1, at(0), 1)).await;
    let elsewhere = Context {
        actor: Actor::Driver,
        causation: None,
        ..context()
    };
    assert_eq!(
        accepted(
            log,
            Append {
                context: elsewhere,
                ..one(1, at(0), 1)
            }
        )
        .await,
        first
    );
    assert_eq!(
        everything(log).await[0].actor,
        context().actor,
        "what was first stays"
    );
}

async fn repeats_that_come_together_write_once(log: &impl AnyStore) {
    let answers = join_all((0..16).map(|_| accepted(log, two_streams()))).await;
    assert!(answers.iter().all(|it| *it == answers[0]));
    assert_eq!(everything(log).await.len(), 3);
}

async fn other_facts_under_a_used_id_are_refused(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    let other = NewEvent {
        event: fact("another"),
        ..event(1)
    };
    assert_eq!(
        refused(log, append(vec![to(stream(1), at(1), vec![other])])).await,
        reused(1)
    );
}

async fn another_stream_under_a_used_id_is_refused(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    assert_eq!(refused(log, one(2, at(0), 1)).await, reused(1));
    assert_eq!(ids(log, 2).await, []);
}

async fn other_bodies_under_a_used_id_are_refused(log: &impl AnyStore) {
    let with =
        |bodies: Vec<NewBody>| append(vec![to(stream(1), at(0), vec![NewEvent { bodies, ..event(1) }])]);
    let first = accepted(log, with(vec![body("text", "a")])).await;
    for bodies in [
        vec![],
        vec![body("text", "b")],
        vec![body("other", "a")],
        vec![body("text", "a"), body("more", "a")],
    ] {
        assert_eq!(refused(log, with(bodies)).await, reused(1));
    }
    assert_eq!(accepted(log, with(vec![body("text", "a")])).await, first);
}

async fn an_id_is_looked_at_before_the_version(log: &impl AnyStore) {
    let first = accepted(log, one(1, at(0), 1)).await;
    assert_eq!(
        accepted(log, one(1, at(99), 1)).await,
        first,
        "a repeat does not count on its version any more"
    );
    let other = NewEvent {
        event: fact("another"),
        ..event(1)
    };
    assert_eq!(
        refused(log, append(vec![to(stream(1), at(99), vec![other])])).await,
        reused(1)
    );
}

async fn an_append_that_was_made_in_part_is_another_append(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    let more = append(vec![to(stream(1), Expected::Any, vec![event(1), event(2)])]);
    assert_eq!(refused(log, more).await, reused(1));
    let later = append(vec![to(stream(1), Expected::Any, vec![event(3), event(1)])]);
    assert_eq!(refused(log, later).await, reused(1));
    assert_eq!(ids(log, 1).await, [id(1)]);
}

async fn events_of_two_appends_are_not_one_append(log: &impl AnyStore) {
    for number in 1..=3 {
        accepted(log, one(1, Expected::Any, number)).await;
    }
    let mixed = append(vec![to(stream(1), Expected::Any, vec![event(1), event(3)])]);
    assert!(matches!(refused(log, mixed).await, AppendError::IdReused { .. }));
}
