//! The router: the handlers, and all that surrounds them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::extract::LARGEST_BODY;
use crate::problem::Problem;
use crate::{idempotency, openapi};

/// All routes with their fallbacks, limits and traces.
pub(crate) fn router(app: App) -> Router {
    let (routes, document) = openapi::routes().split_for_parts();
    routes
        .merge(openapi::route(&document))
        .fallback(async || Problem::no_route())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(middleware::from_fn_with_state(app.clone(), idempotency::layer))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}
