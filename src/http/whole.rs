//! Answers from views that stayed whole while they were asked.

use super::{App, subjects::FIND};
use crate::problem::Problem;
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses an answer during which views were thrown away to be rebuilt: it may lack parts of what it tells.
pub(super) async fn only(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET && request.uri().path() != FIND {
        return next.run(request).await;
    }
    let before = app.node.projector.loads();
    let response = next.run(request).await;
    if app.node.projector.loads() == before {
        return response;
    }
    Problem::unavailable("the views were thrown away meanwhile, to be rebuilt from the log; try again").into_response()
}
