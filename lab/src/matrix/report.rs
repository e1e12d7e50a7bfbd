//! What became of each place, for people and for programs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::plan::Spot;
use tasks::progress::{elapsed, say};

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is the same as the undisturbed one.
    Same,
    /// There are not so many calls after the last entry, and the run is the same.
    NotReached,
    /// What differs.
    Differs(Vec<String>),
    /// It could not be carried out.
    Broken(String),
}

/// A run of a step and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) step: &'static str,
    /// Nothing: undisturbed once more, which shows that the comparison itself sees no difference where there is none.
    pub(crate) spot: Option<Spot>,
    pub(crate) outcome: Outcome,
    /// Accepted writes that changed nothing.
    pub(crate) repeated: usize,
    pub(crate) took: Duration,
    /// Where a server's data was kept, if there is something to look at.
    pub(crate) kept: Option<String>,
}

impl Row {
    pub(crate) fn is_ok(&self) -> bool {
        match self.outcome {
            Outcome::Same | Outcome::NotReached => true,
            Outcome::Differs(_) | Outcome::Broken(_) => false,
        }
    }

    fn is_place(&self) -> bool {
        self.spot.is_some() && self.outcome != Outcome::NotReached
    }

    fn cells(&self) -> [String; 6] {
        let (index, function, class, window) = match &self.spot {
            None => <_>::default(),
            Some(it) => (
                it.index.to_string(),
                it.function.clone(),
                it.class.clone(),
                it.window.to_string(),
            ),
        };
        [self.step.to_owned(), index, function, class, window, self.words()]
    }

    fn words(&self) -> String {
        let first = |all: &[String]| all.first().cloned().unwrap_or_default();
        match &self.outcome {
            Outcome::Same if self.repeated > 0 => format!("ok, sent again: {}", self.repeated),
            Outcome::Same => "ok".to_owned(),
            Outcome::NotReached => "ok, no such call".to_owned(),
            Outcome::Differs(all) if all.len() > 1 => format!("{} (and {} more)", first(all), all.len() - 1),
            Outcome::Differs(all) => first(all),
            Outcome::Broken(why) => why.replace('\n', " "),
        }
    }

    fn value(&self) -> Value {
        let (outcome, differences) = match &self.outcome {
            Outcome::Same => ("ok", Vec::new()),
            Outcome::NotReached => ("no-such-call", Vec::new()),
            Outcome::Differs(all) => ("differs", all.clone()),
            Outcome::Broken(why) => ("broken", vec![why.clone()]),
        };
        json!({
            "step": self.step,
            "place": self.spot,
            "outcome": outcome,
            "differences": differences,
            "repeatedWrites": self.repeated,
            "seconds": self.took.as_secs_f64(),
            "data": self.kept,
        })
    }
}

/// Prints everything, the failures with all that differs at the end.
pub(crate) fn print(rows: &[Row], took: Duration) {
    let head = ["step", "index", "function", "class", "window", "outcome"].map(str::to_owned);
    let cells: Vec<[String; 6]> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    for line in aligned(&cells) {
        say(&line);
    }
    for row in rows.iter().filter(|it| !it.is_ok()) {
        say("");
        say(&format!(
            "{}: {}",
            title(row),
            row.kept.as_deref().unwrap_or_default()
        ));
        match &row.outcome {
            Outcome::Differs(all) => all.iter().for_each(|it| say(&format!("  {it}"))),
            Outcome::Broken(why) => say(&format!("  {why}")),
            Outcome::Same | Outcome::NotReached => {}
        }
    }
    say("");
    say(&summary(rows, took));
}

fn title(row: &Row) -> String {
    match &row.spot {
        Some(spot) => format!("{} at {} ({})", row.step, spot.place(), spot.function),
        None => format!("{} undisturbed", row.step),
    }
}

/// Undisturbed runs and calls that are not there are no places.
pub(crate) fn summary(rows: &[Row], took: Duration) -> String {
    let places: Vec<&Row> = rows.iter().filter(|it| it.is_place()).collect();
    let good = places.iter().filter(|it| it.is_ok()).count();
    format!("{} places, {good} ok, in {}", places.len(), elapsed(took))
}

/// Columns as wide as their widest cell; the last as it is.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| {
        rows.iter()
            .map(|it| it[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: &[String; N]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Writes everything for programs.
pub(crate) fn write(file: &Path, rows: &[Row], took: Duration) -> Result<()> {
    let places = rows.iter().filter(|it| it.is_place());
    let (count, good) = places.fold((0, 0), |(count, good), it| {
        (count + 1, good + usize::from(it.is_ok()))
    });
    let value = json!({
        "places": count,
        "ok": good,
        "seconds": took.as_secs_f64(),
        "runs": rows.iter().map(Row::value).collect::<Vec<_>>(),
    });
    fs::write(file, serde_json::to_string_pretty(&value)? + "\n")
        .with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::super::plan::Window;
    use super::*;

    fn row(index: u64, outcome: Outcome) -> Row {
        Row {
            step: "deploy-containers",
            spot: Some(Spot {
                index,
                function: "kubernetes.apply".to_owned(),
                class: "guarded-write".to_owned(),
                window: Window::After,
                is_certain: true,
            }),
            outcome,
            repeated: 0,
            took: Duration::from_secs(3),
            kept: None,
        }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [
            ["step".to_owned(), "outcome".to_owned()],
            ["a-longer-one".to_owned(), "ok".to_owned()],
        ];
        assert_eq!(aligned(&rows), ["step          outcome", "a-longer-one  ok"]);
    }

    #[test]
    fn the_summary_counts_places_and_not_undisturbed_runs() {
        let undisturbed = Row {
            spot: None,
            ..row(0, Outcome::Same)
        };
        let rows = [
            undisturbed,
            row(9, Outcome::NotReached),
            row(1, Outcome::Same),
            row(
                2,
                Outcome::Differs(vec!["the outcome is failed, not succeeded".to_owned()]),
            ),
        ];
        assert_eq!(
            summary(&rows, Duration::from_secs(80)),
            "2 places, 1 ok, in 1m20s"
        );
    }

    #[test]
    fn a_row_says_what_differs_and_how_much_more() {
        let row = row(12, Outcome::Differs(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(
            row.cells(),
            [
                "deploy-containers",
                "12",
                "kubernetes.apply",
                "guarded-write",
                "after",
                "a (and 1 more)"
            ]
        );
        let value = row.value();
        assert_eq!(value["place"]["window"], "after");
        assert_eq!(value["differences"], json!(["a", "b"]));
    }
}
