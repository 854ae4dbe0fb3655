//! `/v1/statistics`: what was done and what was late.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, heavy},
    viewer,
};
use crate::query::{
    self,
    levels::View,
    scope::Asked,
    statistics::{self, Period, Statistics},
};
use axum::{Json, Router, extract::State, routing::get};
use chengxin_projections::date::Date;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/statistics", get(count))
}

#[derive(OpenApi)]
#[openapi(paths(count))]
pub(super) struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatisticsParams {
    /// The first business day that is counted; from the beginning if left out.
    from: Option<String>,
    /// The last one; `as_of` if left out.
    to: Option<String>,
    /// The business day, `YYYY-MM-DD`, up to which things happened; if left out the last one counted, or today if that
    /// is still to come. So the figures of a past period as known at a moment are the same whenever they are asked for.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
}

/// Counts by department, kind, region, measure and month, from events only. They tell of objections, repairs and flags, too,
/// and are open from the level that shows all of these (4).
#[utoipa::path(
    get, path = "/v1/statistics", tag = "statistics", operation_id = "statistics", params(StatisticsParams),
    responses((status = 200, body = Statistics), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn count(
    State(app): State<App>,
    Caller(principal): Caller,
    Params(params): Params<StatisticsParams>,
) -> Result<Json<Statistics>, Problem> {
    let from = params.from.as_deref().map(|text| query::date("from", text)).transpose()?.unwrap_or(Date::MIN);
    let to = params.to.as_deref().map(|text| query::date("to", text)).transpose()?;
    viewer::open(&viewer::sight(&app, &principal), View::Statistics)?;
    heavy(move || {
        let asked = Asked::read(&app.node, params.as_of.as_deref(), params.known_at.as_deref())?;
        let mut scope = asked.scope(&app.node, None)?;
        if let Some(to) = to.filter(|to| *to < scope.as_of && !scope.day_asked) {
            scope.as_of = to;
        }
        let period = Period { from, to: to.unwrap_or(scope.as_of) };
        if period.to < period.from {
            return Err(Problem::parameter("to", format!("{} lies before from, {from}", period.to)));
        }
        statistics::statistics(&app.node, period, &scope)
    })
    .await
    .map(Json)
}
