//! (二十七) Persons whom an entry names wrongly, as was found on their own files: the entry tells of them no more. What was
//! known before the finding stays answerable.

use super::{listing::Listing, scope::Scope};
use crate::{node::Node, problem::Problem, views::ViewError};
use chengxin_projections::{
    facts::{CreditFile, Known},
    listing,
};

/// Takes them out of what entries name, as far as was known.
pub fn strike<'a>(
    node: &Node,
    scope: &Scope,
    listings: impl IntoIterator<Item = &'a mut Listing>,
) -> Result<(), Problem> {
    for listing in listings {
        let known = |person: &str| scope.known(node.shard_of(person).number);
        strike_by(listing, |person, record| is_cleared(node, person, record, known(person)))?;
    }
    Ok(())
}

/// The same by anyone who has the files of persons.
pub fn strike_by<E>(listing: &mut Listing, is_cleared: impl Fn(&str, &str) -> Result<bool, E>) -> Result<(), E> {
    for named in std::mem::take(&mut listing.persons) {
        if !is_cleared(&named.subject.id, &listing.record)? {
            listing.persons.push(named);
        }
    }
    Ok(())
}

/// Whether it was found that the entry names the person wrongly.
pub fn is_cleared(node: &Node, person: &str, record: &str, known: Known) -> Result<bool, ViewError> {
    let held = node.shard_of(person).file(person)?;
    Ok(held.is_some_and(|held| says(&held.file, record, known)))
}

/// Whether the person's file says so.
pub fn says(person: &CreditFile, record: &str, known: Known) -> bool {
    let stated = person.record(record).and_then(|stated| listing::entry(person, stated, known));
    stated.is_some_and(|entry| entry.is_withdrawn)
}
