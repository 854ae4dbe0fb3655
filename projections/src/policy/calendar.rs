//! Working days (default rules 2 and 15): the State Council's yearly arrangements, and weekends where none is published.
//!
//! Deadlines are asked for with every event, so all published years lie in one bitmap with running counts, and their working
//! days in one row.

use super::check::{Check, PolicyError};
use crate::date::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The years that an arrangement can be published for; they bound both.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// The arrangement of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    pub year: i32,
    /// The notice that arranged it.
    pub notice: String,
    /// The notices that changed it in the middle of the year (2019-03-22, 2020-01-27).
    pub amended_by: Vec<String>,
    /// Days off, weekends within a holiday included.
    pub off: Vec<Date>,
    /// Weekend days worked to make up for them.
    pub worked: Vec<Date>,
}

impl CalendarYear {
    pub(super) fn parse(content: &Value, year_of_part: i32) -> Result<CalendarYear, Vec<PolicyError>> {
        let mut check = Check::new(content, &["year", "notice", "amended_by", "off", "worked"]);
        let year: i32 = check.value("year").unwrap_or(year_of_part);
        if year != year_of_part {
            check.error("/year", "wrong-year", format!("the part is named calendar-{year_of_part}"));
        }
        let notice: String = check.value("notice").unwrap_or_else(|| "-".into());
        check.filled("", "notice", &notice);
        let amended_by = if content.get("amended_by").is_some() {
            check.value("amended_by").unwrap_or_default()
        } else {
            Vec::new()
        };
        let off: Vec<(String, Date)> = check.list("off");
        let worked: Vec<(String, Date)> = check.list("worked");
        for (at, date) in off.iter().chain(&worked) {
            if date.year() != year {
                check.error(at, "wrong-year", format!("{date} does not lie in {year}"));
            }
        }
        for (at, date) in &worked {
            if !date.is_weekend() {
                check.error(at, "not-a-weekend", format!("{date} is worked anyway: a make-up day is on a weekend"));
            }
        }
        check.once("", off.iter().chain(&worked).map(|(at, date)| (at.clone(), *date)));
        let days = |list: Vec<(String, Date)>| {
            let mut days = super::check::values(list);
            days.sort_unstable();
            days
        };
        let (off, worked) = (days(off), days(worked));
        check.end(CalendarYear { year, notice, amended_by, off, worked })
    }

    /// The year of a part named `calendar-2026`.
    pub(super) fn year_of(part: &str) -> Option<i32> {
        let digits = part.strip_prefix("calendar-")?;
        let year = (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())??;
        YEARS.contains(&year).then_some(year)
    }
}

/// The last day on which something is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    pub date: Date,
    /// A year on the way has no published arrangement: weekends only were counted (default rule 15).
    pub provisional: bool,
}

/// All published arrangements together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Days since the epoch of bit 0: the first day of the earliest published year.
    first: i32,
    /// One past the last day of the latest published year; equal to `first` where none is published.
    end: i32,
    words: Vec<Word>,
    /// The working days from the first to the last, rising; none where a year in between has no arrangement.
    working: Vec<i32>,
    years: Vec<i32>,
}

/// Sixty-four days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Word {
    working: u64,
    /// Days of years with an arrangement.
    published: u64,
    /// Working days in the words before this one.
    before: u32,
}

