//! Spans of days.

use crate::date::Date;
use serde::{Deserialize, Serialize};

/// A span of business days that begins on `from`.
///
/// A term includes its last day and ends at 24:00 (default rule 2). What an event ends is off from the day of the event
/// on: measures that stop on 06-15 are not in force on 06-15. Both are written with the day on which it ended as `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
}
