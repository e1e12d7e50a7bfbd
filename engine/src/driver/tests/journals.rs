//! Journals of runs on disk: damaged, packed, dropped, and what must not be in them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use shipslog_domain::deployment::AttemptState;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason, EndReason};
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId};
use shipslog_events::journal::JournalKey;
use shipslog_log::raw::JournalEdit;
use shipslog_log::sqlite::FILE;
use shipslog_log::{Journal, JournalError, raw};
use shipslog_test_support::component::tiny;
use shipslog_test_support::documents::{project, surroundings};

use super::{asking_in_vain, ended, message, outcomes};
use crate::engine::{Engine, Options};
use crate::testing::faults::Call;
use crate::testing::house::{House, by};
use crate::views::DeploymentView;

pub(super) const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn key(id: DeploymentId) -> JournalKey {
    let attempt = AttemptId {
        step: "Go".into(),
        target: "Web Development".into(),
        attempt: AttemptNumber::FIRST,
    };
    JournalKey::of(id, &attempt)
}

/// Reads the journal until it is so: nobody is woken by entries.
async fn until(engine: &Engine, id: DeploymentId, is_so: impl Fn(&Result<Journal, JournalError>) -> bool) {
    let waited = async {
        while !is_so(&engine.tools.store.journals.journal(key(id)).await) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap();
}

pub(super) async fn waiting(step: &str) -> (House, DeploymentId) {
    let house = House::with(&[step]).await;
    let id = house.deploy(step, "Development").await.unwrap().deployment;
    house.running(id).await;
    until(&house.engine, id, |it| {
        it.as_ref().is_ok_and(|it| it.head.entries > 0)
    })
    .await;
    (house, id)
}

pub(super) fn reason(view: &DeploymentView) -> Option<EndReason> {
    match view.deployment.attempts[0].state {
        AttemptState::Ended { reason, .. } => reason,
        AttemptState::Running => None,
    }
}

async fn ends_as_damaged(house: &House, id: DeploymentId, words: &str) {
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Errored));
    assert_eq!(
        outcomes(&view),
        [Some(AttemptOutcome::Errored)],
        "it is not tried again"
    );
    assert_eq!(reason(&view), Some(EndReason::JournalDamaged));
    let said = message(house, &view).await;
    assert!(said.contains(words), "{said}");
}

#[tokio::test]
async fn a_run_whose_journal_was_damaged_ends_and_names_the_entry() {
    for (edit, words) in [
        (JournalEdit::Entry(0, b"{}"), "entry 0 was edited"),
        (JournalEdit::NoEntries, "entry 0 is missing"),
        (JournalEdit::HeadHash, "entry 0 "),
        (JournalEdit::StrayValue, "the event log cannot be read"),
        (JournalEdit::HeadEntries(2), "entry 1 is missing"),
    ] {
        let (house, id) = waiting("wait").await;
        let house = house
            .reopened_after(|location| raw::edit_journal(location, &key(id), edit))
            .await;
        ends_as_damaged(&house, id, words).await;
    }
}

#[tokio::test]
async fn so_does_one_whose_entries_hold_and_say_nothing() {
    let (house, id) = waiting("wait").await;
    let edit = JournalEdit::Rewritten(&[b"{}"]);
    let house = house
        .reopened_after(|location| raw::edit_journal(location, &key(id), edit))
        .await;
    ends_as_damaged(&house, id, "entry 0 of its journal cannot be read").await;
}

#[tokio::test]
async fn a_run_does_not_go_on_with_another_component_or_none() {
    for (bytes, words) in [
        (None, "is not in the data directory"),
        (Some("other"), "its digest is"),
    ] {
        let (house, id) = waiting("wait").await;
        let house = house
            .reopened_with(Vec::new(), |directory| {
                for file in std::fs::read_dir(directory.join("components")).unwrap() {
                    let path = file.unwrap().path();
                    std::fs::remove_file(&path).unwrap();
                    if let Some(bytes) = bytes {
                        std::fs::write(path, bytes).unwrap();
                    }
                }
            })
            .await;
        let view = house.ended(id).await;
        assert_eq!(view.deployment.status, ended(DeploymentEndReason::Failed));
        assert_eq!(outcomes(&view), [Some(AttemptOutcome::Failed)]);
        let said = message(&house, &view).await;
        assert!(said.contains(words) && said.contains("sha256:"), "{said}");
    }
}

