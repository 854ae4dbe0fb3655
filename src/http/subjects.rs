//! `/v1/subjects`: credit files, timelines and events, and who is who.

use super::{
    App, Problem,
    auth::{Caller, Principal},
    params::{Params, Question, SubjectKey, Whole, heavy, page_scope, public_scope},
    viewer::{self, Viewer},
};
use crate::{
    intake::{self, DocumentInput, FieldError, OWN_FIELDS},
    prose::{MIN_NAME, Spelling, holds_citizen_number, replace_spellings},
    query::{
        self, Page,
        access::PERSONAL,
        events::{self, EventView},
        find::{self, Found},
        levels::View,
        personal,
        public::{self, PublicFile, PublicFound},
        same,
        scope::{Asked, Scope},
        subject::{self, CreditFileView},
        timeline::{self, Span},
        walk,
    },
};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

/// The only query that is not a GET: what it asks for must not stand in an address.
pub const FIND: &str = "/v1/subjects/find";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/subjects", get(search))
        .route(FIND, post(find_person))
        .route("/v1/subjects/{id}", get(credit_file))
        .route("/v1/subjects/{id}/timeline", get(timeline))
        .route("/v1/subjects/{id}/events", get(subject_events))
}

#[derive(OpenApi)]
#[openapi(paths(search, find_person, credit_file, timeline, subject_events))]
pub(super) struct Doc;

/// The day and the knowledge of a question.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct When {
    /// The business day, `YYYY-MM-DD`; today if left out.
    pub(super) as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    pub(super) known_at: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileParams {
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
    /// `public` for what anyone may see; so it is without a token.
    audience: Option<String>,
    /// A level of access, 1 to 5, at most one's own, which it is if left out; 1 is the public view.
    level: Option<String>,
}

/// A credit file, as far as whoever asks may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum FileShown {
    Whole(Box<CreditFileView>),
    Public(Box<PublicFile>),
}

/// The credit file of a subject: to the public what is published of it, to a department what its level of access shows.
#[utoipa::path(
    get, path = "/v1/subjects/{id}", tag = "subjects", operation_id = "credit_file",
    params(("id" = String, Path, description = "Organisation code, USCC, or the id of a person"), FileParams),
    security((), ("token" = [])),
    responses((status = 200, body = FileShown), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn credit_file(
    State(app): State<App>,
    viewer: Viewer,
    SubjectKey(key): SubjectKey,
    Params(params): Params<FileParams>,
) -> Result<Json<FileShown>, Problem> {
    let FileParams { as_of, known_at, audience, level } = params;
    let looks_back = as_of.is_some() || known_at.is_some();
    let when = When { as_of, known_at };
    let Some(principal) = viewer.department(audience.as_deref(), looks_back)? else {
        return public_file(app, key).await;
    };
    let sight = viewer::at_level(&app, viewer::sight_of(&app, &principal, &key)?, level.as_deref())?;
    if looks_back {
        viewer::require(&sight, "history")?;
    }
    if sight.is_public() {
        return public_file(app, key).await;
    }
    let file = about(app, key, when, move |app, key, scope| {
        let mut file = subject::credit_file(&app.node, key, scope)?.seen_by(&sight);
        if sight.shows(PERSONAL) {
            file.personal = personal::of(&app.node, &file)?;
            viewer::record_personal_read(&principal, key, &sight);
        }
        Ok(file)
    });
    file.await.map(|file| Json(FileShown::Whole(Box::new(file))))
}

async fn public_file(app: App, key: String) -> Result<Json<FileShown>, Problem> {
    heavy(move || {
        let (scope, _) = public_scope(&app.node, None)?;
        public::file(&app.node, &key, &scope)
    })
    .await
    .map(|file| Json(FileShown::Public(Box::new(file))))
}

/// Answers about one subject on the spot; elsewhere only if the log itself must be read.
async fn about<T: Send + 'static>(
    app: App,
    key: String,
    when: When,
    answer: impl FnOnce(&App, &str, &Scope) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let asked = Asked::read(&app.node, when.as_of.as_deref(), when.known_at.as_deref())?;
    let is_several = same::may_be_several(&app.node, &key)?;
    // Where it is several subjects in one, what other partitions knew counts, too.
    let partition = Some(app.node.shard_of(&key).number).filter(|_| !is_several);
    let needs_log = asked.needs_log(&app.node, partition);
    let work = move || {
        let scope = asked.scope(&app.node, partition)?;
        answer(&app, &key, &scope)
    };
    if needs_log { heavy(work).await } else { work() }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// The business day, `YYYY-MM-DD`; today if left out.
    as_of: Option<String>,
    /// What may be known: a position, an RFC 3339 instant, or a day, which means its end; now if left out.
    known_at: Option<String>,
    /// Items on the page, 1 to 1000; 50 if left out.
    limit: Option<String>,
    /// `next` of the page before. It carries the day and the knowledge of the first page.
    cursor: Option<String>,
}

