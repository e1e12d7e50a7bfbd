//! Every resource, registered here. Its file has its handlers with their routes, and how the engine's values become the
//! API's; the shapes themselves are `shipslog-api`'s.

pub(crate) mod audit;
mod components;
mod configuration;
mod deployments;
mod events;
mod feeds;
mod health;
mod keys;
mod progression;
mod releases;
mod schemas;

use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// All handlers with their paths, beside what surrounds them in the description.
pub(crate) fn routes(surroundings: OpenApi) -> OpenApiRouter<App> {
    [
        health::routes(),
        configuration::routes(),
        releases::routes(),
        progression::routes(),
        deployments::routes(),
        events::routes(),
        audit::routes(),
        feeds::routes(),
        components::routes(),
        schemas::routes(),
        keys::routes(),
    ]
    .into_iter()
    .fold(OpenApiRouter::with_openapi(surroundings), OpenApiRouter::merge)
}
