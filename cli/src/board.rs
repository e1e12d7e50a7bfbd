//! A project's board: which release is where.

use comfy_table::{Table, presets};
use serde_json::Value;

use crate::output::{text, trimmed};

/// The server tells of no more releases at once.
pub(crate) const LARGEST: usize = 500;

/// Releases down, environments across, newest first.
pub(crate) fn table(board: &Value) -> String {
    let environments: Vec<&str> = board["environments"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(std::iter::once("RELEASE").chain(environments.iter().copied()));
    for release in board["releases"].as_array().into_iter().flatten() {
        let cells = environments.iter().map(|it| cell(&release["cells"][*it]));
        table.add_row(std::iter::once(text(&release["version"])).chain(cells));
    }
    trimmed(table)
}

fn cell(cell: &Value) -> String {
    match (cell["status"].as_str(), cell["deployment"].as_str()) {
        (Some(status), Some(deployment)) => format!("{status} ({deployment})"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_board_shows_each_release_in_each_environment() {
        let board = json!({
            "project": "Httpd", "environments": ["Development", "Production"],
            "releases": [
                { "version": "1.0.1", "cells": { "Development": { "deployment": "deployments-2", "status": "failed" } } },
                { "version": "1.0.0", "cells": {
                    "Development": { "deployment": "deployments-1", "status": "succeeded" },
                    "Production": { "deployment": "deployments-3", "status": "running" } } },
            ]
        });
        let lines: Vec<String> = table(&board)
            .lines()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "RELEASE Development Production",
                "1.0.1 failed (deployments-2) -",
                "1.0.0 succeeded (deployments-1) running (deployments-3)",
            ]
        );
    }
}
