//! Images of a feed.

use axum::extract::State;
use serde::Deserialize;
use shipslog_engine::commands::ImageQuery;
use shipslog_events::ids::FeedName;
use utoipa::IntoParams;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::{OutsideProblem, ReadProblems};
use crate::paging::Items;
use crate::problem::Problem;

/// Which image.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Tags {
    /// The image within the feed, such as `httpd`.
    image: String,
    /// Items on the page: 1 to 500, 50 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    min_position: Option<u64>,
}

/// Tags of an image that are versions, newest first. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/feeds/{feed}/tags", operation_id = "listTags", tag = "releases", security(("apiKey" = [])),
    params(("feed" = String, Path, description = "The feed's name"), Tags),
    responses(
        (status = 200, description = "A page", body = Items<String>),
        OutsideProblem,
        ReadProblems
    )
)]
pub(crate) async fn tags(
    State(app): State<App>,
    _: Viewer,
    Path(feed): Path<String>,
    Query(tags): Query<Tags>,
) -> Result<Json<Items<String>>, Problem> {
    app.reach(tags.min_position).await?;
    let image = ImageQuery {
        feed: FeedName::new(feed),
        image: tags.image,
    };
    let versions = app.engine.image_versions(&image).await?;
    Ok(Json(Items::cut(
        "tags",
        versions,
        tags.limit,
        tags.cursor.as_deref(),
    )?))
}
