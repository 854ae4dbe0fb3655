//! Which records of a file something will happen to by itself, and when next.

use crate::{
    date::Date,
    difference::Standing,
    event::List,
    facts::{Content, CreditFile, Known, Live, Record},
    listing,
};
use smallvec::SmallVec;

/// Places of records, rising: nearly always one or two.
pub(super) type Places = SmallVec<[usize; 4]>;

/// Whether what happens to a record makes a difference to nothing else: a license's never does, and a penalty's does to
/// list entries alone.
pub(super) fn stands_alone(file: &CreditFile, record: &Record) -> bool {
    match record.first {
        Content::License(_) => true,
        Content::Penalty(_) => file.live.iter().all(|live| is_plain(&file.records[live.place as usize])),
        Content::Designation(_) | Content::Implication(_) => false,
    }
}

fn is_plain(record: &Record) -> bool {
    matches!(record.first, Content::License(_) | Content::Penalty(_))
}

/// The places of the records that a day may make a difference to.
pub(super) fn due(file: &CreditFile, day: Date) -> Places {
    let due = file.live.iter().filter(|live| live.next <= day).map(|live| live.place as usize);
    if due.clone().all(|place| stands_alone(file, &file.records[place])) { due.collect() } else { scope(file, None) }
}

/// The places of the live records, and one more.
pub(super) fn scope(file: &CreditFile, place: Option<usize>) -> Places {
    let mut places: Places = file.live.iter().map(|live| live.place as usize).collect();
    if let Some(place) = place
        && let Err(at) = places.binary_search(&place)
    {
        places.insert(at, place);
    }
    places
}

/// Adds the records that may raise a flag on a red entry, though nothing would happen to them by themselves: a red entry
/// that reaches back over a penalty is flagged for it.
pub(super) fn add_causes(file: &CreditFile, red: &Record, places: &mut Places) {
    let is_red = matches!(red.designation(Known::Now), Some(designation) if designation.list == List::Red);
    if !is_red {
        return;
    }
    for (place, record) in file.records.iter().enumerate() {
        let is_cause = !matches!(record.first, Content::License(_)) && record.effective >= red.effective;
        if is_cause && let Err(at) = places.binary_search(&place) {
            places.insert(at, place);
        }
    }
}

/// Adds the entries that rest on a record and name persons, though they ended long ago: a dispute or a withdrawal that reaches
/// back over their days is stated to the persons, too, who keep nothing of their own to reckon it from.
pub(super) fn add_resting(file: &CreditFile, record: &Record, places: &mut Places) {
    for (place, entry) in file.records.iter().enumerate() {
        let rests = entry
            .designation(Known::Now)
            .is_some_and(|designation| !designation.persons.is_empty() && designation.basis.contains(&record.id));
        if rests && let Err(at) = places.binary_search(&place) {
            places.insert(at, place);
        }
    }
}

/// Looks at some records anew after something happened to them, or a day began.
pub(super) fn refresh(file: &mut CreditFile, places: &[usize], standing: &Standing, day: Date) {
    let edges = places.iter().map(|place| (*place, edge(file, *place, day)));
    let mut next: SmallVec<[(usize, Option<Date>); 4]> = edges.collect();
    for (overdue, place, cause) in standing.overdue_days(file) {
        for place in std::iter::once(place).chain(cause) {
            if let Ok(at) = next.binary_search_by_key(&place, |(known, _)| *known) {
                let next = &mut next[at].1;
                *next = Some(next.map_or(overdue, |next| next.min(overdue)));
            }
        }
    }
    for (place, next) in next {
        let at = file.live.binary_search_by_key(&place, |live| live.place as usize);
        match (at, next) {
            (Ok(at), Some(next)) => file.live[at].next = next,
            (Ok(at), None) => drop(file.live.remove(at)),
            (Err(at), Some(next)) => file.live.insert(at, Live { place: place as u32, next }),
            (Err(_), None) => {}
        }
    }
}

/// The next day after `day` on which a record, its entry or its watch begins or ends, or something done to it takes effect.
fn edge(file: &CreditFile, place: usize, day: Date) -> Option<Date> {
    let record = &file.records[place];
    let dated = std::iter::once(record.effective).chain(record.acts.iter().map(|act| act.effective));
    let first = |dates: &mut dyn Iterator<Item = Date>| dates.filter(|date| *date > day).min();
    let mut next = first(&mut dated.into_iter());
    for entry in listing::entry(file, record, Known::Now).into_iter().flat_map(listing::with_watch) {
        next = next.into_iter().chain(first(&mut entry.edges())).min();
    }
    next
}
