//! The router: the handlers, and all that surrounds them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::openapi;
use crate::problem::Problem;

/// Larger bodies are refused unread.
const LARGEST_BODY: usize = 4 << 20;

/// All routes with their fallbacks, limits and traces.
pub(crate) fn router(app: App) -> Router {
    let (routes, document) = openapi::routes().split_for_parts();
    routes
        .merge(openapi::route(&document))
        .fallback(async || Problem::no_route())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}
