//! What `verify` tells of whoever goes round the log; the triggers are as they were.

use shipslog_events::LogLevel;
use shipslog_events::ids::DeploymentId;
use shipslog_events::journal::JournalHead;

use super::journals::{entry, key};
use super::{Place, block_on, fill};
use crate::journal_edit::JournalEdit;
use crate::journal_store::{JournalAppend, JournalStore};
use crate::sqlite::{SqliteLog, raw, schema, verify};
use crate::task_log::{TaskLog, TaskLogLine};

fn is_guarded(place: &Place) -> bool {
    schema::difference(&place.raw()).unwrap().is_none()
}

fn journaled() -> (Place, SqliteLog) {
    let place = Place::new();
    let log = place.open();
    let append = JournalAppend {
        key: key(),
        after: JournalHead::START,
        entries: vec![entry(0)],
        sealed: vec![],
    };
    block_on(log.append_journal(append)).unwrap();
    (place, log)
}

#[test]
fn each_edit_of_a_journal_shows() {
    for (edit, words) in [
        (JournalEdit::Entry(0, b"another"), "entry 0 was edited"),
        (JournalEdit::NoEntries, "entry 0 is missing"),
        (JournalEdit::HeadHash, "entry 0 "),
        (JournalEdit::HeadEntries(2), "entry 1 is missing"),
    ] {
        let (place, _log) = journaled();
        raw::edit_journal(&place.path(), &key(), edit);
        let broken = verify(&place.path()).unwrap_err().to_string();
        assert!(broken.contains(words), "{edit:?}: {broken}");
        assert!(is_guarded(&place), "{edit:?}");
    }
}

#[test]
fn a_journal_that_was_rewritten_as_a_whole_while_it_is_open_does_not_show() {
    let (place, log) = journaled();
    raw::edit_journal(&place.path(), &key(), JournalEdit::Rewritten(&[b"a", b"b"]));
    assert_eq!(verify(&place.path()).unwrap().journals, 1);
    let entries = block_on(log.journal(key())).unwrap().entries;
    assert_eq!(entries, [b"a", b"b"]);
    assert!(is_guarded(&place));
}

#[test]
fn bodies_are_erased_all_or_the_last() {
    let place = Place::new();
    fill(&place.open(), 3);
    let before = verify(&place.path()).unwrap();
    assert_eq!(raw::sealed_values(&place.path()), 3);
    raw::erase_last_bodies(&place.path());
    assert_eq!(raw::erase_bodies(&place.path()), 2);
    assert_eq!(
        verify(&place.path()).unwrap(),
        before,
        "what is erased is no damage"
    );
    assert!(is_guarded(&place));
}

#[test]
fn a_line_of_no_attempt_shows() {
    let place = Place::new();
    let log = place.open();
    let line = TaskLogLine {
        deployment: DeploymentId(3),
        attempt: "Deploy/Web/1".parse().unwrap(),
        index: 0,
        line: 0,
        at: 7,
        level: LogLevel::Info,
        message: "said".into(),
    };
    block_on(log.write_lines(vec![line])).unwrap();
    block_on(log.flush_lines()).unwrap();
    raw::edit_line(&place.path(), 1, "x");
    let damaged = verify(&place.path()).unwrap().damaged_lines;
    assert_eq!((damaged.count, damaged.first[0].row), (1, 1));
    assert!(is_guarded(&place));
}
