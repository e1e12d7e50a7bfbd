//! What opening makes, keeps and refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use shipslog_events::ids::{DeploymentId, Position};

use super::{Place, block_on, fill, one};
use crate::event_log::{EventLog, EventReader};
use crate::sqlite::{OpenError, SqliteLog};

fn refused(place: &Place) -> OpenError {
    SqliteLog::open(place.path()).unwrap_err()
}

/// Users read these: they name the file, the reason and what to do.
fn assert_says(error: &OpenError, place: &Place, words: &[&str]) {
    let text = error.to_string();
    assert!(text.contains(place.path().to_str().unwrap()), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[test]
fn a_log_goes_on_where_it_was_closed() {
    let place = Place::new();
    let log = place.open();
    let instance = log.instance();
    fill(&log, 3);
    assert_eq!(block_on(log.reserve_deployment()), Ok(DeploymentId(1)));
    drop(log);
    let log = place.open();
    assert_eq!(log.instance(), instance);
    assert_eq!(*log.head().borrow(), Position(3));
    assert_eq!(block_on(log.append(one(1, 4))).unwrap().position, Position(4));
    assert_eq!(
        block_on(log.append(one(1, 1))).unwrap().position,
        Position(1),
        "a repeat outlives a restart"
    );
    assert_eq!(block_on(log.reserve_deployment()), Ok(DeploymentId(2)));
}

#[test]
fn no_other_user_can_read_its_files() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 1);
    let files: Vec<_> = fs::read_dir(place.folder.path())
        .unwrap()
        .map(|it| it.unwrap())
        .collect();
    assert!(
        files.len() >= 4,
        "database, lock, write-ahead log and its index: {files:?}"
    );
    for file in files {
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
    }
}

#[test]
fn a_second_server_on_one_database_is_refused_until_the_first_has_gone() {
    let place = Place::new();
    let first = place.open();
    let error = refused(&place);
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert_says(&error, &place, &["another shipslog", "stop it", "data directory"]);
    drop(first);
    place.open();
}

#[test]
fn a_newer_schema_is_refused_with_the_version_to_use() {
    let place = Place::new();
    drop(place.open());
    let raw = place.raw();
    raw.pragma_update(None, "user_version", 99).unwrap();
    raw.execute("UPDATE meta SET value = '7.1.0' WHERE key = 'oldest_reader'", [])
        .unwrap();
    drop(raw);
    let error = refused(&place);
    assert!(matches!(error, OpenError::Newer { .. }), "{error:?}");
    assert_says(
        &error,
        &place,
        &["7.1.0 or newer", "start that version", "backup"],
    );
}

#[test]
fn an_older_binary_is_refused_even_where_the_tables_are_the_same() {
    let place = Place::new();
    drop(place.open());
    place
        .raw()
        .execute("UPDATE meta SET value = '7.1.0' WHERE key = 'oldest_reader'", [])
        .unwrap();
    assert!(matches!(refused(&place), OpenError::Newer { .. }));
}

#[test]
fn a_newer_schema_that_names_no_version_is_refused_all_the_same() {
    let place = Place::new();
    drop(place.open());
    place.raw().pragma_update(None, "user_version", 99).unwrap();
    assert_says(&refused(&place), &place, &["schema 99"]);
}

#[test]
fn a_schema_from_before_the_first_release_is_refused_with_what_to_do_and_left_as_it_was() {
    for schema in [0, 1, 2] {
        let place = Place::new();
        drop(place.open());
        place.raw().pragma_update(None, "user_version", schema).unwrap();
        let before = fs::read(place.path()).unwrap();
        let error = refused(&place);
        assert!(matches!(error, OpenError::Older { .. }), "{error:?}");
        assert_says(
            &error,
            &place,
            &[
                &format!("(schema {schema}, "),
                "before the first release",
                "choose a new data directory",
            ],
        );
        assert_eq!(fs::read(place.path()).unwrap(), before);
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let place = Place::new();
    let raw = Connection::open(place.path()).unwrap();
    raw.execute_batch("CREATE TABLE other (a); INSERT INTO other VALUES (1)")
        .unwrap();
    drop(raw);
    let before = fs::read(place.path()).unwrap();
    let error = refused(&place);
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    assert_says(&error, &place, &["another program", "choose another"]);
    assert_eq!(fs::read(place.path()).unwrap(), before);
    assert_eq!(
        fs::read_dir(place.folder.path()).unwrap().count(),
        1,
        "nothing is put beside it"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
    for content in [
        &b""[..],
        b"SQLite format 3\0",
        b"kind: Project\nname: Httpd\n",
        &[0; 4096],
    ] {
        let place = Place::new();
        fs::write(place.path(), content).unwrap();
        let error = refused(&place);
        assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
        assert_says(&error, &place, &["no database", "backup"]);
        assert_eq!(fs::read(place.path()).unwrap(), content);
    }
}

#[test]
fn damaged_pages_are_refused() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 200);
    drop(log);
    let mut bytes = fs::read(place.path()).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(place.path(), bytes).unwrap();
    let error = refused(&place);
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert_says(&error, &place, &["damaged", "backup"]);
}

#[test]
fn a_database_cut_short_is_refused() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 200);
    drop(log);
    let bytes = fs::read(place.path()).unwrap();
    fs::write(place.path(), &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(refused(&place), OpenError::Corrupt { .. }));
}

#[test]
fn a_last_event_that_was_edited_is_refused() {
    let place = Place::new();
    let log = place.open();
    fill(&log, 3);
    drop(log);
    let raw = place.raw();
    let trigger: String = raw
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = 'events_are_never_updated'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    raw.execute_batch("DROP TRIGGER events_are_never_updated")
        .unwrap();
    raw.execute_batch("UPDATE events SET actor = 'server' WHERE position = 3")
        .unwrap();
    raw.execute_batch(&trigger).unwrap();
    let error = refused(&place);
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert_says(&error, &place, &["event 3 was edited"]);
}

#[test]
fn a_dropped_trigger_is_refused() {
    let place = Place::new();
    drop(place.open());
    place
        .raw()
        .execute_batch("DROP TRIGGER events_are_never_deleted")
        .unwrap();
    assert_says(&refused(&place), &place, &["events_are_never_deleted"]);
}

#[test]
fn a_log_whose_database_was_taken_away_is_not_begun_anew_over_its_leftovers() {
    let place = Place::new();
    fs::write(place.folder.path().join("log.db-wal"), [1; 64]).unwrap();
    let error = refused(&place);
    assert!(matches!(error, OpenError::Missing { .. }), "{error:?}");
    assert_says(&error, &place, &["restore the database", "log.db-wal"]);
}

#[test]
fn a_crash_while_it_was_made_leaves_nothing_in_the_way() {
    let place = Place::new();
    for leftover in ["log.db.new", "log.db.new-journal", "log.db.new-wal"] {
        fs::write(place.folder.path().join(leftover), b"half of something").unwrap();
    }
    fill(&place.open(), 1);
    assert!(!place.folder.path().join("log.db.new").exists());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let place = Place::new();
    let error = SqliteLog::open(place.folder.path().join("nowhere/log.db")).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("nowhere"), "{error}");
}
