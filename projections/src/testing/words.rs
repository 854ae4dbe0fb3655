//! What is expected, in words: one line for each thing.

use crate::{
    change::{ListChange, MeasureChange, ObligationChange},
    difference::Implied,
    flag::Flag,
    interval::Span,
    measure::{State as MeasureState, Stretch},
    obligation::{Obligation, State},
};

/// The publisher's id of a record.
pub(super) fn short(record: &str) -> &str {
    record.split_once('/').map_or(record, |(_, id)| id)
}

fn basis<T: AsRef<str>>(records: &[T]) -> String {
    records.iter().map(|record| short(record.as_ref())).collect::<Vec<_>>().join("+")
}

fn span(span: Span) -> String {
    format!("{}..{}{}", span.from, if span.through { "=" } else { "" }, span.to)
}

/// A list change in one line.
pub fn list_change(change: &ListChange) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    format!("{what} {} {} {}..{}", change.list.as_str(), short(&change.record), change.from, change.until)
}

pub(super) fn measure_change(change: &MeasureChange) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    format!("{what} {}..{} on {}", change.from, change.until, basis(&change.basis))
}

pub(super) fn stretch(stretch: &Stretch) -> String {
    let word = if stretch.state == MeasureState::Active { "on" } else { "suspended on" };
    format!("{} {word} {}", span(stretch.span), basis(&stretch.basis))
}

pub(super) fn flag(flag: &Flag) -> String {
    let kept = if flag.is_confirmed { " kept" } else { "" };
    let (kind, entry, cause) = (flag.kind.as_str(), short(&flag.entry.id), short(&flag.cause.id));
    format!("{kind} {entry} for {cause} {}{kept}", span(flag.span))
}

/// Which duty it is: its kind, its record, of a measure also whose, and what raised it.
fn which(duty: &str, record: &str, measure: Option<&str>, cause: Option<&str>) -> String {
    let measure = measure.map(|measure| format!(" {measure}")).unwrap_or_default();
    let cause = cause.map(|cause| format!(" for {}", short(cause))).unwrap_or_default();
    format!("{duty} {}{measure}{cause}", short(record))
}

pub(super) fn duty(duty: &Obligation) -> String {
    let state = match (duty.state, duty.late_by) {
        (State::Open, _) => "open".to_owned(),
        (State::Overdue, late) => format!("overdue by {late}"),
        (State::Done, 0) => format!("done {}", duty.done.expect("what is done has its day")),
        (State::Done, late) => {
            format!("done {} late by {late}", duty.done.expect("what is done has its day"))
        }
        (State::Cancelled, _) => "cancelled".to_owned(),
    };
    let provisional = if duty.due.provisional { "~" } else { "" };
    let which = which(duty.duty, duty.record, duty.measure, duty.cause);
    format!("{which} due {provisional}{} {state}", duty.due.date)
}

pub(super) fn obligation_change(change: &ObligationChange) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    let provisional = if change.provisional { "~" } else { "" };
    let which = which(&change.duty, &change.record, change.measure.as_deref(), change.reason.as_deref());
    format!("{what} {which} due {provisional}{}", change.due)
}

/// What is stated about a person, without the measures.
pub(super) fn statement(implied: &Implied) -> String {
    let stated = &implied.stated;
    let days = |name: &str, stretches: &[crate::event::Stretch]| -> String {
        let end = |stretch: &crate::event::Stretch| stretch.to.map(|to| to.to_string()).unwrap_or_default();
        stretches.iter().map(|stretch| format!(", {name} {}..{}", stretch.from, end(stretch))).collect()
    };
    let term = match stated.ended {
        Some(ended) => format!("{}..{ended}", stated.from),
        None => format!("{}..={}", stated.from, stated.until),
    };
    let withdrawn = if stated.withdrawn { ", withdrawn" } else { "" };
    let (disputed, lost) = (days("disputed", &stated.disputed), days("without basis", &stated.lost));
    format!("{} of {} {term}{disputed}{lost}{withdrawn}", implied.person, short(&stated.record))
}
