//! The published JSON Schemas of the documents.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use shipslog_api::configuration::SCHEMA;
use shipslog_api::paging::Reading;
use shipslog_domain::document::schema_of;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::openapi::OpenProblems;
use crate::problem::Problem;
use crate::resources::configuration::kind;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(schema))
}

/// The JSON Schema of a kind of documents. Needs no key; no position changes it.
#[utoipa::path(
    get, path = SCHEMA, operation_id = "showSchema", tag = "configuration",
    params(("kind" = String, Path, description = "Such as `Project`; case does not matter"), Reading),
    responses(
        (status = 200, description = "The schema", body = Object, content_type = "application/schema+json"),
        OpenProblems
    )
)]
async fn schema(Path(kind): Path<String>, _: Query<Reading>) -> Result<impl IntoResponse, Problem> {
    let schema = schema_of(self::kind(&kind)?).to_value();
    let mut response = Json(schema).into_response();
    let media_type = axum::http::HeaderValue::from_static("application/schema+json");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}
