//! How a page is filled: subjects in the order of their ids, merged from all partitions, until it is full.

use super::{SUBJECTS_PER_PAGE, scope::Scope};
use crate::{
    node::Node,
    problem::Problem,
    projector::Shard,
    views::{Held, ViewError},
};
use std::{collections::VecDeque, sync::Arc};

/// Subject ids read from an index at a time.
const CHUNK: usize = 256;
/// Longest cursor that is looked at. One of ours holds two positions of each of up to 256 partitions.
const CURSOR_CHARS: usize = 24_000;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub subject: String,
    /// Items of this subject that were shown.
    pub shown: usize,
}

/// What a cursor carries: the place, and the day and the knowledge of the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub place: Place,
    /// Empty if no day was asked for and none matters.
    pub as_of: String,
    pub known_at: String,
    /// Of a list, where its changes go on from: that of the first page.
    pub feed: Option<String>,
}

impl Cursor {
    pub fn after(place: Place, scope: &Scope) -> Cursor {
        Cursor { place, as_of: scope.as_of.to_string(), known_at: scope.pin.clone(), feed: None }
    }

    /// The text for the caller, who does not look into it.
    pub fn render(&self) -> String {
        let Cursor { place: Place { subject, shown }, as_of, known_at, feed } = self;
        let feed = feed.as_deref().unwrap_or_default();
        hex::encode(format!("{as_of}\n{known_at}\n{feed}\n{shown}\n{subject}"))
    }

    pub fn read(text: &str) -> Result<Cursor, Problem> {
        let parse = || {
            let text = String::from_utf8(hex::decode(text).ok()?).ok()?;
            let mut parts = text.splitn(5, '\n');
            let (as_of, known_at) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let feed = Some(parts.next()?.to_owned()).filter(|feed| !feed.is_empty());
            let (shown, subject) = (parts.next()?.parse().ok()?, parts.next()?.to_owned());
            Some(Cursor { place: Place { subject, shown }, as_of, known_at, feed })
        };
        let cursor = if text.len() <= CURSOR_CHARS { parse() } else { None };
        cursor.ok_or_else(|| {
            Problem::parameter("cursor", "take `next` of the page before as it is, or leave it out to begin anew")
        })
    }
}

/// Refuses while a partition is behind the log: a list with parts missing would look complete.
pub fn ready(node: &Node) -> Result<(), Problem> {
    if node.projector.is_ready() {
        return Ok(());
    }
    Err(Problem::unavailable("the views have not caught up with the log yet; try again"))
}

/// Subjects that are indexed by any of some terms, or all of them, in the order of their ids and each once.
pub struct Walk<'a> {
    sources: Vec<Source<'a>>,
}

struct Source<'a> {
    shard: &'a Shard,
    /// `None` is everyone.
    term: Option<String>,
    queue: VecDeque<Box<str>>,
    after: Option<Box<str>>,
    is_done: bool,
}

impl Source<'_> {
    /// The next subject, which stays.
    fn peek(&mut self) -> Result<Option<&str>, ViewError> {
        if self.queue.is_empty() && !self.is_done {
            let after = self.after.as_deref();
            let chunk = match &self.term {
                Some(term) => self.shard.with_term(term, after, CHUNK)?,
                None => self.shard.subjects(after, CHUNK)?,
            };
            self.is_done = chunk.len() < CHUNK;
            self.after = chunk.last().cloned().or(self.after.take());
            self.queue = chunk.into();
        }
        Ok(self.queue.front().map(|subject| &**subject))
    }
}

impl<'a> Walk<'a> {
    pub fn new(node: &'a Node, terms: Option<&[String]>, after: Option<&str>) -> Result<Walk<'a>, Problem> {
        ready(node)?;
        let terms: Vec<Option<String>> = match terms {
            Some(terms) => terms.iter().map(|term| Some(term.clone())).collect(),
            None => vec![None],
        };
        let source = |shard: &'a Arc<Shard>, term: &Option<String>| Source {
            shard,
            term: term.clone(),
            queue: VecDeque::new(),
            after: after.map(Into::into),
            is_done: false,
        };
        let sources = node.shards().iter().flat_map(|shard| terms.iter().map(move |term| source(shard, term)));
        Ok(Walk { sources: sources.collect() })
    }