impl Calendar {
    /// The years may come in any order; of a year that comes twice the later one counts.
    pub fn new<'a>(years: impl IntoIterator<Item = &'a CalendarYear>) -> Calendar {
        let years: std::collections::BTreeMap<i32, &CalendarYear> =
            years.into_iter().map(|year| (year.year, year)).collect();
        let start = |year| Date::from_ymd(year, 1, 1).unwrap_or(Date::MAX).days();
        let (Some(&earliest), Some(&latest)) = (years.keys().next(), years.keys().next_back()) else {
            return Calendar::default();
        };
        let (first, end) = (start(earliest), start(latest + 1));
        let mut words = vec![Word::default(); (end - first) as usize / 64 + 1];
        for day in first..end {
            let (word, bit) = ((day - first) as usize / 64, 1_u64 << ((day - first) % 64));
            if !is_weekend(day) {
                words[word].working |= bit;
            }
        }
        for (&year, arrangement) in &years {
            for day in start(year)..start(year + 1) {
                words[(day - first) as usize / 64].published |= 1 << ((day - first) % 64);
            }
            for day in &arrangement.off {
                words[(day.days() - first) as usize / 64].working &= !(1 << ((day.days() - first) % 64));
            }
            for day in &arrangement.worked {
                words[(day.days() - first) as usize / 64].working |= 1 << ((day.days() - first) % 64);
            }
        }
        let mut before = 0;
        for word in &mut words {
            word.before = before;
            before += word.working.count_ones();
        }
        let mut calendar = Calendar { first, end, words, working: Vec::new(), years: years.into_keys().collect() };
        let working = (first..end).map(|day| (day, calendar.day(day)));
        if working.clone().all(|(_, (_, published))| published) {
            calendar.working = working.filter_map(|(day, (works, _))| works.then_some(day)).collect();
        }
        calendar
    }

    /// The years with a published arrangement.
    pub fn years(&self) -> &[i32] {
        &self.years
    }

    /// Whether it is worked, and whether that is provisional because the year has no published arrangement.
    pub fn is_working_day(&self, date: Date) -> (bool, bool) {
        let (working, published) = self.day(date.days());
        (working, !published)
    }

    /// The last of so many working days after `from`, which is not counted itself (default rule 2).
    /// With none to count: `from`, or the next working day.
    pub fn deadline(&self, from: Date, working_days: u32) -> Due {
        let (mut day, mut left) = match working_days {
            0 => (from.days() - 1, 1),
            days => (from.days(), days),
        };
        if (self.first..self.end).contains(&(day + 1)) {
            let passed = self.working_days_inside(day + 1);
            if let Some(last) = self.working.get(passed as usize + left as usize - 1) {
                return Due { date: Date::from_days(*last).unwrap_or(Date::MAX), provisional: false };
            }
        }
        let mut provisional = false;
        while left > 0 && day < Date::MAX.days() {
            day += 1;
            let (working, published) = self.day(day);
            provisional |= !published;
            left -= u32::from(working);
        }
        Due { date: Date::from_days(day).unwrap_or(Date::MAX), provisional }
    }

    /// The working days after `due` up to and including `done`; none when it was in time.
    pub fn working_days_late(&self, due: Date, done: Date) -> u32 {
        if done <= due {
            return 0;
        }
        (self.working_days_before(done.days() + 1) - self.working_days_before(due.days() + 1)) as u32
    }

    /// Working, and published.
    fn day(&self, day: i32) -> (bool, bool) {
        if day < self.first || day >= self.end {
            return (!is_weekend(day), false);
        }
        let offset = (day - self.first) as usize;
        let (word, bit) = (&self.words[offset / 64], 1_u64 << (offset % 64));
        (word.working & bit != 0, word.published & bit != 0)
    }

    /// The working days before a day, counted from a fixed one; only differences mean anything.
    fn working_days_before(&self, day: i32) -> i32 {
        if day <= self.first || self.first == self.end {
            return weekdays_before(day);
        }
        let beyond = if day > self.end { weekdays_before(day) - weekdays_before(self.end) } else { 0 };
        weekdays_before(self.first) + self.working_days_inside(day.min(self.end)) + beyond
    }

    /// The working days from the first day to the one before a day that is not before it, nor behind the end.
    fn working_days_inside(&self, day: i32) -> i32 {
        let offset = (day - self.first) as usize;
        let word = &self.words[offset / 64];
        (word.before + (word.working & ((1_u64 << (offset % 64)) - 1)).count_ones()) as i32
    }
}

/// 1970-01-01 was a Thursday, so three days later than a Monday.
fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

/// Mondays to Fridays before a day, counted from Monday 1969-12-29.
fn weekdays_before(day: i32) -> i32 {
    (day + 3).div_euclid(7) * 5 + (day + 3).rem_euclid(7).min(5)
}
