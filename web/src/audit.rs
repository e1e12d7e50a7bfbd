//! Whether the log is as it was written.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::openapi::ReadProblems;
use crate::paging::Reading;
use crate::problem::Problem;

/// The log is as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verification {
    /// How many events there are.
    events: u64,
    /// Position of the last one.
    position: u64,
    /// Its hash, which vouches for all.
    hash: String,
}

/// Checks every event's hash and every body that is still there. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/audit/verification", tag = "audit", security(("apiKey" = [])), params(Reading),
    responses(
        (status = 200, description = "Nothing was changed, moved or taken out", body = Verification),
        (status = 409, description = "`log-broken`: the first event that does not hold is named",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems
    )
)]
pub(crate) async fn verification(
    State(app): State<App>,
    _: Viewer,
    Query(reading): Query<Reading>,
) -> Result<Json<Verification>, Problem> {
    app.reach(reading.min_position).await?;
    match app.engine.verify().await {
        Ok(verified) => Ok(Json(Verification {
            events: verified.events,
            position: verified.last_position.0,
            hash: verified.head_hash.to_string(),
        })),
        Err(broken) => Err(Problem::log_broken(broken)),
    }
}
