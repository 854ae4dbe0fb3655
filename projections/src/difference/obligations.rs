//! Which changes of duties are told: what is newly due from someone other than who caused it, what has moved, what is overdue.

use super::Happening;
use crate::{
    change::{About, ObligationChange, ObligationWhat},
    date::Date,
    facts::{CreditFile, Known, org},
    hash,
    obligation::{self, State},
    policy::{Due, PolicyHistory},
};

/// How one duty stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DutyStanding {
    duty: &'static str,
    place: usize,
    /// Tells the duties of one kind about one record apart.
    key: u64,
    org: Box<str>,
    cause: Option<Box<str>>,
    measure: Option<Box<str>>,
    since: Date,
    due: Due,
    state: State,
}

pub(super) fn standing(file: &CreditFile, places: &[usize], date: Date, policies: &PolicyHistory) -> Vec<DutyStanding> {
    let duties = obligation::among(file, places, Known::Now, date, policies);
    let one = |duty: obligation::Obligation| DutyStanding {
        duty: duty.duty,
        place: file.place(duty.record).unwrap_or_default(),
        key: hash::of(&(duty.org, duty.cause, duty.measure, duty.since)),
        org: duty.org.into(),
        cause: duty.cause.map(Into::into),
        measure: duty.measure.map(Into::into),
        since: duty.since,
        due: duty.due,
        state: duty.state,
    };
    duties.into_iter().map(one).collect()
}

/// The duties of which someone is told.
pub(super) fn changed<'a>(
    before: &[DutyStanding],
    after: &'a [DutyStanding],
    happening: &Happening,
) -> Vec<(&'a DutyStanding, ObligationWhat)> {
    let mut changed = Vec::new();
    for duty in after {
        let key = |duty: &DutyStanding| (duty.duty, duty.place, duty.key);
        let earlier = before.iter().find(|earlier| key(earlier) == key(duty));
        let is_new = earlier.is_none() && happening.publisher != &*duty.org;
        let what = match (earlier.map(|earlier| (earlier.state, earlier.due)), duty.state) {
            (None | Some((State::Open, _)), State::Overdue) => ObligationWhat::Overdue,
            (None, State::Open) if is_new => ObligationWhat::Arisen,
            (Some((State::Open, due)), State::Open) if due != duty.due => ObligationWhat::Moved,
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
    let changes = changed.iter().zip(file.obligation_sequence + 1..).map(|((duty, what), sequence)| {
        let record = &file.records[duty.place];
        ObligationChange {
            change: format!("{}-O{sequence}", file.id),
            subject: about.clone(),
            duty: duty.duty.to_owned(),
            org: duty.org.to_string(),
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
            position: happening.position(),
            sequence,
            recorded: happening.recorded(),
        }
    });
    changes.collect()
}
