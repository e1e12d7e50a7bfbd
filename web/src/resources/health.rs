//! Whether the server answers, and how far its log is.

use axum::extract::State;
use shipslog_api::health::{HEALTH, Health, HealthStatus};
use shipslog_api::paging::Reading;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::extract::{Json, Query};
use crate::openapi::OpenProblems;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health))
}

/// Whether the server answers. Needs no key.
#[utoipa::path(
    get, path = HEALTH, operation_id = "showHealth", tag = "server", params(Reading),
    responses((status = 200, description = "It does", body = Health), OpenProblems)
)]
async fn health(State(app): State<App>, Query(reading): Query<Reading>) -> Result<Json<Health>, Problem> {
    app.reach(reading.min_position).await?;
    Ok(Json(Health {
        status: HealthStatus::Ok,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        position: *app.engine.events().head().borrow(),
    }))
}
