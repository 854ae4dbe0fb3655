//! The public surface over HTTP: one file for each group of routes.

pub mod auth;
pub mod connections;
mod event_forms;
pub mod events;
pub mod explain;
pub mod feeds;
pub mod imports;
pub mod lists;
pub mod measures;
pub mod obligations;
pub mod openapi;
pub mod operation;
pub mod params;
mod places;
pub mod policy;
pub mod schemas;
mod splitter;
pub mod statistics;
pub mod subjects;
mod unread;
pub mod viewer;
mod whole;

pub use crate::problem::Problem;

use crate::{importer::jobs::Imports, node::Node};
use auth::Principals;
use std::sync::Arc;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    pub node: Arc<Node>,
    pub principals: Arc<Principals>,
    /// Files that were sent to be imported.
    pub imports: Arc<Imports>,
    /// Renders the metrics; none where nothing records them.
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

/// Requests that may be under way at a time.
const MAX_REQUESTS: usize = 512;

/// Every route. A new group of routes has a file of its own, a line here and one in [`openapi::document`].
fn all(manual: bool) -> axum::Router<App> {
    axum::Router::new()
        .merge(events::routes())
        .merge(feeds::routes())
        .merge(schemas::routes())
        .merge(imports::routes())
        .merge(subjects::routes())
        .merge(explain::routes())
        .merge(lists::routes())
        .merge(measures::routes())
        .merge(obligations::routes())
        .merge(statistics::routes())
        .merge(policy::routes())
        .merge(openapi::routes())
        .merge(operation::routes(manual))
}

/// The surface of a node.
pub fn router(app: App) -> axum::Router {
    all(app.node.clock.is_manual())
        .layer(axum::middleware::from_fn_with_state(app.clone(), whole::only))
        .layer(tower::limit::GlobalConcurrencyLimitLayer::new(MAX_REQUESTS))
        // Whether it lives is asked all the more where it is pressed hard.
        .merge(operation::probes())
        .fallback(|| async { Problem::not_found("no such route; /openapi.json lists them") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(axum::middleware::from_fn(unread::finish))
        .layer(tower_http::catch_panic::CatchPanicLayer::new())
        .layer(tower_http::trace::TraceLayer::new_for_http().make_span_with(span).on_failure(()))
        .with_state(app)
}

/// A span for each request: the path without its query, in which somebody may have typed a person's name.
fn span(request: &axum::http::Request<axum::body::Body>) -> tracing::Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}
