//! `OpenAPI` 3.1 out of the handlers' own annotations.

mod problems;

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use shipslog_api::Problem;
use shipslog_api::address::OPENAPI;
use shipslog_api::problem::Place;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::resources;

pub(crate) use problems::{
    BodyProblems, OpenProblems, OutsideProblem, ParameterProblem, ReadProblems, WriteProblems,
};

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
