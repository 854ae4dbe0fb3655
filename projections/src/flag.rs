//! Flags: what an authority is told about its entry, and asked to decide. Nothing is delisted by itself. (二十一), default rules
//! 5, 7 and 14.

use crate::{
    change::ListName,
    date::Date,
    dispute::{taken_down, withdrawal},
    facts::{Act, ConfirmedOn, Content, CreditFile, Deed, Known, Record},
    interval::Span,
    listing::{self, Entry},
};
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagKind {
    DishonestWhileRed,
    RedAndBlack,
    RelapseInWatch,
    BasisLost,
}

impl FlagKind {
    pub const ALL: &[FlagKind] =
        &[FlagKind::DishonestWhileRed, FlagKind::RedAndBlack, FlagKind::RelapseInWatch, FlagKind::BasisLost];

    pub fn as_str(self) -> &'static str {
        match self {
            FlagKind::DishonestWhileRed => "dishonest-while-red",
            FlagKind::RedAndBlack => "red-and-black",
            FlagKind::RelapseInWatch => "relapse-in-watch",
            FlagKind::BasisLost => "basis-lost",
        }
    }
}

/// A flag on an entry of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag<'a> {
    pub kind: FlagKind,
    /// The flagged entry.
    pub entry: &'a Record,
    /// What raised it: a penalty, a black entry, or of a lost basis the last record that was withdrawn.
    pub cause: &'a Record,
    /// The days on which it stands.
    pub span: Span,
    /// Whether the authority decided to keep the entry.
    pub is_confirmed: bool,
}

/// Places of all records of a file.
pub fn all(file: &CreditFile) -> Vec<usize> {
    (0..file.records.len()).collect()
}

/// The flags among some records of a subject, whenever they stand.
pub fn flags<'a>(file: &'a CreditFile, places: &[usize], known: Known) -> Vec<Flag<'a>> {
    let mut flags = Vec::new();
    let records = || places.iter().map(|place| &*file.records[*place]).filter(|record| known.has(record.stamp));
    for record in records().filter(|record| record.designation(known).is_some()) {
        let Some(entry) = listing::entry(file, record, known).filter(|entry| !entry.is_withdrawn) else { continue };
        for cause in records().filter(|cause| cause.id != record.id) {
            flags.extend(raised(file, &entry, cause, known));
        }
        flags.extend(basis_lost(file, &entry, known));
    }
    flags
}

/// What one record raises about an entry. A withdrawn cause never was.
fn raised<'a>(file: &'a CreditFile, entry: &Entry<'a>, cause: &'a Record, known: Known) -> Vec<Flag<'a>> {
    if withdrawal(cause, known).is_some() {
        return Vec::new();
    }
    possible(file, entry, cause, known)
}

/// What a record raises about an entry, or would if it were not withdrawn.
pub(crate) fn possible<'a>(file: &'a CreditFile, entry: &Entry<'a>, cause: &'a Record, known: Known) -> Vec<Flag<'a>> {
    let undecided = undecided(file, entry, cause, known).into_iter();
    undecided.map(|(kind, span)| decided(file, entry.record, kind, cause, span, known)).collect()
}

/// The same, before anybody decides: each flag, and the days on which it stands.
pub(crate) fn undecided(file: &CreditFile, entry: &Entry, cause: &Record, known: Known) -> Vec<(FlagKind, Span)> {
    let black = match cause.content(known) {
        Content::Penalty(_) => None,
        Content::Designation(_) => match listing::entry(file, cause, known) {
            Some(black) if black.list == ListName::Black => Some(black),
            _ => return Vec::new(),
        },
        Content::License(_) | Content::Implication(_) => return Vec::new(),
    };
    let mut flags = Vec::new();
    if entry.list == ListName::Red {
        if entry.span.contains(cause.effective) {
            flags.push((FlagKind::DishonestWhileRed, entry.span.since(cause.effective)));
        }
        if let Some(black) = black {
            let both = entry.span.since(black.span.from);
            let both = if black.span.after() < both.after() { Span { from: both.from, ..black.span } } else { both };
            flags.push((FlagKind::RedAndBlack, both));
        }
    } else if let Some(watch) = listing::watch(entry).filter(|watch| watch.span.contains(cause.effective)) {
        flags.push((FlagKind::RelapseInWatch, watch.span.since(cause.effective)));
    }
    flags.retain(|(_, span)| !span.is_empty());
    flags
}

/// What a record raised about an entry by all that was recorded before a decision on it: nobody decides on what he cannot
/// know.
pub(crate) fn known_to(file: &CreditFile, entry: &Record, cause: &Record, decision: &Act) -> Vec<(FlagKind, Span)> {
    if decision.stamp < cause.stamp {
        return Vec::new();
    }
    let known = Known::Offset(decision.stamp.offset);
    let entry = listing::entry(file, entry, known);
    entry.map(|entry| undecided(file, &entry, cause, known)).unwrap_or_default()
}

fn basis_lost<'a>(file: &'a CreditFile, entry: &Entry<'a>, known: Known) -> Option<Flag<'a>> {
    let (from, to) = *entry.suspension.basis_lost.stretches().first()?;
    let span = entry.span.since(from);
    let span = if to < span.after() { span.cut(to) } else { span };
    let basis = entry.designation.basis.iter().filter_map(|id| file.record(id));
    let cause = basis.max_by_key(|record| withdrawal(record, known).map(|act| (taken_down(act), act.stamp)))?;
    let is_confirmed = to < Date::MAX;
    let flag = Flag { kind: FlagKind::BasisLost, entry: entry.record, cause, span, is_confirmed };
    (!span.is_empty()).then_some(flag)
}

/// The flag until its authority keeps the entry.
fn decided<'a>(
    file: &CreditFile,
    entry: &'a Record,
    kind: FlagKind,
    cause: &'a Record,
    span: Span,
    known: Known,
) -> Flag<'a> {
    let stands = |act: &Act, (flag, days): &(FlagKind, Span)| *flag == kind && days.contains(act.effective);
    let kept = confirmations(entry, known).filter(|act| span.contains(act.effective));
    let kept = kept.filter(|act| known_to(file, entry, cause, act).iter().any(|flag| stands(act, flag)));
    let kept = kept.map(|act| act.effective).min();
    let span = kept.map_or(span, |day| span.cut(day));
    Flag { kind, entry, cause, span, is_confirmed: kept.is_some() }
}

/// The decisions to keep an entry in spite of flags.
pub(crate) fn confirmations(entry: &Record, known: Known) -> impl Iterator<Item = &Act> {
    entry.acts(known).filter(|act| act.what == Deed::Confirmed { on: ConfirmedOn::Flag })
}

#[cfg(test)]
mod tests;
