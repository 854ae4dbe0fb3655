//! Who is it? By number exactly, by name never more than a suggestion (default rule 12).

use super::{
    MAX_LIMIT, Page,
    scope::Scope,
    subject::{self, About},
    walk::{Cursor, Place, ready},
};
use crate::{node::Node, problem::Problem, views::identifier_term};
use chengxin_projections::identifier::number_form;
use serde::Serialize;
use utoipa::ToSchema;

/// Shortest part of a name that is searched for, in characters: one occurs in nearly every name.
const MIN_NAME: usize = 2;

/// Characters of an organisation code.
const ORGANISATION_CODE: usize = 9;

/// How a subject was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// It is the subject with this number.
    Identifier,
    /// It bears such a name: a suggestion for a person to confirm.
    Name,
}

/// A subject that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Found {
    pub subject: About,
    #[serde(rename = "match")]
    pub by: Match,
}

/// Everyone with that number: a USCC, an organisation code, a person's id, or another number that was given with an
/// event, as it was written there.
pub fn by_identifier(node: &Node, identifier: &str, scope: &Scope) -> Result<Page<Found>, Problem> {
    if identifier.trim().is_empty() {
        return Err(Problem::parameter("identifier", "give a USCC, an organisation code or another number"));
    }
    ready(node)?;
    let mut keys = vec![Box::from(subject::key(identifier))];
    let (given, form) = (identifier.trim(), number_form(identifier));
    for term in [identifier_term(given), identifier_term(&form)] {
        for shard in node.shards() {
            keys.extend(shard.with_term(&term, None, MAX_LIMIT)?);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    let mut items = Vec::new();
    for key in &keys {
        let shard = node.shard_of(key);
        let known = scope.known(shard.number);
        let Some(held) = shard.file(key)?.filter(|held| held.file.is_known(known)) else { continue };
        let mut numbers = held.file.identifiers.iter().filter(|number| number.is_linked(known));
        let is_its_code = **key == *subject::key(identifier) && !subject::is_mistyped(identifier, &held.file);
        if is_its_code || numbers.any(|number| *number.value == *given || *number.value == *form) {
            items.push(Found { subject: About::of(&held.file, known), by: Match::Identifier });
        }
    }
    Ok(Page::new(items, None, scope))
}

/// The organisation with that USCC or organisation code; `None` where it is neither. So the public finds by number: others
/// can have a person's document number in them.
pub fn by_code(node: &Node, code: &str, scope: &Scope) -> Result<Option<Page<Found>>, Problem> {
    let key = subject::key(code);
    if key.len() != ORGANISATION_CODE {
        return Ok(None);
    }
    let is_mistyped = node.shard_of(&key).file(&key)?.is_some_and(|held| subject::is_mistyped(code, &held.file));
    if is_mistyped { Ok(Some(Page::new(Vec::new(), None, scope))) } else { by_key(node, &key, scope).map(Some) }
}

/// A page of those whose name contains `name`, in the order of their ids; of very many, the first thousand found.
pub fn by_name(
    node: &Node,
    name: &str,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<Found>, Problem> {
    if name.trim().chars().count() < MIN_NAME {
        return Err(Problem::parameter("name", format!("give at least {MIN_NAME} characters of the name")));
    }
    ready(node)?;
    let mut keys: Vec<Box<str>> = Vec::new();
    for shard in node.shards() {
        keys.extend(shard.named(name.trim(), MAX_LIMIT));
    }
    keys.sort_unstable();
    let after = place.as_ref().map(|place| place.subject.as_str());
    let mut items: Vec<Found> = Vec::new();
    for key in keys.iter().filter(|key| after.is_none_or(|after| &***key > after)) {
        let shard = node.shard_of(key);
        let known = scope.known(shard.number);
        let Some(held) = shard.file(key)?.filter(|held| held.file.name(known).is_some()) else { continue };
        if let Some(last) = items.last().filter(|_| items.len() == limit) {
            let place = Place { subject: last.subject.id.clone(), shown: 1 };
            return Ok(Page::new(items, Some(Cursor::after(place, scope).render()), scope));
        }
        items.push(Found { subject: About::of(&held.file, known), by: Match::Name });
    }
    Ok(Page::new(items, None, scope))
}

/// The subject of that key, such as a person's id, if anything was known.
pub fn by_key(node: &Node, id: &str, scope: &Scope) -> Result<Page<Found>, Problem> {
    ready(node)?;
    let shard = node.shard_of(id);
    let known = scope.known(shard.number);
    let held = shard.file(id)?.filter(|held| held.file.is_known(known));
    let found = held.map(|held| Found { subject: About::of(&held.file, known), by: Match::Identifier });
    Ok(Page::new(found.into_iter().collect(), None, scope))
}
