//! Entries of the red and the black list, and the watch that follows the black list. (四)(五)(二十一), default rules 2, 4, 9.

use crate::{
    change::ListName,
    date::Date,
    event::{ExitReason, List},
    facts::{Act, CreditFile, Deed, Designation, Known, Record},
    interval::Span,
};
use serde::Serialize;

/// How an entry stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Begins on a later day.
    Pending,
    Active,
    /// Left the list before its term.
    Exited,
    /// Reached the end of its term.
    Expired,
    /// Was wrong from the start: never on the list, as of any date (default rule 4).
    Withdrawn,
}

/// An entry of one list as the facts known have it, for any day.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub record: &'a Record,
    pub designation: &'a Designation,
    pub list: ListName,
    /// From its first day to its end, as known.
    pub span: Span,
    /// What ended it before its term.
    pub ended_by: Option<&'a Act>,
    pub withdrawn_by: Option<&'a Act>,
}

impl Entry<'_> {
    pub fn state(&self, date: Date) -> State {
        if self.withdrawn_by.is_some() {
            State::Withdrawn
        } else if date < self.span.from {
            State::Pending
        } else if self.span.contains(date) {
            State::Active
        } else if self.ended_by.is_some() {
            State::Exited
        } else {
            State::Expired
        }
    }

    pub fn is_active(&self, date: Date) -> bool {
        self.state(date) == State::Active
    }

    /// The next day after `date` on which the state changes by itself.
    pub fn next_change(&self, date: Date) -> Option<Date> {
        if self.withdrawn_by.is_some() || self.span.is_empty() {
            return None;
        }
        [self.span.from, self.span.after()].into_iter().find(|day| *day > date)
    }
}

/// The entry that a designation makes on its own list.
pub fn entry<'a>(record: &'a Record, designation: &'a Designation, known: Known) -> Entry<'a> {
    let list = match designation.list {
        List::Red => ListName::Red,
        List::Black => ListName::Black,
    };
    let term = Span::by_term(record.effective, designation.until);
    let ended_by = end_before_term(record, known);
    let span = ended_by.map_or(term, |act| term.cut(act.effective));
    Entry { record, designation, list, span, ended_by, withdrawn_by: withdrawal(record, known) }
}

/// The watch (重点监测) begins the day after the black listing ends, for the term that the authority set (default rule 9).
pub fn watch<'a>(record: &'a Record, designation: &'a Designation, known: Known) -> Option<Entry<'a>> {
    if designation.list != List::Black || designation.watch_months == 0 {
        return None;
    }
    let listing = entry(record, designation, known);
    let from = listing.span.to.next();
    let span = Span::by_term(from, from.plus_months(designation.watch_months));
    Some(Entry { list: ListName::Watch, span, ended_by: None, ..listing })
}

/// The act that ends an entry before its term: the exit that its authority declares, or the repair that it grants (二十六).
pub fn end_before_term(record: &Record, known: Known) -> Option<&Act> {
    record.acts(known).find(|act| matches!(act.what, Deed::Exited { .. } | Deed::RepairGranted))
}

pub fn withdrawal(record: &Record, known: Known) -> Option<&Act> {
    record.acts(known).find(|act| matches!(act.what, Deed::Withdrawn))
}

/// Whether a declared exit only confirms the repair that has ended the entry already.
pub fn confirms_repair(record: &Record, reason: ExitReason) -> bool {
    let ends: Vec<&Act> =
        record.acts.iter().filter(|act| matches!(act.what, Deed::Exited { .. } | Deed::RepairGranted)).collect();
    reason == ExitReason::Repaired && matches!(ends[..], [Act { what: Deed::RepairGranted, .. }])
}

/// Every entry of the subject that was known, the watch behind the listing that it follows.
pub fn entries(file: &CreditFile, known: Known) -> impl Iterator<Item = Entry<'_>> {
    file.entries().filter(move |(record, _)| known.has(record.stamp)).flat_map(move |(record, designation)| {
        std::iter::once(entry(record, designation, known)).chain(watch(record, designation, known))
    })
}
