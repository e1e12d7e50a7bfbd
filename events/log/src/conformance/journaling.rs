//! Rules of open journals: what they hold, and that entries and events are appended together or not at all.

use futures::future::join_all;
use shipslog_events::SealedValue;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::journal::{JournalHead, JournalKey};

use super::{AnyStore, accepted, at, everything, ids, one, refused, rules};
use crate::event_log::{Append, AppendError, Expected};
use crate::journal_store::{Journal, JournalAppend, JournalAppendError, JournalMoved};

rules! {
    a_journal_that_never_was_is_empty,
    entries_come_back_in_order_with_their_head,
    any_bytes_are_an_entry,
    entries_that_do_not_follow_the_head_are_refused,
    the_same_entries_again_get_the_first_answer,
    each_journal_is_its_own,
    entries_handed_over_are_written_whoever_waits_for_them,
    entries_alone_are_no_events,
    entries_are_there_when_their_event_is,
    entries_of_a_refused_event_are_not_there,
    an_event_whose_entries_are_refused_is_not_there,
    a_repeated_event_writes_no_entry_twice,
    a_repeated_event_brings_the_entries_that_are_missing,
    sealed_values_come_back_while_the_journal_is_open,
    sealed_values_are_kept_with_their_entries_or_not_at_all,
}

pub(super) fn key(deployment: u64) -> JournalKey {
    JournalKey {
        deployment: DeploymentId(deployment),
        attempt: "Deploy httpd/Httpd Development/1"
            .parse()
            .expect("it names a run"),
    }
}

pub(super) fn entries(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|it| it.as_bytes().to_vec()).collect()
}

pub(super) fn head(texts: &[&str]) -> JournalHead {
    texts
        .iter()
        .fold(JournalHead::START, |head, text| head.with(text.as_bytes()))
}

/// Entries for the journal of deployment 1, after others.
pub(super) fn following(before: &[&str], texts: &[&str]) -> JournalAppend {
    JournalAppend {
        key: key(1),
        after: head(before),
        entries: entries(texts),
        sealed: vec![],
    }
}

pub(super) fn sealing(append: JournalAppend, handle: &str, bytes: &[u8]) -> JournalAppend {
    JournalAppend {
        sealed: vec![SealedValue {
            handle: handle.into(),
            sealed: bytes.to_vec(),
        }],
        ..append
    }
}

/// An event for stream 1, and the entries that led to it.
pub(super) fn with_event(number: u128, expected: Expected, journal: JournalAppend) -> Append {
    Append {
        journal: Some(journal),
        ..one(1, expected, number)
    }
}

pub(super) fn moved(expected: u64, actual: u64) -> JournalMoved {
    JournalMoved {
        key: key(1),
        expected,
        actual,
    }
}

pub(super) async fn journal(log: &impl AnyStore) -> Journal {
    log.journal(key(1)).await.expect("the journal holds")
}

/// Asserts that the journal of deployment 1 has these entries, and the head that they give.
pub(super) async fn assert_holds(log: &impl AnyStore, texts: &[&str]) {
    let journal = journal(log).await;
    assert_eq!(journal.entries, entries(texts));
    assert_eq!(journal.head, head(texts));
}

pub(super) async fn write(log: &impl AnyStore, append: JournalAppend) -> JournalHead {
    log.append_journal(append)
        .await
        .expect("nothing stands against the entries")
}

pub(super) async fn pack(log: &impl AnyStore, deployment: u64) {
    log.pack_journal(key(deployment))
        .await
        .expect("the journal holds");
}

async fn a_journal_that_never_was_is_empty(log: &impl AnyStore) {
    assert_holds(log, &[]).await;
    assert_eq!(head(&[]), JournalHead::START);
    assert_eq!(log.open_journals().await, Ok(vec![]));
}

