//! The board of a project: releases by environments, each cell with the latest deployment.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shipslog_engine::views::{ReleaseView, Views};
use shipslog_events::event::configuration::{DocumentFacts, Kind};
use shipslog_events::ids::ProjectName;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Viewer;
use crate::configuration::existing;
use crate::deployments::DeploymentStatus;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::paging;
use crate::problem::Problem;

/// How the board is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Reading {
    /// The newest releases, so many: 1 to 500, 50 by default.
    limit: Option<usize>,
    /// Waits until the answer shows everything up to this position of the log.
    min_position: Option<u64>,
}

/// The board of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progression {
    /// Whose.
    project: String,
    /// In the order of the lifecycle's phases.
    environments: Vec<String>,
    /// Newest first.
    releases: Vec<ReleaseRow>,
}

/// A release on the board.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseRow {
    /// Its version.
    version: String,
    /// By environment; none where it has not been deployed.
    cells: BTreeMap<String, Cell>,
}

/// The latest deployment of a release to an environment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cell {
    /// Such as `deployments-841`.
    deployment: String,
    /// Where it stands.
    status: DeploymentStatus,
}

/// The board of a project. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/progression", operation_id = "showProgression", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name"), Reading),
    responses((status = 200, description = "The board", body = Progression), ReadProblems)
)]
pub(crate) async fn progression(
    State(app): State<App>,
    _: Viewer,
    Path(project): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Json<Progression>, Problem> {
    app.reach(reading.min_position).await?;
    let limit = paging::limit(reading.limit)?;
    let mut environments = environments(&app, &project).await?;
    let views = app.engine.views();
    let mut releases = Vec::new();
    for release in views
        .releases(&ProjectName::new(project.clone()), 0, limit)
        .await?
    {
        releases.push(row(views, release).await?);
    }
    // Where it was deployed before its lifecycle changed.
    for name in releases.iter().flat_map(|it| it.cells.keys()) {
        if !environments.contains(name) {
            environments.push(name.clone());
        }
    }
    Ok(Json(Progression {
        project,
        environments,
        releases,
    }))
}

async fn environments(app: &App, project: &str) -> Result<Vec<String>, Problem> {
    let project = existing(app, Kind::Project, project).await?;
    let DocumentFacts::Project { lifecycle, .. } = project.entry.facts else {
        return Ok(Vec::new());
    };
    let lifecycle = existing(app, Kind::Lifecycle, lifecycle.as_str()).await?;
    let DocumentFacts::Lifecycle { phases } = lifecycle.entry.facts else {
        return Ok(Vec::new());
    };
    let mut environments = Vec::new();
    for name in phases.iter().flat_map(|it| &it.environments) {
        if !environments.iter().any(|it| it == name.as_str()) {
            environments.push(name.to_string());
        }
    }
    Ok(environments)
}

async fn row(views: &Views, view: ReleaseView) -> Result<ReleaseRow, Problem> {
    let mut cells = BTreeMap::new();
    for (environment, id) in view.release.entered {
        if let Some(found) = views.deployment(id).await? {
            let cell = Cell {
                deployment: id.to_string(),
                status: (&found.deployment.status).into(),
            };
            cells.insert(environment.to_string(), cell);
        }
    }
    Ok(ReleaseRow {
        version: view.release.version.to_string(),
        cells,
    })
}
