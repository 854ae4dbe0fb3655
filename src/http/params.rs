//! What handlers take from a request, with our own words where it cannot be read.

use super::{App, Problem};
use crate::{
    intake::{FieldError, MAX_EVENT_BYTES},
    node::Node,
    query::{
        Page,
        scope::{Asked, Scope, is_to_come},
        subject,
        walk::{Cursor, Place},
    },
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use chengxin_projections::hash;
use futures::StreamExt;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The query parameters of a route. Every one is a text, so that each is refused with its own remedy.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Params<T>, Problem> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query.map(|Query(params)| Params(params)).map_err(|error| {
            let detail = error.body_text();
            // serde has no other way to name the parameter.
            let name = detail.split('`').nth(1).unwrap_or_default().to_owned();
            Problem::parameter(&name, detail)
        })
    }
}

/// The subject that a path names, by the key of its file.
pub struct SubjectKey(pub String);

impl FromRequestParts<App> for SubjectKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<SubjectKey, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(id) = path.map_err(|error| Problem::malformed(error.body_text(), Vec::new()))?;
        let key = subject::key(&id);
        // Somebody else's file is no answer to a slip of the finger.
        if app.node.shard_of(&key).file(&key)?.is_some_and(|held| subject::is_mistyped(&id, &held.file)) {
            return Err(Problem::not_found(subject::MISTYPED));
        }
        Ok(SubjectKey(key))
    }
}

/// What a page is a page of: the route and what it was narrowed down by. A cursor says which, for another one's would leave
/// out what comes first there.
pub struct Question(u64);

/// What a cursor carries itself, and what does not change what is asked.
const OF_THE_PAGE: [&str; 4] = ["as_of", "known_at", "limit", "cursor"];

impl FromRequestParts<App> for Question {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Question, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(mut pairs) = pairs.map_err(|error| Problem::malformed(error.body_text(), Vec::new()))?;
        pairs.retain(|(name, _)| !OF_THE_PAGE.contains(&&**name));
        pairs.sort();
        Ok(Question(hash::of(&(parts.uri.path(), pairs))))
    }
}

impl Question {
    /// The cursor that a page of it gave.
    pub fn open(&self, cursor: Option<&str>) -> Result<Option<String>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let (question, place) = cursor.split_once('-').unwrap_or_default();
        match u64::from_str_radix(question, 16) {
            Ok(question) if question == self.0 => Ok(Some(place.to_owned())),
            Ok(_) => {
                let detail =
                    "this cursor is of another question: take `next` of a page of this one, with the same filters";
                Err(Problem::parameter("cursor", detail))
            }
            Err(_) => Cursor::read("").map(|_| None),
        }
    }

    pub fn seal<T>(&self, page: Page<T>) -> Page<T> {
        let next = page.next.map(|place| format!("{:x}-{place}", self.0));
        Page { next, ..page }
    }
}

/// How long a body that is read whole may take to come.
const BODY_WAIT: Duration = Duration::from_secs(60);

/// A body, if it came whole and in time and is no longer than an event may be.
pub struct Whole(pub Vec<u8>);

impl FromRequest<App> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Whole, Problem> {
        whole(request.into_body()).await.map(Whole)
    }
}

pub(super) async fn whole(body: Body) -> Result<Vec<u8>, Problem> {
    let wrong = |code, detail: String| Problem::malformed(detail.clone(), vec![FieldError::new("", code, detail)]);
    let reading = async {
        let mut chunks = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| wrong("cut-off", "the body was cut off; send it again".to_owned()))?;
            if bytes.len() + chunk.len() > MAX_EVENT_BYTES {
                return Err(wrong(
                    "too-long",
                    format!("the body has more than the {MAX_EVENT_BYTES} bytes of an event"),
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let read = tokio::time::timeout(BODY_WAIT, reading).await;
    read.map_err(|_| wrong("cut-off", format!("the body did not come within {} s", BODY_WAIT.as_secs()))).flatten()
}

/// Runs what may take long away from the threads that serve requests.
pub async fn heavy<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a query failed");
            Err(Problem::internal())
        }
    }
}

/// The day, the knowledge and the place of a page: those of its cursor, or else as asked for.
pub fn page_scope(
    node: &Node,
    as_of: Option<&str>,
    known_at: Option<&str>,
    cursor: Option<&str>,
) -> Result<(Scope, Option<Place>), Problem> {
    let cursor = cursor.map(Cursor::read).transpose()?;
    if let Some(Cursor { as_of: day, known_at: moment, .. }) = &cursor {
        for (name, given, carried) in [("as_of", as_of, day), ("known_at", known_at, moment)] {
            // The first page of a moment to come was held to what was known then, and so are the others.
            let is_other = |given: &str| given != carried && !(name == "known_at" && is_to_come(node, given));
            if given.is_some_and(|given| is_other(given) && !carried.is_empty()) {
                return Err(Problem::parameter(name, "the cursor is of another one: leave it out beside a cursor"));
            }
        }
    }
    let (as_of, known_at) = match &cursor {
        Some(cursor) => (Some(cursor.as_of.as_str()).filter(|day| !day.is_empty()), Some(cursor.known_at.as_str())),
        None => (as_of, known_at),
    };
    let scope = Asked::read(node, as_of, known_at)?.scope(node, None)?;
    Ok((scope, cursor.map(|cursor| cursor.place)))
}

/// The day that is open and all that is known, from the place of a cursor on: the public sees what is published now,
/// whatever a cursor says of another day.
pub fn public_scope(node: &Node, cursor: Option<&str>) -> Result<(Scope, Option<Place>), Problem> {
    let cursor = cursor.map(Cursor::read).transpose()?;
    let scope = Asked::read(node, None, None)?.scope(node, None)?;
    Ok((scope, cursor.map(|cursor| cursor.place)))
}