async fn entries_come_back_in_order_with_their_head(log: &impl AnyStore) {
    assert_eq!(write(log, following(&[], &["a", "b"])).await, head(&["a", "b"]));
    assert_eq!(
        write(log, following(&["a", "b"], &["c"])).await,
        head(&["a", "b", "c"])
    );
    assert_holds(log, &["a", "b", "c"]).await;
    assert_eq!(log.open_journals().await, Ok(vec![key(1)]));
}

async fn any_bytes_are_an_entry(log: &impl AnyStore) {
    let entries = vec![vec![], vec![0xff, 0, b'\''], vec![7; 1 << 20], vec![]];
    let append = JournalAppend {
        entries: entries.clone(),
        ..following(&[], &[])
    };
    write(log, append).await;
    assert_eq!(journal(log).await.entries, entries);
    pack(log, 1).await;
    assert_eq!(journal(log).await.entries, entries);
}

async fn entries_that_do_not_follow_the_head_are_refused(log: &impl AnyStore) {
    write(log, following(&[], &["a", "b"])).await;
    for (append, expected) in [
        (following(&[], &["x"]), moved(0, 2)),
        (following(&["a"], &["x"]), moved(1, 2)),
        (following(&["a", "x"], &["c"]), moved(2, 2)),
        (following(&["a", "b", "c"], &["d"]), moved(3, 2)),
        (following(&["a"], &[]), moved(1, 2)),
    ] {
        assert_eq!(log.append_journal(append).await, Err(expected.into()));
    }
    assert_holds(log, &["a", "b"]).await;
}

async fn the_same_entries_again_get_the_first_answer(log: &impl AnyStore) {
    let append = following(&["a"], &["b", "c"]);
    write(log, following(&[], &["a"])).await;
    let answers = join_all((0..8).map(|_| write(log, append.clone()))).await;
    assert_eq!(answers, [head(&["a", "b", "c"]); 8]);
    write(log, following(&["a", "b", "c"], &["d"])).await;
    assert_eq!(write(log, append).await, head(&["a", "b", "c"]));
    assert_holds(log, &["a", "b", "c", "d"]).await;
}

async fn each_journal_is_its_own(log: &impl AnyStore) {
    let other_attempt = JournalKey {
        attempt: "Deploy httpd/Httpd Development/2"
            .parse()
            .expect("it names a run"),
        ..key(1)
    };
    let keys = [key(1), other_attempt, key(2)];
    for key in &keys {
        let append = following(&[], &["a"]);
        write(
            log,
            JournalAppend {
                key: key.clone(),
                ..append
            },
        )
        .await;
    }
    write(log, following(&["a"], &["b"])).await;
    for (key, count) in keys.iter().zip([2, 1, 1]) {
        let journal = log.journal(key.clone()).await.expect("it holds");
        assert_eq!(journal.entries.len(), count, "{key}");
    }
    assert_eq!(log.open_journals().await, Ok(keys.to_vec()));
}

async fn entries_handed_over_are_written_whoever_waits_for_them(log: &impl AnyStore) {
    drop(log.append_journal(following(&[], &["a"])));
    drop(log.append_journal(following(&["a"], &["b"])));
    accepted(log, with_event(1, at(0), following(&["a", "b"], &["c"]))).await;
    assert_holds(log, &["a", "b", "c"]).await;
}

async fn entries_alone_are_no_events(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    assert_eq!(*log.head().borrow(), Position::START);
    assert_eq!(everything(log).await, []);
    assert_eq!(accepted(log, one(1, at(0), 1)).await.position, Position(1));
}

async fn entries_are_there_when_their_event_is(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    accepted(log, with_event(1, at(0), following(&["a"], &["b", "c"]))).await;
    assert_holds(log, &["a", "b", "c"]).await;
    accepted(log, with_event(2, at(1), following(&["a", "b", "c"], &[]))).await;
    assert_holds(log, &["a", "b", "c"]).await;
}

