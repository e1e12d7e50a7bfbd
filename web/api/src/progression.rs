//! The board of a project: releases by environments, each cell with the latest deployment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_events::ids::{DeploymentId, EnvironmentName, ProjectName, ReleaseVersion};
use utoipa::{IntoParams, ToSchema};

use crate::address::addresses;
use crate::deployments::DeploymentStatus;
use crate::text;

addresses! {
    /// The board of a project.
    PROGRESSION = "/api/v1/projects/{project}/progression";
    /// What runs in an environment now.
    RUNNING = "/api/v1/environments/{environment}/running";
}

/// How the board is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// The newest releases, so many: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// The board of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progression {
    /// The project's name.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// In the order of the lifecycle's phases.
    #[schema(value_type = Vec<String>)]
    pub environments: Vec<EnvironmentName>,
    /// Which release succeeded last in each environment; none where none has yet.
    #[schema(value_type = BTreeMap<String, LastSuccess>)]
    pub last_success: BTreeMap<EnvironmentName, LastSuccess>,
    /// Newest first.
    pub releases: Vec<ReleaseRow>,
}

/// The release whose deployment succeeded last in an environment: it runs there, unless a later one has begun and moved
/// something before it failed or was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastSuccess {
    /// The release's version.
    #[schema(value_type = String)]
    pub release: ReleaseVersion,
    /// The deployment that brought it, such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub deployment: DeploymentId,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Who asked for it.
    pub by: String,
}

/// What a project has in an environment now, and what is on its way there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The project's name.
    #[schema(value_type = String)]
    pub project: ProjectName,
    /// Which release succeeded last; none where none has yet.
    pub last_success: Option<LastSuccess>,
    /// The latest deployment that had its turn after that and ended otherwise: it may have moved something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<OnItsWay>,
    /// Deployments that have not ended: the one whose turn it is, and the first ten in line.
    pub on_its_way: Vec<OnItsWay>,
    /// How many are in line.
    pub in_line: usize,
}

/// A deployment beside what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnItsWay {
    /// The release's version.
    #[schema(value_type = String)]
    pub release: ReleaseVersion,
    /// Such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub deployment: DeploymentId,
    /// Where it stands.
    pub status: DeploymentStatus,
}

/// A release on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRow {
    /// Its version.
    #[schema(value_type = String)]
    pub version: ReleaseVersion,
    /// By environment; none where it has not been deployed.
    #[schema(value_type = BTreeMap<String, Cell>)]
    pub cells: BTreeMap<EnvironmentName, Cell>,
}

/// The latest deployment of a release to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// Such as `deployments-841`.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub deployment: DeploymentId,
    /// Where it stands.
    pub status: DeploymentStatus,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn what_runs_says_since_when_by_whom_and_what_is_on_its_way() {
        let running = Running {
            project: "Httpd".into(),
            last_success: None,
            on_its_way: vec![OnItsWay {
                release: "1.0.0".into(),
                deployment: DeploymentId(3),
                status: DeploymentStatus::Waiting,
            }],
            afterwards: None,
            in_line: 1,
        };
        let shown = json!({
            "project": "Httpd", "lastSuccess": null,
            "onItsWay": [{ "release": "1.0.0", "deployment": "deployments-3", "status": "waiting" }],
            "inLine": 1
        });
        assert_eq!(round_trip(&running), shown);
    }

    #[test]
    fn a_board_has_a_cell_for_each_environment_that_a_release_went_to() {
        round_trip(&Reading {
            limit: Some(2),
            min_position: None,
        });
        let cell = Cell {
            deployment: DeploymentId(3),
            status: DeploymentStatus::Running,
        };
        let last = LastSuccess {
            release: "0.9.0".into(),
            deployment: DeploymentId(2),
            since: "2026-11-24T15:00:00Z".parse().unwrap(),
            by: "ci".to_owned(),
        };
        let row = ReleaseRow {
            version: "1.0.0".into(),
            cells: BTreeMap::from([("Production".into(), cell)]),
        };
        let board = Progression {
            project: "Httpd".into(),
            environments: vec!["Production".into()],
            last_success: BTreeMap::from([("Production".into(), last)]),
            releases: vec![row],
        };
        let shown = json!({
            "project": "Httpd", "environments": ["Production"],
            "lastSuccess": { "Production": { "release": "0.9.0", "deployment": "deployments-2", "since": "2026-11-24T15:00:00Z",
                "by": "ci" } },
            "releases": [{ "version": "1.0.0",
                "cells": { "Production": { "deployment": "deployments-3", "status": "running" } } }]
        });
        assert_eq!(round_trip(&board), shown);
    }
}
