//! `shipslog journal`: what the runs of a deployment called.

use anyhow::Result;
use clap::Args;
use serde_json::Value;
use shipslog_events::ids::DeploymentId;

use crate::client::query;
use crate::common::Common;
use crate::exit::Exit;
use crate::output::{self, text};
use crate::{deployment, moment, screen};

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
        let path = format!("{}/journal", deployment::path(self.deployment));
        let journals = common.client()?.get(&path, &self.query()).await?;
        let columns = screen::columns();
        common.output.show(&journals, |it| tables(it, columns))?;
        Ok(Exit::Succeeded)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        query(&[
            ("step", self.step.clone()),
            ("target", self.target.clone()),
            ("attempt", self.attempt.map(|it| it.to_string())),
        ])
    }
}

/// A paragraph for each run; no line is wider than so many columns, if that many are known.
fn tables(journals: &Value, columns: Option<usize>) -> String {
    let runs = journals["attempts"].as_array().into_iter().flatten();
    let told: Vec<String> = runs.map(|it| table(it, columns)).collect();
    if told.is_empty() {
        return "nothing has run yet".to_owned();
    }
    told.join("\n\n")
}

fn table(run: &Value, columns: Option<usize>) -> String {
    let head = head(run);
    if run["calls"].as_array().is_none_or(Vec::is_empty) {
        return head;
    }
    let calls = run["calls"].as_array().into_iter().flatten();
    let rows = Value::Array(calls.map(row).collect());
    let table = output::table(
        &rows,
        &[
            ("ENTRY", "entry"),
            ("CALL", "index"),
            ("KIND", "kind"),
            ("FUNCTION", "function"),
            ("ARGUMENTS", "arguments"),
        ],
    );
    let lines = table.lines().map(|it| match columns {
        Some(columns) => shortened(it, columns),
        None => it.to_owned(),
    });
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn head(run: &Value) -> String {
    let [step, target, attempt, hash] = ["step", "target", "attempt", "hash"].map(|it| text(&run[it]));
    let resumed = match run["resumed"].as_u64().unwrap_or_default() {
        0 => String::new(),
        1 => ", resumed once".to_owned(),
        times => format!(", resumed {times} times"),
    };
    let entries = match run["entries"].as_u64().unwrap_or_default() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let journal = match text(&run["state"]).as_str() {
        "none" => "no entries".to_owned(),
        "dropped" => format!("{entries}, dropped by retention; hash {hash}"),
        state => format!("{entries}, {state}; hash {hash}"),
    };
    format!("{step} on {target}, attempt {attempt}{resumed}: {journal}")
}

/// The call with its arguments as one line of text.
fn row(call: &Value) -> Value {
    let mut row = call.clone();
    let until = call["until"]
        .as_str()
        .map(|it| format!("until {}", moment::moment(it)));
    let arguments = match &call["arguments"] {
        Value::Null => "(not shown)".to_owned(),
        arguments => unfolded(arguments).to_string(),
    };
    let words: Vec<String> = until.into_iter().chain([arguments]).collect();
    row["arguments"] = words.join(" ").into();
    row
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
