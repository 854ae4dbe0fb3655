//! The lists as the public knows them: red, black and watch. (七)(二十一)

use super::{
    Page,
    listing::{self, Listing},
    position,
    scope::Scope,
    subject::{self, About, Reading},
    walk::{self, Cursor, Place},
};
use crate::{
    http::Problem,
    log::{LogError, Topic},
    node::Node,
    views::list_term,
};
use chengxin_projections::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
    listing::{Entry, State},
};
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of a list with its subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListItem {
    pub subject: About,
    #[serde(flatten)]
    pub listing: Listing,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListPage {
    #[serde(flatten)]
    pub page: Page<ListItem>,
    /// The cursor of `/v1/list-changes` to follow on from: what it brings is all that changes after this snapshot.
    pub feed: String,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<String>,
    pub authority: Option<String>,
    /// Characters 3 to 8 of the subject's USCC, or the first of them.
    pub region: Option<String>,
}

/// The region of registration in a USCC.
pub fn region(file: &CreditFile, known: Known) -> Option<&str> {
    file.identifier("uscc", known)?.get(2..8)
}

/// The cursor to follow the list changes from. To be taken before what it goes with is read: a change can then come
/// twice, which its sequence shows, and never be missed.
pub fn feed_cursor(node: &Node) -> Result<String, LogError> {
    let ends: Result<Vec<u64>, LogError> =
        (0..node.log.partitions()).map(|partition| node.log.end(Topic::ListChanges, partition)).collect();
    Ok(position::join(ends?))
}

/// A page of those who are on the list on the day.
pub fn page(
    node: &Node,
    list: ListName,
    filter: &Filter,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<ListPage, Problem> {
    let feed = feed_cursor(node)?;
    let policy = scope.policy(0);
    let terms = [list_term(list)];
    let (items, next) = walk::fill(node, Some(&terms), place, limit, |shard, held| {
        let (file, known) = (&held.file, scope.known(shard.number));
        let entries: Vec<_> = on_list(file, list, known, scope.as_of, filter).collect();
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let bodies = subject::bodies(node, shard, &file.id)?;
        let reading = Reading { file, bodies, known, as_of: scope.as_of, policy: &policy };
        Ok(entries.iter().map(|entry| item(entry, &reading)).collect())
    })?;
    let next = next.map(|place| Cursor::after(place, scope).render());
    Ok(ListPage { page: Page::new(items, next, scope), feed })
}

/// An entry with its subject.
pub fn item(entry: &Entry, reading: &Reading) -> ListItem {
    ListItem { subject: About::of(reading.file, reading.known), listing: listing::show(entry, reading) }
}

/// The entries of a subject on the list on the day, in the order of their records.
pub fn on_list<'a>(
    file: &'a CreditFile,
    list: ListName,
    known: Known,
    as_of: Date,
    filter: &Filter,
) -> impl Iterator<Item = Entry<'a>> {
    let region_fits = filter
        .region
        .as_deref()
        .is_none_or(|wanted| region(file, known).is_some_and(|region| region.starts_with(wanted)));
    let is_wanted = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    let entries = chengxin_projections::listing::entries(file, known);
    entries.filter(move |entry| {
        region_fits
            && entry.list == list
            && entry.state(as_of) == State::Active
            && is_wanted(&filter.kind, &entry.designation.kind)
            && is_wanted(&filter.authority, entry.record.authority())
    })
}