#[tokio::test]
async fn a_run_that_is_cancelled_after_a_crash_does_not_say_that_it_never_began() {
    let (house, id, _silent) = asking_in_vain().await;
    let house = house.reopened().await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(outcomes(&view), [Some(AttemptOutcome::Cancelled)]);
    let said = message(&house, &view).await;
    assert!(
        said.ends_with("cancelled before it went on after the server had stopped"),
        "{said}"
    );
}

const SECRET: &str = "a value that nobody may see";

/// A deployment of a step that is given a sensitive value and hands it on.
async fn secretive() -> (House, DeploymentId) {
    let house = House::empty(&["blink"]).await;
    let mut blink = project("blink", &json!({ "text": "#{Token}" }));
    blink["variables"] = json!([{ "name": "Token", "sensitive": SECRET }]);
    house.apply([surroundings(), vec![blink]].concat()).await;
    house.release("blink").await.unwrap();
    let id = house.deploy("blink", "Development").await.unwrap().deployment;
    (house, id)
}

#[tokio::test]
async fn a_journal_is_packed_once_its_run_is_over_and_its_end_vouches_for_it() {
    let (house, id) = secretive().await;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    let journal = house.journals().journal(key(id)).await.unwrap();
    assert_eq!(view.deployment.attempts[0].journal, Some(journal.head));
    assert!(journal.head.entries >= 4);
    let open = house.journals().open_journals().await.unwrap();
    assert_eq!(open, []);
    house.engine.verify().await.unwrap();
}

#[tokio::test]
async fn no_secret_is_in_a_journal_or_anywhere_else_on_disk() {
    let (house, id) = secretive().await;
    house.ended(id).await;
    let journal = house.journals().journal(key(id)).await.unwrap();
    let mut seen: Vec<(String, Vec<u8>)> = vec![("the journal".to_owned(), journal.entries.concat())];
    for name in [FILE, "shipslog.db-wal", "views.db", "views.db-wal"] {
        let read = std::fs::read(house.path().join(name));
        seen.extend(read.ok().map(|it| (name.to_owned(), it)));
    }
    assert!(seen.len() >= 3);
    for (place, bytes) in seen {
        for form in [SECRET.to_owned(), STANDARD.encode(SECRET), hex::encode(SECRET)] {
            let is_there = bytes.windows(form.len()).any(|it| it == form.as_bytes());
            assert!(!is_there, "{form} is in {place}");
        }
    }
}

#[tokio::test]
async fn a_journal_that_could_not_be_packed_is_packed_at_the_next_start_and_dropped_in_its_time() {
    let (house, id) = secretive().await;
    house.faults.script(|call| matches!(call, Call::Pack));
    house.ended(id).await;
    let head = house.journals().journal(key(id)).await.unwrap().head;
    assert_eq!(house.journals().open_journals().await.unwrap(), [key(id)]);
    house.faults.script(|_| false);
    let house = house.reopened().await;
    let waited = async {
        while !house.journals().open_journals().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap();
    assert_eq!(house.journals().journal(key(id)).await.unwrap().head, head);
    house.engine.clone().close().await;
    let options = Options {
        data_dir: house.path().to_owned(),
        sealing_key_file: None,
        keep_journals: Some(Duration::ZERO),
        components_dir: None,
    };
    let _directory = house.closed();
    let engine = Engine::open(options, &[("blink@1", &tiny("blink"))])
        .await
        .unwrap();
    until(&engine, id, |it| matches!(it, Err(JournalError::Dropped { .. }))).await;
    engine
        .verify()
        .await
        .expect("its head stays, which the run's end names");
    engine.close().await;
}
