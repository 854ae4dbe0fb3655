//! The feeds of changes of lists, measures and obligations: pages, or server-sent events that resume where they broke off.

use super::{
    App, Problem,
    auth::{Caller, Principal},
    params::{Params, heavy},
    places::{Place, Places},
    viewer,
};
use crate::{
    feed::{Cursor, CursorError, Delivered, Item, Kind, SubscribeError, Subscription},
    node::Node,
    query::{levels::View, position},
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use chengxin_projections::{
    change::{ListChange, MeasureChange, ObligationChange},
    date::Date,
};
use futures::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, sync::Arc, time::Duration};

/// Items of a page, where the caller does not say.
const DEFAULT_LIMIT: usize = 100;
/// Items of a page at most.
const MAX_LIMIT: usize = 1_000;
/// Streams at a time over all feeds.
static FOLLOWED: Places = Places::new(64, "streams of changes");
/// A comment goes out so often when nothing else does, so that proxies keep the connection and its end is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What a consumer sends to resume, in the wording of the standard.
const LAST_EVENT_ID: &str = "last-event-id";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/list-changes", get(list_changes))
        .route("/v1/measure-changes", get(measure_changes))
        .route("/v1/obligation-changes", get(obligation_changes))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// The cursor behind which to begin: `next` of a page, `cursor` of an item, or the id of an event. Absent: the beginning.
    after: Option<String>,
    /// Items of a page, 1 to 1000; 100 if absent. A stream has no limit.
    limit: Option<String>,
}

/// A page of a feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FeedPage<T> {
    pub items: Vec<T>,
    /// The cursor to follow on from, also at the end.
    #[schema(value_type = String)]
    pub next: Cursor,
    /// There was nothing more at the time.
    pub at_end: bool,
    /// The open business day.
    pub as_of: Date,
    /// The events whose changes had gone out when the page was read; a valid `known_at`.
    pub position: String,
}

/// A list change in a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListChangeItem {
    #[serde(flatten)]
    pub change: ListChange,
    /// The cursor behind this item.
    pub cursor: String,
}

/// A measure change in a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MeasureChangeItem {
    #[serde(flatten)]
    pub change: MeasureChange,
    /// The cursor behind this item.
    pub cursor: String,
}

/// A change of a duty in a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ObligationChangeItem {
    #[serde(flatten)]
    pub change: ObligationChange,
    /// The cursor behind this item.
    pub cursor: String,
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(list_changes, measure_changes, obligation_changes))]
pub(super) struct Doc;

