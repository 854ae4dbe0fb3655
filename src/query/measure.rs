//! Measures on a subject, with the intervals in which they were in force and why. (十一)–(十八)(二十), default rule 8.

use super::{
    cause::{Cause, Explaining},
    implication,
    listing::is_shown,
    subject::Reading,
};
use chengxin_projections::{
    date::Date,
    facts::{CreditFile, Known},
    listing::{self, Entry},
    measure::{self, Stretch, timelines},
    policy::{MeasureKind, Policy},
};
use serde::Serialize;
use std::cmp::Ordering;
use utoipa::ToSchema;

/// Whether a measure is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Active,
    /// Off while an objection is verified (default rule 3).
    Suspended,
    Ended,
}

impl From<measure::State> for State {
    fn from(state: measure::State) -> State {
        match state {
            measure::State::Active => State::Active,
            measure::State::Suspended => State::Suspended,
        }
    }
}

/// A stretch of time in which a measure stood in one way, on the same entries.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Interval {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day on which it ends, as known. A term includes that day; what an event ends is off from that day on.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub state: State,
    /// What it began with.
    pub cause: Cause,
    /// The entries that carried it, by `ORG/ID`.
    pub basis: Vec<String>,
}

/// A measure of the catalogue, applied to a subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Measure {
    /// Its code, `I-…` or `R-…`.
    pub measure: String,
    /// `incentive` or `restriction`; null where the catalogue of that day does not have it.
    #[schema(value_type = Option<String>)]
    pub kind: Option<MeasureKind>,
    /// 事项
    pub matter: Option<String>,
    /// The plan's item.
    pub item: Option<String>,
    /// Kinds of department that carry it out.
    pub implementer: Vec<String>,
    /// The entries that carry it, or where it has ended, those that carried it last.
    pub basis: Vec<String>,
    /// Of a person: the roles in which those entries name the person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    pub state: State,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day on which it ends as known now, on whatever entries.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    pub intervals: Vec<Interval>,
}

/// Every measure that has begun, ended ones included.
pub fn measures(reading: &Reading) -> Vec<Measure> {
    let mut measures = measures_of(reading.file, reading.known, reading.as_of, reading.policy);
    for interval in measures.iter_mut().flat_map(|measure| &mut measure.intervals) {
        interval.cause = interval.cause.clone().behind_statement(reading);
    }
    measures
}

pub fn measures_of(file: &CreditFile, known: Known, as_of: Date, policy: &Policy) -> Vec<Measure> {
    let timelines = timelines(file, known);
    if timelines.is_empty() {
        return Vec::new();
    }
    let entries: Vec<Entry> = carriers(file, known).filter(|entry| is_shown(entry, as_of)).collect();
    let explaining = Explaining { file, known, entries: &entries };
    timelines.iter().filter_map(|(code, stretches)| show(code, stretches, &explaining, as_of, policy)).collect()
}

/// The measures of two files of one subject: one that both have is in force while either has it (default rule 8).
pub fn join(mut measures: Vec<Measure>, others: Vec<Measure>) -> Vec<Measure> {
    for other in others {
        let Some(same) = measures.iter_mut().find(|measure| measure.measure == other.measure) else {
            measures.push(other);
            continue;
        };
        match other.state.cmp(&same.state) {
            Ordering::Less => (same.state, same.basis) = (other.state, other.basis),
            Ordering::Equal => same.basis.extend(other.basis),
            Ordering::Greater => {}
        }
        same.from = same.from.min(other.from);
        same.until = same.until.max(other.until);
        same.intervals.extend(other.intervals);
        same.intervals.sort_by_key(|interval| (interval.from, interval.to));
    }
    measures
}

/// The entries that carry measures: the subject's own, and those that name this person.
pub fn carriers(file: &CreditFile, known: Known) -> impl Iterator<Item = Entry<'_>> {
    let records = file.records.iter().filter(move |record| known.has(record.stamp));
    records.filter_map(move |record| listing::entry(file, record, known))
}

fn show(code: &str, stretches: &[Stretch], explaining: &Explaining, as_of: Date, policy: &Policy) -> Option<Measure> {
    let begun = stretches.partition_point(|stretch| stretch.span.from <= as_of);
    let first = stretches.first()?;
    let last = stretches[..begun].last()?;
    let item = policy.measure(code);
    let is_on = last.span.contains(as_of);
    Some(Measure {
        measure: code.to_owned(),
        kind: item.map(|item| item.kind),
        matter: item.map(|item| item.matter.clone()),
        item: item.map(|item| item.item.clone()),
        implementer: item.map(|item| item.implementers.clone()).unwrap_or_default(),
        basis: texts(&last.basis),
        roles: implication::roles(explaining.file, &last.basis, explaining.known),
        state: if is_on { last.state.into() } else { State::Ended },
        from: first.span.from,
        until: end_of_run(&stretches[begun - 1..]),
        intervals: intervals(code, &stretches[..begun], explaining),
    })
}

/// The day on which a measure ends that goes on from entry to entry.
fn end_of_run(stretches: &[Stretch]) -> Date {
    let joined = stretches.windows(2).take_while(|pair| pair[0].span.after() == pair[1].span.from).count();
    stretches.get(joined).map_or(Date::MAX, |stretch| stretch.span.to)
}

fn intervals(code: &str, stretches: &[Stretch], explaining: &Explaining) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::with_capacity(stretches.len());
    for (index, stretch) in stretches.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &stretches[before]);
        let joined = before.filter(|before| before.span.after() == stretch.span.from);
        if let (Some(joined), Some(last)) = (joined, intervals.last_mut())
            && (joined.state, &joined.basis) == (stretch.state, &stretch.basis)
        {
            last.to = stretch.span.to;
            continue;
        }
        intervals.push(Interval {
            from: stretch.span.from,
            to: stretch.span.to,
            state: stretch.state.into(),
            cause: explaining.begin(code, stretch, joined),
            basis: texts(&stretch.basis),
        });
    }
    intervals
}

fn texts(records: &[&str]) -> Vec<String> {
    records.iter().map(|record| (*record).to_owned()).collect()
}
