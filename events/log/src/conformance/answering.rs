//! Rules of commands that are asked again under the same key.

use super::{AnyStore, accepted, at, everything, one, refused, rules};
use crate::event_log::{Append, AppendError, IdempotencyKey, KeptAnswer, NewAnswer};

rules! {
    an_answer_is_kept_with_the_position_of_its_events,
    a_key_that_was_used_is_seen_before_the_version,
    the_same_events_are_the_same_append_whatever_their_key,
    what_was_refused_keeps_no_answer,
    an_answer_that_showed_a_secret_is_kept_without_its_words,
    the_keys_of_others_are_others,
}

fn key(of: &str) -> IdempotencyKey {
    IdempotencyKey {
        access_key: of.into(),
        key: "build-841".to_owned(),
    }
}

fn answered(append: Append, of: &str) -> Append {
    Append {
        answer: Some(NewAnswer {
            key: key(of),
            request: [7; 32],
            answer: Some(b"yes".to_vec()),
        }),
        ..append
    }
}

async fn kept(log: &impl AnyStore, of: &str) -> Option<KeptAnswer> {
    log.kept_answer(key(of)).await.expect("answers can be read")
}

async fn an_answer_is_kept_with_the_position_of_its_events(log: &impl AnyStore) {
    assert_eq!(kept(log, "ci").await, None);
    let appended = accepted(log, answered(one(1, at(0), 1), "ci")).await;
    let expected = KeptAnswer {
        request: [7; 32],
        answer: Some(b"yes".to_vec()),
        position: appended.position,
    };
    assert_eq!(kept(log, "ci").await, Some(expected));
}

async fn a_key_that_was_used_is_seen_before_the_version(log: &impl AnyStore) {
    accepted(log, answered(one(1, at(0), 1), "ci")).await;
    for version in [0, 1] {
        let again = answered(one(1, at(version), 2), "ci");
        assert_eq!(refused(log, again).await, AppendError::DoneAlready);
    }
    assert_eq!(everything(log).await.len(), 1);
}

async fn the_same_events_are_the_same_append_whatever_their_key(log: &impl AnyStore) {
    let first = accepted(log, answered(one(1, at(0), 1), "ci")).await;
    assert_eq!(accepted(log, answered(one(1, at(0), 1), "ci")).await, first);
    assert_eq!(accepted(log, one(1, at(0), 1)).await, first);
}

async fn what_was_refused_keeps_no_answer(log: &impl AnyStore) {
    let stale = refused(log, answered(one(1, at(5), 1), "ci")).await;
    assert!(matches!(stale, AppendError::Conflict { .. }), "{stale}");
    assert_eq!(kept(log, "ci").await, None);
    accepted(log, answered(one(1, at(0), 1), "ci")).await;
}

async fn an_answer_that_showed_a_secret_is_kept_without_its_words(log: &impl AnyStore) {
    let mut append = answered(one(1, at(0), 1), "ci");
    append.answer.as_mut().expect("it has one").answer = None;
    accepted(log, append).await;
    let kept = kept(log, "ci").await.expect("the key was used");
    assert_eq!(kept.answer, None);
}

async fn the_keys_of_others_are_others(log: &impl AnyStore) {
    accepted(log, answered(one(1, at(0), 1), "ci")).await;
    assert_eq!(kept(log, "somebody else").await, None);
    accepted(log, answered(one(1, at(1), 2), "somebody else")).await;
}
