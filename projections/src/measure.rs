//! Measures in force on a subject. (十一)–(十八)(二十), default rule 8: a measure is in force while at least one live entry
//! carries it; it ends with the last.

use crate::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
    interval::Span,
    listing::{self, Entry},
};
use std::collections::BTreeMap;

/// The measures that an entry carries, and for how long. The watch carries none.
pub fn carried<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a str> {
    let carries = entry.list != ListName::Watch && entry.withdrawn_by.is_none();
    entry.designation.measures.iter().filter(move |_| carries).map(|code| &**code)
}

/// A stretch of time in which the same entries carried a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<'a> {
    pub span: Span,
    pub basis: Vec<&'a str>,
}

/// The whole timeline of each measure of a subject, past and to come as known: stretches in order, without overlaps.
pub fn timelines(file: &CreditFile, known: Known) -> BTreeMap<&str, Vec<Stretch<'_>>> {
    let mut spans: BTreeMap<&str, Vec<(Span, &str)>> = BTreeMap::new();
    for entry in listing::entries(file, known).filter(|entry| !entry.span.is_empty()) {
        for code in carried(&entry) {
            spans.entry(code).or_default().push((entry.span, &entry.record.id));
        }
    }
    spans.into_iter().map(|(code, spans)| (code, stretches(&spans))).collect()
}

/// Cuts overlapping spans at every day on which one begins or ends.
fn stretches<'a>(spans: &[(Span, &'a str)]) -> Vec<Stretch<'a>> {
    let mut days: Vec<Date> = spans.iter().flat_map(|(span, _)| [span.from, span.after()]).collect();
    days.sort_unstable();
    days.dedup();
    let mut stretches = Vec::new();
    for pair in days.windows(2) {
        let live: Vec<&(Span, &str)> = spans.iter().filter(|(span, _)| span.contains(pair[0])).collect();
        if live.is_empty() {
            continue;
        }
        // A stretch that ends where a term ends shows that term's last day; otherwise the day of the event.
        let by_term = live.iter().any(|(span, _)| span.through && span.after() == pair[1]);
        let by_event = live.iter().any(|(span, _)| !span.through && span.after() == pair[1]);
        let span = if by_term && !by_event {
            Span::by_term(pair[0], pair[1].previous())
        } else {
            Span { from: pair[0], to: pair[1], through: false }
        };
        stretches.push(Stretch { span, basis: live.iter().map(|(_, record)| *record).collect() });
    }
    stretches
}
