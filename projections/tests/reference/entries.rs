//! Entries and the watch (四)(五)(二十一), default rules 2, 4 and 9; the publicity of penalties, default rule 10.

use crate::view::{Record, Taken, View};
use chengxin_projections::{
    date::Date,
    event::{Data, ExitReason, List},
    policy::SeverityClass,
};
use std::fmt;

/// Some days: the last one belongs to a term (`..=`), but not to what an event cut short (`..`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Date,
    pub to: Date,
    pub through: bool,
}

impl Span {
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && !self.is_over(day)
    }

    pub fn is_over(self, day: Date) -> bool {
        day > self.last()
    }

    /// The last day on which it is on; the day before the first one where it never was.
    pub fn last(self) -> Date {
        if self.through { self.to } else { self.to.previous() }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}{}", self.from, if self.through { "=" } else { "" }, self.to)
    }
}

impl<'a> View<'a> {
    /// The last day of an entry's term: as stated, or else the default of its kind when it was judged.
    pub fn term_end(self, record: &Record) -> Date {
        let data = record.designation().expect("only an entry has a term");
        let default = || record.term_by.list_kind(data.list, &data.kind).expect("its kind was there").months;
        data.until.unwrap_or_else(|| record.first().plus_months(data.months.unwrap_or_else(default)))
    }

    /// The earliest exit or repair. An exit that confirms a repair ends nothing.
    pub fn ending(self, record: &Record) -> Option<&'a Taken> {
        self.endings(record).0
    }

    /// The earliest exit or repair, and whether a repair was granted that no exit has confirmed yet.
    fn endings(self, record: &Record) -> (Option<&'a Taken>, bool) {
        let mut end: Option<&Taken> = None;
        let mut to_confirm = false;
        for act in self.acts_on(record) {
            let earlier = end.is_none_or(|end| act.event.effective < end.event.effective);
            match &act.event.data {
                Data::ExitDeclared(exit) if exit.reason == ExitReason::Repaired && to_confirm && !earlier => {
                    to_confirm = false;
                    continue;
                }
                // Dated before the repair it is the end itself, and there is nothing more to confirm.
                Data::ExitDeclared(_) => to_confirm &= !earlier,
                Data::RepairGranted(_) => to_confirm = true,
                _ => continue,
            }
            end = if earlier { Some(act) } else { end };
        }
        (end, to_confirm)
    }

    /// Whether an exit on a day because of a repair would only confirm it. One that is dated before would be another end.
    pub fn would_confirm(self, record: &Record, day: Date) -> bool {
        let (end, to_confirm) = self.endings(record);
        to_confirm && end.is_some_and(|end| end.event.effective <= day)
    }

    /// The exit or repair that really ended it: none where the term had ended before.
    pub fn ended_by(self, record: &Record) -> Option<&'a Taken> {
        self.ending(record).filter(|end| end.event.effective <= self.term_end(record))
    }

    /// From the first day to the last, whether or not the entry was withdrawn.
    pub fn span(self, record: &Record) -> Span {
        match self.ended_by(record) {
            Some(end) => Span { from: record.first(), to: end.event.effective, through: false },
            None => Span { from: record.first(), to: self.term_end(record), through: true },
        }
    }

    /// An entry that was not withdrawn, on a day of its span.
    pub fn is_active(self, record: &Record, day: Date) -> bool {
        record.designation().is_some() && !self.is_withdrawn(record) && self.span(record).contains(day)
    }

    /// The watch behind an entry on the black list.
    pub fn watch(self, record: &Record) -> Option<Span> {
        let data = record.designation().filter(|data| data.list == List::Black)?;
        let default = || record.watch_by.list_kind(data.list, &data.kind).expect("its kind was there").watch_months;
        let months = data.watch_months.unwrap_or_else(default);
        let from = self.span(record).to.next();
        (months > 0).then(|| Span { from, to: from.plus_months(months), through: true })
    }

    /// The severity class of a penalty, by the policy of when it was judged.
    pub fn severity(self, record: &Record) -> &SeverityClass {
        let penalty = record.penalty().expect("only a penalty has a severity");
        record.severity_by.severity_of(penalty).expect("an unknown class is refused")
    }

    /// The last day of the publicity of a penalty that nobody repairs: as stated, but for the minimum and the maximum of its class.
    pub fn publicity_by_itself(self, record: &Record) -> Date {
        let class = self.severity(record);
        let (least, most) =
            (record.first().plus_months(class.min_months), record.first().plus_months(class.max_months));
        match record.penalty().and_then(|penalty| penalty.publicity_until) {
            Some(stated) if stated < least => least,
            Some(stated) if stated < most => stated,
            _ => most,
        }
    }

    /// When the publicity of a penalty ends: by itself, or by repair.
    pub fn publicity(self, record: &Record) -> Span {
        let to = self.publicity_by_itself(record);
        let repairs = self.acts_on(record).into_iter().filter(|act| matches!(act.event.data, Data::RepairGranted(_)));
        match repairs.map(|act| act.event.effective).min().filter(|repaired| *repaired <= to) {
            Some(repaired) => Span { from: record.first(), to: repaired, through: false },
            None => Span { from: record.first(), to, through: true },
        }
    }

    /// The days of a record that can be repaired: of an entry, or of the publicity of a penalty.
    pub fn repairable_span(self, record: &Record) -> Span {
        if record.penalty().is_some() { self.publicity(record) } else { self.span(record) }
    }
}
