//! Step components: what the server keeps, for whom, and letting go of what nobody needs.

use axum::extract::State;
use axum::http::StatusCode;
use shipslog_api::Page;
use shipslog_api::components::{COMPONENT, COMPONENTS, Component, Needing};
use shipslog_api::paging::{Listing, Nothing};
use shipslog_engine::commands::KeptComponent;
use shipslog_events::ids::ComponentDigest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{Administrator, Viewer};
use crate::extract::{Json, Path, Query};
use crate::openapi::{ReadProblems, WriteProblems};
use crate::paging;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(delete))
}

/// All components that are kept, the offered ones first. Access role: viewer.
#[utoipa::path(
    get, path = COMPONENTS, operation_id = "listComponents", tag = "server", security(("apiKey" = [])), params(Listing),
    responses((status = 200, description = "A page", body = Page<Component>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Component>>, Problem> {
    app.reach(listing.min_position).await?;
    let kept = app.engine.commands().kept_components().await?;
    Ok(Json(paging::cut(
        "components",
        kept.into_iter().map(shown),
        listing.limit,
        listing.cursor.as_deref(),
    )?))
}

/// Keeps a component no longer that is not offered and that no release froze. Access role: administrator.
#[utoipa::path(
    delete, path = COMPONENT, operation_id = "deleteComponent", tag = "server", security(("apiKey" = [])),
    params(("digest" = String, Path, description = "As in the list")),
    responses((status = 204, description = "Not kept any more"), WriteProblems)
)]
async fn delete(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(digest): Path<String>,
    _: Query<Nothing>,
) -> Result<StatusCode, Problem> {
    app.engine
        .commands()
        .delete_component(&by, &ComponentDigest::new(digest))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(kept: KeptComponent) -> Component {
    let needed_by = kept.needed_by.into_iter();
    Component {
        reference: kept.reference,
        digest: kept.digest,
        version: kept.version.map(|it| it.to_string()),
        built_in: kept.built_in,
        needed_by: needed_by
            .map(|(project, release)| Needing { project, release })
            .collect(),
    }
}
