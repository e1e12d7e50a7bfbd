//! Whether the server answers, and how far its log is.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::{Json, Query};
use crate::openapi::OpenProblems;
use crate::paging::Reading;
use crate::problem::Problem;

/// The server answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(value_type = String)]
    status: &'static str,
    /// The server's version.
    #[schema(value_type = String)]
    version: &'static str,
    /// The last position of the log.
    position: u64,
}

/// Whether the server answers. Needs no key.
#[utoipa::path(
    get, path = "/api/v1/health", operation_id = "showHealth", tag = "server", params(Reading),
    responses((status = 200, description = "It does", body = Health), OpenProblems)
)]
pub(crate) async fn health(
    State(app): State<App>,
    Query(reading): Query<Reading>,
) -> Result<Json<Health>, Problem> {
    app.reach(reading.min_position).await?;
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        position: app.engine.log().head().borrow().0,
    }))
}
