//! The database's shape, how it came to be, and how to tell that it still is.

use rusqlite::{Connection, Transaction};
use uuid::Uuid;

/// `SHLG`, in the header of every log: what tells it from any other `SQLite` file.
pub(super) const APPLICATION_ID: i32 = 0x5348_4c47;

/// The oldest shipslog that reads what this one writes: raised with every new event type, version or table, to the
/// version that has them, which may be this one. Until that is released, the schema keeps its older builds out.
///
/// A new word of a closed enum, such as a reason of `attempt-ended`, is a new version of every event type that holds
/// it. Under the version that it knows, an older binary would take the word for damage.
pub(super) const OLDEST_READER: &str = "0.1.0";

/// The schema that the first migration makes. Those before were never released, and nothing leads on from them.
pub(super) const OLDEST: i64 = 10;

/// One a schema version, in order; released ones are never edited.
const MIGRATIONS: &[&str] = &[include_str!("schema/010.sql")];

/// The newest schema that this binary knows.
pub(super) fn newest() -> i64 {
    OLDEST - 1 + i64::try_from(MIGRATIONS.len()).expect("migrations are few")
}

/// The schema that the database has.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a database that is empty, or not older than `OLDEST`, to the newest schema, all of it or nothing.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let from = version(connection)?;
    let done = usize::try_from(from - (OLDEST - 1)).unwrap_or_default();
    let Some(missing) = MIGRATIONS.get(done..).filter(|it| !it.is_empty()) else {
        return Ok(());
    };
    let transaction = connection.transaction()?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    if from == 0 {
        found(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()
}

/// Makes an empty database ours, with an instance of its own.
fn found(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    write_meta(transaction, "instance", &Uuid::now_v7().to_string())?;
    write_meta(transaction, "made_by", env!("CARGO_PKG_VERSION"))?;
    write_meta(transaction, "oldest_reader", OLDEST_READER)
}

/// One of the database's own properties.
pub(super) fn meta(connection: &Connection, key: &str) -> rusqlite::Result<String> {
    connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
}

/// Sets one of the database's own properties.
pub(super) fn write_meta(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.execute(sql, [key, value]).map(drop)
}

/// The first table, index or trigger that is not as the migrations make it, such as a trigger that somebody dropped.
pub(super) fn difference(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut expected = Connection::open_in_memory()?;
    migrate(&mut expected)?;
    let found = objects(connection)?;
    let differs = objects(&expected)?
        .into_iter()
        .find(|object| !found.contains(object));
    Ok(differs.map(|(kind, name, _)| format!("{kind} `{name}`")))
}

fn objects(connection: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
    }

    #[test]
    fn the_library_is_new_enough_not_to_lose_commits_when_its_write_ahead_log_starts_over() {
        assert!(rusqlite::version_number() >= 3_052_000, "{}", rusqlite::version());
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = fresh();
        let instance = meta(&connection, "instance").unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), newest());
        assert_eq!(meta(&connection, "instance").unwrap(), instance);
    }

    #[test]
    fn no_two_databases_are_the_same_instance() {
        assert_ne!(
            meta(&fresh(), "instance").unwrap(),
            meta(&fresh(), "instance").unwrap()
        );
    }

    #[test]
    fn a_dropped_trigger_shows() {
        let connection = fresh();
        assert_eq!(difference(&connection).unwrap(), None);
        connection
            .execute_batch("DROP TRIGGER events_are_never_updated")
            .unwrap();
        assert_eq!(
            difference(&connection).unwrap().as_deref(),
            Some("trigger `events_are_never_updated`")
        );
    }

    fn assert_refused(connection: &Connection, statements: &[&str]) {
        for refused in statements {
            let error = connection.execute_batch(refused).unwrap_err().to_string();
            assert!(error.contains("never"), "{refused}: {error}");
        }
    }

    #[test]
    fn what_was_written_is_out_of_reach_of_update_and_delete() {
        let connection = fresh();
        let event = "INSERT INTO events VALUES (1, zeroblob(16), 's', 1, 't', 1, 0, 'driver', NULL, NULL,
            zeroblob(16), NULL, '{}', '[]', zeroblob(32), zeroblob(32))";
        connection.execute_batch(event).unwrap();
        connection
            .execute_batch("INSERT INTO bodies VALUES (1, 'b', zeroblob(32), 0, x'')")
            .unwrap();
        connection
            .execute_batch("INSERT INTO sealed_values VALUES ('h', x'', 1)")
            .unwrap();
        let refused = [
            "UPDATE events SET facts = '[]'",
            "DELETE FROM events",
            "UPDATE bodies SET compressed = x'00'",
            "UPDATE sealed_values SET sealed = x'00'",
        ];
        assert_refused(&connection, &refused);
        connection
            .execute_batch("DELETE FROM bodies")
            .expect("deleting a body is erasing it");
    }

    const PACK: &str = "INSERT INTO packed_journals VALUES (1, 'a', 2, zeroblob(32), 0, 0, x'')";

    fn with_journal() -> Connection {
        let connection = fresh();
        let journal = "INSERT INTO journal_entries VALUES (1, 'a', 0, x'00', zeroblob(32)), (1, 'a', 1, x'01', zeroblob(32));
            INSERT INTO journal_heads VALUES (1, 'a', 2, zeroblob(32));
            INSERT INTO journal_sealed VALUES (1, 'a', 'h', x'00')";
        connection.execute_batch(journal).unwrap();
        connection
    }

    #[test]
    fn an_open_journal_only_grows() {
        let connection = with_journal();
        let refused = [
            "UPDATE journal_entries SET content = x'01' WHERE entry = 0",
            "DELETE FROM journal_entries WHERE entry = 1",
            "REPLACE INTO journal_entries VALUES (1, 'a', 1, x'02', zeroblob(32))",
            "UPDATE journal_heads SET entries = 1",
            "UPDATE journal_heads SET attempt = 'b', entries = 3",
            "DELETE FROM journal_heads",
            "UPDATE journal_sealed SET sealed = x'01'",
            "INSERT INTO packed_journals VALUES (1, 'a', 1, zeroblob(32), 0, 0, x'')",
        ];
        connection
            .pragma_update(None, "recursive_triggers", true)
            .unwrap();
        assert_refused(&connection, &refused);
        connection
            .execute_batch("UPDATE journal_heads SET entries = 3")
            .expect("a head may go on");
    }

    #[test]
    fn a_packed_journal_is_only_dropped() {
        let connection = with_journal();
        connection.execute_batch(PACK).unwrap();
        connection
            .execute_batch("DELETE FROM journal_entries; DELETE FROM journal_heads")
            .expect("they are packed");
        let refused = [
            "INSERT INTO journal_heads VALUES (1, 'a', 1, zeroblob(32))",
            "UPDATE packed_journals SET compressed = x'01'",
            "UPDATE packed_journals SET compressed = NULL, entries = 1",
            "DELETE FROM packed_journals",
        ];
        assert_refused(&connection, &refused);
        connection
            .execute_batch("UPDATE packed_journals SET compressed = NULL")
            .expect("that is dropping it");
    }
}
