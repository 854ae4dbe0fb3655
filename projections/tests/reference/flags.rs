//! Flags (二十一), default rules 5 and 7.

use crate::view::{Record, Taken, View};
use chengxin_projections::{
    date::Date,
    event::{Data, List},
};

/// A flag, from its first day to its last one.
pub struct Flag {
    pub flag: &'static str,
    pub record: String,
    pub since: Date,
    pub last: Date,
    /// None where it is the basis that was lost.
    pub cause: Option<String>,
}

impl Flag {
    pub fn stands(&self, day: Date) -> bool {
        self.since <= day && day <= self.last
    }
}

impl<'a> View<'a> {
    /// The flags that a cause raises on an entry, before anybody decides: as if neither had been withdrawn.
    pub fn raised(self, entry: &Record, cause: &Record) -> Vec<Flag> {
        let mut flags = Vec::new();
        let bad = cause.penalty().is_some() || cause.is_on(List::Black);
        if cause.name == entry.name || cause.subject() != entry.subject() || !bad || entry.designation().is_none() {
            return flags;
        }
        let mut raise = |flag, since: Date, last: Date| {
            if since <= last {
                let (record, cause) = (entry.name.clone(), Some(cause.name.clone()));
                flags.push(Flag { flag, record, since, last, cause });
            }
        };
        let span = self.span(entry);
        if entry.is_on(List::Red) {
            if span.contains(cause.first()) {
                raise("dishonest-while-red", cause.first(), span.last());
            }
            if cause.designation().is_some() {
                let black = self.span(cause);
                raise("red-and-black", span.from.max(black.from), span.last().min(black.last()));
            }
        } else if let Some(watch) = self.watch(entry).filter(|watch| watch.contains(cause.first())) {
            raise("relapse-in-watch", cause.first(), watch.last());
        }
        flags
    }

    /// The decisions to keep an entry in spite of flags.
    pub fn confirmations(self, entry: &Record) -> Vec<&'a Taken> {
        let on_flag = |data: &Data| matches!(data, Data::DesignationConfirmed(data) if data.on == "flag");
        self.acts_on(entry).into_iter().filter(|act| on_flag(&act.event.data)).collect()
    }

    /// The flags that a cause raised on an entry by all that had been recorded before a decision.
    pub fn raised_before(self, decision: &Taken, entry: &Record, cause: &Record) -> Vec<Flag> {
        let then = self.at(decision.offset);
        match (then.record(&entry.name), then.record(&cause.name)) {
            (Some(entry), Some(cause)) => then.raised(&entry, &cause),
            _ => Vec::new(),
        }
    }

    /// The flag of an entry whose basis is lost while it runs.
    pub fn basis_flag(self, entry: &Record) -> Option<Flag> {
        let loss = self.loss(entry)?;
        let confirmed = self.confirmed_without_basis(entry).map_or(Date::MAX, Date::previous);
        let last = self.span(entry).last().min(confirmed);
        let since = loss.day.max(entry.first());
        (since <= last).then(|| Flag { flag: "basis-lost", record: entry.name.clone(), since, last, cause: None })
    }

    /// The flags of a subject, on any day.
    pub fn flags(self, subject: &str) -> Vec<Flag> {
        let mut records = self.records_of(subject);
        records.retain(|record| !self.is_withdrawn(record));
        let mut flags = Vec::new();
        for entry in records.iter().filter(|record| record.designation().is_some()) {
            let confirmations = self.confirmations(entry);
            for cause in &records {
                for mut flag in self.raised(entry, cause) {
                    // A decision is about the flags that stood on its day, as far as anybody could know.
                    let decided = confirmations.iter().filter(|act| {
                        let day = act.event.effective;
                        let known = self.raised_before(act, entry, cause);
                        flag.stands(day) && known.iter().any(|known| known.flag == flag.flag && known.stands(day))
                    });
                    let decided = decided.map(|act| act.event.effective).min();
                    flag.last = decided.map_or(flag.last, |day| flag.last.min(day.previous()));
                    flags.push(flag);
                }
            }
            flags.extend(self.basis_flag(entry));
        }
        flags.retain(|flag| flag.since <= flag.last);
        flags
    }
}
