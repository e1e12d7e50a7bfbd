//! Whether the server answers, how far its log is, and how far its lists are behind.

use axum::extract::State;
use shipslog_api::health::{HEALTH, Health, HealthStatus, ViewsHealth, ViewsTrouble};
use shipslog_api::paging::Nothing;
use shipslog_engine::views::{Trouble, TroubleAt};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::extract::{Json, Query};
use crate::openapi::ParameterProblem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health))
}

/// Whether the server answers. Needs no key.
#[utoipa::path(
    get, path = HEALTH, operation_id = "showHealth", tag = "server",
    responses((status = 200, description = "It does", body = Health), ParameterProblem)
)]
async fn health(State(app): State<App>, _: Query<Nothing>) -> Json<Health> {
    let views = app.engine.views();
    let reached = *views.position().borrow();
    // Read last: the log is never behind its views.
    let position = *app.engine.events().head().borrow();
    Json(Health {
        status: HealthStatus::Ok,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        position,
        views: ViewsHealth {
            behind: position.0.saturating_sub(reached.0),
            trouble: views.trouble().as_ref().map(word),
        },
    })
}

fn word(trouble: &Trouble) -> ViewsTrouble {
    match trouble.at {
        TroubleAt::LogUnreadable => ViewsTrouble::LogUnreadable,
        TroubleAt::FileUnwritable => ViewsTrouble::FileUnwritable,
        TroubleAt::DamagedAgain => ViewsTrouble::DamagedAgain,
        TroubleAt::Stopped => ViewsTrouble::Stopped,
    }
}
