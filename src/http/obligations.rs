//! `/v1/obligations`: what is due from whom.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, Question, heavy, page_scope},
    viewer,
};
use crate::query::{
    self, Page,
    levels::{View, of_duty},
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

/// What is due from whom, and when; what was done stays, with the day on which it was. A department sees its own duties
/// whole at any level of access. Of others it sees what its level shows of what raised the duty: from level 2 those about
/// measures, while they are under way; from level 3 (`history`) what is done, other days, publications and notices; from
/// level 4 those about objections, repairs and flags. A decision of the office about one subject raises the level for that
/// subject's duties. What is asked for and not open is answered with 403 `level-too-low`.
#[utoipa::path(
    get, path = "/v1/obligations", tag = "obligations", operation_id = "obligations",
    params(ObligationParams),
    responses((status = 200, body = Page<Obligation>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn page(
    State(app): State<App>,
    Caller(principal): Caller,
    question: Question,
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
        let cursor = question.open(cursor.as_deref())?;
        let (as_of, known_at, cursor) = (as_of.as_deref(), known_at.as_deref(), cursor.as_deref());
        let onlooker = viewer::onlooker(&app, &principal);
        let (scope, place) = if org.as_deref().is_some_and(|org| onlooker.is(org)) {
            page_scope(&app.node, as_of, known_at, cursor)?
        } else {
            viewer::open(&onlooker.sight, View::Obligations)?;
            if let Some(duty) = &duty {
                viewer::open_for(&onlooker.sight, of_duty(duty))?;
            }
            viewer::page_scope(&app, &onlooker.sight, as_of, known_at, cursor)?
        };
        obligations::page(&app.node, &Filter { org, overdue, duty }, &onlooker, &scope, place, limit)
            .map(|page| question.seal(page))
    })
    .await
    .map(Json)
}
