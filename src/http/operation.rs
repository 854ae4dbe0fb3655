//! Routes for those who run the system: liveness, readiness, metrics, and the manual clock.

use super::{
    App, Problem,
    auth::{Caller, Role},
    params::Whole,
};
use crate::{log::Topic, node::Node};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use chengxin_projections::date::Date;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Most days that one call opens: about thirty years.
const MAX_DAYS: i32 = 11_000;
/// How long a call waits until its days are open in every partition.
const OPEN_WAIT: Duration = Duration::from_secs(120);
/// A partition with more events before it than this is not ready: what it answers is too old.
const LATE_EVENTS: u64 = 10_000;
/// Pause before the call looks again whether they are open; the partitions open them on their own.
const POLL: Duration = Duration::from_millis(2);

/// `manual` adds the route that moves a manual clock; with the system clock that route does not exist.
pub fn routes(manual: bool) -> Router<App> {
    if manual { Router::new().route("/v1/clock", post(open_days)) } else { Router::new() }
}

/// What watches the process.
pub fn probes() -> Router<App> {
    Router::new().route("/livez", get(livez)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(livez, readyz, metrics, open_days))]
pub(super) struct Doc;

/// Whether the process answers.
#[utoipa::path(get, path = "/livez", tag = "operation", responses((status = 200, description = "The process answers", body = String)))]
async fn livez() -> &'static str {
    "ok\n"
}

/// Whether every partition has caught up with the log.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, description = "Caught up with the log", body = String), (status = 503, description = "Still replaying", body = String)))]
async fn readyz(State(app): State<App>) -> (StatusCode, String) {
    if app.node.projector.is_ready() {
        let node = app.node.clone();
        let late = tokio::task::spawn_blocking(move || late(&node)).await.unwrap_or_default();
        let status = if late.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        return (status, if late.is_empty() { "ok\n".to_owned() } else { late });
    }
    let behind = app.node.shards().iter().filter(|shard| !shard.is_caught_up());
    let lines = behind.map(|shard| match shard.trouble() {
        None => format!("partition {} is catching up, at {}\n", shard.number, shard.at()),
        Some(why) => format!("partition {} stands still at {}: {why}\n", shard.number, shard.at()),
    });
    (StatusCode::SERVICE_UNAVAILABLE, lines.collect())
}

/// A line for each partition that had caught up and is far behind the log again. What an away broker has is unknown here.
fn late(node: &Node) -> String {
    let lines = node.shards().iter().filter_map(|shard| {
        let behind = node.log.end(Topic::Events, shard.number).ok()?.saturating_sub(shard.at());
        (behind > LATE_EVENTS).then(|| format!("partition {} is {behind} events behind the log\n", shard.number))
    });
    lines.collect()
}

/// Metrics in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "Metrics in the text format of Prometheus", body = String)))]
async fn metrics(State(app): State<App>) -> impl IntoResponse {
    for shard in app.node.shards() {
        let partition = shard.number.to_string();
        metrics::gauge!("chengxin_partition_position", "partition" => partition.clone()).set(shard.at() as f64);
        let caught_up = if shard.is_caught_up() { 1.0 } else { 0.0 };
        metrics::gauge!("chengxin_partition_caught_up", "partition" => partition).set(caught_up);
    }
    let text = app.metrics.as_ref().map(|handle| handle.render()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenDays {
    /// The business date to move on to, `YYYY-MM-DD`.
    #[schema(value_type = String, format = Date)]
    open: Date,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Opened {
    /// The business date that is open now in every partition.
    #[schema(value_type = String, format = Date)]
    today: Date,
}

/// Opens the days up to a date, one after the other. Only with a manual clock.
#[utoipa::path(
    post, path = "/v1/clock", tag = "operation", request_body = OpenDays,
    responses(
        (status = 200, description = "The days are open", body = Opened),
        (status = 400, description = "No such date, earlier than today, or too far ahead", body = Problem),
        (status = 403, description = "Needs the role admin", body = Problem),
    ),
    security(("token" = []))
)]
async fn open_days(
    State(app): State<App>,
    Caller(principal): Caller,
    Whole(body): Whole,
) -> Result<Json<Opened>, Problem> {
    principal.require(&[Role::Admin])?;
    let request: OpenDays = serde_json::from_slice(&body).map_err(|error| {
        let error = crate::intake::FieldError::new("/open", "invalid", error.to_string());
        Problem::malformed("send {\"open\": \"YYYY-MM-DD\"}", vec![error])
    })?;
    let today = app.node.clock.today();
    if request.open < today || request.open > today.plus_days(MAX_DAYS) {
        let detail = format!("the business date is {today}; it moves on by at most {MAX_DAYS} days, never back");
        let error = crate::intake::FieldError::new("/open", "out-of-range", detail.clone());
        return Err(Problem::malformed(detail, vec![error]));
    }
    app.node.clock.open(request.open);
    let is_open =
        || app.node.shards().iter().all(|shard| shard.partition().0.day.is_some_and(|day| day >= request.open));
    let waited = tokio::time::timeout(OPEN_WAIT, async {
        while !is_open() {
            if let Some(trouble) = app.node.shards().iter().find_map(|shard| shard.trouble()) {
                return Err(Problem::unavailable(format!("the days are opened once this is over: {trouble}")));
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    });
    waited.await.map_err(|_| Problem::unavailable("the days are being opened; ask /readyz"))??;
    Ok(Json(Opened { today: app.node.today() }))
}
