//! Entries of the red and the black list, and the watch that follows the black list. (四)(五)(二十一), default rules 2, 4, 9.

use crate::{
    change::ListName,
    date::Date,
    dispute::{self, Suspension},
    event::{ExitReason, List},
    facts::{Act, Content, CreditFile, Deed, Designation, Known, Record},
    interval::Span,
};
use serde::{Deserialize, Serialize};

/// How an entry stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = EntryState))]
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
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub record: &'a Record,
    pub designation: &'a Designation,
    pub list: ListName,
    /// From its first day to its end, as known.
    pub span: Span,
    /// Whether it ended before its term, and the act that ended it where that is on this file.
    pub is_cut: bool,
    pub ended_by: Option<&'a Act>,
    pub is_withdrawn: bool,
    pub withdrawn_by: Option<&'a Act>,
    /// When its measures are suspended. A watch has none.
    pub suspension: Suspension,
}

impl Entry<'_> {
    pub fn state(&self, date: Date) -> State {
        if self.is_withdrawn {
            State::Withdrawn
        } else if date < self.span.from {
            State::Pending
        } else if self.span.contains(date) {
            State::Active
        } else if self.is_cut {
            State::Exited
        } else {
            State::Expired
        }
    }

    pub fn is_active(&self, date: Date) -> bool {
        self.state(date) == State::Active
    }

    pub fn is_disputed(&self, date: Date) -> bool {
        self.is_active(date) && self.suspension.disputed.contains(date)
    }

    pub fn is_basis_lost(&self, date: Date) -> bool {
        self.is_active(date) && self.suspension.basis_lost.contains(date)
    }

    /// Whether it is an entry of the subject itself, and not what another subject's entry says of this person.
    pub fn is_own(&self) -> bool {
        matches!(self.record.first, Content::Designation(_))
    }

    /// The days on which the state may change by itself.
    pub fn edges(&self) -> impl Iterator<Item = Date> {
        let runs = !self.is_withdrawn && !self.span.is_empty();
        let edges = [self.span.from, self.span.after()].into_iter();
        edges.chain(self.suspension.disputed.edges()).chain(self.suspension.basis_lost.edges()).filter(move |_| runs)
    }
}

/// The entry that a record makes on its own list; of a person also the entry of the organisation that names it.
pub fn entry<'a>(file: &'a CreditFile, record: &'a Record, known: Known) -> Option<Entry<'a>> {
    let (designation, stated) = match record.content(known) {
        Content::Designation(designation) => (&**designation, None),
        Content::Implication(implication) => (&implication.entry, Some(&**implication)),
        Content::License(_) | Content::Penalty(_) => return None,
    };
    let list = match designation.list {
        List::Red => ListName::Red,
        List::Black => ListName::Black,
    };
    let term = Span::by_term(record.effective, designation.until);
    // Where a correction moved the last day before it, the term ended it.
    let ended_by = end_before_term(record, known).filter(|act| act.effective <= designation.until);
    let ended = stated.map_or(ended_by.map(|act| act.effective), |stated| stated.ended);
    let span = ended.map_or(term, |ended| term.cut(ended));
    let withdrawn_by = dispute::withdrawal(record, known);
    let is_withdrawn = withdrawn_by.is_some() || stated.is_some_and(|stated| stated.withdrawn);
    let suspension = dispute::suspension(file, record, known);
    let is_cut = ended.is_some();
    Some(Entry { record, designation, list, span, is_cut, ended_by, is_withdrawn, withdrawn_by, suspension })
}

/// The watch (重点监测) begins the day after the black listing ends, for the term that the authority set (default rule 9).
pub fn watch<'a>(listing: &Entry<'a>) -> Option<Entry<'a>> {
    if listing.list != ListName::Black || listing.designation.watch_months == 0 {
        return None;
    }
    let from = listing.span.to.next();
    let span = Span::by_term(from, from.plus_months(listing.designation.watch_months));
    let (is_cut, ended_by) = (false, None);
    Some(Entry {
        list: ListName::Watch,
        span,
        is_cut,
        ended_by,
        suspension: Suspension::default(),
        record: listing.record,
        designation: listing.designation,
        is_withdrawn: listing.is_withdrawn,
        withdrawn_by: listing.withdrawn_by,
    })
}

