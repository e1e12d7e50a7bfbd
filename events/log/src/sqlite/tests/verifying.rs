//! What `verify` finds when somebody has gone round the log.

use rusqlite::Connection;
use shipslog_events::ids::Position;

use super::{Place, fill};
use crate::sqlite::verify;
use crate::verified::{Broken, Damage, Verified};

const EVENTS: u128 = 6;

/// A log with a few events, edited in the file with every trigger dropped.
fn after(edit: impl FnOnce(&Connection)) -> Result<Verified, Broken> {
    let place = Place::new();
    fill(&place.open(), EVENTS);
    let raw = place.raw();
    drop_triggers(&raw);
    edit(&raw);
    drop(raw);
    verify(&place.path())
}

/// Whoever has the file may do that.
pub(super) fn drop_triggers(raw: &Connection) {
    let triggers: Vec<String> = raw
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(|name| name.unwrap())
        .collect();
    for trigger in triggers {
        raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
}

fn after_sql(sql: &str) -> Result<Verified, Broken> {
    after(|raw| raw.execute_batch(sql).unwrap())
}

fn broken(position: u64, what: Damage) -> Result<Verified, Broken> {
    Err(Broken {
        position: Position(position),
        what,
    })
}

#[test]
fn an_untouched_log_holds() {
    let verified = after_sql("").unwrap();
    assert_eq!((verified.events, verified.last_position), (6, Position(6)));
}

#[test]
fn an_empty_log_holds() {
    let place = Place::new();
    drop(place.open());
    assert_eq!(verify(&place.path()).unwrap().events, 0);
}

#[test]
fn it_can_be_used_while_the_log_is_open() {
    let place = Place::new();
    let log = place.open();
    fill(&log, EVENTS);
    assert_eq!(verify(&place.path()).unwrap().events, 6);
    fill(&log, EVENTS + 2);
    assert_eq!(verify(&place.path()).unwrap().events, 8);
}

#[test]
fn an_edit_of_any_column_shows() {
    for edit in [
        "id = x'000102030405060708090a0b0c0d0e0f'",
        "stream = 'deployment/2'",
        "version = 99",
        "type = 'key-created'",
        "schema = 2",
        "recorded_at = recorded_at + 1",
        "actor = 'server'",
        "source_key = 'k'",
        "source_address = ''",
        "correlation = x'000102030405060708090a0b0c0d0e0f'",
        "causation = x'000102030405060708090a0b0c0d0e0f'",
        "facts = '{\"key\":\"other\"}'",
        "bodies = '[]'",
        "previous = zeroblob(32)",
        "hash = zeroblob(32)",
    ] {
        let sql = format!("UPDATE events SET {edit} WHERE position = 4");
        assert_eq!(after_sql(&sql), broken(4, Damage::Edited), "{edit}");
    }
}

#[test]
fn a_deleted_event_shows() {
    for position in 1..6 {
        let sql = format!("DELETE FROM events WHERE position = {position}");
        assert_eq!(after_sql(&sql), broken(position, Damage::Missing));
    }
}

#[test]
fn a_deleted_event_shows_even_if_the_later_ones_move_up() {
    let sql = "DELETE FROM events WHERE position = 4;
        DELETE FROM bodies WHERE position = 4;
        UPDATE events SET position = position - 1 WHERE position > 4;
        UPDATE bodies SET position = position - 1 WHERE position > 4;";
    assert_eq!(after_sql(sql), broken(4, Damage::Edited));
}

#[test]
fn swapped_events_show() {
    let sql = "UPDATE events SET position = 99 WHERE position = 2;
        UPDATE events SET position = 2 WHERE position = 4;
        UPDATE events SET position = 4 WHERE position = 99;";
    assert_eq!(after_sql(sql), broken(2, Damage::Edited));
}

#[test]
fn an_event_replaced_by_one_with_a_right_hash_shows_at_the_next() {
    let edited = after(|raw| {
        raw.execute_batch("UPDATE events SET actor = 'server' WHERE position = 3")
            .unwrap();
        let sql = format!("SELECT {} FROM events WHERE position = 3", super::super::row::ALL);
        let hash = raw
            .query_row(&sql, [], |row| {
                let columns = super::super::row::columns(row)?;
                Ok(shipslog_events::chain::hash(
                    super::super::row::previous(row)?,
                    &columns,
                ))
            })
            .unwrap();
        raw.execute(
            "UPDATE events SET hash = ?1 WHERE position = 3",
            [hash.as_bytes()],
        )
        .unwrap();
    });
    assert_eq!(edited, broken(4, Damage::Unlinked));
}

#[test]
fn a_value_of_the_wrong_kind_shows_and_does_not_panic() {
    let edited = after_sql("UPDATE events SET facts = CAST(x'ff' AS TEXT) WHERE position = 4");
    let Err(Broken {
        position: Position(4),
        what: Damage::Unreadable(_),
    }) = edited
    else {
        panic!("{edited:?}")
    };
}

#[test]
fn an_edited_body_shows() {
    for edit in [
        "compressed = (SELECT compressed FROM bodies WHERE position = 3)",
        "compressed = x'00'",
        "salt = zeroblob(32)",
        "length = length + 1",
        "length = 4611686018427387904",
        "length = -1",
    ] {
        let edited = after_sql(&format!("UPDATE bodies SET {edit} WHERE position = 2"));
        assert_eq!(edited, broken(2, Damage::BodyEdited("text".into())), "{edit}");
    }
}

#[test]
fn a_body_put_there_later_shows() {
    let add = "INSERT INTO bodies SELECT position, 'extra', salt, length, compressed FROM bodies WHERE position = 2";
    assert_eq!(after_sql(add), broken(2, Damage::BodyAdded("extra".into())));
    let beyond =
        "INSERT INTO bodies SELECT 99, name, salt, length, compressed FROM bodies WHERE position = 2";
    assert_eq!(after_sql(beyond), broken(99, Damage::Missing));
}

#[test]
fn erasing_every_body_leaves_the_log_whole() {
    let place = Place::new();
    fill(&place.open(), EVENTS);
    let before = verify(&place.path()).unwrap();
    assert_eq!(place.raw().execute("DELETE FROM bodies", []).unwrap(), 6);
    assert_eq!(verify(&place.path()).unwrap(), before);
    fill(&place.open(), EVENTS);
    assert_eq!(
        verify(&place.path()).unwrap(),
        before,
        "an append whose bodies were erased is still a repeat"
    );
}

#[test]
fn a_tail_that_was_cut_off_leaves_a_shorter_log_with_another_head() {
    let (whole, cut) = (
        after_sql("").unwrap(),
        after_sql("DELETE FROM events WHERE position = 6; DELETE FROM bodies WHERE position = 6"),
    );
    let cut = cut.unwrap();
    assert_eq!(cut.last_position, Position(5));
    assert_ne!(cut.head_hash, whole.head_hash);
}

#[test]
fn what_is_no_log_is_not_verified() {
    let place = Place::new();
    for content in [None, Some("text")] {
        if let Some(content) = content {
            std::fs::write(place.path(), content).unwrap();
        }
        let Err(Broken {
            position: Position::START,
            what: Damage::Unreadable(_),
        }) = verify(&place.path())
        else {
            panic!("{content:?} is no log")
        };
    }
}
