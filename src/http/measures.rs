//! `/v1/measures`: what a department has to carry out.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, Question, heavy, page_scope},
    viewer,
};
use crate::query::{
    self, Page,
    levels::View,
    measure::State as MeasureState,
    worklist::{self, Implementer, WorkItem},
};
use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/measures", get(worklist))
}

#[derive(OpenApi)]
#[openapi(paths(worklist))]
pub(super) struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MeasureParams {
    /// Who carries it out: a kind of department, by code or title, or an organisation, by code or name. An organisation
    /// also has those that an authority asked it to carry out.
    implementer: Option<String>,
    /// `active`, `suspended` or `ended`.
    state: Option<String>,
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
    /// Items on the page, 1 to 1000; 50 if left out.
    limit: Option<String>,
    /// `next` of the page before. It carries the day and the knowledge of the first page.
    cursor: Option<String>,
}

/// The measures on all subjects that a department carries out, with what it was asked and what it answered. A department
/// sees its own worklist whole at any level of access, also of other days. Of others it sees from level 2 (`measures`) what
/// is in force or suspended today, from level 3 (`ended-entries`, `history`) what ended and other days, too; a decision of
/// the office about one subject raises the level for that subject's items. Below: 403 `level-too-low`.
#[utoipa::path(
    get, path = "/v1/measures", tag = "measures", operation_id = "measures",
    params(MeasureParams),
    responses((status = 200, body = Page<WorkItem>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn worklist(
    State(app): State<App>,
    Caller(principal): Caller,
    question: Question,
    Params(params): Params<MeasureParams>,
) -> Result<Json<Page<WorkItem>>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    let state = params.state.as_deref().map(state_of).transpose()?;
    heavy(move || {
        let MeasureParams { implementer, as_of, known_at, cursor, .. } = params;
        let cursor = question.open(cursor.as_deref())?;
        let (as_of, known_at, cursor) = (as_of.as_deref(), known_at.as_deref(), cursor.as_deref());
        let onlooker = viewer::onlooker(&app, &principal);
        // Whose own it is goes by the register of today, whom a past day's worklist is of by that day's.
        let is_own = |name: &str| Implementer::find(name, onlooker.sight.policy()).is_ok_and(|i| i.is(&onlooker));
        let (scope, place) = if implementer.as_deref().is_some_and(is_own) {
            page_scope(&app.node, as_of, known_at, cursor)?
        } else {
            viewer::open(&onlooker.sight, View::Worklist)?;
            if state == Some(MeasureState::Ended) {
                viewer::open_for(&onlooker.sight, "ended-entries")?;
            }
            viewer::page_scope(&app, &onlooker.sight, as_of, known_at, cursor)?
        };
        let implementer = implementer.as_deref().map(|name| Implementer::find(name, &scope.policy(0))).transpose()?;
        worklist::worklist(&app.node, implementer.as_ref(), state, &onlooker, &scope, place, limit)
            .map(|page| question.seal(page))
    })
    .await
    .map(Json)
}

fn state_of(text: &str) -> Result<MeasureState, Problem> {
    match text {
        "active" => Ok(MeasureState::Active),
        "suspended" => Ok(MeasureState::Suspended),
        "ended" => Ok(MeasureState::Ended),
        _ => Err(Problem::parameter("state", "write active, suspended or ended")),
    }
}