/// The changes of the red, the black and the watch list, those of one subject in their order. A feed is open as a whole or
/// not at all, so that `sequence` has no gap for whoever may follow it: from level 3 (`history`); below 403 `level-too-low`.
#[utoipa::path(
    get, path = "/v1/list-changes", tag = "feeds", params(FeedQuery), security(("token" = [])),
    responses(
        (status = 200, description = "A page; with `Accept: text/event-stream` a stream of `list-change` events, whose ids are cursors",
         content((FeedPage<ListChangeItem> = "application/json"), (String = "text/event-stream"))),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_changes(
    State(app): State<App>,
    Caller(principal): Caller,
    headers: HeaderMap,
    Params(query): Params<FeedQuery>,
) -> Result<Response, Problem> {
    serve(app, principal, Kind::ListChanges, &headers, query).await
}

/// The changes of the measures in force, those of one subject in their order. Open as a whole from level 3 (`history`); below
/// 403 `level-too-low`, and a department polls its own worklist.
#[utoipa::path(
    get, path = "/v1/measure-changes", tag = "feeds", params(FeedQuery), security(("token" = [])),
    responses(
        (status = 200, description = "A page; with `Accept: text/event-stream` a stream of `measure-change` events, whose ids are cursors",
         content((FeedPage<MeasureChangeItem> = "application/json"), (String = "text/event-stream"))),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn measure_changes(
    State(app): State<App>,
    Caller(principal): Caller,
    headers: HeaderMap,
    Params(query): Params<FeedQuery>,
) -> Result<Response, Problem> {
    serve(app, principal, Kind::MeasureChanges, &headers, query).await
}

/// What organisations are told of their duties: that one arose from what another did, that a calendar moved it, that it
/// is overdue. Those about one subject come in their order. Open as a whole from level 4 (objections, repairs, flags); below
/// 403 `level-too-low`, and a department polls its own duties.
#[utoipa::path(
    get, path = "/v1/obligation-changes", tag = "feeds", params(FeedQuery), security(("token" = [])),
    responses(
        (status = 200, description = "A page; with `Accept: text/event-stream` a stream of `obligation-change` events, whose ids are cursors",
         content((FeedPage<ObligationChangeItem> = "application/json"), (String = "text/event-stream"))),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn obligation_changes(
    State(app): State<App>,
    Caller(principal): Caller,
    headers: HeaderMap,
    Params(query): Params<FeedQuery>,
) -> Result<Response, Problem> {
    serve(app, principal, Kind::ObligationChanges, &headers, query).await
}

async fn serve(
    app: App,
    principal: Arc<Principal>,
    kind: Kind,
    headers: &HeaderMap,
    query: FeedQuery,
) -> Result<Response, Problem> {
    viewer::open(&viewer::sight(&app, &principal), view(kind))?;
    if wants_stream(headers) {
        // A consumer that reconnects asks for the same address again, and says in the header how far it got.
        let resumed = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
        let (name, text) = match resumed {
            Some(id) => ("Last-Event-ID", Some(id)),
            None => ("after", query.after.as_deref()),
        };
        let after = cursor(&app.node, name, text)?;
        return Ok(follow(app, principal, kind, name, after).await?.into_response());
    }
    let limit = limit(query.limit.as_deref())?;
    let after = cursor(&app.node, "after", query.after.as_deref())?;
    Ok(Json(page(&app, kind, after, limit).await?).into_response())
}

fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(DEFAULT_LIMIT) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Problem::parameter("limit", format!("write a number from 1 to {MAX_LIMIT}")))
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(',')).filter_map(|range| range.split(';').next());
    types.any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// What a power cut took back of a feed comes again at its place before the views are complete.
fn check(node: &Node, name: &str, kind: Kind, after: &Cursor) -> Result<(), Problem> {
    match node.feeds.check(kind, after)? {
        Err(_) if !node.projector.is_ready() => {
            Err(Problem::unavailable("the views have not caught up with the log yet; try again"))
        }
        checked => checked.map_err(|error| wrong_cursor(name, &error)),
    }
}

fn cursor(node: &Node, name: &str, text: Option<&str>) -> Result<Cursor, Problem> {
    node.feeds.cursor(text).map_err(|error| wrong_cursor(name, &error))
}

/// Whoever is ahead of the log takes the list anew; any other cursor that is none is a mistake of the one who sent it.
fn wrong_cursor(name: &str, error: &CursorError) -> Problem {
    let mut problem = Problem::parameter(name, error.to_string());
    if matches!(error, CursorError::Ahead { .. }) {
        problem.code = "cursor-ahead";
    }
    problem
}

async fn page(app: &App, kind: Kind, after: Cursor, limit: usize) -> Result<FeedPage<Item>, Problem> {
    let node = app.node.clone();
    let read = heavy(move || {
        check(&node, "after", kind, &after)?;
        // Before the page: what it says is reflected, is.
        let position = position::render(node.shards().iter().map(|shard| shard.at()));
        Ok((node.feeds.page(kind, &after, limit)?, position, node.today()))
    });
    let (page, position, as_of) = read.await?;
    Ok(FeedPage { items: page.items, next: page.next, at_end: page.at_end, as_of, position })
}

async fn follow(
    app: App,
    principal: Arc<Principal>,
    kind: Kind,
    name: &'static str,
    after: Cursor,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let place = FOLLOWED.take(&principal.org)?;
    let node = app.node.clone();
    let subscription = heavy(move || {
        check(&node, name, kind, &after)?;
        Ok(node.feeds.subscribe(kind, after)?)
    });
    let subscription = subscription.await?;
    let follower = Follower { subscription, app, principal, view: view(kind), _place: place };
    let items = stream::unfold(follower, next_items).flat_map(stream::iter);
    let events = items.map(move |item| Ok(event(kind, &item)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One who follows a feed, and may do so no longer than the level allows it.
struct Follower {
    subscription: Subscription,
    app: App,
    principal: Arc<Principal>,
    view: View,
    _place: Place,
}

/// A stream that lost the log ends; its consumer comes back with the id of the last event. So does one whose level a new
/// policy lowered, and is told then.
async fn next_items(mut follower: Follower) -> Option<(Vec<Delivered>, Follower)> {
    let items = match follower.subscription.next().await {
        Ok(items) => items?,
        Err(error) => {
            tracing::warn!(%error, "a follower's stream ends");
            return None;
        }
    };
    if follower.view.lacks(&viewer::sight(&follower.app, &follower.principal)).is_some() {
        tracing::info!(org = %follower.principal.org, "a follower's stream ends: its level was lowered");
        return None;
    }
    Some((items, follower))
}

fn view(kind: Kind) -> View {
    match kind {
        Kind::ListChanges => View::ListChanges,
        Kind::MeasureChanges => View::MeasureChanges,
        Kind::ObligationChanges => View::ObligationChanges,
        Kind::Events => View::Events,
    }
}

fn event(kind: Kind, item: &Delivered) -> Event {
    Event::default().id(&item.cursor).event(kind.item_name()).data(&*item.data)
}

impl From<SubscribeError> for Problem {
    fn from(error: SubscribeError) -> Problem {
        Problem::unavailable(error.to_string())
    }
}
