//! Deployments: requested, promoted, shown, cancelled.

mod changes;
mod journal;
mod log;
mod shown;
mod watch;

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::deployments::{
    CANCEL, CancelAccepted, DEPLOYMENT, DEPLOYMENTS, Deploy, Deployment, DeploymentAccepted, DeploymentItem,
    Filter,
};
use shipslog_api::paging::{Doing, Reading};
use shipslog_engine::Engine;
use shipslog_engine::story::Story;
use shipslog_engine::views::DeploymentFilter;
use shipslog_events::ids::DeploymentId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Deployer, Viewer, because};
use crate::extract::{Json, Path, Query, Written};
use crate::openapi::{BodyProblems, ReadProblems, WriteProblems};
use crate::paging;
use crate::problem::Problem;

pub(super) use shown::status;

/// The routes, those of what belongs to one deployment too.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(watch::watch))
        .routes(routes!(log::log))
        .routes(routes!(journal::journal))
        .routes(routes!(changes::changes))
}

/// Requests a deployment, or a promotion where no environment is named. Access role: deployer.
#[utoipa::path(
    post, path = DEPLOYMENTS, operation_id = "createDeployment", tag = "deployments", security(("apiKey" = [])), params(Doing), request_body = Deploy,
    responses((status = 202, description = "Accepted", body = DeploymentAccepted), WriteProblems, BodyProblems)
)]
async fn create(
    State(app): State<App>,
    Deployer(by): Deployer,
    Query(doing): Query<Doing>,
    Json(asked): Json<Deploy>,
) -> Result<Written<DeploymentAccepted>, Problem> {
    let by = because(by, doing.reason)?;
    let (project, release) = (asked.project, asked.release);
    let accepted = match asked.environment {
        Some(environment) => {
            app.engine
                .commands()
                .deploy(&by, &project, &release, &environment)
                .await?
        }
        None => app.engine.commands().promote(&by, &project, &release).await?,
    };
    let body = DeploymentAccepted {
        deployment: accepted.deployment,
        environment: accepted.environment,
        position: accepted.position,
    };
    Ok(Written(body))
}

/// Deployments, newest first, without their steps. Access role: viewer.
#[utoipa::path(
    get, path = DEPLOYMENTS, operation_id = "listDeployments", tag = "deployments", security(("apiKey" = [])), params(Filter),
    responses((status = 200, description = "A page", body = Page<DeploymentItem>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(filter): Query<Filter>,
) -> Result<Json<Page<DeploymentItem>>, Problem> {
    app.reach(filter.min_position).await?;
    let limit = paging::limit(filter.limit)?;
    let before = paging::place("deployments", filter.cursor.as_deref())?.map(DeploymentId);
    let wanted = DeploymentFilter {
        project: filter.project,
        environment: filter.environment,
        release: filter.release,
        open: filter.open,
    };
    let found = app.engine.views().deployments(wanted, before, limit + 1).await?;
    let page = paging::page(found, limit, |last| {
        paging::cursor("deployments", last.deployment.id.0)
    });
    let mut items = Vec::new();
    for view in &page.items {
        items.push(shown::listed(app.engine.views(), view).await?);
    }
    Ok(Json(Page {
        items,
        next: page.next,
    }))
}

/// One deployment with its steps, targets and attempts. Access role: viewer.
#[utoipa::path(
    get, path = DEPLOYMENT, operation_id = "showDeployment", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Reading),
    responses((status = 200, description = "The deployment", body = Deployment), ReadProblems)
)]
async fn show(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Json<Deployment>, Problem> {
    app.has(reading.min_position)?;
    let story = story(&app.engine, self::id(&id)?).await?;
    Ok(Json(shown::deployment(&app.engine, &story).await?))
}

/// Asks a deployment to stop; asking twice is asking once. Access role: deployer.
#[utoipa::path(
    post, path = CANCEL, operation_id = "cancelDeployment", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Doing),
    responses((status = 202, description = "It will stop", body = CancelAccepted), WriteProblems)
)]
async fn cancel(
    State(app): State<App>,
    Deployer(by): Deployer,
    Path(id): Path<String>,
    Query(doing): Query<Doing>,
) -> Result<Written<CancelAccepted>, Problem> {
    let by = because(by, doing.reason)?;
    let position = app.engine.commands().cancel(&by, self::id(&id)?).await?;
    let body = CancelAccepted { position };
    Ok(Written(body))
}

/// A deployment's story so far, or a problem where nobody ever requested it.
pub(super) async fn story(engine: &Engine, id: DeploymentId) -> Result<Story, Problem> {
    engine.story(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: DeploymentId) -> Problem {
    Problem::not_found(format!("there is no {id}; `shipslog get deployments` lists them"))
}

/// A deployment's id as people write it.
pub(super) fn id(text: &str) -> Result<DeploymentId, Problem> {
    text.parse().map_err(Problem::not_found)
}
