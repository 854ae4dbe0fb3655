//! `/v1/subjects`: credit files.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, SubjectKey, heavy},
};
use crate::query::{
    scope::{Asked, Scope},
    subject::{self, CreditFileView},
};
use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/subjects/{id}", get(credit_file))
}

#[derive(OpenApi)]
#[openapi(paths(credit_file))]
pub(super) struct Doc;

/// The day and the knowledge of a question.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
}

/// The credit file of a subject: everything known of it.
#[utoipa::path(
    get, path = "/v1/subjects/{id}", tag = "subjects", operation_id = "credit_file",
    params(("id" = String, Path, description = "Organisation code, USCC, or the id of a person"), When),
    responses((status = 200, body = CreditFileView), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn credit_file(
    State(app): State<App>,
    _: Caller,
    SubjectKey(key): SubjectKey,
    Params(when): Params<When>,
) -> Result<Json<CreditFileView>, Problem> {
    about(app, key, when, |app, key, scope| subject::credit_file(&app.node, key, scope)).await.map(Json)
}

/// Answers about one subject on the spot; elsewhere only if the log itself must be read.
async fn about<T: Send + 'static>(
    app: App,
    key: String,
    when: When,
    answer: impl FnOnce(&App, &str, &Scope) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let asked = Asked::read(&app.node, when.as_of.as_deref(), when.known_at.as_deref())?;
    let partition = app.node.shard_of(&key).number;
    let needs_log = asked.needs_log(Some(partition));
    let work = move || {
        let scope = asked.scope(&app.node, Some(partition))?;
        answer(&app, &key, &scope)
    };
    if needs_log { heavy(work).await } else { work() }
}
