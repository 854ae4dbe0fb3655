//! Measures on a subject, with the intervals in which they were in force and why. (十一)–(十八)(二十), default rule 8.

use super::{
    Page,
    listing::is_shown,
    scope::Scope,
    subject::{About, Reading},
    walk::{self, Cursor, Place},
};
use crate::{http::Problem, node::Node, views::list_term};
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::SYSTEM_PUBLISHER,
    facts::{CreditFile, Known},
    listing::{self, Entry},
    measure::{self, Stretch, timelines},
    policy::{Department, DepartmentKind, MeasureKind, Policy},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a measure is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
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

/// What began or ended something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cause {
    /// The event type; `day.opened` where a term ended by itself.
    #[serde(rename = "type")]
    pub kind: String,
    /// The event, by `ORG/ID`.
    pub event: String,
    #[schema(value_type = String, format = Date)]
    pub date: Date,
}

impl Cause {
    /// The beginning of a day, when terms end.
    pub fn day(date: Date) -> Cause {
        Cause { kind: "day.opened".to_owned(), event: format!("{SYSTEM_PUBLISHER}/day-{date}"), date }
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
    measures_of(reading.file, reading.known, reading.as_of, reading.policy)
}

pub fn measures_of(file: &CreditFile, known: Known, as_of: Date, policy: &Policy) -> Vec<Measure> {
    let timelines = timelines(file, known);
    if timelines.is_empty() {
        return Vec::new();
    }
    let entries: Vec<Entry> = carriers(file, known).filter(|entry| is_shown(entry, as_of)).collect();
    timelines.iter().filter_map(|(code, stretches)| show(code, stretches, &entries, as_of, policy)).collect()
}

/// The entries that carry measures: the subject's own, and those that name this person.
pub fn carriers(file: &CreditFile, known: Known) -> impl Iterator<Item = Entry<'_>> {
    let records = file.records.iter().filter(move |record| known.has(record.stamp));
    records.filter_map(move |record| listing::entry(file, record, known))
}

fn show(code: &str, stretches: &[Stretch], entries: &[Entry], as_of: Date, policy: &Policy) -> Option<Measure> {
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
        state: if is_on { last.state.into() } else { State::Ended },
        from: first.span.from,
        until: end_of_run(&stretches[begun - 1..]),
        intervals: intervals(&stretches[..begun], entries),
    })
}

/// The day on which a measure ends that goes on from entry to entry.
fn end_of_run(stretches: &[Stretch]) -> Date {
    let joined = stretches.windows(2).take_while(|pair| pair[0].span.after() == pair[1].span.from).count();
    stretches.get(joined).map_or(Date::MAX, |stretch| stretch.span.to)
}

fn intervals(stretches: &[Stretch], entries: &[Entry]) -> Vec<Interval> {
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
            cause: cause(stretch, joined, entries),
            basis: texts(&stretch.basis),
        });
    }
    intervals
}

/// What a stretch began with: an entry that came, or, where it goes on without one, what ended that entry.
fn cause(stretch: &Stretch, joined: Option<&Stretch>, entries: &[Entry]) -> Cause {
    let date = stretch.span.from;
    let had = |record: &str| joined.is_some_and(|joined| joined.basis.contains(&record));
    if let Some(new) = stretch.basis.iter().find(|record| !had(record)) {
        return Cause { kind: "designation.made".to_owned(), event: (*new).to_owned(), date };
    }
    let gone = joined.into_iter().flat_map(|joined| &joined.basis).find(|record| !stretch.basis.contains(record));
    let entry = gone.and_then(|gone| entries.iter().find(|entry| &*entry.record.id == *gone));
    entry.map_or_else(|| Cause::day(date), |entry| end_of(entry).unwrap_or_else(|| Cause::day(date)))
}

/// What ended an entry before its term.
pub fn end_of(entry: &Entry) -> Option<Cause> {
    let act = entry.ended_by?;
    let kind = act.what.event_type(&entry.record.first).to_owned();
    Some(Cause { kind, event: act.event.to_string(), date: act.effective })
}

fn texts(records: &[&str]) -> Vec<String> {
    records.iter().map(|record| (*record).to_owned()).collect()
}

/// A measure with its subject.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkItem {
    pub subject: About,
    #[serde(flatten)]
    pub measure: Measure,
}

/// A page of a department's worklist: the measures of the kinds given (of all if it is `None`), in that state.
pub fn worklist(
    node: &Node,
    kinds: Option<&[String]>,
    state: Option<State>,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<WorkItem>, Problem> {
    let policy = scope.policy(0);
    let is_theirs = |measure: &Measure| {
        let names = |name: &String| name == "*" || kinds.is_some_and(|kinds| kinds.contains(name));
        kinds.is_none() || measure.implementer.iter().any(names)
    };
    let terms = [list_term(ListName::Red), list_term(ListName::Black)];
    let (items, next) = walk::fill(node, Some(&terms), place, limit, |shard, held| {
        let (file, known) = (&held.file, scope.known(shard.number));
        let mut measures = measures_of(file, known, scope.as_of, &policy);
        measures.retain(|measure| state.is_none_or(|state| state == measure.state) && is_theirs(measure));
        Ok(measures.into_iter().map(|measure| WorkItem { subject: About::of(file, known), measure }).collect())
    })?;
    let next = next.map(|place| Cursor::after(place, scope).render());
    Ok(Page::new(items, next, scope))
}

/// The kinds of department that an implementer is: given by code or title of a kind, or by code or name of an
/// organisation of the register.
pub fn kinds_of(implementer: &str, policy: &Policy) -> Result<Vec<String>, Problem> {
    let departments = policy.departments().ok_or_else(|| Problem::unavailable("no policy is in force yet"))?;
    let is_kind = |kind: &&DepartmentKind| kind.code == implementer || kind.title == implementer;
    if let Some(kind) = departments.kinds().iter().find(is_kind) {
        return Ok(vec![kind.code.clone()]);
    }
    let is_org = |department: &&Department| department.org == implementer || department.name == implementer;
    if let Some(department) = departments.register().find(is_org) {
        return Ok(department.kinds.clone());
    }
    // Codes of organisations have digits, kinds have none: a slip in a kind must not pass for an organisation that a
    // trial policy takes for a department of every kind.
    let looks_like_org = implementer.bytes().any(|b| b.is_ascii_digit());
    let all = departments.kinds().iter().map(|kind| kind.code.clone());
    let kinds: Vec<String> = all.filter(|kind| looks_like_org && departments.is_of(implementer, kind)).collect();
    if !kinds.is_empty() {
        return Ok(kinds);
    }
    let known: Vec<&str> = departments.kinds().iter().map(|kind| kind.code.as_str()).collect();
    let detail = format!(
        "{implementer:?} is no department; give an organisation of the register or one of {}",
        known.join(", ")
    );
    Err(Problem::parameter("implementer", detail))
}
