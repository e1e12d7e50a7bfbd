//! The process dies; the log does not. The test binary runs itself again as the process that dies.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use futures::future::join_all;
use shipslog_events::ids::{EventId, Position};
use shipslog_events::journal::JournalHead;

use super::journals::{entry, key};
use super::{Place, block_on, fill, one};
use crate::event_log::{Append, EventLog, EventReader};
use crate::journal_store::{Journal, JournalAppend, JournalStore};
use crate::sqlite::{SqliteLog, verify};

/// Says to a child that it is one, and where its log is.
const PLACE: &str = "SHIPSLOG_TEST_LOG";

/// This binary again, running one test as a child.
fn child(test: &str, place: &Place) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("sqlite::tests::crashing::{test}"),
            "--nocapture",
            "--test-threads=1",
        ])
        .env(PLACE, place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Appends for ever, eight at a time, and says which were acknowledged.
fn append_for_ever(path: &Path) -> ! {
    let log = SqliteLog::open(path).unwrap();
    let from = u128::from(log.head().borrow().0);
    block_on(async {
        for round in 0.. {
            let numbers = (1..=8).map(|it| from + round * 8 + it);
            for answer in join_all(numbers.map(|number| log.append(one(1, number)))).await {
                println!("acknowledged {}", answer.unwrap().position);
            }
        }
    });
    unreachable!("the rounds never end")
}

#[test]
fn every_acknowledged_append_outlives_a_kill() {
    if let Some(path) = std::env::var_os(PLACE) {
        append_for_ever(Path::new(&path));
    }
    let place = Place::new();
    for round in 1..=3 {
        let test = "every_acknowledged_append_outlives_a_kill";
        let acknowledged = Position(kill_after(test, round * 40, &place));
        let verified = verify(&place.path()).unwrap();
        assert!(
            verified.last_position >= acknowledged,
            "{acknowledged} was acknowledged: {verified:?}"
        );
        let log = place.open();
        let events = block_on(log.read(Position::START, usize::MAX)).unwrap();
        assert_eq!(events.len() as u64, verified.events);
        for (number, event) in (1..).zip(&events) {
            assert_eq!(event.position, Position(number));
            assert_eq!(
                block_on(log.body(event.id, "text".into())).unwrap().unwrap(),
                text_of(event.id)
            );
        }
    }
}

fn text_of(id: EventId) -> Vec<u8> {
    format!("text of {}", id.0.as_u128()).into_bytes()
}

/// Kills the child in the middle of its work. Answers with the last number that it said was safe.
fn kill_after(test: &str, count: usize, place: &Place) -> u64 {
    let mut child = child(test, place);
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|it| it.unwrap());
    // The harness prints to the same line as the child's first answer.
    let mut acknowledged = lines.filter_map(|line| line.rsplit_once("acknowledged ")?.1.parse().ok());
    let seen = acknowledged
        .by_ref()
        .take(count)
        .last()
        .expect("the child appends until it is killed");
    child.kill().unwrap();
    let last = acknowledged.last().unwrap_or(seen);
    assert_eq!(signal(child.wait().unwrap()), Some(9));
    last
}

/// The next entries of the one journal.
fn following(after: JournalHead, count: u64) -> JournalAppend {
    JournalAppend {
        key: key(),
        after,
        entries: (after.entries..after.entries + count).map(entry).collect(),
        sealed: vec![],
    }
}

/// The next entry with the next event. Answers with the journal's head.
async fn append_both(log: &SqliteLog, after: JournalHead) -> JournalHead {
    let number = u128::from(log.head().borrow().0) + 1;
    let append = Append {
        journal: Some(following(after, 1)),
        ..one(1, number)
    };
    log.append(append).await.unwrap();
    after.with(&entry(after.entries))
}

/// Appends entries for ever, two and then one with an event, and says how many were acknowledged.
fn journal_for_ever(path: &Path) -> ! {
    let log = SqliteLog::open(path).unwrap();
    block_on(async {
        let mut head = log.journal(key()).await.unwrap().head;
        loop {
            head = log.append_journal(following(head, 2)).await.unwrap();
            println!("acknowledged {}", head.entries);
            head = append_both(&log, head).await;
            println!("acknowledged {}", head.entries);
        }
    })
}

#[test]
fn every_acknowledged_entry_outlives_a_kill() {
    if let Some(path) = std::env::var_os(PLACE) {
        journal_for_ever(Path::new(&path));
    }
    let place = Place::new();
    for round in 1..=3 {
        let test = "every_acknowledged_entry_outlives_a_kill";
        let acknowledged = kill_after(test, round * 20, &place);
        let events = verify(&place.path()).unwrap().events;
        let log = place.open();
        let Journal { head, entries, .. } = block_on(log.journal(key())).unwrap();
        assert!(head.entries >= acknowledged, "{acknowledged} were acknowledged");
        assert!((0..).zip(entries).all(|(number, it)| it == entry(number)));
        assert_eq!(head.entries / 3, events, "an event is there with its entry");
        match head.entries % 3 {
            0 => {}
            2 => drop(block_on(append_both(&log, head))),
            rest => panic!("{rest} of two entries that were appended together"),
        }
    }
}

fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Makes every later commit fail, the way a full or broken disk does: only when it is tried.
fn break_commits(place: &Place) {
    let obstacle = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER obstacle AFTER INSERT ON events BEGIN INSERT INTO children VALUES (NEW.position); END";
    place.raw().execute_batch(obstacle).unwrap();
}

#[test]
fn a_commit_that_fails_ends_the_process_and_acknowledges_nothing() {
    if let Some(path) = std::env::var_os(PLACE) {
        let log = SqliteLog::open(path).unwrap();
        println!("acknowledged {:?}", block_on(log.append(one(1, 4))));
        return;
    }
    let place = Place::new();
    fill(&place.open(), 3);
    break_commits(&place);
    let child = child(
        "a_commit_that_fails_ends_the_process_and_acknowledges_nothing",
        &place,
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(signal(output.status), Some(6), "it aborts");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("acknowledged"));
    assert_eq!(verify(&place.path()).unwrap().last_position, Position(3));
}