/// Every interval of a subject, with what began it and what ended it: from the level that shows the past (3, `history`) those
/// of what the level shows.
#[utoipa::path(
    get, path = "/v1/subjects/{id}/timeline", tag = "subjects", operation_id = "timeline",
    params(("id" = String, Path, description = "Organisation code, USCC, or the id of a person"), PageParams),
    responses((status = 200, body = Page<Span>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn timeline(
    State(app): State<App>,
    Caller(principal): Caller,
    SubjectKey(key): SubjectKey,
    question: Question,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<Span>>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    heavy(move || {
        let sight = viewer::sight_of(&app, &principal, &key)?;
        viewer::open_on(&sight, View::Timeline)?;
        let PageParams { as_of, known_at, cursor, .. } = params;
        let cursor = question.open(cursor.as_deref())?;
        let (scope, place) = page_scope(&app.node, as_of.as_deref(), known_at.as_deref(), cursor.as_deref())?;
        timeline::page(&app.node, &key, &sight, &scope, place, limit).map(|page| question.seal(page))
    })
    .await
    .map(Json)
}

/// The events of a subject, in the order of the log: as published, and as judged. A business day narrows them to those
/// that take effect by then; without one all are shown, also those that are still to take effect. From the level that shows
/// `events` (4), or that the office allowed on the subject.
#[utoipa::path(
    get, path = "/v1/subjects/{id}/events", tag = "subjects", operation_id = "subject_events",
    params(("id" = String, Path, description = "Organisation code, USCC, or the id of a person"), PageParams),
    responses((status = 200, body = Page<EventView>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn subject_events(
    State(app): State<App>,
    Caller(principal): Caller,
    SubjectKey(key): SubjectKey,
    question: Question,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<EventView>>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    heavy(move || {
        viewer::open_on(&viewer::sight_of(&app, &principal, &key)?, View::Events)?;
        let PageParams { as_of, known_at, cursor, .. } = params;
        let cursor = question.open(cursor.as_deref())?;
        let (scope, place) = page_scope(&app.node, as_of.as_deref(), known_at.as_deref(), cursor.as_deref())?;
        events::page(&app.node, &key, &scope, place, limit).map(|page| question.seal(page))
    })
    .await
    .map(Json)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// A USCC, an organisation code, the id of a person, or another number of an organisation; the whole of it.
    identifier: Option<String>,
    /// A part of an organisation's name. A match is a suggestion: names never link.
    name: Option<String>,
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

/// Those who were found, as far as whoever asks may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum FoundShown {
    Whole(Page<Found>),
    Public(Page<PublicFound>),
}

/// Finds subjects by a number or by a part of their name, from level 2 (of other days from level 3); the public, and level 1,
/// organisations by a part of their name or by their credit code. A document number never stands in a URL.
#[utoipa::path(
    get, path = "/v1/subjects", tag = "subjects", operation_id = "search", params(SearchParams),
    security((), ("token" = [])),
    responses((status = 200, body = FoundShown), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn search(
    State(app): State<App>,
    viewer: Viewer,
    question: Question,
    Params(params): Params<SearchParams>,
) -> Result<Json<FoundShown>, Problem> {
    let limit = query::limit(params.limit.as_deref())?;
    let looks_back = params.as_of.is_some() || params.known_at.is_some();
    let department = viewer.department(params.audience.as_deref(), looks_back)?;
    heavy(move || {
        let SearchParams { identifier, name, as_of, known_at, cursor, .. } = params;
        let cursor = question.open(cursor.as_deref())?;
        walk::ready(&app.node)?;
        let sight = department.as_ref().map(|principal| viewer::beyond_public(&app, principal, looks_back));
        let Some(sight) = sight.transpose()?.flatten() else {
            let (scope, place) = public_scope(&app.node, cursor.as_deref())?;
            let page = match (identifier, name) {
                (None, Some(name)) => Some(find::by_name(&app.node, &name, &scope, place, limit)?),
                (Some(code), None) => find::by_code(&app.node, &code, &scope)?,
                _ => None,
            };
            let page = page.ok_or_else(|| viewer::needs_token("the public searches by `name`, or by credit code"))?;
            return Ok(FoundShown::Public(question.seal(public::found(page, &scope.policy(0)))));
        };
        viewer::open(&sight, View::Search)?;
        let (as_of, known_at, cursor) = (as_of.as_deref(), known_at.as_deref(), cursor.as_deref());
        let (scope, place) = viewer::page_scope(&app, &sight, as_of, known_at, cursor)?;
        let page = match (identifier, name) {
            (Some(identifier), None) => find::by_identifier(&app.node, &identifier, &scope)?,
            (None, Some(name)) => find::by_name(&app.node, &name, &scope, place, limit)?,
            _ => return Err(Problem::parameter("identifier", "give either identifier or name")),
        };
        Ok(FoundShown::Whole(question.seal(page)))
    })
    .await
    .map(Json)
}

/// Who looks for which person, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FindPerson {
    /// `kind` and `number`, such as 身份证.
    #[schema(value_type = Object)]
    document: DocumentInput,
    /// What for: a lookup of a person is itself recorded (十二).
    purpose: String,
    /// The number of the case.
    case: String,
}

/// Finds a person by document, from level 2; as it was known before, from level 3.
#[utoipa::path(
    post, path = "/v1/subjects/find", tag = "subjects", operation_id = "find_person", params(When), request_body = FindPerson,
    responses((status = 200, body = Page<Found>), (status = "default", body = Problem, content_type = "application/problem+json"))
)]
async fn find_person(
    State(app): State<App>,
    Caller(principal): Caller,
    Params(when): Params<When>,
    Whole(body): Whole,
) -> Result<Json<Page<Found>>, Problem> {
    let request = person_request(&body)?;
    let sight = viewer::sight(&app, &principal);
    viewer::open(&sight, View::Search)?;
    heavy(move || {
        let mut errors = Vec::new();
        let (kind, number) = intake::document(&request.document, true, app.node.today(), "", &mut errors);
        if !errors.is_empty() {
            return Err(Problem::malformed("the document cannot be one", errors));
        }
        let id = app.node.vault.person_id(&kind, &number);
        let (scope, _) = viewer::page_scope(&app, &sight, when.as_of.as_deref(), when.known_at.as_deref(), None)?;
        let found = find::by_key(&app.node, &id, &scope)?;
        record_lookup(&app, &principal, &id, &request, !found.items.is_empty())?;
        Ok(found)
    })
    .await
    .map(Json)
}

/// Longest purpose and case of a lookup, in characters.
const MAX_REASON: usize = 500;

fn person_request(body: &[u8]) -> Result<FindPerson, Problem> {
    // What is wrong is told without quoting the body, which has a document number in it.
    let shape = "send {\"document\": {\"kind\", \"number\"}, \"purpose\", \"case\"}, all of them texts";
    let request: FindPerson = serde_json::from_slice(body).map_err(|_| Problem::malformed(shape, Vec::new()))?;
    let mut errors = Vec::new();
    for (pointer, text) in [("/purpose", &request.purpose), ("/case", &request.case)] {
        if text.trim().is_empty() {
            errors.push(FieldError::new(pointer, "required", "say why the person is looked for, and in which case"));
        } else if text.chars().count() > MAX_REASON {
            errors.push(FieldError::new(pointer, "too-long", format!("at most {MAX_REASON} characters")));
        } else if holds_citizen_number(text) {
            // It is traced.
            errors.push(FieldError::new(pointer, "personal-in-number", "say it without the number of a citizen"));
        }
    }
    if errors.is_empty() { Ok(request) } else { Err(Problem::malformed(shape, errors)) }
}

/// The trace of a lookup: the person's id, never the number, nor the name as far as the vault knows it.
fn record_lookup(
    app: &App,
    principal: &Principal,
    person: &str,
    request: &FindPerson,
    found: bool,
) -> Result<(), Problem> {
    let fields = app.node.vault.open_fields(person, OWN_FIELDS).map_err(personal::closed)?;
    let name = fields.and_then(|fields| Spelling::new(fields.name.as_deref()?, MIN_NAME));
    let known: Vec<(Spelling, &str)> = name.into_iter().map(|name| (name, "〔当事人〕")).collect();
    let nameless = |text: &str| replace_spellings(text, &known).unwrap_or_else(|| text.to_owned());
    let (purpose, case) = (nameless(&request.purpose), nameless(&request.case));
    tracing::info!(org = %principal.org, principal = %principal.name, person, purpose, case, found, "person looked up");
    Ok(())
}
