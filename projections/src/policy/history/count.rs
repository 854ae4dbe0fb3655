//! How the working days of a duty are counted, and by which versions of the policy. Default rules 13 and 15.

use super::{Content, PolicyHistory, TermsVersion};
use crate::{
    date::Date,
    policy::{Calendar, CalendarYear, Due, Part},
};
use std::borrow::Cow;

/// When a duty is due, and what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub due: Due,
    /// As it was by what was known of the working days when the duty arose.
    pub first: Due,
    pub working_days: u32,
    /// Calendars that were published up to this day were counted by.
    pub known: Date,
}

impl PolicyHistory {
    /// The working days within which a duty that arose on a day is done, by the terms in force when that day began.
    pub fn working_days_for(&self, duty: &str, since: Date) -> Option<u32> {
        self.terms_on(since)?.terms.working_days_for(duty)
    }

    /// The version of the terms by which duties that arose on a day are timed.
    pub fn terms_version(&self, since: Date) -> Option<u32> {
        self.terms_on(since).map(|version| version.version)
    }

    fn terms_on(&self, since: Date) -> Option<&TermsVersion> {
        // What is published in the course of a day moves no duty that may have begun on it already (default rule 13).
        let in_force = |version: &&TermsVersion| version.effective <= since && version.published < since;
        self.terms.iter().rev().find(in_force).or(self.terms.first())
    }

    /// [`PolicyHistory::due`], with what it was counted by.
    pub fn count(&self, duty: &str, since: Date, closed: Date) -> Count {
        let working_days = self.working_days_for(duty, since).unwrap_or(0);
        let (known, calendar) = self.calendar_on(since);
        let first = calendar.deadline(since, working_days);
        let mut count = Count { due: first, first, working_days, known: since };
        for (day, calendar) in &self.calendars[known..] {
            if *day > count.due.date || *day > closed {
                break;
            }
            count = Count { due: calendar.deadline(since, working_days), known: *day, ..count };
        }
        count
    }

    /// The working days after the last day of a duty up to the one on which it was closed, by what was known of them then:
    /// a calendar that is published afterwards makes nobody's lateness more or less.
    pub fn days_late(&self, due: Date, closed: Date) -> u32 {
        self.calendar_on(closed).1.working_days_late(due, closed)
    }

    /// What was known of the working days on a day, and how many calendars had been published by then.
    fn calendar_on(&self, day: Date) -> (usize, Cow<'_, Calendar>) {
        let known = self.calendars.partition_point(|(published, _)| *published <= day);
        let last = known.checked_sub(1).and_then(|last| self.calendars.get(last));
        (known, last.map_or_else(|| Cow::Owned(Calendar::default()), |(_, calendar)| Cow::Borrowed(&**calendar)))
    }

    /// The newest arrangement of a year that was published up to a day, and its version.
    pub fn arrangement(&self, year: i32, known: Date) -> Option<(u32, &CalendarYear)> {
        let versions = self.parts.get(&Part::Calendar(year))?;
        let newest = versions.iter().rev().find(|version| version.published.unwrap_or(Date::MIN) <= known)?;
        match &newest.content {
            Content::Calendar(arranged) => Some((newest.version, arranged)),
            _ => None,
        }
    }
}
