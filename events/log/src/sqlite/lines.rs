//! Lines of the task log as rows.

use std::fmt::Display;

use rusqlite::{Connection, Row, params};
use shipslog_events::ids::DeploymentId;

use super::reader::integer;
use super::row::lossy;
use crate::task_log::{StoredLine, TaskLogLine, UnreadableLine};
use crate::task_queue;
use crate::verified::DamagedLines;

/// The columns in the order in which `line` reads them.
const COLUMNS: &str = "id, deployment, attempt, call, line, at, level, message";
/// Lines that are checked in one view.
const BATCH: usize = 1000;

/// Writes lines; one that is there already is left alone.
pub(super) fn insert(connection: &Connection, rows: &[task_queue::Row]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO task_log (deployment, attempt, call, line, is_marker, at, level, message)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let mut insert = connection.prepare_cached(sql)?;
    for task_queue::Row { line, is_marker } in rows {
        insert.execute(params![
            line.deployment.0.cast_signed(),
            line.attempt.to_string(),
            line.index.cast_signed(),
            line.line,
            is_marker,
            line.at,
            line.level.to_string(),
            line.message
        ])?;
    }
    Ok(())
}

/// A deployment's lines after a row.
pub(super) fn read(
    connection: &Connection,
    deployment: DeploymentId,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<StoredLine>> {
    let sql =
        format!("SELECT {COLUMNS} FROM task_log WHERE deployment = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = params![integer(deployment.0), integer(after), integer(limit as u64)];
    let lines = statement.query_map(parameters, |row| line(row).map(|(_, line)| line))?;
    lines.collect()
}

/// Reads every line that is there now, and says which are not what was handed over. Each batch is a view of its own:
/// the server goes on writing meanwhile, and what it writes can be moved into the database.
pub(super) fn check(connection: &Connection) -> rusqlite::Result<DamagedLines> {
    debug_assert!(
        connection.is_autocommit(),
        "one view of all lines would hold the server's checkpoints back"
    );
    let last = connection.query_row("SELECT coalesce(max(id), 0) FROM task_log", [], |row| row.get(0))?;
    let sql = format!("SELECT {COLUMNS} FROM task_log WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT {BATCH}");
    let mut batch = connection.prepare(&sql)?;
    let (mut damaged, mut after): (_, i64) = (DamagedLines::default(), i64::MIN);
    while after < last {
        let mut rows = batch.query([after, last])?;
        // Lines may be taken out while they are read.
        after = last;
        while let Some(row) = rows.next()? {
            let (deployment, (number, line)) = line(row)?;
            after = number.cast_signed();
            if let Err(line) = line {
                damaged.add(deployment, number, line.reason);
            }
        }
    }
    Ok(damaged)
}

/// Strict tables have numbers where numbers belong and texts elsewhere, whatever they say.
fn line(row: &Row<'_>) -> rusqlite::Result<(DeploymentId, StoredLine)> {
    let deployment = DeploymentId(row.get::<_, i64>(1)?.cast_unsigned());
    let number = row.get::<_, i64>(0)?.cast_unsigned();
    let line = match whole(row, deployment) {
        Ok(line) => Ok(line),
        Err(reason) => Err(damaged(row, reason)?),
    };
    Ok((deployment, (number, line)))
}

fn whole(row: &Row<'_>, deployment: DeploymentId) -> Result<TaskLogLine, String> {
    fn told(error: impl Display) -> String {
        error.to_string()
    }
    let text = |column| row.get_ref(column).map_err(told)?.as_str().map_err(told);
    Ok(TaskLogLine {
        deployment,
        attempt: text(2)?.parse().map_err(told)?,
        index: row.get::<_, i64>(3).map_err(told)?.cast_unsigned(),
        line: row.get(4).map_err(told)?,
        at: row.get(5).map_err(told)?,
        level: text(6)?.parse().map_err(told)?,
        message: text(7)?.to_owned(),
    })
}

fn damaged(row: &Row<'_>, reason: String) -> rusqlite::Result<UnreadableLine> {
    Ok(UnreadableLine {
        attempt: lossy(row, 2)?,
        at: row.get(5)?,
        message: lossy(row, 7)?,
        reason,
    })
}
