//! Which records of a file something will happen to by itself, and when next.

use crate::{
    date::Date,
    facts::{CreditFile, Known, Live},
    listing,
    obligation::{self, State},
    policy::PolicyHistory,
};

/// The places of the live records, and one more.
pub(super) fn scope(file: &CreditFile, place: Option<usize>) -> Vec<usize> {
    let mut places: Vec<usize> = file.live.iter().map(|live| live.place as usize).collect();
    if let Some(place) = place
        && let Err(at) = places.binary_search(&place)
    {
        places.insert(at, place);
    }
    places
}

/// Looks at some records anew after something happened to them, or a day began.
pub(super) fn refresh(file: &mut CreditFile, places: &[usize], day: Date, policies: &PolicyHistory, revision: u32) {
    let mut next: Vec<(usize, Option<Date>)> = places.iter().map(|place| (*place, edge(file, *place, day))).collect();
    if revision >= 2 {
        let duties = obligation::among(file, places, Known::Now, day, policies);
        for duty in duties.iter().filter(|duty| duty.state == State::Open) {
            // The cause of a flag counts with the flagged entry: only together do they tell of the duty.
            let cause = duty.cause.and_then(|cause| file.place(cause));
            for place in file.place(duty.record).into_iter().chain(cause) {
                if let Some((_, next)) = next.iter_mut().find(|(known, _)| *known == place) {
                    let overdue = duty.due.date.next();
                    *next = Some(next.map_or(overdue, |next| next.min(overdue)));
                }
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
    let entry = listing::entry(file, record, Known::Now);
    let edges = entry.into_iter().flat_map(listing::with_watch).flat_map(|entry| entry.edges().collect::<Vec<_>>());
    dated.chain(edges).filter(|date| *date > day).min()
}
