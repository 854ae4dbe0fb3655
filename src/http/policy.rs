//! `/v1/catalogue` and `/v1/policy`: what anyone may know of the rules; and what a new version of them would do.

use super::{
    App, Problem,
    auth::{Caller, Role},
    events::publisher,
    params::{Params, Whole, heavy},
    subjects::When,
};
use crate::{
    intake::parse,
    query::{
        Page,
        dry_run::{self, DryRun},
        policy::{self, MeasureOffered, PartView},
        scope::{Asked, Scope},
    },
};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use chengxin_projections::event::Data;
use serde_json::{Value, json};
use utoipa::OpenApi;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/catalogue", get(catalogue))
        .route("/v1/policy", get(parts))
        .route("/v1/policy/dry-run", post(dry_run))
}

#[derive(OpenApi)]
#[openapi(paths(catalogue, parts, dry_run))]
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

/// What would come of publishing a version of the policy now: whether it would be taken, what is wrong with it, and which
/// deadlines under way it would move. Nothing is changed. The body is the `data` of `policy.published`.
#[utoipa::path(
    post, path = "/v1/policy/dry-run", tag = "policy", operation_id = "policy_dry_run",
    request_body(description = "`part`, `version`, `effective` and `content`, as in `policy.published`", content = Object),
    responses(
        (status = 200, description = "What it would do, or why it would be refused", body = DryRun),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
async fn dry_run(
    State(app): State<App>,
    Caller(principal): Caller,
    Whole(body): Whole,
) -> Result<Json<DryRun>, Problem> {
    principal.require(&[Role::Office, Role::Admin])?;
    let data: Value = serde_json::from_slice(&body).map_err(|error| {
        Problem::malformed(format!("send the data of policy.published as JSON: {error}"), Vec::new())
    })?;
    let publisher = publisher(&principal)?;
    let event = json!({ "id": "dry-run", "type": "policy.published", "data": data });
    let draft = parse(event.to_string().as_bytes(), &publisher, &app.node.vault);
    let draft = draft.map_err(|rejection| pointing_into_body(rejection.into()))?;
    let Data::PolicyPublished(said) = draft.data else { return Err(Problem::internal()) };
    heavy(move || {
        let scope = Asked::read(&app.node, None, None)?.scope(&app.node, None)?;
        dry_run::dry_run(&app.node, &publisher.org, &said, &scope)
    })
    .await
    .map(Json)
}

/// The body is the `data` of the event, and what is wrong is pointed at as the caller sent it.
fn pointing_into_body(problem: Problem) -> Problem {
    let mut errors = problem.errors;
    for error in &mut errors {
        error.pointer = error.pointer.strip_prefix("/data").unwrap_or(&error.pointer).to_owned();
    }
    let detail = "send the `data` of policy.published; `errors` says what is wrong with it".to_owned();
    Problem { errors, detail, ..problem }
}

/// Every partition has the same policy, so the first answers for all.
fn scope(app: &App, when: &When) -> Result<Scope, Problem> {
    Asked::read(&app.node, when.as_of.as_deref(), when.known_at.as_deref())?.scope(&app.node, None)
}
