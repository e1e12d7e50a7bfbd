//! Step components: what the server keeps, for whom, and letting go of what nobody needs.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shipslog_engine::commands::KeptComponent;
use shipslog_events::ids::ComponentDigest;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Administrator, Viewer};
use crate::extract::{Json, Path, Query};
use crate::openapi::{ReadProblems, WriteProblems};
use crate::paging::{Items, Listing, Nothing};
use crate::problem::Problem;

/// A step component.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component {
    /// What `uses` says to mean it; none where it is kept for releases only.
    reference: Option<String>,
    /// `sha256:<hex>` of its bytes.
    digest: String,
    /// As it describes itself; none where it does not answer any more.
    version: Option<String>,
    /// Whether the server brings it along.
    built_in: bool,
    /// Releases that froze it.
    needed_by: Vec<Needing>,
}

/// A release that needs a component.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Needing {
    /// Whose.
    project: String,
    /// Which.
    release: String,
}

/// All components that are kept, the offered ones first. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/components", operation_id = "listComponents", tag = "server", security(("apiKey" = [])), params(Listing),
    responses((status = 200, description = "A page", body = Items<Component>), ReadProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(listing): Query<Listing>,
) -> Result<Json<Items<Component>>, Problem> {
    app.reach(listing.min_position).await?;
    let kept = app.engine.kept_components().await?;
    Ok(Json(Items::cut(
        "components",
        kept.into_iter().map(Component::from),
        listing.limit,
        listing.cursor.as_deref(),
    )?))
}

/// Keeps a component no longer that is not offered and that no release froze. Access role: administrator.
#[utoipa::path(
    delete, path = "/api/v1/components/{digest}", operation_id = "deleteComponent", tag = "server", security(("apiKey" = [])),
    params(("digest" = String, Path, description = "As in the list")),
    responses((status = 204, description = "Not kept any more"), WriteProblems)
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(digest): Path<String>,
    _: Query<Nothing>,
) -> Result<StatusCode, Problem> {
    app.engine
        .delete_component(&by, &ComponentDigest::new(digest))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<KeptComponent> for Component {
    fn from(kept: KeptComponent) -> Self {
        Self {
            reference: kept.reference,
            digest: kept.digest.to_string(),
            version: kept.version.map(|it| it.to_string()),
            built_in: kept.built_in,
            needed_by: kept
                .needed_by
                .into_iter()
                .map(|(project, release)| Needing {
                    project: project.to_string(),
                    release: release.to_string(),
                })
                .collect(),
        }
    }
}
