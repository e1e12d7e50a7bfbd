//! The file of a log as whoever has it can change it: without its triggers, which are there again afterwards.

use std::path::Path;

use rusqlite::{Connection, params};
use shipslog_events::ids::Position;
use shipslog_events::journal::{JournalHead, JournalKey};

use crate::journal_edit::JournalEdit;

pub(crate) fn erase_bodies(file: &Path) -> usize {
    edited(file, |it| it.execute("DELETE FROM bodies", []))
}

pub(crate) fn erase_last_bodies(file: &Path) {
    let sql = "DELETE FROM bodies WHERE position = (SELECT max(position) FROM bodies)";
    let erased = edited(file, |it| it.execute(sql, []));
    assert_ne!(erased, 0, "no event has a body");
}

pub(crate) fn edit_journal(file: &Path, key: &JournalKey, edit: JournalEdit<'_>) {
    let edited = edited(file, |it| journal_edited(it, key, edit));
    assert_ne!(
        edited, 0,
        "the journal of {key} is not open, or has no such entry"
    );
}

fn journal_edited(file: &Connection, key: &JournalKey, edit: JournalEdit<'_>) -> rusqlite::Result<usize> {
    let (deployment, attempt) = (key.deployment.0.cast_signed(), key.attempt.to_string());
    let sql = |change: &str| format!("{change} WHERE deployment = ?1 AND attempt = ?2");
    match edit {
        JournalEdit::Entry(entry, content) => {
            let sql = sql("UPDATE journal_entries SET content = ?3") + " AND entry = ?4";
            file.execute(&sql, params![deployment, attempt, content, entry.cast_signed()])
        }
        JournalEdit::NoEntries => {
            file.execute(&sql("DELETE FROM journal_entries"), params![deployment, attempt])
        }
        JournalEdit::HeadHash => {
            let sql = sql("UPDATE journal_heads SET hash = zeroblob(32)");
            file.execute(&sql, params![deployment, attempt])
        }
        JournalEdit::StrayValue => {
            let sql = "INSERT INTO journal_sealed VALUES (?1, ?2, CAST(x'ff' AS TEXT), x'00')";
            file.execute(sql, params![deployment, attempt])
        }
        JournalEdit::HeadEntries(entries) => {
            let sql = sql("UPDATE journal_heads SET entries = ?3");
            file.execute(&sql, params![deployment, attempt, entries.cast_signed()])
        }
        JournalEdit::Rewritten(entries) => {
            file.execute(&sql("DELETE FROM journal_entries"), params![deployment, attempt])?;
            let mut head = JournalHead::START;
            for content in entries {
                let (entry, hash) = (head.entries.cast_signed(), head.with(content).hash);
                let sql = "INSERT INTO journal_entries VALUES (?1, ?2, ?3, ?4, ?5)";
                file.execute(sql, params![deployment, attempt, entry, content, hash.as_bytes()])?;
                head = head.with(content);
            }
            let (sql, entries) = (
                sql("UPDATE journal_heads SET entries = ?3, hash = ?4"),
                head.entries.cast_signed(),
            );
            file.execute(&sql, params![deployment, attempt, entries, head.hash.as_bytes()])
        }
    }
}

pub(crate) fn edit_facts(file: &Path, position: Position, facts: &str) {
    let sql = "UPDATE events SET facts = ?1 WHERE position = ?2";
    let edited = edited(file, |it| {
        it.execute(sql, params![facts, position.0.cast_signed()])
    });
    assert_eq!(edited, 1, "the log has no event {position}");
}

pub(crate) fn edit_line(file: &Path, row: u64, attempt: &str) {
    let sql = "UPDATE task_log SET attempt = ?1 WHERE id = ?2";
    let edited = edited(file, |it| it.execute(sql, params![attempt, row.cast_signed()]));
    assert_eq!(edited, 1, "the task log has no line {row}");
}

pub(crate) fn sealed_values(file: &Path) -> u64 {
    let sql = "SELECT count(*) FROM sealed_values";
    let count = Connection::open(file).and_then(|it| it.query_row(sql, [], |row| row.get::<_, i64>(0)));
    count.expect("the file of a log can be read").cast_unsigned()
}

/// Changes the file, which may be open; answers with what the change does.
fn edited<T>(file: &Path, change: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
    let edited = || {
        let mut connection = Connection::open(file)?;
        let transaction = connection.transaction()?;
        let triggers = triggers(&transaction)?;
        for (name, _) in &triggers {
            transaction.execute_batch(&format!("DROP TRIGGER {name}"))?;
        }
        let answer = change(&transaction)?;
        for (_, sql) in &triggers {
            transaction.execute_batch(sql)?;
        }
        transaction.commit()?;
        Ok::<T, rusqlite::Error>(answer)
    };
    edited().expect("the file of a log can be changed")
}

/// Names, and how they are made.
fn triggers(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let mut statement = connection.prepare(sql)?;
    let triggers = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    triggers.collect()
}
