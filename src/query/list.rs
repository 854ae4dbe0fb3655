//! The lists as the public knows them: red, black and watch. (七)(二十一)

use super::{
    Page, cleared,
    listing::{self, Listing},
    scope::Scope,
    subject::{self, About, Reading},
    walk::{self, Cursor, Place},
};
use crate::{feed, log::Topic, node::Node, problem::Problem, views::list_term};
use chengxin_projections::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
    listing::{Entry, State},
};
use serde::Serialize;
use std::time::{Duration, Instant};
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
    /// The cursor of `/v1/list-changes` to follow on from: it brings all that changes after this snapshot, and may begin with
    /// the last changes that the snapshot shows already. Each says how its entry stands then (`state`), so taking one twice
    /// does no harm.
    /// Null where they do not: of another day, of what was known before, and while a day is being opened.
    pub feed: Option<String>,
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
    subject::own_uscc(file, known)?.get(2..8)
}

/// How long a list waits until what is being published is shown, and how often it looks.
const SHOWN_WAIT: Duration = Duration::from_secs(5);
const SHOWN_POLL: Duration = Duration::from_millis(1);

/// The cursor to follow the list changes from. To be taken before what it goes with is read: everything before it is
/// shown then, so that no change is missed; a change can come twice, which its sequence shows.
pub fn feed_cursor(node: &Node) -> Result<String, Problem> {
    let mut ends = Vec::with_capacity(node.shards().len());
    for shard in node.shards() {
        ends.push(node.log.end(Topic::ListChanges, shard.number)?);
        let (at, deadline) = (shard.at(), Instant::now() + SHOWN_WAIT);
        while shard.is_publishing() && shard.at() == at {
            if Instant::now() > deadline {
                return Err(Problem::unavailable("changes are being published; try again"));
            }
            std::thread::sleep(SHOWN_POLL);
        }
    }
    Ok(feed::Cursor::from_offsets(ends).to_string())
}

/// A page of those who are on the list on the day. `feed` was taken before the scope of the first page was.
pub fn page(
    node: &Node,
    list: ListName,
    filter: &Filter,
    scope: &Scope,
    feed: Option<String>,
    place: Option<Place>,
    limit: usize,
) -> Result<ListPage, Problem> {
    let (policy, policies) = (scope.policy(0), scope.policies(0));
    let terms = [list_term(list)];
    let (mut items, next) = walk::fill(node, Some(&terms), place, limit, |shard, held| {
        let (file, known) = (&held.file, scope.known(shard.number));
        let entries: Vec<_> = on_list(file, list, known, scope.as_of, filter).collect();
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let bodies = subject::bodies(node, shard, &file.id)?;
        let reading = Reading { file, bodies, known, as_of: scope.as_of, policy: &policy, policies: &policies };
        Ok(entries.iter().map(|entry| item(entry, &reading)).collect())
    })?;
    cleared::strike(node, scope, items.iter_mut().map(|item| &mut item.listing))?;
    let next = next.map(|place| Cursor { feed: feed.clone(), ..Cursor::after(place, scope) }.render());
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
