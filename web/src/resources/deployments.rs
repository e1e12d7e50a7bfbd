//! Deployments: requested, promoted, shown, cancelled.

mod changes;
mod journal;
mod log;
mod shown;
mod watch;

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::deployments::{
    CANCEL, CancelAccepted, DEPLOYMENT, DEPLOYMENTS, DecideGate, Decision, Deploy, Deployment,
    DeploymentAccepted, DeploymentItem, DeploymentsAccepted, Filter, GATE, GateDecided,
};
use shipslog_api::paging::{Doing, Reading, Repeatable};
use shipslog_domain::schema;
use shipslog_engine::Engine;
use shipslog_engine::commands::{AcceptedDeployment, Destination};
use shipslog_engine::story::Story;
use shipslog_engine::views::DeploymentFilter;
use shipslog_events::event::process::GateDecision;
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
        .routes(routes!(decide_gate))
        .routes(routes!(watch::watch))
        .routes(routes!(log::log))
        .routes(routes!(journal::journal))
        .routes(routes!(changes::changes))
}

/// Requests a deployment to each environment that is named, or a promotion where none is. All of them are accepted, or
/// none. Access role: deployer.
#[utoipa::path(
    post, path = DEPLOYMENTS, operation_id = "createDeployment", tag = "deployments", security(("apiKey" = [])), params(Doing, Repeatable), request_body = Deploy,
    responses((status = 202, description = "Accepted", body = DeploymentsAccepted), WriteProblems, BodyProblems)
)]
async fn create(
    State(app): State<App>,
    Deployer(by): Deployer,
    Query(doing): Query<Doing>,
    Json(asked): Json<Deploy>,
) -> Result<Written<DeploymentsAccepted>, Problem> {
    let by = because(by, doing.reason)?;
    let to = destination(&asked)?;
    let accepted = app
        .engine
        .commands()
        .deploy(&by, &asked.project, &asked.release, &to)
        .await?;
    let one = |it: AcceptedDeployment| DeploymentAccepted {
        deployment: it.deployment,
        environment: it.environment,
    };
    let body = DeploymentsAccepted {
        deployments: accepted.deployments.into_iter().map(one).collect(),
        position: accepted.position,
    };
    Ok(Written(body))
}

/// How many environments one request may name.
const MOST_ENVIRONMENTS: usize = 100;

fn destination(asked: &Deploy) -> Result<Destination, Problem> {
    let wrong = |path: &str, message: String| Problem::invalid(vec![schema::Problem::new(path, message)]);
    let Some(environments) = &asked.environments else {
        return Ok(if asked.whole_phase {
            Destination::NextPhase
        } else {
            Destination::NextEnvironment
        });
    };
    match (environments.len(), asked.whole_phase) {
        (_, true) => {
            let message = "promotes to where the lifecycle leads: leave it out, or `environments`";
            Err(wrong("wholePhase", message.to_owned()))
        }
        (1..=MOST_ENVIRONMENTS, false) => Ok(Destination::Environments(environments.clone())),
        (0, false) => {
            let message = "names none; leave the field out to promote the release";
            Err(wrong("environments", message.to_owned()))
        }
        (count, false) => {
            let message =
                format!("has {count} environments; at most {MOST_ENVIRONMENTS} go into one request");
            Err(wrong("environments", message))
        }
    }
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
    params(("id" = String, Path, description = "Such as `deployments-841`"), Doing, Repeatable),
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

/// Passes or fails a gate that the deployment waits at. Access role: deployer.
#[utoipa::path(
    post, path = GATE, operation_id = "decideGate", tag = "deployments", security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "Such as `deployments-841`"),
        ("gate" = String, Path, description = "The gate's name"), Doing, Repeatable
    ),
    request_body = DecideGate,
    responses((status = 202, description = "Decided", body = GateDecided), WriteProblems, BodyProblems)
)]
async fn decide_gate(
    State(app): State<App>,
    Deployer(by): Deployer,
    Path((id, gate)): Path<(String, String)>,
    Query(doing): Query<Doing>,
    Json(asked): Json<DecideGate>,
) -> Result<Written<GateDecided>, Problem> {
    let by = because(by, doing.reason)?;
    let decision = match asked.decision {
        Decision::Pass => GateDecision::Passed,
        Decision::Fail => GateDecision::Failed,
    };
    let (id, gate) = (self::id(&id)?, gate.into());
    let position = app
        .engine
        .commands()
        .decide_gate(&by, id, &gate, decision)
        .await?;
    Ok(Written(GateDecided { position }))
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
