//! `/v1/obligations`: what is due from whom.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, heavy, page_scope},
};
use crate::query::{
    self, Page,
    obligations::{self, Filter, Obligation},
};
use axum::{Json, Router, extract::State, routing::get};
use chengxin_projections::policy::DUTIES;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/obligations", get(page))
}

#[derive(OpenApi)]
#[openapi(paths(page))]
pub(super) struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ObligationParams {
    /// The organisation that owes it.
    org: Option<String>,
    /// `true` for those past their due day, `false` for all others.
    overdue: Option<String>,
    /// `publish`, `notify-exit`, `notify-takedown`, …
    duty: Option<String>,
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
    /// Items on the page, 1 to 1000; 50 if left out.
    limit: Option<String>,
    /// `next` of the page before. It carries the day and the knowledge of the first page.
    cursor: Option<String>,
}

/// What is due from whom, and when; what was done stays, with the day on which it was.
#[utoipa::path(
    get, path = "/v1/obligations", tag = "obligations", operation_id = "obligations",
    params(ObligationParams),
    responses((status = 200, body = Page<Obligation>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn page(
    State(app): State<App>,
    _: Caller,
    Params(params): Params<ObligationParams>,
) -> Result<Json<Page<Obligation>>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    let overdue = params
        .overdue
        .as_deref()
        .map(|text| text.parse().map_err(|_| Problem::parameter("overdue", "write true or false")));
    let overdue = overdue.transpose()?;
    if params.duty.as_deref().is_some_and(|duty| !DUTIES.contains(&duty)) {
        return Err(Problem::parameter("duty", format!("write one of {}", DUTIES.join(", "))));
    }
    heavy(move || {
        let ObligationParams { org, duty, as_of, known_at, cursor, .. } = params;
        let (scope, place) = page_scope(&app.node, as_of.as_deref(), known_at.as_deref(), cursor.as_deref())?;
        obligations::page(&app.node, &Filter { org, overdue, duty }, &scope, place, limit)
    })
    .await
    .map(Json)
}
