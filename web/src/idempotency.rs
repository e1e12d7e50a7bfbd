//! `Idempotency-Key` on what changes something: asked again within a day, the same request has the first answer.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shipslog_engine::commands::Once;
use shipslog_events::event::access::AccessRole;

use crate::app::App;
use crate::auth::admit;
use crate::extract::LARGEST_BODY;
use crate::problem::Problem;

/// The header's name.
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Of a key, in characters.
const LONGEST: usize = 200;

/// How long a body may take that has to be read whole.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads the key, and all that is asked for under it. Only for those who may change anything: others fill no memory.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match recognised(&app, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn recognised(app: &App, request: Request) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    admit(&parts, app, AccessRole::Deployer).await?;
    let key = key(&parts)?;
    let body = tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST_BODY))
        .await
        .map_err(|_| Problem::bad_request("bad-body", "the body did not come in time; send it again"))?
        .map_err(|_| Problem::too_large())?;
    let asked = [
        parts.uri.path().as_bytes(),
        parts.uri.query().unwrap_or_default().as_bytes(),
        &body,
    ];
    parts.extensions.insert(Once::new(key, asked));
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn key(parts: &Parts) -> Result<String, Problem> {
    let wrong = |detail: &str| {
        let detail = format!("Idempotency-Key: {detail}");
        Err(Problem::bad_request("bad-idempotency-key", detail))
    };
    let mut headers = parts.headers.get_all(HEADER).iter();
    let (Some(key), None) = (headers.next(), headers.next()) else {
        return wrong("there are several; send one");
    };
    match key.to_str().map(str::trim) {
        Ok("") => wrong("is empty; choose a text of your own, such as a build's number"),
        Ok(key) if key.len() > LONGEST => wrong("is longer than 200 characters"),
        Ok(key) => Ok(key.to_owned()),
        Err(_) => wrong("holds other characters than visible ASCII"),
    }
}
