//! The published JSON Schemas of the documents.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use shipslog_domain::document::schema_of;

use crate::configuration::kind;
use crate::extract::{Json, Path, Query};
use crate::openapi::OpenProblems;
use crate::paging::Reading;
use crate::problem::Problem;

/// The JSON Schema of a kind of documents. Needs no key; no position changes it.
#[utoipa::path(
    get, path = "/api/v1/schemas/{kind}", operation_id = "showSchema", tag = "configuration",
    params(("kind" = String, Path, description = "Such as `Project`; case does not matter"), Reading),
    responses(
        (status = 200, description = "The schema", body = Object, content_type = "application/schema+json"),
        OpenProblems
    )
)]
pub(crate) async fn schema(
    Path(kind): Path<String>,
    _: Query<Reading>,
) -> Result<impl IntoResponse, Problem> {
    let schema = schema_of(self::kind(&kind)?).to_value();
    let mut response = Json(schema).into_response();
    let media_type = axum::http::HeaderValue::from_static("application/schema+json");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}