    /// The next subject and its partition.
    pub fn step(&mut self) -> Result<Option<(&'a Shard, Box<str>)>, ViewError> {
        let mut least: Option<(&'a Shard, Box<str>)> = None;
        for source in &mut self.sources {
            let shard = source.shard;
            let Some(subject) = source.peek()? else { continue };
            if least.as_ref().is_none_or(|(_, least)| subject < &**least) {
                least = Some((shard, subject.into()));
            }
        }
        if let Some((_, subject)) = &least {
            for source in &mut self.sources {
                if source.queue.front() == Some(subject) {
                    source.queue.pop_front();
                }
            }
        }
        Ok(least)
    }
}

/// Items of a page under way.
struct Filling<T> {
    items: Vec<T>,
    limit: usize,
    last: Option<Place>,
}

impl<T> Filling<T> {
    /// Takes the items of a subject behind the first `skip`. Returns whether the page is full and more would follow.
    fn take(&mut self, subject: &str, items: Vec<T>, skip: usize) -> bool {
        let all = items.len();
        let room = self.limit - self.items.len();
        let taken = room.min(all.saturating_sub(skip));
        self.items.extend(items.into_iter().skip(skip).take(taken));
        if taken > 0 {
            self.last = Some(Place { subject: subject.to_owned(), shown: skip + taken });
        }
        skip + taken < all
    }
}

/// Fills a page: `items_of` says what a subject contributes. Returns where the page ended if more may follow.
pub fn fill<T>(
    node: &Node,
    terms: Option<&[String]>,
    place: Option<Place>,
    limit: usize,
    mut items_of: impl FnMut(&Shard, &Arc<Held>) -> Result<Vec<T>, Problem>,
) -> Result<(Vec<T>, Option<Place>), Problem> {
    let mut walk = Walk::new(node, terms, place.as_ref().map(|place| place.subject.as_str()))?;
    let mut filling = Filling { items: Vec::new(), limit, last: None };
    if let Some(place) = place {
        let shard = node.shard_of(&place.subject);
        if let Some(held) = shard.file(&place.subject)?
            && filling.take(&place.subject, items_of(shard, &held)?, place.shown)
        {
            return Ok((filling.items, filling.last));
        }
        filling.last.get_or_insert(place);
    }
    for _ in 0..SUBJECTS_PER_PAGE {
        let Some((shard, subject)) = walk.step()? else { return Ok((filling.items, None)) };
        let Some(held) = shard.file(&subject)? else { continue };
        let items = items_of(shard, &held)?;
        let count = items.len();
        if filling.take(&subject, items, 0) {
            return Ok((filling.items, filling.last));
        }
        if filling.items.len() < limit {
            filling.last = Some(Place { subject: subject.into(), shown: count });
        }
    }
    Ok((filling.items, filling.last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_what_is_none_is_refused() {
        let place = Place { subject: "MA00TEAT4".to_owned(), shown: 2 };
        let (as_of, known_at) = ("2026-06-15".to_owned(), "0-12.1-44".to_owned());
        let cursor = Cursor { place, as_of, known_at, feed: Some("0-3.1-0".to_owned()) };
        assert_eq!(Cursor::read(&cursor.render()).unwrap(), cursor);
        for text in ["", "zz", "00", "é", &"0".repeat(CURSOR_CHARS + 2)] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_ends_within_a_subject_and_the_next_goes_on_behind_it() {
        let mut first = Filling { items: Vec::new(), limit: 3, last: None };
        assert!(!first.take("A", vec![1, 2], 0));
        assert!(first.take("B", vec![3, 4, 5], 0));
        assert_eq!((first.items, first.last), (vec![1, 2, 3], Some(Place { subject: "B".to_owned(), shown: 1 })));
        let mut second = Filling { items: Vec::new(), limit: 3, last: None };
        assert!(!second.take("B", vec![3, 4, 5], 1));
        assert_eq!(second.items, [4, 5]);
    }

    #[test]
    fn a_full_page_ends_only_where_more_follows() {
        let mut filling = Filling { items: Vec::new(), limit: 2, last: None };
        assert!(!filling.take("A", vec![1, 2], 0));
        assert!(!filling.take("B", vec![], 0));
        assert!(filling.take("C", vec![3], 0));
        assert_eq!((filling.items, filling.last), (vec![1, 2], Some(Place { subject: "A".to_owned(), shown: 2 })));
    }
}
