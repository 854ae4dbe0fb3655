//! Which changes of duties are told: what is newly due from someone other than who caused it, what has moved, what is overdue.

use super::Happening;
use crate::{
    change::{About, ObligationChange, ObligationWhat},
    date::Date,
    facts::{CreditFile, Known, org},
    hash,
    obligation::{self, Asked, State},
    policy::{Due, PolicyHistory},
};
use smallvec::SmallVec;

/// How one duty that is open or overdue stands on a day. Nearly all are of the record's own authority, and say nothing more:
/// they allocate nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DutyStanding {
    duty: &'static str,
    place: usize,
    /// Tells the duties of one kind about one record apart.
    key: u64,
    /// Who owes it, if not the record's authority.
    owed_by: Option<Box<str>>,
    cause: Option<Box<str>>,
    measure: Option<Box<str>>,
    since: Date,
    due: Due,
    state: State,
}

impl DutyStanding {
    fn org<'a>(&'a self, file: &'a CreditFile) -> &'a str {
        self.owed_by.as_deref().unwrap_or_else(|| file.records[self.place].authority())
    }

    /// The first day on which it is overdue, if it is open, and the records that tell of it together.
    pub(super) fn overdue(&self, file: &CreditFile) -> Option<(Date, usize, Option<usize>)> {
        // The cause of a flag counts with the flagged entry: only together do they tell of the duty.
        let cause = || self.cause.as_deref().and_then(|cause| file.place(cause));
        (self.state == State::Open).then(|| (self.due.date.next(), self.place, cause()))
    }
}

/// The duties of the few records that an event concerns.
pub(super) type DutyStandings = SmallVec<[DutyStanding; 1]>;

pub(super) fn standing(file: &CreditFile, places: &[usize], date: Date, policies: &PolicyHistory) -> DutyStandings {
    let mut all = DutyStandings::new();
    let asked = Asked { file, known: Known::Now, as_of: date, policies };
    obligation::open(&asked, places, |duty| {
        let is_own = duty.org == file.records[duty.place].authority();
        let is_plain = is_own && duty.cause.is_none() && duty.measure.is_none();
        all.push(DutyStanding {
            duty: duty.duty,
            place: duty.place,
            key: if is_plain { 0 } else { hash::of(&(duty.org, duty.cause, duty.measure, duty.since)) },
            owed_by: (!is_own).then(|| duty.org.into()),
            cause: duty.cause.map(Into::into),
            measure: duty.measure.map(Into::into),
            since: duty.since,
            due: duty.due,
            state: duty.state,
        });
    });
    all
}

/// The duties of which someone is told.
pub(super) fn changed<'a>(
    file: &CreditFile,
    before: &[DutyStanding],
    after: &'a [DutyStanding],
    happening: &Happening,
) -> Vec<(&'a DutyStanding, ObligationWhat)> {
    let mut changed = Vec::new();
    // Both come in the same order but for what is new or gone: each is looked for from behind the one before it.
    let mut behind = 0;
    for duty in after {
        let is_it = |earlier: &DutyStanding| {
            (earlier.place, earlier.key) == (duty.place, duty.key) && earlier.duty == duty.duty
        };
        let found = before[behind..].iter().position(is_it).map(|ahead| behind + ahead);
        let found = found.or_else(|| before[..behind].iter().position(is_it));
        behind = found.map_or(behind, |found| found + 1);
        // What was closed and is open again, because its record was corrected, comes anew to who owes it.
        let earlier = found.map(|found| &before[found]);
        let what = match (earlier.map(|earlier| (earlier.state, earlier.due)), duty.state) {
            (None | Some((State::Open, _)), State::Overdue) => ObligationWhat::Overdue,
            (None, State::Open) if happening.publisher != duty.org(file) => ObligationWhat::Arisen,
            (Some((_, due)), State::Open) if due != duty.due => ObligationWhat::Moved,
            _ => continue,
        };
        changed.push((duty, what));
    }
    changed
}

pub(super) fn changes(
    file: &CreditFile,
    changed: &[(&DutyStanding, ObligationWhat)],
    happening: &Happening,
    about: &About,
) -> Vec<ObligationChange> {
    let position = happening.position();
    let changes = changed.iter().zip(file.obligation_sequence + 1..).map(|((duty, what), sequence)| {
        let record = &file.records[duty.place];
        ObligationChange {
            change: format!("{}-O{sequence}", file.id),
            subject: about.clone(),
            duty: duty.duty.to_owned(),
            org: duty.org(file).to_owned(),
            record: record.id.to_string(),
            reason: duty.cause.as_ref().map(ToString::to_string),
            // Who reported what the duty is about, where that is another department.
            reported_by: duty.cause.as_deref().map(|cause| org(cause).to_owned()),
            measure: duty.measure.as_ref().map(ToString::to_string),
            what: *what,
            since: duty.since,
            due: duty.due.date,
            provisional: duty.due.provisional,
            cause: happening.cause(),
            position: position.clone(),
            sequence,
            recorded: happening.recorded(),
        }
    });
    changes.collect()
}
