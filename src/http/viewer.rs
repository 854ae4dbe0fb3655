//! Who looks: the public, or a department at its level of access. (二十二)(二十三)

use super::{
    App, Problem,
    auth::{Caller, Principal},
    params,
};
use crate::query::{
    access::{PERSONAL, Sight},
    levels::{Onlooker, View},
    same,
    scope::{Asked, Scope},
    walk::Place,
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use chengxin_projections::policy::LEVELS;
use std::sync::Arc;

/// The caller, if there is one: without a token it is the public that looks.
#[derive(Debug, Clone)]
pub struct Viewer(pub Option<Arc<Principal>>);

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    /// A token that is none is told so, and is not taken for the public.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Viewer, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Viewer(None));
        }
        Caller::from_request_parts(parts, app).await.map(|Caller(principal)| Viewer(Some(principal)))
    }
}

impl Viewer {
    /// The principal who asks for a department's view; none for the public's. The public sees what is published today, so
    /// it asks neither for another day nor for what was known before.
    pub fn department(self, audience: Option<&str>, looks_back: bool) -> Result<Option<Arc<Principal>>, Problem> {
        if !matches!(audience, None | Some("public")) {
            return Err(Problem::parameter("audience", "write public, or leave it out for the view of the token"));
        }
        match self.0 {
            None if looks_back => Err(needs_token("the public sees what is published today")),
            None => Ok(None),
            Some(_) if audience.is_some() && looks_back => {
                Err(Problem::parameter("audience", "the public view is of today; leave out as_of and known_at"))
            }
            Some(principal) => Ok(Some(principal).filter(|_| audience.is_none())),
        }
    }
}

/// 401 with the reason.
pub fn needs_token(reason: &str) -> Problem {
    let problem = Problem::unauthenticated();
    Problem { detail: format!("{reason}; for more {}", problem.detail), ..problem }
}

/// What the principal sees of every subject.
pub fn sight(app: &App, principal: &Principal) -> Sight {
    Sight::of_roles(app.node.policy(), principal.roles.iter().map(|role| role.as_str()))
}

/// What the principal sees of one subject: by its roles, or by what the office allowed its organisation, today.
pub fn sight_of(app: &App, principal: &Principal, key: &str) -> Result<Sight, Problem> {
    let by_role = sight(app, principal);
    let scope = Asked::read(&app.node, None, None)?.scope(&app.node, None)?;
    let mut level = by_role.level;
    for member in same::members(&app.node, key, &scope)? {
        let Some(held) = app.node.shard_of(&member).file(&member)? else { continue };
        let granted = chengxin_projections::access::granted(&held.file, &principal.org, app.node.today());
        level = level.max(granted.map_or(0, |access| access.level));
    }
    Ok(Sight::new(level, app.node.policy()))
}

/// The sight at the level asked for, which is at most the one allowed.
pub fn at_level(app: &App, allowed: Sight, asked: Option<&str>) -> Result<Sight, Problem> {
    let Some(asked) = asked else { return Ok(allowed) };
    let level = asked.parse().ok().filter(|level| LEVELS.contains(level));
    let level = level.ok_or_else(|| Problem::parameter("level", "write a number from 1 to 5"))?;
    if level > allowed.level {
        return Err(too_little(allowed.level, &format!("level {level}")));
    }
    Ok(Sight::new(level, app.node.policy()))
}

/// Who looks at what is about many subjects.
pub fn onlooker(app: &App, principal: &Principal) -> Onlooker {
    Onlooker::new(sight(app, principal), &principal.org, app.node.today())
}

/// What a principal sees of the lists and the search; none where that is no more than what the public sees, which looks at
/// today only.
pub fn beyond_public(app: &App, principal: &Principal, looks_back: bool) -> Result<Option<Sight>, Problem> {
    let sight = sight(app, principal);
    if !sight.is_public() {
        return Ok(Some(sight));
    }
    if looks_back { Err(closed(&sight, "history")) } else { Ok(None) }
}

/// What a page is of, as far as the sight looks back: without `history` it is of now, whatever a cursor says of another day.
pub fn page_scope(
    app: &App,
    sight: &Sight,
    as_of: Option<&str>,
    known_at: Option<&str>,
    cursor: Option<&str>,
) -> Result<(Scope, Option<Place>), Problem> {
    if sight.shows("history") {
        return params::page_scope(&app.node, as_of, known_at, cursor);
    }
    if as_of.is_some() || known_at.is_some() {
        return Err(closed(sight, "history"));
    }
    params::public_scope(&app.node, cursor)
}

/// Asks for something of one subject that the level must show.
pub fn require(sight: &Sight, what: &str) -> Result<(), Problem> {
    if sight.shows(what) { Ok(()) } else { Err(too_little(sight.level, what)) }
}

/// Asks for a view about one subject that must be open to the level.
pub fn open_on(sight: &Sight, view: View) -> Result<(), Problem> {
    match view.lacks(sight) {
        None => Ok(()),
        Some(what) => Err(too_little(sight.level, &format!("{}: {what}", view.name()))),
    }
}

/// Asks for a view about all subjects that must be open to the level.
pub fn open(sight: &Sight, view: View) -> Result<(), Problem> {
    match view.lacks(sight) {
        None => Ok(()),
        Some(what) => Err(closed(sight, &format!("{}: {what}", view.name()))),
    }
}

/// Asks for something of all subjects that the level must show.
pub fn open_for(sight: &Sight, what: &str) -> Result<(), Problem> {
    if sight.shows(what) { Ok(()) } else { Err(closed(sight, what)) }
}

const TOO_LOW: &str = "The level of access does not allow this";

fn too_little(level: u32, wanted: &str) -> Problem {
    let detail = format!(
        "your level on this subject is {level}, too low for {wanted}; publish access.requested about the subject with \
         `level`, `purpose` and `case`, and the office decides by access.decided"
    );
    Problem::new(StatusCode::FORBIDDEN, "level-too-low", TOO_LOW, detail)
}

/// 403 for what is about all subjects: a decision about one of them does not open it.
pub fn closed(sight: &Sight, wanted: &str) -> Problem {
    let detail = format!(
        "your level is {}, too low for {wanted}. It comes from the roles of the token by the part `access` of the policy, \
         not from decisions about single subjects. At any level you see your own work, /v1/measures?implementer=ORG, and \
         your own duties, /v1/obligations?org=ORG",
        sight.level
    );
    Problem::new(StatusCode::FORBIDDEN, "level-too-low", TOO_LOW, detail)
}

/// Counts and traces a read of personal fields: who, of which subject, never whose name.
pub fn record_personal_read(principal: &Principal, key: &str, sight: &Sight) {
    if sight.shows(PERSONAL) {
        metrics::counter!("chengxin_personal_reads_total").increment(1);
        tracing::info!(org = %principal.org, principal = %principal.name, subject = key, "personal fields read");
    }
}
