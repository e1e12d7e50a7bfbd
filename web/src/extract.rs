//! Reading requests and writing answers: axum's extractors, with problem details where they fail.

use std::error::Error;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shipslog_api::Done;
use shipslog_domain::schema;

use crate::app::App;
use crate::problem::Problem;

/// Larger bodies are refused unread.
pub(crate) const LARGEST_BODY: usize = 4 << 20;

/// A JSON body, of a request or an answer.
pub(crate) struct Json<T>(pub(crate) T);

/// The answer to a write that was done.
pub(crate) struct Written<T>(pub(crate) T);

/// The parameters after `?`; unknown ones are refused with those there are.
pub(crate) struct Query<T>(pub(crate) T);

/// The parameters within the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        match axum::Json::from_request(request, app).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(body_problem(rejection)),
        }
    }
}

impl<T: Serialize + Done> IntoResponse for Written<T> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(T::STATUS).expect("each is a status");
        (status, Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, app).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(query_problem(&rejection)),
        }
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(rejection) => Err(path_problem(&rejection)),
        }
    }
}

fn body_problem(rejection: JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::media_type(),
        JsonRejection::JsonSyntaxError(error) => {
            Problem::bad_request("bad-json", format!("the body is no JSON: {}", reason(&error)))
        }
        JsonRejection::JsonDataError(error) => Problem::invalid(vec![place(&reason(&error))]),
        other if other.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        other => Problem::bad_request("bad-body", other.body_text()),
    }
}

fn query_problem(rejection: &QueryRejection) -> Problem {
    Problem::bad_request(
        "bad-query",
        format!("a parameter after `?` is wrong: {}", reason(rejection)),
    )
}

fn path_problem(rejection: &PathRejection) -> Problem {
    Problem::bad_request(
        "bad-path",
        format!("the path cannot be read: {}", reason(rejection)),
    )
}

/// The sentence without axum's words around it.
fn reason(error: &dyn Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// `packages.httpd: invalid type …` as a path and a message; the whole has no path.
fn place(sentence: &str) -> schema::Problem {
    let is_path = |it: &str| !it.is_empty() && !it.contains(' ');
    match sentence.split_once(": ") {
        Some((path, message)) if is_path(path) => schema::Problem::new(path.trim_start_matches('.'), message),
        Some(_) | None => schema::Problem::new("", sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_apart_from_its_message() {
        let found = place("packages.httpd: invalid type: integer `1`, expected a string");
        assert_eq!(found.path, "packages.httpd");
        assert_eq!(found.message, "invalid type: integer `1`, expected a string");
        assert_eq!(place("missing field `project` at line 1").path, "");
        assert_eq!(place("invalid type: map, expected a string").path, "");
        assert_eq!(place(".: missing field").path, "");
    }
}
