//! The HTTP API of Shipslog: `/api/v1` over one engine, problem details for every error, `OpenAPI` from the handlers.
//!
//! One file a resource. Nothing here decides: handlers read the request, ask the engine, and write down its answer.

mod actor;
mod app;
mod auth;
mod extract;
mod idempotency;
mod openapi;
mod paging;
mod problem;
mod resources;
mod router;
mod serve;
mod stream;
#[cfg(test)]
mod tests;

use axum::Router;
use shipslog_engine::Engine;

pub use openapi::document as openapi_document;
pub use resources::audit::shown as shown_verification;
pub use serve::serve;

/// The whole API over one engine. Streams that it answers with end with what they tell, or with the client.
pub fn router(engine: Engine) -> Router {
    router::router(app::App::new(engine))
}
