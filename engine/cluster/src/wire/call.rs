//! A request.

use std::fmt;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request};
use kube::client::Body;
use serde_json::Value;

use super::JSON;
use crate::Error;

/// Whether a request may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads, and writes that make the same state however often they arrive.
    Repeatable,
    /// A second arrival would do something else than the first.
    Guarded,
}

/// A request.
pub(crate) struct Call {
    method: Method,
    /// With the query.
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
    class: Class,
}

impl Call {
    pub(crate) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: JSON,
            body: Vec::new(),
            class: Class::Repeatable,
        }
    }

    pub(crate) fn write(
        method: Method,
        path: String,
        content_type: &'static str,
        body: &Value,
        class: Class,
    ) -> Self {
        Self {
            method,
            path,
            content_type,
            body: body.to_string().into_bytes(),
            class,
        }
    }

    /// The same, to be sent again when its answer gets lost: for dry runs.
    pub(crate) fn repeatable(self) -> Self {
        Self {
            class: Class::Repeatable,
            ..self
        }
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.class == Class::Guarded
    }

    pub(super) fn request(&self) -> Result<Request<Body>, Error> {
        Request::builder()
            .method(&self.method)
            .uri(&self.path)
            .header(ACCEPT, "application/json, */*;q=0.1")
            .header(CONTENT_TYPE, self.content_type)
            .body(Body::from(self.body.clone()))
            .map_err(|it| Error::invalid("", it.to_string()))
    }
}

/// Without the query, and never with the body.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{} {path}", self.method)
    }
}
