//! How long a run with a long journal takes until it is where it was.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use rusqlite::Connection;
use shipslog_log::{Location, sqlite};
use shipslog_runner::{Component, Recorder as _};

use crate::Effort;
use crate::attempt::{self, Durable};
use crate::guests::{self, Call};
use crate::number::{Number, median, milliseconds};

const NAME: &str = "resume";
const ENTRIES: u32 = 1_000;

pub(crate) async fn measure(effort: Effort) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    let runner = attempt::runner(&folder.path().join("cache"))?;
    let component = Component::new(guests::calls(Call::Get, ENTRIES));
    let log = shipslog_log::open(&Location::Directory(folder.path().to_owned()))?;
    let first = Arc::new(Durable::new(&log, 1));
    attempt::run(&runner, &component, first.clone()).await?;
    first.flush().await?;
    let connection = Connection::open(folder.path().join(sqlite::FILE))?;
    let (mut ours, mut read) = (Vec::new(), Vec::new());
    for _ in 0..=4 * effort.rounds() {
        let begun = Instant::now();
        bare(&connection)?;
        read.push(milliseconds(begun.elapsed()));
        let begun = Instant::now();
        attempt::run(&runner, &component, Arc::new(Durable::new(&log, 1))).await?;
        ours.push(milliseconds(begun.elapsed()));
    }
    let what = "1,000 reads of 1.2 KiB replayed from the log to the end of the step";
    Ok(vec![
        Number::new(NAME, what, median(&ours), "ms")
            .against(median(&read))
            .at_most(50.0),
    ])
}

/// The rows read and their JSON decoded, nothing checked.
fn bare(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT content FROM journal_entries ORDER BY entry")?;
    let mut rows = statement.query([])?;
    let mut decoded = 0;
    while let Some(row) = rows.next()? {
        let entry: serde_json::Value = serde_json::from_slice(&row.get::<_, Vec<u8>>(0)?)?;
        decoded += u32::from(entry.is_object());
    }
    ensure!(decoded == ENTRIES, "the journal has {decoded} entries");
    Ok(())
}
