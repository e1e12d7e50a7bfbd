//! Deployments: requested, promoted, shown, cancelled.

pub(crate) mod journal;
mod shown;
mod story;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shipslog_engine::views::DeploymentFilter;
use shipslog_events::ids::{DeploymentId, EnvironmentName, ProjectName, ReleaseVersion};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::{Deployer, Viewer};
use crate::extract::{Json, Path, Query};
use crate::openapi::{BodyProblems, ReadProblems, WriteProblems};
use crate::paging::{self, Items, Nothing, Reading};
use crate::problem::Problem;

pub(crate) use shown::{Deployment, DeploymentItem, DeploymentStatus};
pub(crate) use story::Story;

/// What to deploy, and where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deploy {
    /// Whose release.
    project: String,
    /// Which release.
    release: String,
    /// Where to; without it the release is promoted to the next environment where it has not succeeded.
    environment: Option<String>,
}

/// A deployment that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeploymentAccepted {
    /// Such as `deployments-841`.
    deployment: String,
    /// Where to.
    environment: String,
    /// Where it stands in the log.
    position: u64,
}

/// A deployment was asked to stop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CancelAccepted {
    /// The log's position with it.
    position: u64,
}

/// Which deployments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Of a project.
    project: Option<String>,
    /// To an environment.
    environment: Option<String>,
    /// Of a release.
    release: Option<String>,
    /// Only those that have not ended.
    #[serde(default)]
    #[param(required = false)]
    open: bool,
    /// Items on the page: 1 to 500, 50 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    min_position: Option<u64>,
}

/// Requests a deployment, or a promotion where no environment is named. Access role: deployer.
#[utoipa::path(
    post, path = "/api/v1/deployments", operation_id = "createDeployment", tag = "deployments", security(("apiKey" = [])), request_body = Deploy,
    responses((status = 202, description = "Accepted", body = DeploymentAccepted), WriteProblems, BodyProblems)
)]
pub(crate) async fn create(
    State(app): State<App>,
    Deployer(by): Deployer,
    _: Query<Nothing>,
    Json(asked): Json<Deploy>,
) -> Result<(StatusCode, Json<DeploymentAccepted>), Problem> {
    let project = ProjectName::new(asked.project);
    let release = ReleaseVersion::new(asked.release);
    let accepted = match asked.environment.map(EnvironmentName::new) {
        Some(environment) => app.engine.deploy(&by, &project, &release, &environment).await?,
        None => app.engine.promote(&by, &project, &release).await?,
    };
    let body = DeploymentAccepted {
        deployment: accepted.deployment.to_string(),
        environment: accepted.environment.to_string(),
        position: accepted.position.0,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// Deployments, newest first, without their steps. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/deployments", operation_id = "listDeployments", tag = "deployments", security(("apiKey" = [])), params(Filter),
    responses((status = 200, description = "A page", body = Items<DeploymentItem>), ReadProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(filter): Query<Filter>,
) -> Result<Json<Items<DeploymentItem>>, Problem> {
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
    let page = Items::page(found, limit, |last| {
        paging::cursor("deployments", last.deployment.id.0)
    });
    let mut items = Vec::new();
    for view in page.items {
        let waiting_for = story::waiting_for(&app.engine, &view.deployment).await?;
        items.push(DeploymentItem::new(view, waiting_for));
    }
    Ok(Json(Items {
        items,
        next: page.next,
    }))
}

/// One deployment with its steps, targets and attempts. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/deployments/{id}", operation_id = "showDeployment", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Reading),
    responses((status = 200, description = "The deployment", body = Deployment), ReadProblems)
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Json<Deployment>, Problem> {
    app.reach(reading.min_position).await?;
    let story = Story::read(&app.engine, self::id(&id)?).await?;
    Ok(Json(story.now().await?))
}

/// Asks a deployment to stop; asking twice is asking once. Access role: deployer.
#[utoipa::path(
    post, path = "/api/v1/deployments/{id}/cancel", operation_id = "cancelDeployment", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`")),
    responses((status = 202, description = "It will stop", body = CancelAccepted), WriteProblems)
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Deployer(by): Deployer,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<(StatusCode, Json<CancelAccepted>), Problem> {
    let position = app.engine.cancel(&by, self::id(&id)?).await?;
    let body = CancelAccepted { position: position.0 };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// Nobody ever requested it.
fn unknown(id: DeploymentId) -> Problem {
    Problem::not_found(format!("there is no {id}; `shipslog get deployments` lists them"))
}

/// A deployment's id as people write it.
pub(crate) fn id(text: &str) -> Result<DeploymentId, Problem> {
    text.parse().map_err(Problem::not_found)
}
