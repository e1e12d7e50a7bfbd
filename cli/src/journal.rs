//! `shipslog journal`: what the runs of a deployment called.

use anyhow::Result;
use clap::Args;
use serde_json::Value;
use shipslog_api::journals::{JOURNAL, Journal, JournalCall, JournalState, Journals, Runs};
use shipslog_events::ids::{AttemptNumber, DeploymentId};

use crate::client::Query;
use crate::common::Common;
use crate::exit::Exit;
use crate::moment::moment;
use crate::output::{self, Column, Row};
use crate::screen;

/// Shows what a deployment's runs called, from their journals.
///
/// Each run has a table of its own. ENTRY is the place in the journal, CALL says which call of the run it was; calls
/// that touch nothing outside have no entry. KIND is `answer`, `sealed` (a sensitive answer), `intent` (a write about
/// to be sent), `suspended` (a wait) or `cancelled`. Answers are never shown. On a terminal the arguments are cut at
/// its width; `-o json` has them in full where they are at most 4 KiB and hold nothing sensitive.
#[derive(Debug, Args)]
pub(crate) struct JournalVerb {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
    /// Only the runs of this step.
    #[arg(long)]
    step: Option<String>,
    /// Only the runs on this target.
    #[arg(long)]
    target: Option<String>,
    /// Only the runs with this number; each step on each target counts from 1.
    #[arg(long, value_name = "N")]
    attempt: Option<u32>,
}

impl JournalVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let path = JOURNAL.of([&self.deployment]);
        let journals = common.client()?.get(&path, &self.query()).await?;
        let columns = screen::columns();
        common.output.show(&journals, |it| tables(it, columns))?;
        Ok(Exit::Succeeded)
    }

    fn query(&self) -> Query {
        Query::of(&Runs {
            step: self.step.clone().map(Into::into),
            target: self.target.clone().map(Into::into),
            attempt: self.attempt.map(AttemptNumber),
            min_position: None,
        })
    }
}

/// A paragraph for each run; no line is wider than so many columns, if that many are known.
fn tables(journals: &Journals, columns: Option<usize>) -> String {
    let told: Vec<String> = journals.attempts.iter().map(|it| table(it, columns)).collect();
    if told.is_empty() {
        return "nothing has run yet".to_owned();
    }
    told.join("\n\n")
}

fn table(run: &Journal, columns: Option<usize>) -> String {
    let head = head(run);
    if run.calls.is_empty() {
        return head;
    }
    let table = output::table(&run.calls);
    let lines = table.lines().map(|it| match columns {
        Some(columns) => shortened(it, columns),
        None => it.to_owned(),
    });
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn head(run: &Journal) -> String {
    let Journal {
        step,
        target,
        attempt,
        hash,
        ..
    } = run;
    let resumed = match run.resumed {
        0 => String::new(),
        1 => ", resumed once".to_owned(),
        times => format!(", resumed {times} times"),
    };
    let entries = match run.entries {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let journal = match run.state {
        JournalState::None => "no entries".to_owned(),
        JournalState::Dropped => format!("{entries}, dropped by retention; hash {hash}"),
        JournalState::Open | JournalState::Packed => format!("{entries}, {}; hash {hash}", run.state),
    };
    format!("{step} on {target}, attempt {attempt}{resumed}: {journal}")
}

impl Row for JournalCall {
    const COLUMNS: &'static [Column<Self>] = &[
        ("ENTRY", |it| it.entry.to_string()),
        ("CALL", |it| it.index.to_string()),
        ("KIND", |it| it.kind.to_string()),
        ("FUNCTION", |it| it.function.clone()),
        ("ARGUMENTS", arguments),
    ];
}

/// The arguments as one line of text, after the end of a wait.
fn arguments(call: &JournalCall) -> String {
    let until = call.until.map(|it| format!("until {}", moment(it)));
    let arguments = match &call.arguments {
        None => "(not shown)".to_owned(),
        Some(arguments) => unfolded(arguments).to_string(),
    };
    let words: Vec<String> = until.into_iter().chain([arguments]).collect();
    words.join(" ")
}

/// A manifest is handed over as text; people read it as what it is.
fn unfolded(arguments: &Value) -> Value {
    match arguments {
        Value::Array(items) => items.iter().map(unfolded).collect(),
        Value::String(text) if text.starts_with('{') => {
            serde_json::from_str(text).unwrap_or_else(|_| arguments.clone())
        }
        other => other.clone(),
    }
}

fn shortened(line: &str, columns: usize) -> String {
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    let kept: String = line.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests;
