//! Who has gone round the log is found out, by reading the journal and by `verify`.

use rusqlite::Connection;
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent};
use shipslog_events::ids::Position;
use shipslog_events::journal::JournalHead;

use super::{ENTRIES, attempt, fill, head, key};
use crate::event_log::{Append, EventLog};
use crate::journal_store::{JournalDamaged, JournalStore, PackError};
use crate::sqlite::tests::verifying::drop_triggers;
use crate::sqlite::tests::{Place, block_on, one};
use crate::sqlite::{SqliteLog, verify};
use crate::verified::{Broken, Damage, EntryDamage};

/// The end of the attempt: event 1.
fn end(journal: JournalHead) -> Append {
    let mut append = one(3, 1);
    append.streams[0].events[0].event = DeploymentEvent::AttemptEnded {
        id: attempt(),
        outcome: AttemptOutcome::Succeeded,
        reason: None,
        journal: Some(journal),
    }
    .into();
    append
}

/// Edits the file with every trigger dropped.
fn edit(place: &Place, sql: &str) {
    let raw: Connection = place.raw();
    drop_triggers(&raw);
    raw.execute_batch(sql).unwrap();
}

/// What `verify` and reading say of a journal in which an edit was made.
fn damage(place: &Place, log: &SqliteLog) -> (u64, EntryDamage) {
    let Err(Broken {
        position: Position::START,
        what: Damage::Journal { key: of, entry, what },
    }) = verify(&place.path())
    else {
        panic!("{:?}", verify(&place.path()))
    };
    assert_eq!(of, key());
    let read = block_on(log.journal(key())).unwrap_err();
    let damaged = JournalDamaged {
        key: key(),
        entry,
        what: what.clone(),
    };
    assert_eq!(read, damaged.into());
    (entry, what)
}

fn after_edit(sql: &str) -> (u64, EntryDamage) {
    let place = Place::new();
    let log = place.open();
    fill(&log);
    edit(&place, sql);
    let damage = damage(&place, &log);
    assert!(
        matches!(block_on(log.pack_journal(key())), Err(PackError::Damaged(_))),
        "what is damaged is not packed"
    );
    damage
}

#[test]
fn an_untouched_journal_holds_open_and_packed_and_dropped() {
    let place = Place::new();
    let log = place.open();
    fill(&log);
    block_on(log.append(end(head(ENTRIES)))).unwrap();
    assert_eq!(verify(&place.path()).unwrap().journals, 1);
    block_on(log.pack_journal(key())).unwrap();
    assert_eq!(verify(&place.path()).unwrap().journals, 1);
    block_on(log.drop_journals(jiff::Timestamp::MAX)).unwrap();
    assert_eq!(verify(&place.path()).unwrap().journals, 0);
}

#[test]
fn an_edited_entry_shows() {
    for edit in ["content = x'00'", "content = x''", "hash = zeroblob(32)"] {
        let sql = format!("UPDATE journal_entries SET {edit} WHERE entry = 3");
        assert_eq!(after_edit(&sql), (3, EntryDamage::Edited), "{edit}");
    }
}

#[test]
fn an_entry_taken_out_shows_in_the_middle_and_at_the_end() {
    for entry in [0, 3, ENTRIES - 1] {
        let sql = format!("DELETE FROM journal_entries WHERE entry = {entry}");
        assert_eq!(after_edit(&sql), (entry, EntryDamage::Missing));
    }
}

#[test]
fn an_entry_taken_out_shows_even_if_the_later_ones_move_up() {
    let sql = "DELETE FROM journal_entries WHERE entry = 3;
        UPDATE journal_entries SET entry = entry - 1 WHERE entry > 3;
        UPDATE journal_heads SET entries = 5";
    assert_eq!(after_edit(sql), (3, EntryDamage::Edited));
}

#[test]
fn swapped_entries_show() {
    let with_their_hashes = "UPDATE journal_entries SET entry = 99 WHERE entry = 2;
        UPDATE journal_entries SET entry = 2 WHERE entry = 4;
        UPDATE journal_entries SET entry = 4 WHERE entry = 99";
    let contents_alone = "UPDATE journal_entries SET content = CASE entry WHEN 2 THEN CAST('entry 4' AS BLOB)
        ELSE CAST('entry 2' AS BLOB) END WHERE entry IN (2, 4)";
    for sql in [with_their_hashes, contents_alone] {
        assert_eq!(after_edit(sql), (2, EntryDamage::Moved { to: 4 }));
    }
}