async fn entries_of_a_refused_event_are_not_there(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    let refusal = refused(log, with_event(1, at(7), following(&["a"], &["b"]))).await;
    assert!(matches!(refusal, AppendError::Conflict { .. }), "{refusal:?}");
    assert_holds(log, &["a"]).await;
    let minting = |number, bytes: u8, entries: &[&str]| Append {
        sealed: sealing(following(&[], &[]), "h", &[bytes]).sealed,
        ..with_event(number, Expected::Any, following(&["a"], entries))
    };
    accepted(log, minting(2, 1, &[])).await;
    refused(log, minting(3, 2, &["b"])).await;
    assert_holds(log, &["a"]).await;
}

async fn an_event_whose_entries_are_refused_is_not_there(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    for stale in [
        following(&[], &["b"]),
        following(&[], &["a"]),
        following(&[], &[]),
    ] {
        assert_eq!(
            refused(log, with_event(1, at(0), stale)).await,
            moved(0, 1).into()
        );
    }
    assert_eq!(ids(log, 1).await, []);
    assert_holds(log, &["a"]).await;
    let next = accepted(log, with_event(1, at(0), following(&["a"], &["b"]))).await;
    assert_eq!(next.position, Position(1), "what was refused left no gap");
}

async fn a_repeated_event_writes_no_entry_twice(log: &impl AnyStore) {
    let append = with_event(1, at(0), following(&[], &["a", "b"]));
    let first = accepted(log, append.clone()).await;
    assert_eq!(accepted(log, append.clone()).await, first);
    write(log, following(&["a", "b"], &["c"])).await;
    assert_eq!(accepted(log, append.clone()).await, first);
    let resumed = with_event(1, at(0), following(&["a", "b"], &[]));
    assert_eq!(
        accepted(log, resumed).await,
        first,
        "a resumed run has nothing to add"
    );
    assert_holds(log, &["a", "b", "c"]).await;
    let other = with_event(1, at(0), following(&[], &["x"]));
    assert_eq!(refused(log, other).await, moved(0, 3).into());
    pack(log, 1).await;
    assert_eq!(accepted(log, append).await, first);
}

async fn a_repeated_event_brings_the_entries_that_are_missing(log: &impl AnyStore) {
    let first = accepted(log, one(1, at(0), 1)).await;
    let again = accepted(log, with_event(1, at(0), following(&[], &["a"]))).await;
    assert_eq!(again, first);
    assert_holds(log, &["a"]).await;
}

async fn sealed_values_come_back_while_the_journal_is_open(log: &impl AnyStore) {
    write(log, sealing(following(&[], &["a"]), "h2", b"one")).await;
    write(log, sealing(following(&["a"], &["b"]), "h1", b"two")).await;
    write(log, sealing(following(&["a", "b"], &["c"]), "h2", b"one")).await;
    let sealed = journal(log).await.sealed;
    let handles: Vec<_> = sealed
        .iter()
        .map(|it| (it.handle.as_str(), it.sealed.as_slice()))
        .collect();
    assert_eq!(handles, [("h2", &b"one"[..]), ("h1", &b"two"[..])]);
    let outside = log.sealed(vec!["h1".into()]).await;
    assert_eq!(outside, Ok(vec![]), "they are the journal's alone");
}

async fn sealed_values_are_kept_with_their_entries_or_not_at_all(log: &impl AnyStore) {
    write(log, sealing(following(&[], &["a"]), "h1", b"one")).await;
    let stale = log
        .append_journal(sealing(following(&[], &["x"]), "h2", b"two"))
        .await;
    assert_eq!(stale, Err(moved(0, 1).into()));
    let twice = SealedValue {
        handle: "h3".into(),
        sealed: vec![],
    };
    for malformed in [
        sealing(following(&["a"], &["b"]), "h1", b"other"),
        sealing(following(&["a"], &[]), "h2", b"two"),
        JournalAppend {
            sealed: vec![twice.clone(), twice],
            ..following(&["a"], &["b"])
        },
    ] {
        let refusal = log.append_journal(malformed).await;
        assert!(
            matches!(refusal, Err(JournalAppendError::Malformed(_))),
            "{refusal:?}"
        );
    }
    assert_holds(log, &["a"]).await;
    assert_eq!(journal(log).await.sealed.len(), 1);
}
