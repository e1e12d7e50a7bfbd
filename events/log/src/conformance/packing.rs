//! Rules of journals whose attempt is over: packed, and dropped one day.

use jiff::Timestamp;

use super::journaling::{
    assert_holds, entries, following, head, journal, key, moved, pack, sealing, with_event, write,
};
use super::{AnyStore, accepted, at, ids, refused, rules};
use crate::journal_store::{JournalAppend, JournalAppendError, JournalError};

rules! {
    a_packed_journal_has_its_entries_and_no_sealed_values,
    a_packed_journal_takes_no_more,
    what_was_appended_before_packing_gets_the_first_answer_after_it,
    packing_nothing_is_nothing,
    a_dropped_journal_says_so,
    only_what_was_packed_before_is_dropped,
}

async fn a_packed_journal_has_its_entries_and_no_sealed_values(log: &impl AnyStore) {
    write(log, sealing(following(&[], &["a", "b"]), "h", b"one")).await;
    pack(log, 1).await;
    assert_holds(log, &["a", "b"]).await;
    assert_eq!(journal(log).await.sealed, []);
    assert_eq!(log.open_journals().await, Ok(vec![]));
    pack(log, 1).await;
    assert_holds(log, &["a", "b"]).await;
}

async fn a_packed_journal_takes_no_more(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    pack(log, 1).await;
    let refusal = log.append_journal(following(&["a"], &["b"])).await;
    assert!(
        matches!(refusal, Err(JournalAppendError::Malformed(_))),
        "{refusal:?}"
    );
    let refusal = log.append_journal(following(&[], &["b"])).await;
    assert_eq!(refusal, Err(moved(0, 1).into()), "nor does it begin anew");
    refused(log, with_event(1, at(0), following(&["a"], &["b"]))).await;
    assert_holds(log, &["a"]).await;
    assert_eq!(ids(log, 1).await, []);
}

async fn what_was_appended_before_packing_gets_the_first_answer_after_it(log: &impl AnyStore) {
    let (alone, ending) = (
        following(&[], &["a"]),
        with_event(1, at(0), following(&["a"], &["b"])),
    );
    write(log, alone).await;
    let first = accepted(log, ending.clone()).await;
    pack(log, 1).await;
    assert_eq!(accepted(log, ending).await, first);
    assert_eq!(write(log, following(&["a"], &["b"])).await, head(&["a", "b"]));
    log.drop_journals(Timestamp::MAX).await.expect("the log is open");
    assert_eq!(write(log, following(&["a"], &["b"])).await, head(&["a", "b"]));
}

async fn packing_nothing_is_nothing(log: &impl AnyStore) {
    pack(log, 1).await;
    assert_eq!(log.drop_journals(Timestamp::MAX).await, Ok(0));
    write(log, following(&[], &["a"])).await;
    assert_holds(log, &["a"]).await;
}

async fn a_dropped_journal_says_so(log: &impl AnyStore) {
    write(log, following(&[], &["a"])).await;
    pack(log, 1).await;
    assert_eq!(log.drop_journals(Timestamp::MAX).await, Ok(1));
    assert_eq!(
        log.journal(key(1)).await,
        Err(JournalError::Dropped { key: key(1) })
    );
    assert_eq!(log.drop_journals(Timestamp::MAX).await, Ok(0));
    pack(log, 1).await;
    let refusal = log.append_journal(following(&[], &["b"])).await;
    assert_eq!(refusal, Err(moved(0, 1).into()), "its head is left");
}

async fn only_what_was_packed_before_is_dropped(log: &impl AnyStore) {
    for deployment in [1, 2] {
        let append = JournalAppend {
            key: key(deployment),
            ..following(&[], &["a"])
        };
        write(log, append).await;
    }
    pack(log, 1).await;
    assert_eq!(log.drop_journals(Timestamp::UNIX_EPOCH).await, Ok(0));
    assert_holds(log, &["a"]).await;
    assert_eq!(log.drop_journals(Timestamp::MAX).await, Ok(1));
    let open = log.journal(key(2)).await.expect("an open journal is not dropped");
    assert_eq!(open.entries, entries(&["a"]));
}