/// The act that ends an entry before its term: the earliest exit that its authority declares, or repair that it grants (二十六).
pub fn end_before_term(record: &Record, known: Known) -> Option<&Act> {
    record.acts(known).filter(|act| ends(&act.what)).min_by_key(|act| act.effective)
}

fn ends(deed: &Deed) -> bool {
    matches!(deed, Deed::Exited { .. } | Deed::RepairGranted)
}

/// Whether a declared exit only confirms the repair that has ended the entry already.
pub fn confirms_repair(record: &Record, reason: ExitReason) -> bool {
    let mut ending = record.acts.iter().rev().filter(|act| ends(&act.what));
    let repaired = ending.next().is_some_and(|act| act.what == Deed::RepairGranted);
    reason == ExitReason::Repaired && repaired
}

/// Every entry of the subject that was known, the watch behind the listing that it follows.
pub fn entries(file: &CreditFile, known: Known) -> impl Iterator<Item = Entry<'_>> {
    let all = file.records.iter().filter(move |record| known.has(record.stamp));
    let entries = all.filter_map(move |record| entry(file, record, known)).flat_map(with_watch);
    // On the black list stands the organisation; the person has the measures, and the watch.
    entries.filter(|entry| entry.is_own() || entry.list == ListName::Watch)
}

