//! How answers are shown: as a table for people, as JSON or YAML for programs.

use std::fmt::Display;
use std::io::Write as _;

use anyhow::Result;
use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::Answer;
use crate::yaml;

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// One YAML document.
    Yaml,
}

impl Format {
    /// Shows an answer: to programs as it stands, to people as `text` tells what it means.
    pub(crate) fn show<T: DeserializeOwned>(
        self,
        answer: &Answer,
        text: impl FnOnce(&T) -> String,
    ) -> Result<()> {
        match self {
            Self::Table => line(&text(&answer.read()?)),
            Self::Json => line(&serde_json::to_string_pretty(answer.said())?),
            Self::Yaml => line(yaml::write(answer.said())?.trim_end()),
        }
    }
}

/// Writes a line to standard output; colours only where they are understood.
pub(crate) fn line(text: &str) -> Result<()> {
    writeln!(anstream::stdout(), "{text}")?;
    Ok(())
}

/// A heading, and what stands below it.
pub(crate) type Column<T> = (&'static str, fn(&T) -> String);

/// What lists show, a line each however long.
pub(crate) trait Row: 'static + DeserializeOwned {
    /// From left to right.
    const COLUMNS: &'static [Column<Self>];
}

/// A table of items.
pub(crate) fn table<T: Row>(items: &[T]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(T::COLUMNS.iter().map(|it| it.0));
    for item in items {
        table.add_row(T::COLUMNS.iter().map(|(_, text)| text(item)));
    }
    trimmed(table)
}

/// A table without blanks at the ends of its lines.
pub(crate) fn trimmed(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
        .lines()
        .map(|it| it.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What may not be there; nothing where it is not.
pub(crate) fn maybe<T: Display>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// A value of any shape, such as a step's output.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Pair(String, Option<u32>);

    impl Row for Pair {
        const COLUMNS: &'static [Column<Self>] = &[
            ("VERSION", |it| it.0.clone()),
            ("PACKAGE", |it| maybe(it.1.as_ref())),
        ];
    }

    #[test]
    fn a_table_has_a_column_for_each_heading_and_a_line_for_each_item() {
        let shown = table(&[Pair("1.0.0".to_owned(), Some(7)), Pair("1.0.1".to_owned(), None)]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[1].starts_with("1.0.0") && lines[1].ends_with('7'),
            "{shown}"
        );
        assert_eq!(lines[2], "1.0.1");
    }
}
