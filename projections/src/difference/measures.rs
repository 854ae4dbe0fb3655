//! How the measures in force change.

use super::{Happening, lists::EntryStanding};
use crate::{
    change::{About, ListName, MeasureChange, MeasureWhat},
    date::Date,
    facts::CreditFile,
    listing::State,
};
use std::collections::BTreeMap;

/// Entries that a change names as what a measure rests on, so that it is never longer than a log takes.
pub(super) const BASIS_TOLD: usize = 500;

/// A measure on a day, the entries that carry it by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    is_suspended: bool,
    basis: Vec<usize>,
    from: Date,
    until: Date,
}

/// A measure that is other than it was, by its code.
pub(super) type Changed<'a> = (&'a str, MeasureWhat, Carried);

fn carried(standing: &[EntryStanding]) -> BTreeMap<&str, Carried> {
    let mut measures: BTreeMap<&str, Carried> = BTreeMap::new();
    for entry in standing.iter().filter(|entry| entry.state == State::Active && entry.list != ListName::Watch) {
        for (code, from) in entry.carries() {
            let until = entry.until;
            let new = || Carried { is_suspended: entry.is_suspended, basis: Vec::new(), from, until };
            let measure = measures.entry(code).or_insert_with(new);
            if measure.is_suspended != entry.is_suspended {
                if entry.is_suspended {
                    continue; // others carry it
                }
                *measure = new();
            }
            if measure.basis.last() != Some(&entry.place) {
                measure.basis.push(entry.place);
            }
            measure.from = measure.from.min(from);
            measure.until = measure.until.max(entry.until);
        }
    }
    measures
}

/// The measures that are other than they were, by code.
pub(super) fn changed<'a>(before: &'a [EntryStanding], after: &'a [EntryStanding], revision: u32) -> Vec<Changed<'a>> {
    let (was, now) = (carried(before), carried(after));
    let is_withdrawn = |place: &usize| {
        let entry = after.iter().find(|entry| entry.place == *place && entry.list != ListName::Watch);
        revision >= 2 && entry.is_some_and(|entry| entry.state == State::Withdrawn)
    };
    let mut changed: Vec<Changed> = Vec::new();
    for (code, measure) in &now {
        if let Some(what) = word(was.get(code), measure) {
            changed.push((code, what, measure.clone()));
        }
    }
    for (code, measure) in was.iter().filter(|(code, _)| !now.contains_key(*code)) {
        let is_wrong = measure.basis.iter().any(is_withdrawn);
        changed.push((code, if is_wrong { MeasureWhat::Withdrawn } else { MeasureWhat::Ended }, measure.clone()));
    }
    // Whoever was told of a measure that ended long ago is told that it never should have been.
    for entry in after.iter().filter(|entry| entry.list != ListName::Watch && is_withdrawn(&entry.place)) {
        let earlier = before.iter().find(|earlier| (earlier.place, earlier.list) == (entry.place, entry.list));
        if earlier.is_some_and(|earlier| matches!(earlier.state, State::Exited | State::Expired)) {
            for (code, from) in entry.carries().filter(|(code, _)| !now.contains_key(code)) {
                let until = entry.until;
                let gone = Carried { is_suspended: false, basis: vec![entry.place], from, until };
                changed.push((code, MeasureWhat::Withdrawn, gone));
            }
        }
    }
    changed.sort_by_key(|(code, ..)| *code);
    changed.dedup_by_key(|(code, ..)| *code);
    changed
}

fn word(was: Option<&Carried>, now: &Carried) -> Option<MeasureWhat> {
    match was {
        None if now.is_suspended => Some(MeasureWhat::Suspended),
        None => Some(MeasureWhat::Imposed),
        Some(was) if was.is_suspended != now.is_suspended => {
            Some(if now.is_suspended { MeasureWhat::Suspended } else { MeasureWhat::Resumed })
        }
        Some(was) if (&was.basis, was.until) != (&now.basis, now.until) => Some(MeasureWhat::Rebased),
        Some(_) => None,
    }
}

pub(super) fn changes(
    file: &CreditFile,
    changed: &[Changed],
    after: &[EntryStanding],
    happening: &Happening,
    about: &About,
) -> Vec<MeasureChange> {
    let position = happening.position();
    let changes = changed.iter().zip(file.measure_sequence + 1..).map(|((code, what, measure), sequence)| {
        // What ended is told with the day on which it did, not with the term that it once had.
        let ended = |place: usize| after.iter().find(|entry| entry.place == place && entry.list != ListName::Watch);
        let until = match what {
            MeasureWhat::Ended | MeasureWhat::Withdrawn => {
                measure.basis.iter().filter_map(|place| ended(*place)).map(|entry| entry.until).max()
            }
            _ => None,
        };
        // A withdrawn entry keeps its term; the measure ended with the withdrawal all the same.
        let until = until.map(|until| until.min(happening.date));
        MeasureChange {
            change: format!("{}-M{sequence}", file.id),
            subject: about.clone(),
            measure: (*code).to_owned(),
            what: *what,
            basis: measure.basis.iter().take(BASIS_TOLD).map(|place| file.records[*place].id.to_string()).collect(),
            from: measure.from,
            until: until.unwrap_or(measure.until),
            cause: happening.cause(),
            position: position.clone(),
            sequence,
            recorded: happening.recorded(),
        }
    });
    changes.collect()
}
