//! What only a file can show of journals.

mod damage;

use proptest::prelude::*;
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId};
use shipslog_events::journal::{JournalHead, JournalKey};

use super::{Place, block_on, one};
use crate::event_log::{Append, EventLog};
use crate::journal_store::{JournalAppend, JournalStore};
use crate::sqlite::{SqliteLog, verify};

const ENTRIES: u64 = 6;

fn attempt() -> AttemptId {
    AttemptId {
        step: "Deploy".into(),
        target: "Web".into(),
        attempt: AttemptNumber::FIRST,
    }
}

pub(super) fn key() -> JournalKey {
    JournalKey::of(DeploymentId(3), &attempt())
}

pub(super) fn entry(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn head(entries: u64) -> JournalHead {
    (0..entries).fold(JournalHead::START, |head, number| head.with(&entry(number)))
}

/// Entries `from` to `until` for the one journal.
fn entries(from: u64, until: u64) -> JournalAppend {
    JournalAppend {
        key: key(),
        after: head(from),
        entries: (from..until).map(entry).collect(),
        sealed: vec![],
    }
}

fn fill(log: &SqliteLog) {
    block_on(log.append_journal(entries(0, ENTRIES))).unwrap();
}

#[test]
fn a_store_that_refuses_an_entry_keeps_nothing_of_its_group() {
    let place = Place::new();
    let log = place.open();
    let obstacle = "CREATE TRIGGER obstacle BEFORE INSERT ON journal_entries WHEN NEW.entry = 2
        BEGIN SELECT RAISE(ABORT, 'disk is painted green'); END";
    place.raw().execute_batch(obstacle).unwrap();
    let alone = block_on(log.append_journal(entries(0, 4))).unwrap_err();
    let with_event = Append {
        journal: Some(entries(0, 4)),
        ..one(1, 1)
    };
    let with_event = block_on(log.append(with_event)).unwrap_err();
    for refusal in [alone.into(), with_event] {
        assert!(refusal.to_string().contains("painted green"), "{refusal}");
    }
    assert_eq!(
        verify(&place.path()).map(|it| (it.events, it.journals)),
        Ok((0, 0))
    );
    assert_eq!(block_on(log.append_journal(entries(0, 2))), Ok(head(2)));
}

#[test]
fn a_log_goes_on_with_its_journals_after_it_was_closed() {
    let place = Place::new();
    fill(&place.open());
    let log = place.open();
    assert_eq!(block_on(log.journal(key())).unwrap().head, head(ENTRIES));
    assert_eq!(block_on(log.append_journal(entries(ENTRIES, 8))), Ok(head(8)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_journal_is_the_same_however_its_entries_were_grouped(
        groups in prop::collection::vec(prop::collection::vec(any::<Vec<u8>>(), 0..4), 0..8)
    ) {
        let place = Place::new();
        let log = place.open();
        let mut after = JournalHead::START;
        for entries in &groups {
            let append = JournalAppend { key: key(), after, entries: entries.clone(), sealed: vec![] };
            after = block_on(log.append_journal(append)).unwrap();
        }
        let all = groups.concat();
        let one_by_one = all.iter().fold(JournalHead::START, |head, entry| head.with(entry));
        prop_assert_eq!(after, one_by_one);
        block_on(log.pack_journal(key())).unwrap();
        let journal = block_on(log.journal(key())).unwrap();
        prop_assert_eq!((journal.head, journal.entries), (one_by_one, all));
        prop_assert!(verify(&place.path()).is_ok());
    }
}
