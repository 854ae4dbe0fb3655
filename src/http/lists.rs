//! `/v1/lists`: who is on the red list, the black list and the watch.

use super::{
    App, Problem,
    params::{Params, Question, heavy, page_scope, public_scope},
    viewer::{self, Viewer},
};
use crate::{
    node::Node,
    query::{
        self, Page,
        levels::View,
        list::{self, Filter, ListPage},
        public::{self, PublicListItem},
        scope::Scope,
        walk::{Cursor, Place},
    },
};
use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    routing::get,
};
use chengxin_projections::change::ListName;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/lists/{list}", get(entries))
}

#[derive(OpenApi)]
#[openapi(paths(entries))]
pub(super) struct Doc;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// A list kind of the policy, such as `unpaid-wages`.
    kind: Option<String>,
    /// The organisation that designated.
    authority: Option<String>,
    /// Characters 3 to 8 of the subject's USCC, or the first of them: `654002`, or `6540` for the prefecture.
    region: Option<String>,
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
    /// Items on the page, 1 to 1000; 50 if left out.
    limit: Option<String>,
    /// `next` of the page before. It carries the day and the knowledge of the first page.
    cursor: Option<String>,
    /// `public` for what anyone may see; so it is without a token.
    audience: Option<String>,
}

/// A page of a list, as far as whoever asks may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum ListShown {
    Whole(ListPage),
    Public(Page<PublicListItem>),
}

/// The entries of a list on a day, in the order of their subjects, and where its changes go on from. To the public and at
/// level 1, those who are on a public list today; from level 2 (`current-entries`) every list as it is today; from level 3
/// (`history`) of any day, with the cursor of the feed.
#[utoipa::path(
    get, path = "/v1/lists/{list}", tag = "lists", operation_id = "list_entries",
    params(("list" = String, Path, description = "`red`, `black` or `watch`"), ListParams),
    security((), ("token" = [])),
    responses((status = 200, body = ListShown), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn entries(
    State(app): State<App>,
    viewer: Viewer,
    path: Result<Path<String>, PathRejection>,
    question: Question,
    Params(params): Params<ListParams>,
) -> Result<Json<ListShown>, Problem> {
    let name = path.map(|Path(name)| name).unwrap_or_default();
    let list = ListName::ALL.into_iter().find(|list| list.as_str() == name);
    let list = list.ok_or_else(|| Problem::not_found("the lists are red, black and watch"))?;
    let limit = query::limit(params.limit.as_deref())?;
    let looks_back = params.as_of.is_some() || params.known_at.is_some();
    let department = viewer.department(params.audience.as_deref(), looks_back)?;
    heavy(move || {
        let ListParams { kind, authority, region, as_of, known_at, cursor, .. } = params;
        let cursor = question.open(cursor.as_deref())?;
        let (as_of, known_at, cursor) = (as_of.as_deref(), known_at.as_deref(), cursor.as_deref());
        let policies = &app.node.shards()[0].partition().0.history;
        if let Some(unknown) = kind.as_deref().filter(|kind| !policies.knows_list_kind(kind)) {
            let detail = format!("no list kind {unknown:?}; /v1/policy names them under list-kinds");
            return Err(Problem::parameter("kind", detail));
        }
        let filter = Filter { kind, authority, region };
        let sight = department.as_ref().map(|principal| viewer::beyond_public(&app, principal, looks_back));
        let Some(sight) = sight.transpose()?.flatten() else {
            let (scope, _) = public_scope(&app.node, None)?;
            if !public::public_lists(&scope.policy(0)).contains(&list) {
                let told = department.map(|principal| viewer::closed(&viewer::sight(&app, &principal), "this list"));
                return Err(told.unwrap_or_else(|| viewer::needs_token("this list is not public")));
            }
            let place = public::place(&app.node, cursor)?;
            let page = public::page(&app.node, list, &filter, &scope, place, limit)?;
            return Ok(ListShown::Public(question.seal(page)));
        };
        viewer::open(&sight, View::Lists)?;
        let (scope, feed, place) = if sight.shows("history") {
            snapshot(&app.node, as_of, known_at, cursor)?
        } else {
            let (scope, place) = viewer::page_scope(&app, &sight, as_of, known_at, cursor)?;
            (scope, None, place)
        };
        // Where the level may not follow the changes, nothing is said of where they go on.
        let feed = feed.filter(|_| View::ListChanges.lacks(&sight).is_none());
        let ListPage { page, feed } = list::page(&app.node, list, &filter, &scope, feed, place, limit)?;
        Ok(ListShown::Whole(ListPage { page: question.seal(page), feed }))
    })
    .await
    .map(Json)
}

/// What a page is of, and where its changes go on from: taken before the first page, and carried by its cursor.
pub(crate) fn snapshot(
    node: &Node,
    as_of: Option<&str>,
    known_at: Option<&str>,
    cursor: Option<&str>,
) -> Result<(Scope, Option<String>, Option<Place>), Problem> {
    let feed = match cursor {
        Some(cursor) => Cursor::read(cursor)?.feed,
        None if known_at.is_none() => Some(list::feed_cursor(node)?),
        None => None,
    };
    let (scope, place) = page_scope(node, as_of, known_at, cursor)?;
    let feed = feed.filter(|_| cursor.is_some() || scope.is_current);
    Ok((scope, feed, place))
}