/// An entry, and the watch behind it.
pub fn with_watch(entry: Entry<'_>) -> impl Iterator<Item = Entry<'_>> {
    let watch = watch(&entry);
    std::iter::once(entry).chain(watch)
}

#[cfg(test)]
mod tests {
    use crate::{event::ExitReason, facts::Known, testing::*};

    #[test]
    fn a_term_ends_at_24_00_of_its_last_day_and_the_watch_begins_the_next() {
        given([day("2023-10-02"), black("L-1", "2023-10-02").months(36)])
            .on("2026-10-01")
            .when(day("2026-10-02"))
            .then_changes([])
            .then_listed("2026-10-02", ["black L-1"])
            .when(day("2026-10-03"))
            .then_changes(["expired black L-1 2023-10-02..2026-10-02", "listed watch L-1 2026-10-03..2027-10-03"])
            .then_listed("2026-10-03", ["watch L-1"])
            .when(day("2027-10-03"))
            .then_changes([])
            .when(day("2027-10-04"))
            .then_changes(["expired watch L-1 2026-10-03..2027-10-03"])
            .then_listed("2027-10-04", []);
    }

    #[test]
    fn an_exit_takes_effect_on_its_day_and_the_watch_begins_the_next() {
        given([day("2026-02-02"), black("L-1", "2026-02-02").until("2029-02-02").watch_months(6)])
            .on("2026-09-28")
            .when(exit_because(ExitReason::Repaired, "L-1", "2026-09-28"))
            .then_changes(["exited black L-1 2026-02-02..2026-09-28"])
            .then_listed("2026-09-27", ["black L-1"])
            .then_listed("2026-09-28", [])
            .when(day("2026-09-29"))
            .then_changes(["listed watch L-1 2026-09-29..2027-03-29"])
            .then_listed("2026-09-29", ["watch L-1"]);
    }

    #[test]
    fn a_back_dated_exit_counts_from_its_day_and_the_watch_with_it() {
        given([day("2026-02-02"), black("L-1", "2026-02-02").watch_months(6)])
            .on("2026-09-28")
            .when(exit("L-1", "2026-06-30"))
            .then_changes(["exited black L-1 2026-02-02..2026-06-30", "listed watch L-1 2026-07-01..2027-01-01"])
            .then_listed("2026-06-29", ["black L-1"])
            .then_listed("2026-06-30", [])
            .then_listed("2026-07-01", ["watch L-1"]);
    }

    #[test]
    fn an_exit_declared_ahead_amends_the_entry_now_and_ends_it_on_its_day() {
        given([day("2026-02-02"), black("L-1", "2026-02-02")])
            .when(exit("L-1", "2026-03-01"))
            .then_changes(["amended black L-1 2026-02-02..2026-03-01"])
            .when(day("2026-02-28"))
            .then_changes([])
            .when(day("2026-03-01"))
            .then_changes(["exited black L-1 2026-02-02..2026-03-01"])
            .when(day("2026-03-02"))
            .then_changes(["listed watch L-1 2026-03-02..2027-03-02"]);
    }

    #[test]
    fn a_back_dated_entry_is_listed_at_once_and_as_of_its_own_first_day() {
        given([day("2026-05-11")])
            .when(black("L-1", "2026-04-20"))
            .then_changes(["listed black L-1 2026-04-20..2029-04-20"])
            .then_listed("2026-04-19", [])
            .then_listed("2026-04-20", ["black L-1"]);
    }

    #[test]
    fn an_entry_that_had_ended_before_it_was_published_is_never_announced_but_its_watch_is() {
        given([day("2026-05-11")])
            .when(black("L-1", "2025-05-01").until("2026-04-30"))
            .then_changes(["listed watch L-1 2026-05-01..2027-05-01"])
            .then_listed("2026-04-30", ["black L-1"]);
        given([day("2026-05-11")]).when(black("L-1", "2020-05-01").until("2021-04-30")).then_changes([]);
    }

    #[test]
    fn an_entry_of_a_later_day_is_listed_when_that_day_opens() {
        given([day("2026-05-11")])
            .when(black("L-1", "2026-05-20"))
            .then_changes([])
            .then_listed("2026-05-19", [])
            .when(day("2026-05-19"))
            .then_changes([])
            .when(day("2026-05-25"))
            .then_changes(["listed black L-1 2026-05-20..2029-05-20"]);
    }

    #[test]
    fn an_entry_withdrawn_before_it_began_is_never_announced() {
        given([day("2026-05-11"), black("L-1", "2026-05-20")])
            .when(withdraw_designation("L-1", "2026-05-12"))
            .then_changes([])
            .when(day("2026-05-21"))
            .then_changes([]);
    }

    #[test]
    fn a_red_entry_and_a_listing_without_watch_months_have_no_watch() {
        given([day("2026-05-11"), red("R-1", "2026-05-11").months(1)])
            .when(day("2026-08-11"))
            .then_changes(["expired red R-1 2026-05-11..2026-06-11"]);
        given([day("2026-05-11"), black("L-1", "2026-05-11").months(1).watch_months(0)])
            .when(day("2026-08-11"))
            .then_changes(["expired black L-1 2026-05-11..2026-06-11"]);
    }

    /// Default rule 4.
    #[test]
    fn a_withdrawn_entry_never_was_while_what_was_known_before_stays_answerable() {
        let listed = given([day("2026-04-20")]).when(black("L-1", "2026-04-20"));
        let at = listed.offset;
        let withdrawn = listed.on("2026-07-10").when(withdraw_designation("L-1", "2026-07-10"));
        let evening_before = crate::testing::instant("2026-07-10") - 1;
        withdrawn
            .then_changes(["withdrawn black L-1 2026-04-20..2029-04-20"])
            .then_listed("2026-07-01", [])
            .then_listed("2026-04-20", [])
            .then_listed_as_known(Known::Offset(at), "2026-07-01", ["black L-1"])
            .then_listed_as_known(Known::Offset(at - 1), "2026-07-01", [])
            .then_listed_as_known(Known::Instant(evening_before), "2026-07-01", ["black L-1"])
            .when(day("2029-05-01"))
            .then_changes([]);
    }

    #[test]
    fn the_watch_goes_when_the_listing_that_it_follows_is_withdrawn() {
        given([day("2026-05-11"), black("L-1", "2026-05-11"), exit("L-1", "2026-05-11")])
            .on("2026-05-12")
            .when(withdraw_designation("L-1", "2026-05-12"))
            .then_changes(["withdrawn black L-1 2026-05-11..2026-05-11", "withdrawn watch L-1 2026-05-12..2027-05-12"])
            .then_listed("2026-05-12", []);
    }

    #[test]
    fn a_later_exit_is_not_known_before_it_is_recorded() {
        let listed = given([day("2026-05-11")]).when(black("L-1", "2026-05-11"));
        let at = listed.offset;
        listed
            .on("2026-06-11")
            .when(exit("L-1", "2026-05-20"))
            .then_listed("2026-05-25", ["watch L-1"])
            .then_listed_as_known(Known::Offset(at), "2026-05-25", ["black L-1"]);
    }

    #[test]
    fn an_entry_that_ends_on_its_first_day_was_on_the_list_on_none_as_of_today() {
        given([day("2026-05-11"), black("L-1", "2026-05-11")])
            .when(exit("L-1", "2026-05-11"))
            .then_changes(["exited black L-1 2026-05-11..2026-05-11"])
            .then_listed("2026-05-11", []);
    }
}
