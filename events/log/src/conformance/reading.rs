//! Rules of reading events and bodies.

use shipslog_events::body::Commitment;
use shipslog_events::envelope::{Actor, Context, NewEvent, Source};
use shipslog_events::event::deployment::body::{INPUTS, SITUATION};
use shipslog_events::ids::{Position, StreamVersion};
use shipslog_events::samples;

use super::{AnyStore, accepted, append, at, body, context, event, everything, id, one, rules, stream, to};
use crate::event_log::{Append, Expected};

rules! {
    an_event_comes_back_with_all_that_was_said_about_it,
    an_event_of_the_driver_comes_back_without_what_it_has_not,
    every_type_of_event_comes_back_as_it_went_in,
    a_stream_is_read_from_any_version,
    the_log_is_read_from_any_position_in_pages,
    bodies_come_back_by_event_and_name,
    a_body_of_any_size_and_content_comes_back,
    equal_bodies_have_commitments_of_their_own,
}

async fn an_event_comes_back_with_all_that_was_said_about_it(log: &impl AnyStore) {
    accepted(log, one(1, at(0), 1)).await;
    let [recorded] = &everything(log).await[..] else {
        panic!("one event was appended")
    };
    let Context {
        actor,
        source,
        correlation,
        causation,
    } = context();
    assert_eq!((&recorded.actor, &recorded.source), (&actor, &source));
    assert_eq!(
        (recorded.correlation, recorded.causation),
        (correlation, causation)
    );
    assert_eq!(recorded.event, event(1).event);
    assert_eq!(recorded.bodies, []);
}

async fn an_event_of_the_driver_comes_back_without_what_it_has_not(log: &impl AnyStore) {
    for (number, actor) in [
        (1, Actor::Driver),
        (2, Actor::Server),
        (3, Actor::Key(String::new())),
    ] {
        let context = Context {
            actor,
            source: Source::default(),
            causation: None,
            ..context()
        };
        accepted(
            log,
            Append {
                context: context.clone(),
                ..one(1, Expected::Any, number)
            },
        )
        .await;
        let recorded = everything(log).await.pop().expect("an event was appended");
        assert_eq!((recorded.actor, recorded.source), (context.actor, context.source));
        assert_eq!(recorded.causation, None);
    }
}

async fn every_type_of_event_comes_back_as_it_went_in(log: &impl AnyStore) {
    let events: Vec<_> = samples::all().into_iter().map(|(_, event)| event).collect();
    let new = (1..).zip(events.clone()).map(|(number, event)| NewEvent {
        id: id(number),
        event,
        bodies: vec![],
    });
    accepted(log, append(vec![to(stream(1), at(0), new.collect())])).await;
    let read: Vec<_> = everything(log).await.into_iter().map(|it| it.event).collect();
    assert_eq!(read, events);
}

async fn a_stream_is_read_from_any_version(log: &impl AnyStore) {
    for number in 1..=4 {
        accepted(log, one(u64::from(number == 2), Expected::Any, number)).await;
    }
    let versions = async |after| -> Vec<_> {
        let events = log
            .stream(stream(0), StreamVersion(after))
            .await
            .expect("the stream can be read");
        events.into_iter().map(|it| (it.version.0, it.id)).collect()
    };
    assert_eq!(versions(0).await, [(1, id(1)), (2, id(3)), (3, id(4))]);
    assert_eq!(versions(2).await, [(3, id(4))]);
    assert_eq!(versions(3).await, []);
    assert_eq!(versions(u64::MAX).await, []);
    assert_eq!(log.stream(stream(7), StreamVersion::NONE).await, Ok(vec![]));
}

async fn the_log_is_read_from_any_position_in_pages(log: &impl AnyStore) {
    for number in 1..=5 {
        accepted(log, one(1, Expected::Any, number)).await;
    }
    let positions = async |after, limit| -> Vec<_> {
        let events = log
            .read(Position(after), limit)
            .await
            .expect("the log can be read");
        events.into_iter().map(|it| it.position.0).collect()
    };
    assert_eq!(positions(0, 2).await, [1, 2]);
    assert_eq!(positions(2, 2).await, [3, 4]);
    assert_eq!(positions(4, 2).await, [5]);
    assert_eq!(positions(5, 2).await, [0_u64; 0]);
    assert_eq!(positions(0, 0).await, [0_u64; 0]);
    assert_eq!(positions(u64::MAX, usize::MAX).await, [0_u64; 0]);
}

async fn bodies_come_back_by_event_and_name(log: &impl AnyStore) {
    let first = NewEvent {
        bodies: vec![body(INPUTS, "a"), body(SITUATION, "b")],
        ..event(1)
    };
    let second = NewEvent {
        bodies: vec![body(INPUTS, "c")],
        ..event(2)
    };
    accepted(log, append(vec![to(stream(1), at(0), vec![first, second])])).await;
    let text = async |of, name: &str| log.body(id(of), name).await.expect("the body can be read");
    assert_eq!(text(1, INPUTS).await, Some(b"a".to_vec()));
    assert_eq!(text(1, SITUATION).await, Some(b"b".to_vec()));
    assert_eq!(text(2, INPUTS).await, Some(b"c".to_vec()));
    assert_eq!(text(2, SITUATION).await, None);
    assert_eq!(text(3, INPUTS).await, None);
    let names: Vec<_> = everything(log).await[0]
        .bodies
        .iter()
        .map(|it| it.name.clone())
        .collect();
    assert_eq!(names, [INPUTS, SITUATION]);
}

async fn a_body_of_any_size_and_content_comes_back(log: &impl AnyStore) {
    let noise: Vec<u8> = (0..3_000_000_u32)
        .map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect();
    for (number, bytes) in [(1, vec![]), (2, vec![0, 255, 10]), (3, noise)] {
        let new = shipslog_events::envelope::NewBody {
            name: "bytes".into(),
            bytes: bytes.clone(),
        };
        let new = NewEvent {
            bodies: vec![new],
            ..event(number)
        };
        accepted(log, append(vec![to(stream(1), Expected::Any, vec![new])])).await;
        assert_eq!(log.body(id(number), "bytes").await, Ok(Some(bytes)));
    }
}

async fn equal_bodies_have_commitments_of_their_own(log: &impl AnyStore) {
    for number in [1, 2] {
        let new = NewEvent {
            bodies: vec![body("text", "yes")],
            ..event(number)
        };
        accepted(log, append(vec![to(stream(1), Expected::Any, vec![new])])).await;
    }
    let commitments: Vec<Commitment> = everything(log)
        .await
        .iter()
        .map(|it| it.bodies[0].commitment)
        .collect();
    assert_ne!(
        commitments[0], commitments[1],
        "a salt of its own keeps a short text from being guessed"
    );
}
