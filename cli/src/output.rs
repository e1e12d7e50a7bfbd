//! How answers are shown: as a table for people, as JSON or YAML for programs.

use std::io::Write as _;

use anyhow::Result;
use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde_json::Value;

use crate::moment::moment;
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
    /// Shows a value, `table` says how for people.
    pub(crate) fn show(self, value: &Value, table: impl FnOnce(&Value) -> String) -> Result<()> {
        match self {
            Self::Table => line(&table(value)),
            Self::Json => line(&serde_json::to_string_pretty(value)?),
            Self::Yaml => line(yaml::write(value)?.trim_end()),
        }
    }

    /// Shows a list's items.
    pub(crate) fn show_items(self, items: Vec<Value>, table: impl FnOnce(&Value) -> String) -> Result<()> {
        self.show(&Value::Array(items), table)
    }
}

/// Writes a line to standard output; colours only where they are understood.
pub(crate) fn line(text: &str) -> Result<()> {
    writeln!(anstream::stdout(), "{text}")?;
    Ok(())
}

/// A table of items, a line each however long. Each column is a heading and a path into the item, such as
/// `packages.0.version`.
pub(crate) fn table(items: &Value, columns: &[(&str, &str)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|it| it.0));
    for item in items.as_array().into_iter().flatten() {
        table.add_row(columns.iter().map(|it| moment(&text(at(item, it.1)))));
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

fn at<'a>(item: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .fold(item, |value, part| match part.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[part],
        })
}

/// A value in a cell.
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
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_path() {
        let items =
            json!([{ "version": "1.0.0", "packages": [{ "version": "2.4.71" }] }, { "version": "1.0.1" }]);
        let shown = table(
            &items,
            &[("VERSION", "version"), ("PACKAGE", "packages.0.version")],
        );
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[1].starts_with("1.0.0") && lines[1].ends_with("2.4.71"),
            "{shown}"
        );
    }
}
