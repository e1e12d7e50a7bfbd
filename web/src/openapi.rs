//! `OpenAPI` 3.1 out of the handlers' own annotations.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use shipslog_api::Problem;
use shipslog_api::address::OPENAPI;
use shipslog_api::problem::Place;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::resources;

/// What surrounds the paths.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Shipslog",
        description = "Event-sourced deployments to Kubernetes.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem, Place)),
    modifiers(&ApiKey),
    tags(
        (name = "configuration", description = "Documents, applied all or none"),
        (name = "releases", description = "Frozen once, promoted through phases"),
        (name = "deployments", description = "One release to one environment"),
        (name = "audit", description = "Every fact, who and when"),
        (name = "keys", description = "API keys, shown once"),
        (name = "server", description = "The server itself")
    )
)]
struct Shipslog;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key; its access role is viewer, deployer or administrator.",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("apiKey", SecurityScheme::Http(scheme));
    }
}

/// All handlers with their paths.
pub(crate) fn routes() -> OpenApiRouter<App> {
    resources::routes(Shipslog::openapi())
}

/// The document as it is served, with a line break at its end.
pub fn document() -> String {
    text(&routes().into_openapi())
}

fn text(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}

/// Serves the document.
pub(crate) fn route(document: &OpenApi) -> Router<App> {
    let text: Arc<str> = text(document).into();
    let answer = move || {
        let text = text.to_string();
        async move { ([(CONTENT_TYPE, "application/json")], text) }
    };
    Router::new().route(OPENAPI.pattern(), get(answer))
}

/// The problems that a read without a key can be answered with.
pub(crate) struct OpenProblems;

impl IntoResponses for OpenProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, UNKNOWN, FAILED, BEHIND])
    }
}

/// The problems that any other read can be answered with.
pub(crate) struct ReadProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, NO_KEY, TOO_SMALL, UNKNOWN, FAILED, BEHIND])
    }
}

/// The problems that a write can be answered with.
pub(crate) struct WriteProblems;

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, NO_KEY, TOO_SMALL, UNKNOWN, REFUSED, FAILED])
    }
}

/// The problems that come on top where a write has a body.
pub(crate) struct BodyProblems;

impl IntoResponses for BodyProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("413", "The body is larger than 4 MiB"),
            ("415", "The body is not `application/json`"),
            ("422", "The input is wrong in the places named; nothing was kept"),
        ])
    }
}

/// The problem that comes on top where a feed is asked.
pub(crate) struct OutsideProblem;

impl IntoResponses for OutsideProblem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[("502", "The feed did not answer as it should")])
    }
}

type Described = (&'static str, &'static str);

const UNREADABLE: Described = ("400", "The request cannot be read");
const NO_KEY: Described = ("401", "No API key, or one that opens nothing");
const TOO_SMALL: Described = ("403", "The key's access role is too small");
const UNKNOWN: Described = ("404", "There is no such thing; the nearest is named");
const REFUSED: Described = ("409", "Refused by the rules; nothing was kept");
const FAILED: Described = ("500", "The server failed");
const BEHIND: Described = ("503", "`minPosition` was not reached in time");

fn problems(statuses: &[Described]) -> BTreeMap<String, RefOr<Response>> {
    let content = || {
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(Problem::name())))
            .build()
    };
    statuses
        .iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(*description)
                .content("application/problem+json", content())
                .build();
            ((*status).to_owned(), RefOr::T(response))
        })
        .collect()
}