#[test]
fn an_edited_head_shows() {
    for (edit, damage) in [
        ("hash = zeroblob(32)", (5, EntryDamage::Unlinked)),
        ("entries = 5", (5, EntryDamage::Uncounted)),
        ("entries = 7", (6, EntryDamage::Missing)),
    ] {
        let sql = format!("UPDATE journal_heads SET {edit}");
        assert_eq!(after_edit(&sql), damage, "{edit}");
    }
}

#[test]
fn entries_without_a_head_show() {
    assert_eq!(
        after_edit("DELETE FROM journal_heads"),
        (0, EntryDamage::Uncounted)
    );
}

#[test]
fn an_edited_pack_shows() {
    for edit in [
        "compressed = x'00'",
        "length = length + 1",
        "length = -1",
        "hash = zeroblob(32)",
        "entries = 5",
    ] {
        let place = Place::new();
        let log = place.open();
        fill(&log);
        block_on(log.pack_journal(key())).unwrap();
        self::edit(&place, &format!("UPDATE packed_journals SET {edit}"));
        assert_eq!(damage(&place, &log), (0, EntryDamage::PackedEdited), "{edit}");
    }
}

#[test]
fn entries_put_beside_a_packed_journal_show() {
    let place = Place::new();
    let log = place.open();
    fill(&log);
    block_on(log.pack_journal(key())).unwrap();
    edit(
        &place,
        "INSERT INTO journal_entries VALUES (3, 'Deploy/Web/1', 0, x'', zeroblob(32))",
    );
    let broken = verify(&place.path()).unwrap_err();
    assert!(
        broken
            .to_string()
            .starts_with("journal of deployments-3 Deploy/Web/1: entry 0 is not counted"),
        "{broken}"
    );
}

/// A log whose attempt ended with the journal that it has, edited afterwards.
fn after_its_end(packed: bool, sql: &str) -> Broken {
    let place = Place::new();
    let log = place.open();
    fill(&log);
    block_on(log.append(end(head(ENTRIES)))).unwrap();
    if packed {
        block_on(log.pack_journal(key())).unwrap();
    }
    edit(&place, sql);
    verify(&place.path()).unwrap_err()
}

#[test]
fn a_journal_taken_out_after_its_end_shows() {
    let missing = Broken {
        position: Position(1),
        what: Damage::JournalMissing { key: key() },
    };
    let open = "DELETE FROM journal_entries; DELETE FROM journal_heads";
    assert_eq!(after_its_end(false, open), missing);
    assert_eq!(after_its_end(true, "DELETE FROM packed_journals"), missing);
    assert!(
        missing
            .to_string()
            .starts_with("event 1 ends deployments-3 Deploy/Web/1 with a journal that is missing"),
        "{missing}"
    );
}

#[test]
fn a_journal_that_is_not_what_its_attempt_ended_with_shows() {
    let replaced = |there| Broken {
        position: Position(1),
        what: Damage::JournalReplaced {
            key: key(),
            named: ENTRIES,
            there,
        },
    };
    let cut = "DELETE FROM journal_entries WHERE entry = 5;
        UPDATE journal_heads SET entries = 5, hash = (SELECT hash FROM journal_entries WHERE entry = 4)";
    assert_eq!(after_its_end(false, cut), replaced(5));
    let dropped = "UPDATE packed_journals SET compressed = NULL, hash = zeroblob(32)";
    assert_eq!(after_its_end(true, dropped), replaced(6));
}

#[test]
fn a_journal_of_no_run_is_named_by_what_stands_there() {
    for sql in [
        "INSERT INTO journal_heads VALUES (7, 'x', 1, zeroblob(32))",
        "INSERT INTO journal_entries VALUES (7, 'x', 0, x'', zeroblob(32))",
        "INSERT INTO packed_journals VALUES (7, 'x', 1, zeroblob(32), 0, 0, x'')",
    ] {
        let place = Place::new();
        let log = place.open();
        fill(&log);
        edit(&place, sql);
        assert_eq!(
            verify(&place.path()).unwrap_err().to_string(),
            "journal of deployments-7 x cannot be read: `x` is no attempt; write it as `<step>/<target>/<number>`",
            "{sql}"
        );
        assert_eq!(block_on(log.open_journals()), Ok(vec![key()]), "{sql}");
    }
}
