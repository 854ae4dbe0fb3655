//! Duties of implementers: to answer a measure that was initiated, and to report on one that they took on. (二十二)(二十三)

use super::{Asked, Raised, Raising, duty};
use crate::{
    date::Date,
    dispute::taken_down,
    event::Finding,
    facts::{Deed, Record},
    joint::{self, Answer},
    listing::Entry,
};

pub(super) fn duties<'a>(asked: &Asked<'a>, entry: &Entry<'a>, all: &mut Raising<'a>) {
    let (record, is_own) = (entry.record, entry.is_own());
    if record.acts.is_empty() && is_own {
        return;
    }
    let withdrawn = entry.withdrawn_by.map(taken_down);
    let end = withdrawn.map_or(entry.span.after(), |day| day.min(entry.span.after()));
    let apart = record
        .acts(asked.known)
        .find(|act| !is_own && matches!(act.what, Deed::ObjectionResolved { finding: Finding::Withdrawn, .. }));
    for request in joint::requests(record, asked.known) {
        // A person who was found not to belong to the entry is out of whatever is initiated later.
        if apart.is_some_and(|apart| apart.stamp < request.stamp) {
            continue;
        }
        all.push(Raised {
            org: request.implementer,
            cause: Some(request.event),
            measure: Some(request.measure),
            due: Some(request.respond_by),
            done: joint::answered(record, &request, asked.known).map(|act| act.effective),
            cancelled: Some(end),
            ..Raised::new(duty::ANSWER_MEASURE, record, request.since)
        });
    }
    report(asked, record, end, all);
}

/// Whoever took a measure on reports on it again and again, until the entry ends.
fn report<'a>(asked: &Asked<'a>, record: &'a Record, end: Date, all: &mut Raising<'a>) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for act in record.acts(asked.known) {
        let Some((_, measure)) = joint::answer(act) else { continue };
        if told.contains(&(act.publisher(), measure)) {
            continue;
        }
        told.push((act.publisher(), measure));
        let mut open: Option<Raised> = None;
        for (answer, act) in joint::answers(record, act.publisher(), measure, asked.known) {
            let begins = Raised {
                org: act.publisher(),
                cause: Some(&act.event),
                measure: joint::answer(act).map(|(_, measure)| measure),
                cancelled: Some(end),
                ..Raised::new(duty::REPORT_MEASURE, record, act.effective)
            };
            match answer {
                Answer::Accepted | Answer::Executed if open.is_none() => open = Some(begins),
                Answer::Accepted | Answer::Executed => {}
                Answer::Declined => {
                    all.extend(open.take().map(|open| Raised { cancelled: Some(end.min(act.effective)), ..open }));
                }
                Answer::Reported => {
                    all.extend(open.take().map(|open| Raised { done: Some(act.effective), ..open }));
                    open = Some(begins);
                }
            }
        }
        all.extend(open);
    }
}
