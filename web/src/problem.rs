//! RFC 9457 problem details: the one shape of every error.

use std::fmt::Display;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shipslog_api as api;
use shipslog_api::address::OPENAPI;
use shipslog_api::problem::{Code, Place};
use shipslog_domain as domain;
use shipslog_domain::NOT_FOUND;
use shipslog_engine::{commands, journals, views};
use shipslog_log::ReadError;

/// Why a request was not carried out, to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Problem(Box<api::Problem>);

impl Problem {
    fn new(status: StatusCode, code: impl Into<Code>, title: &str, detail: impl Display) -> Self {
        let problem = api::Problem::new(status.as_u16(), code.into(), title, detail.to_string());
        Self(Box::new(problem))
    }

    /// The request cannot be read.
    pub(crate) fn bad_request(code: &'static str, detail: impl Display) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            code,
            "the request cannot be read",
            detail,
        )
    }

    /// Nobody knows who asks.
    pub(crate) fn unauthorized(detail: impl Display) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "an API key is needed",
            detail,
        )
    }

    /// Who asks may not.
    pub(crate) fn forbidden(detail: impl Display) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "the API key may not do this",
            detail,
        )
    }

    /// What the request is about does not exist.
    pub(crate) fn not_found(detail: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND, "not found", detail)
    }

    /// The path leads nowhere.
    pub(crate) fn no_route() -> Self {
        let detail = format!(
            "there is nothing at this path; {} lists all paths",
            OPENAPI.pattern()
        );
        Self::new(StatusCode::NOT_FOUND, "no-such-path", "not found", detail)
    }

    /// The path takes other methods.
    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "the path does not take this method",
            "the header `allow` lists the methods that it takes",
        )
    }

    /// The body is not JSON by its content type.
    pub(crate) fn media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "the request cannot be read",
            "send JSON with `content-type: application/json`",
        )
    }

    /// The body is larger than is read.
    pub(crate) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "the request cannot be read",
            "the body is larger than 4 MiB; send the documents in several requests",
        )
    }

    /// The input is wrong in these places.
    pub(crate) fn invalid(problems: Vec<domain::schema::Problem>) -> Self {
        let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let title = "the input is not valid; nothing was kept";
        let places = problems.into_iter().map(|it| Place {
            path: it.path,
            message: it.message,
        });
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            title,
            sentences.join("; "),
        );
        problem.0.problems = places.collect();
        problem
    }

    /// The rules say no.
    pub(crate) fn refused(code: &'static str, detail: impl Display) -> Self {
        Self::new(StatusCode::CONFLICT, code, "refused; nothing was kept", detail)
    }

    /// The log is not what was written.
    pub(crate) fn log_broken(detail: impl Display) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            Code::LOG_BROKEN,
            "the log is not as it was written",
            detail,
        )
    }

    /// A journal is not what was written, or not readable any more.
    fn journal(code: &'static str, detail: impl Display) -> Self {
        Self::new(StatusCode::CONFLICT, code, "the journal cannot be shown", detail)
    }

    /// Something outside did not answer as it should.
    fn outside(detail: impl Display) -> Self {
        Self::new(
            StatusCode::BAD_GATEWAY,
            "outside",
            "another system did not answer as it should",
            detail,
        )
    }

    /// The read models are not as far as was asked for.
    pub(crate) fn behind(detail: impl Display) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::BEHIND,
            "not there yet; try again",
            detail,
        )
    }

    /// Our own failure: the server's log has the reason, the answer has not.
    pub(crate) fn internal(error: &(impl std::error::Error + ?Sized)) -> Self {
        tracing::error!(error = %chain(error), "a request failed");
        let detail = "this is the server's own failure; its log says why";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the server failed",
            detail,
        )
    }
}

fn chain(error: &(impl std::error::Error + ?Sized)) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        sentence = format!("{sentence}: {error}");
        source = error.source();
    }
    sentence
}

impl From<commands::Error> for Problem {
    fn from(error: commands::Error) -> Self {
        match error {
            commands::Error::Refused { code, sentence } => Self::refused(code, sentence),
            commands::Error::Invalid(problems) => Self::invalid(problems),
            commands::Error::NotFound(sentence) => Self::not_found(sentence),
            commands::Error::Outside(sentence) => Self::outside(sentence),
            error @ commands::Error::Internal(_) => Self::internal(&error),
        }
    }
}

impl From<views::Error> for Problem {
    fn from(error: views::Error) -> Self {
        match error {
            views::Error::Behind { .. } | views::Error::InTheMaking => Self::behind(error),
            views::Error::Store(_)
            | views::Error::Row(_)
            | views::Error::Again(_)
            | views::Error::Log(_)
            | views::Error::Stopped(_) => Self::internal(&error),
        }
    }
}

impl From<journals::Error> for Problem {
    fn from(error: journals::Error) -> Self {
        match error {
            journals::Error::Damaged(sentence) => Self::journal("journal-damaged", sentence),
            error @ journals::Error::Unreadable { .. } => Self::journal("journal-unreadable", error),
            journals::Error::Read(error) => error.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"shipslog\""),
            );
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests;
