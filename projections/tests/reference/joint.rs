//! Joint action (二十)(二十二)(二十三): what may be initiated, and who may answer.

use crate::{
    judge::{ANY, Case, Codes, refuse},
    view::Record,
};
use chengxin_projections::{
    event::{Data, List, MeasureInitiated},
    policy::MeasureKind,
};

pub fn initiated(case: &Case<'_>, record: &Record<'_>, data: &MeasureInitiated, codes: &mut Codes) {
    refuse(codes, !case.view.span(record).contains(case.event.effective), "already-ended");
    refuse(codes, data.measures.is_empty() || data.implementers.is_empty(), ANY);
    refuse(codes, data.respond_by < case.event.effective, "term-invalid");
    let kind = if record.is_on(List::Red) { MeasureKind::Incentive } else { MeasureKind::Restriction };
    for code in &data.measures {
        match case.policy.measure(code) {
            None => refuse(codes, true, "measure-unknown"),
            Some(item) => refuse(codes, item.kind != kind, "measure-mismatch"),
        }
    }
}

/// An implementer accepts, executes, declines or reports a measure that the entry carries.
pub fn answered(case: &Case<'_>, record: &Record<'_>, measure: &str, codes: &mut Codes) {
    let (view, event, day) = (case.view, case.event, case.event.effective);
    refuse(codes, !view.span(record).contains(day), "already-ended");
    refuse(codes, !view.carried(record, day).iter().any(|code| code == measure), "measure-unknown");
    let entry = record.designation().expect("measures are of entries");
    let kind = record.taken.policy.list_kind(entry.list, &entry.kind).expect("its kind was there");
    let of_the_kind = kind.measures.iter().any(|code| code == measure)
        && case.policy.measure(measure).is_some_and(|item| {
            let departments = case.policy.departments();
            item.implementers.iter().any(|kind| departments.is_some_and(|all| all.is_of(&event.publisher, kind)))
        });
    let named = view.initiations(record).into_iter().any(|act| match &act.event.data {
        Data::MeasureInitiated(data) => {
            act.event.effective <= day
                && data.implementers.contains(&event.publisher)
                && data.measures.iter().any(|code| code == measure)
        }
        _ => false,
    });
    refuse(codes, !of_the_kind && !named, "not-your-measure");
    let mine = view.acts_on(record).into_iter().filter(|act| act.event.publisher == event.publisher);
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
        Data::MeasureAccepted(_) => refuse(codes, taken_on, "already-ended"),
        Data::MeasureDeclined(_) => refuse(codes, declined || executed, "already-ended"),
        Data::MeasureReported(_) => refuse(codes, !taken_on, "not-accepted"),
        Data::MeasureExecuted(_) => refuse(codes, view.is_suspended(record, day), "suspended"),
        _ => {}
    }
}
