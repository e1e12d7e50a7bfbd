//! The board of a project: releases by environments, each cell with the latest deployment.

use std::collections::BTreeMap;

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::paging::Listing;
use shipslog_api::progression::{
    Cell, LastSuccess, OnItsWay, PROGRESSION, Progression, RUNNING, Reading, ReleaseRow, Running,
};
use shipslog_domain::lane::Lane;
use shipslog_engine::views::{ReleaseView, Views};
use shipslog_events::event::configuration::{DocumentFacts, Kind};
use shipslog_events::ids::{DeploymentId, EnvironmentName, ProjectName};
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
    OpenApiRouter::new()
        .routes(routes!(progression))
        .routes(routes!(running))
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
        let lane = views.lane(&lane).await?;
        let success = success(views, lane.and_then(|it| it.lane.last_success)).await?;
        found.extend(success.map(|it| (name.clone(), it)));
    }
    Ok(found)
}

async fn success(views: &Views, last: Option<DeploymentId>) -> Result<Option<LastSuccess>, Problem> {
    let Some(deployment) = last else { return Ok(None) };
    let view = views.deployment(deployment).await?;
    Ok(view.map(|view| LastSuccess {
        since: view.ended_at.unwrap_or(view.requested_at),
        by: actor::name(&view.requested_by),
        release: view.deployment.release,
        deployment,
    }))
}

/// What runs in an environment now, project by project, and what is on its way there. Projects that never went there are
/// left out. Access role: viewer.
#[utoipa::path(
    get, path = RUNNING, operation_id = "listRunning", tag = "releases", security(("apiKey" = [])),
    params(("environment" = String, Path, description = "The environment's name"), Listing),
    responses((status = 200, description = "A page", body = Page<Running>), ReadProblems)
)]
async fn running(
    State(app): State<App>,
    _: Viewer,
    Path(environment): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Running>>, Problem> {
    app.reach(listing.min_position).await?;
    let limit = paging::limit(listing.limit)?;
    let after: Option<String> = paging::place("running", listing.cursor.as_deref())?;
    let environment = existing(&app, Kind::Environment, &environment).await?;
    let views = app.engine.views();
    let mut items = Vec::new();
    for project in views.documents(Kind::Project).await? {
        if after.as_ref().is_some_and(|after| project.name <= *after) {
            continue;
        }
        let lane = LaneKey::new(&project.entry.slug, &environment.entry.slug);
        if let Some(view) = views.lane(&lane).await? {
            let shown = shown(views, project.name, view.lane).await?;
            let nothing =
                shown.last_success.is_none() && shown.afterwards.is_none() && shown.on_its_way.is_empty();
            items.extend(Some(shown).filter(|_| !nothing));
        }
        if items.len() > limit {
            break;
        }
    }
    Ok(Json(paging::page(items, limit, |last| {
        paging::cursor("running", &last.project)
    })))
}

async fn one(views: &Views, deployment: DeploymentId) -> Result<Option<OnItsWay>, Problem> {
    let view = views.deployment(deployment).await?;
    Ok(view.map(|view| OnItsWay {
        status: status(&view.deployment.status),
        release: view.deployment.release,
        deployment,
    }))
}

/// So many of those in line are named.
const SHOWN: usize = 10;

async fn shown(views: &Views, project: String, lane: Lane) -> Result<Running, Problem> {
    let afterwards = match lane.unsettled {
        Some(deployment) => one(views, deployment).await?,
        None => None,
    };
    let mut on_its_way = Vec::new();
    let waiting = lane.waiting.iter().copied();
    let waiting: Vec<DeploymentId> = waiting.filter(|it| lane.superseded_by(*it).is_none()).collect();
    for deployment in lane.holder.into_iter().chain(waiting.iter().copied().take(SHOWN)) {
        on_its_way.extend(one(views, deployment).await?);
    }
    Ok(Running {
        project: project.into(),
        last_success: success(views, lane.last_success).await?,
        afterwards,
        on_its_way,
        in_line: waiting.len(),
    })
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
    for (environment, latest) in view.progress.requested {
        // What is on its way there is more than what has ended since.
        let mut open = view
            .progress
            .open
            .iter()
            .filter(|it| it.1.environment == environment);
        let id = open.next_back().map_or(latest, |it| *it.0);
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
