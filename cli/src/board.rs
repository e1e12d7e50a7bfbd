//! A project's board: which release is where.

use comfy_table::{Table, presets};
use shipslog_api::progression::{Cell, LastSuccess, Progression};
use shipslog_events::ids::EnvironmentName;

use crate::output::trimmed;

/// Releases down, environments across, newest first.
pub(crate) fn table(board: &Progression) -> String {
    let environments = board.environments.iter();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(std::iter::once("RELEASE").chain(environments.clone().map(EnvironmentName::as_str)));
    if !board.last_success.is_empty() {
        let cells = environments.clone().map(|it| last(board.last_success.get(it)));
        table.add_row(std::iter::once("last success".to_owned()).chain(cells));
    }
    for release in &board.releases {
        let cells = environments.clone().map(|it| cell(release.cells.get(it)));
        table.add_row(std::iter::once(release.version.to_string()).chain(cells));
    }
    trimmed(table)
}

fn last(last: Option<&LastSuccess>) -> String {
    match last {
        Some(LastSuccess {
            release, deployment, ..
        }) => format!("{release} ({deployment})"),
        None => "-".to_owned(),
    }
}

fn cell(cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell { deployment, status }) => format!("{status} ({deployment})"),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use shipslog_api::deployments::DeploymentStatus;
    use shipslog_api::progression::ReleaseRow;
    use shipslog_events::ids::DeploymentId;

    use super::*;

    #[test]
    fn a_board_shows_each_release_in_each_environment() {
        let row = |version: &str, cells: &[(&str, u64, DeploymentStatus)]| ReleaseRow {
            version: version.into(),
            cells: cells
                .iter()
                .map(|(environment, number, status)| {
                    let deployment = DeploymentId(*number);
                    let status = *status;
                    ((*environment).into(), Cell { deployment, status })
                })
                .collect(),
        };
        let last = LastSuccess {
            release: "1.0.0".into(),
            deployment: DeploymentId(1),
            since: "2026-11-24T15:00:00Z".parse().unwrap(),
            by: "ci".to_owned(),
        };
        let board = Progression {
            project: "Httpd".into(),
            environments: vec!["Development".into(), "Production".into()],
            last_success: [("Development".into(), last)].into(),
            releases: vec![
                row("1.0.1", &[("Development", 2, DeploymentStatus::Failed)]),
                row(
                    "1.0.0",
                    &[
                        ("Development", 1, DeploymentStatus::Succeeded),
                        ("Production", 3, DeploymentStatus::Running),
                    ],
                ),
            ],
        };
        let lines: Vec<String> = table(&board)
            .lines()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "RELEASE Development Production",
                "last success 1.0.0 (deployments-1) -",
                "1.0.1 failed (deployments-2) -",
                "1.0.0 succeeded (deployments-1) running (deployments-3)",
            ]
        );
    }
}
