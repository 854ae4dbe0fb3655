//! `/v1/catalogue` and `/v1/policy`: what anyone may know of the rules.

use super::{
    App, Problem,
    params::{Params, heavy},
    subjects::When,
};
use crate::query::{
    Page,
    policy::{self, MeasureOffered, PartView},
    scope::{Asked, Scope},
};
use axum::{Json, Router, extract::State, routing::get};
use utoipa::OpenApi;

pub fn routes() -> Router<App> {
    Router::new().route("/v1/catalogue", get(catalogue)).route("/v1/policy", get(parts))
}

#[derive(OpenApi)]
#[openapi(paths(catalogue, parts))]
pub(super) struct Doc;

/// The catalogue of measures in force. Public.
#[utoipa::path(
    get, path = "/v1/catalogue", tag = "policy", operation_id = "catalogue", params(When), security(()),
    responses((status = 200, body = Page<MeasureOffered>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn catalogue(State(app): State<App>, Params(when): Params<When>) -> Result<Json<Page<MeasureOffered>>, Problem> {
    heavy(move || Ok(policy::catalogue(&scope(&app, &when)?))).await.map(Json)
}

/// Every part of the policy in force, with its version. Public.
#[utoipa::path(
    get, path = "/v1/policy", tag = "policy", operation_id = "policy", params(When), security(()),
    responses((status = 200, body = Page<PartView>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn parts(State(app): State<App>, Params(when): Params<When>) -> Result<Json<Page<PartView>>, Problem> {
    heavy(move || Ok(policy::policy(&scope(&app, &when)?))).await.map(Json)
}

/// Every partition has the same policy, so the first answers for all.
fn scope(app: &App, when: &When) -> Result<Scope, Problem> {
    Asked::read(&app.node, when.as_of.as_deref(), when.known_at.as_deref())?.scope(&app.node, None)
}
