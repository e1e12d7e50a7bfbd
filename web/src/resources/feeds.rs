//! Images of a feed.

use axum::extract::State;
use shipslog_api::Page;
use shipslog_api::feeds::{TAGS, Tags};
use shipslog_engine::commands::ImageQuery;
use shipslog_events::ids::FeedName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::{OutsideProblem, ReadProblems};
use crate::paging;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(tags))
}

/// Tags of an image that are versions, newest first. Access role: viewer.
#[utoipa::path(
    get, path = TAGS, operation_id = "listTags", tag = "releases", security(("apiKey" = [])),
    params(("feed" = String, Path, description = "The feed's name"), Tags),
    responses(
        (status = 200, description = "A page", body = Page<String>),
        OutsideProblem,
        ReadProblems
    )
)]
async fn tags(
    State(app): State<App>,
    _: Viewer,
    Path(feed): Path<String>,
    Query(tags): Query<Tags>,
) -> Result<Json<Page<String>>, Problem> {
    app.reach(tags.min_position).await?;
    let image = ImageQuery {
        feed: FeedName::new(feed),
        image: tags.image,
    };
    let versions = app.engine.commands().image_versions(&image).await?;
    Ok(Json(paging::cut(
        "tags",
        versions,
        tags.limit,
        tags.cursor.as_deref(),
    )?))
}
