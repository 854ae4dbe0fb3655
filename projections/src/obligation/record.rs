//! Duties about any record: to publish, to answer an objection, to take down what was withdrawn, to decide a repair.

use super::{Asked, Raised, Raising, duty};
use crate::{
    dispute::{self, taken_down, withdrawal},
    facts::{Content, Deed, Record},
    notice, publication, repair,
};

pub(super) fn duties<'a>(asked: &Asked<'a>, record: &'a Record, all: &mut Raising<'a>) {
    all.extend(publish(asked, record));
    if record.acts.is_empty() {
        return;
    }
    answer_objections(asked, record, all);
    all.extend(takedown(asked, record));
    decide_repairs(asked, record, all);
}

/// (一) Publish a license or a penalty within 7 working days of the decision.
fn publish<'a>(asked: &Asked<'a>, record: &'a Record) -> Option<Raised<'a>> {
    if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
        return None;
    }
    let issued = record.acts(asked.known).filter(|act| matches!(act.what, Deed::Published { .. }));
    let issued = issued.min_by_key(|act| act.effective);
    let (done, cancelled) = (issued.map(|act| act.effective), publication::release(record, asked.known));
    Some(Raised { done, cancelled, ..Raised::new(duty::PUBLISH, record, record.effective) })
}

/// (二十七) The source verifies what is disputed (default rule 3).
fn answer_objections<'a>(asked: &Asked<'a>, record: &'a Record, all: &mut Raising<'a>) {
    for objection in dispute::objections(record, asked.known) {
        let answered = objection.answered.map(|act| act.effective);
        let done = answered.into_iter().chain(objection.closed()).min();
        let cause = Some(&*objection.filed.event);
        all.push(Raised { done, cause, ..Raised::new(duty::ANSWER_OBJECTION, record, objection.filed.effective) });
    }
}

/// (二十七) A record that was wrong is taken down and the takedown explained (default rule 4).
fn takedown<'a>(asked: &Asked<'a>, record: &'a Record) -> Option<Raised<'a>> {
    let withdrawal = withdrawal(record, asked.known)?;
    let published = match &record.first {
        // An entry that was withdrawn before its first day stood on no list, on no day.
        Content::Designation(_) => withdrawal.judged >= record.effective,
        Content::Implication(_) => false,
        _ => record.acts(asked.known).any(|act| matches!(act.what, Deed::Published { .. })),
    };
    let done = notice::takedown_told(record, asked.known);
    published.then(|| Raised { done, ..Raised::new(duty::NOTIFY_TAKEDOWN, record, taken_down(withdrawal)) })
}

/// (二十六) Accept or refuse an application, then decide it (default rule 10).
fn decide_repairs<'a>(asked: &Asked<'a>, record: &'a Record, all: &mut Raising<'a>) {
    if !record.acts.iter().any(|act| act.what == Deed::RepairApplied) {
        return;
    }
    for application in repair::applications(asked.file, record, asked.known) {
        let (accepted, decided) = (application.accepted, application.decided.map(|act| act.effective));
        let first = accepted.map(|act| act.effective).into_iter().chain(decided).min();
        let (since, cause) = (application.applied.effective, Some(&*application.applied.event));
        for (duty, done) in [(duty::ACCEPT_REPAIR, first), (duty::DECIDE_REPAIR, decided)] {
            all.push(Raised { done, cancelled: application.void, cause, ..Raised::new(duty, record, since) });
        }
    }
}
