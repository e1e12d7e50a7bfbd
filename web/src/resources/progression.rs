//! The board of a project: releases by environments, each cell with the latest deployment.

use std::collections::BTreeMap;

use axum::extract::State;
use shipslog_api::progression::{Cell, LastSuccess, PROGRESSION, Progression, Reading, ReleaseRow};
use shipslog_engine::views::{ReleaseView, Views};
use shipslog_events::event::configuration::{DocumentFacts, Kind};
use shipslog_events::ids::{EnvironmentName, ProjectName};
use shipslog_events::stream::LaneKey;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;
use crate::resources::configuration::existing;
use crate::resources::deployments::status;
use crate::{actor, paging};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(progression))
}

/// The board of a project. Access role: viewer.
#[utoipa::path(
    get, path = PROGRESSION, operation_id = "showProgression", tag = "releases", security(("apiKey" = [])),
    params(("project" = String, Path, description = "The project's name"), Reading),
    responses((status = 200, description = "The board", body = Progression), ReadProblems)
)]
async fn progression(
    State(app): State<App>,
    _: Viewer,
    Path(project): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Json<Progression>, Problem> {
    app.reach(reading.min_position).await?;
    let limit = paging::limit(reading.limit)?;
    let mut environments = environments(&app, &project).await?;
    let (views, project) = (app.engine.views(), ProjectName::new(project));
    let mut releases = Vec::new();
    for release in views.releases(&project, 0, limit).await? {
        releases.push(row(views, release).await?);
    }
    // Where it was deployed before its lifecycle changed.
    for name in releases.iter().flat_map(|it| it.cells.keys()) {
        if !environments.contains(name) {
            environments.push(name.clone());
        }
    }
    let last_success = last_success(&app, &project, &environments).await?;
    Ok(Json(Progression {
        project,
        environments,
        last_success,
        releases,
    }))
}

/// What succeeded last, environment by environment.
async fn last_success(
    app: &App,
    project: &ProjectName,
    environments: &[EnvironmentName],
) -> Result<BTreeMap<EnvironmentName, LastSuccess>, Problem> {
    let views = app.engine.views();
    let project = existing(app, Kind::Project, project.as_str()).await?;
    let mut found = BTreeMap::new();
    for name in environments {
        let Some(environment) = views.document(Kind::Environment, name.as_str()).await? else {
            continue;
        };
        let lane = LaneKey::new(&project.entry.slug, &environment.entry.slug);
        let Some(last) = views.lane(&lane).await?.and_then(|it| it.lane.last_success) else {
            continue;
        };
        if let Some(view) = views.deployment(last).await? {
            let since = view.ended_at.unwrap_or(view.requested_at);
            let success = LastSuccess {
                release: view.deployment.release,
                deployment: last,
                since,
                by: actor::name(&view.requested_by),
            };
            found.insert(name.clone(), success);
        }
    }
    Ok(found)
}

async fn environments(app: &App, project: &str) -> Result<Vec<EnvironmentName>, Problem> {
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
        if !environments.contains(name) {
            environments.push(name.clone());
        }
    }
    Ok(environments)
}

async fn row(views: &Views, view: ReleaseView) -> Result<ReleaseRow, Problem> {
    let mut cells = BTreeMap::new();
    for (environment, id) in view.progress.requested {
        if let Some(found) = views.deployment(id).await? {
            let cell = Cell {
                deployment: id,
                status: status(&found.deployment.status),
            };
            cells.insert(environment, cell);
        }
    }
    Ok(ReleaseRow {
        version: view.release.version,
        cells,
    })
}
