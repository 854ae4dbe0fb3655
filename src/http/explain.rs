//! `/v1/subjects/{id}/explain`: why something is as it is, in sentences and as the chain behind them.

use super::{
    App, Problem,
    auth::Caller,
    params::{Params, SubjectKey, heavy},
    viewer,
};
use crate::query::{
    explain::{self, Explained},
    levels::View,
    scope::Asked,
};
use axum::{Json, Router, extract::State, routing::get};
use chengxin_projections::explain::{Question, QuestionText};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/subjects/{id}/explain", get(explain_subject))
}

#[derive(OpenApi)]
#[openapi(paths(explain_subject))]
pub(super) struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExplainParams {
    /// A list entry, a license or a penalty, by `ORG/ID`; also whose flag or duty is asked about.
    record: Option<String>,
    /// A measure, by its code in the catalogue.
    measure: Option<String>,
    /// A flag of the record: `dishonest-while-red`, `red-and-black`, `relapse-in-watch`, `basis-lost`.
    flag: Option<String>,
    /// A duty about the record, such as `publish`; named as in `/v1/obligations`.
    duty: Option<String>,
    /// An event, by `ORG/ID`: what it did, or why it was refused.
    event: Option<String>,
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
}

/// Why something of a subject is as it is: the events, the rule, the versions of the policy and the days that were counted.
/// Asks about one thing: `record`, `measure`, `event`, `flag` with `record`, or `duty` with `record`. It reads out events,
/// also refused ones, and is open from the level that shows these and all that they do (4), or that the office allowed.
#[utoipa::path(
    get, path = "/v1/subjects/{id}/explain", tag = "subjects", operation_id = "explain",
    params(("id" = String, Path, description = "Organisation code, USCC, or the id of a person"), ExplainParams),
    responses((status = 200, body = Explained), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn explain_subject(
    State(app): State<App>,
    Caller(principal): Caller,
    SubjectKey(key): SubjectKey,
    Params(params): Params<ExplainParams>,
) -> Result<Json<Explained>, Problem> {
    let ExplainParams { record, measure, flag, duty, event, as_of, known_at } = params;
    let question = Question::try_from(QuestionText { record, measure, flag, duty, event })
        .map_err(|error| Problem::malformed(error.to_string(), Vec::new()))?;
    heavy(move || {
        viewer::open_on(&viewer::sight_of(&app, &principal, &key)?, View::Explanation)?;
        let partition = app.node.shard_of(&key).number;
        let asked = Asked::read(&app.node, as_of.as_deref(), known_at.as_deref())?;
        let scope = asked.scope(&app.node, Some(partition))?;
        explain::answer(&app.node, &key, &scope, &question)
    })
    .await
    .map(Json)
}
