//! Spans of days, and sets of them.

use crate::date::Date;
use serde::{Deserialize, Serialize};

/// A span of business days that begins on `from`.
///
/// A term includes its last day and ends at 24:00 (default rule 2). What an event ends is off from the day of the event
/// on: measures that stop on 06-15 are not in force on 06-15. Both are written with the day on which it ended as `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub from: Date,
    pub to: Date,
    /// Whether `to` still belongs to the span: ended by term, not by an event.
    pub through: bool,
}

impl Span {
    pub fn by_term(from: Date, to: Date) -> Span {
        Span { from, to, through: true }
    }

    /// The first day that no longer belongs to the span.
    pub fn after(self) -> Date {
        if self.through { self.to.next() } else { self.to }
    }

    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date < self.after()
    }

    pub fn is_empty(self) -> bool {
        self.after() <= self.from
    }

    /// The span cut short by an event on `date`.
    pub fn cut(self, date: Date) -> Span {
        if date < self.after() { Span { from: self.from, to: date, through: false } } else { self }
    }

    /// The span from a later day on.
    pub fn since(self, date: Date) -> Span {
        Span { from: self.from.max(date), ..self }
    }
}

/// A set of days, as half-open stretches `[from, to)` in order, with a gap between any two. `Date::MAX` means no end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Days(Vec<(Date, Date)>);

impl Days {
    pub const NONE: Days = Days(Vec::new());

    pub fn between(from: Date, to: Date) -> Days {
        Days(if from < to { vec![(from, to)] } else { Vec::new() })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, date: Date) -> bool {
        self.0.iter().any(|(from, to)| *from <= date && date < *to)
    }

    pub fn stretches(&self) -> &[(Date, Date)] {
        &self.0
    }

    /// Every day on which it begins or ends.
    pub fn edges(&self) -> impl Iterator<Item = Date> {
        self.0.iter().flat_map(|(from, to)| [*from, *to]).filter(|date| *date < Date::MAX)
    }

    #[must_use]
    pub fn or(&self, other: &Days) -> Days {
        if other.is_empty() {
            return self.clone();
        }
        let mut all: Vec<(Date, Date)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut joined: Vec<(Date, Date)> = Vec::new();
        for (from, to) in all {
            match joined.last_mut().filter(|last| from <= last.1) {
                Some(last) => last.1 = last.1.max(to),
                None => joined.push((from, to)),
            }
        }
        Days(joined)
    }

    #[must_use]
    pub fn and(&self, other: &Days) -> Days {
        let mut common = Vec::new();
        for (from, to) in &self.0 {
            for (other_from, other_to) in &other.0 {
                let (from, to) = (*from.max(other_from), *to.min(other_to));
                if from < to {
                    common.push((from, to));
                }
            }
        }
        Days(common)
    }

    #[must_use]
    pub fn without(&self, other: &Days) -> Days {
        let mut rest = Vec::new();
        for &(mut from, to) in &self.0 {
            for &(hole_from, hole_to) in &other.0 {
                if hole_to <= from || hole_from >= to {
                    continue;
                }
                if from < hole_from {
                    rest.push((from, hole_from));
                }
                from = hole_to.min(to);
            }
            if from < to {
                rest.push((from, to));
            }
        }
        Days(rest)
    }

    /// Those before a day.
    #[must_use]
    pub fn before(&self, date: Date) -> Days {
        self.and(&Days::between(Date::MIN, date))
    }
}

impl From<Span> for Days {
    fn from(span: Span) -> Days {
        Days::between(span.from, span.after())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(stretches: &[(i32, i32)]) -> Days {
        let date = |days| Date::from_days(20_000 + days).unwrap();
        stretches.iter().fold(Days::NONE, |all, (from, to)| all.or(&Days::between(date(*from), date(*to))))
    }

    #[test]
    fn sets_of_days_are_joined_cut_and_taken_away_day_by_day() {
        let (a, b) = (days(&[(0, 5), (8, 12), (20, 30)]), days(&[(3, 9), (12, 13), (22, 24)]));
        let has = |set: &Days, day: i32| set.contains(Date::from_days(20_000 + day).unwrap());
        for day in -1..32 {
            assert_eq!(has(&a.or(&b), day), has(&a, day) || has(&b, day), "or {day}");
            assert_eq!(has(&a.and(&b), day), has(&a, day) && has(&b, day), "and {day}");
            assert_eq!(has(&a.without(&b), day), has(&a, day) && !has(&b, day), "without {day}");
        }
        assert_eq!(a.or(&b).stretches().len(), 2);
        assert!(Days::between(Date::MAX, Date::MIN).is_empty());
    }
}
