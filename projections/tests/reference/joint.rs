//! Joint action (二十)(二十二)(二十三): what may be initiated, and who may answer.

use crate::{
    judge::{ANY, Case, Codes, refuse},
    view::Record,
};
use chengxin_projections::{
    event::{Data, List, MeasureInitiated},
    policy::MeasureKind,
};

pub fn initiated(case: &Case<'_>, record: &Record, data: &MeasureInitiated, codes: &mut Codes) {
    refuse(codes, !case.view.span(record).contains(case.event.effective), "already-ended");
    refuse(codes, data.measures.is_empty() || data.implementers.is_empty(), ANY);
    refuse(codes, data.respond_by < case.event.effective, "term-invalid");
    let kind = if record.is_on(List::Red) { MeasureKind::Incentive } else { MeasureKind::Restriction };
    for code in &data.measures {
        match case.policy.measure(code) {
            None => refuse(codes, true, "measure-unknown"),
            Some(item) => {
                let other = item.subjects.is_some_and(|subjects| subjects != case.event.subject.kind);
                refuse(codes, item.kind != kind || other, "measure-mismatch");
            }
        }
    }
}

/// An implementer accepts, executes, declines or reports a measure that the entry carries, for its subject or for a person on
/// whom it lands.
pub fn answered(case: &Case<'_>, record: &Record, measure: &str, codes: &mut Codes) {
    let (view, event, day) = (case.view, case.event, case.event.effective);
    let subject = event.subject.id.as_str();
    refuse(codes, !view.span(record).contains(day), "already-ended");
    refuse(codes, !view.carried_for(subject, record, day).iter().any(|code| code == measure), "measure-unknown");
    let of_the_kind = view.of_the_kind_for(subject, record).iter().any(|code| code == measure)
        && case.policy.measure(measure).is_some_and(|item| {
            let departments = case.policy.departments();
            item.implementers.iter().any(|kind| departments.is_some_and(|all| all.is_of(&event.publisher, kind)))
        });
    let mut asked = view.initiations(record);
    asked.retain(|act| {
        let names = |data: &MeasureInitiated| data.implementers.contains(&event.publisher);
        let named = matches!(&act.event.data, Data::MeasureInitiated(data) if names(data));
        let about = view.initiated_for(subject, record, act).iter().any(|code| code == measure);
        named && about && act.event.effective <= day
    });
    refuse(codes, !of_the_kind && asked.is_empty(), "not-your-measure");
    // Whoever was asked anew answers anew, whatever was answered before.
    let unanswered = asked.iter().any(|act| view.answers(subject, record, act, &event.publisher, measure).is_empty());
    let mine = view.acts(subject, &record.name).into_iter().filter(|act| act.event.publisher == event.publisher);
    // Whoever declined may still take it on, and who took it on may decline it until it is executed.
    let (mut taken_on, mut declined, mut executed) = (false, false, false);
    for act in mine {
        match &act.event.data {
            Data::MeasureAccepted(data) if data.measure == measure => (taken_on, declined) = (true, false),
            Data::MeasureExecuted(data) if data.measure == measure => {
                (taken_on, declined, executed) = (true, false, true);
            }
            Data::MeasureDeclined(data) if data.measure == measure => (taken_on, declined) = (false, true),
            _ => {}
        }
    }
    match &event.data {
        Data::MeasureAccepted(_) => refuse(codes, taken_on && !unanswered, "already-ended"),
        Data::MeasureDeclined(_) => refuse(codes, (declined || executed) && !unanswered, "already-ended"),
        Data::MeasureReported(_) => refuse(codes, !taken_on, "not-accepted"),
        Data::MeasureExecuted(_) => {
            let own = record.subject() != subject && view.has_open_objection(subject, record, day);
            refuse(codes, own || view.is_suspended(record, day), "suspended");
        }
        _ => {}
    }
}
