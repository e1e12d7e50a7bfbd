//! The bare group commit: one thread, one transaction for all that is waiting, the same rows in the same tables.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{BODY, ENTRY};

const SCHEMA: [&str; 1] = [include_str!("../../../events/log/src/sqlite/schema/010.sql")];
const FACTS: &str = r#"{"attempt":1,"name":"traffic-switched","step":"Go","target":"Web"}"#;
const REFERENCES: &str =
    r#"[{"commitment":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","name":"detail"}]"#;

/// One append: an event, its body, an entry of a journal and its head.
struct Row {
    deployment: u32,
    number: u32,
    id: Uuid,
    correlation: Uuid,
    causation: Uuid,
    done: oneshot::Sender<()>,
}

/// Appends a second.
pub(super) async fn appends(path: &Path, in_flight: u32, appends: u32) -> Result<f64> {
    let connection = open(path)?;
    let (sender, receiver) = channel();
    let writer = std::thread::spawn(move || write(&connection, &receiver));
    let begun = Instant::now();
    let producers = (0..in_flight).map(|deployment| {
        let sender = sender.clone();
        tokio::spawn(produce(sender, deployment, appends / in_flight))
    });
    let producers: Vec<_> = producers.collect();
    drop(sender);
    for producer in futures::future::join_all(producers).await {
        producer??;
    }
    let speed = f64::from(appends) / begun.elapsed().as_secs_f64();
    writer
        .join()
        .map_err(|_| anyhow::anyhow!("the bare writer panicked"))??;
    Ok(speed)
}

async fn produce(sender: Sender<Row>, deployment: u32, appends: u32) -> Result<()> {
    for number in 0..appends {
        let (done, waiting) = oneshot::channel();
        let row = Row {
            deployment,
            number,
            id: Uuid::now_v7(),
            correlation: Uuid::now_v7(),
            causation: Uuid::now_v7(),
            done,
        };
        sender.send(row).ok().context("the bare writer has ended")?;
        waiting.await?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    for schema in SCHEMA {
        connection.execute_batch(schema)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn write(connection: &Connection, receiver: &Receiver<Row>) -> Result<()> {
    let mut position = 0;
    while let Ok(first) = receiver.recv() {
        let rows: Vec<Row> = std::iter::once(first).chain(receiver.try_iter()).collect();
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for row in &rows {
            position += 1;
            insert(connection, row, position)?;
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for row in rows {
            // Whoever does not wait any more does not care.
            let _ = row.done.send(());
        }
    }
    Ok(())
}

fn insert(connection: &Connection, row: &Row, position: i64) -> Result<()> {
    let (hash, attempt) = ([7_u8; 32], "Go/Web/1");
    let (version, entry) = (row.number + 1, row.number);
    connection
        .prepare_cached("INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)")?
        .execute(params![
            position,
            row.id.as_bytes(),
            format!("deployment/{}", row.deployment),
            version,
            "milestone-reached",
            1,
            1_700_000_000_000_000_i64 + position,
            "server",
            None::<String>,
            None::<String>,
            row.correlation.as_bytes(),
            row.causation.as_bytes(),
            FACTS,
            REFERENCES,
            hash,
            hash,
        ])?;
    connection
        .prepare_cached("INSERT INTO bodies VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            position,
            "detail",
            hash,
            i64::try_from(BODY.len())?,
            BODY.as_bytes()
        ])?;
    connection
        .prepare_cached("INSERT INTO journal_entries VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![row.deployment, attempt, entry, ENTRY.as_bytes(), hash])?;
    let head = if entry == 0 {
        "INSERT INTO journal_heads (entries, hash, deployment, attempt) VALUES (?1, ?2, ?3, ?4)"
    } else {
        "UPDATE journal_heads SET entries = ?1, hash = ?2 WHERE deployment = ?3 AND attempt = ?4"
    };
    connection
        .prepare_cached(head)?
        .execute(params![entry + 1, hash, row.deployment, attempt])?;
    Ok(())
}
