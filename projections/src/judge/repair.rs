//! Applications for repair, and their decision. (二十六), default rule 10.

use super::{
    Case,
    act::{not_repairable, still_listed, wrong_kind},
};
use crate::{
    event::List,
    facts::{Content, Deed, Known, Record},
    refusal::{Code, Refusal},
    repair::{self, Application},
};

pub(super) fn apply(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    let end = repair::end(case.file, record, Known::Now);
    can_be_repaired(case, record, end.is_some_and(|end| end <= case.event.effective))?;
    if open(case, record).is_some() {
        let detail = format!("an application about {} is open already", record.id);
        return Err(Refusal::new(Code::AlreadyOpen, detail));
    }
    Ok(Deed::RepairApplied)
}

pub(super) fn accept(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    if must_be_open(case, record)?.accepted.is_some() {
        return Err(Refusal::new(Code::AlreadyEnded, format!("the application about {} was accepted", record.id)));
    }
    Ok(Deed::RepairAccepted)
}

pub(super) fn refuse(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    must_be_open(case, record).map(|_| Deed::RepairRefused)
}

/// A repair ends the publication of a penalty, or a list entry, before its term. It needs no application.
pub(super) fn grant(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    can_be_repaired(case, record, has_ended(case, record))?;
    if let Some(application) = open(case, record) {
        not_before(case, record, &application)?;
    }
    Ok(Deed::RepairGranted)
}

fn open<'a>(case: &Case, record: &'a Record) -> Option<Application<'a>> {
    let applications = repair::applications(case.file, record, Known::Now);
    applications.into_iter().rev().find(|application| application.decided.is_none())
}

fn must_be_open<'a>(case: &Case, record: &'a Record) -> Result<Application<'a>, Refusal> {
    let application = open(case, record).ok_or_else(|| {
        Refusal::new(Code::NoApplication, format!("no application for repair of {} is open", record.id))
    })?;
    not_before(case, record, &application)?;
    if application.void.is_some_and(|void| void <= case.event.effective) {
        let detail = format!("record {} ended before; the application is void", record.id);
        return Err(Refusal::new(Code::AlreadyEnded, detail));
    }
    Ok(application)
}

fn not_before(case: &Case, record: &Record, application: &Application) -> Result<(), Refusal> {
    let applied = application.applied.effective;
    if case.event.effective >= applied {
        return Ok(());
    }
    let detail = format!("effective lies before the application about {}, {applied}", record.id);
    Err(Refusal::new(Code::TooEarly, detail))
}

/// Whether the record was repaired or ended before, so that a grant would end nothing.
fn has_ended(case: &Case, record: &Record) -> bool {
    match record.content(Known::Now) {
        Content::Penalty(penalty) => {
            let repaired = record.acts.iter().any(|act| act.what == Deed::RepairGranted);
            repaired || penalty.publicity_until() < case.event.effective
        }
        Content::Designation(designation) => still_listed(case, record, designation).is_err(),
        Content::License(_) | Content::Implication(_) => false,
    }
}

/// Whether a record can be repaired on the event's day, if it has not ended.
fn can_be_repaired(case: &Case, record: &Record, ended: bool) -> Result<(), Refusal> {
    let already = |what: &str| Refusal::new(Code::AlreadyEnded, format!("{what} {} has ended already", record.id));
    match record.content(Known::Now) {
        Content::License(_) | Content::Implication(_) => Err(wrong_kind(record, "a penalty or a black-list entry")),
        Content::Designation(designation) if designation.list == List::Red => {
            Err(wrong_kind(record, "a penalty or a black-list entry"))
        }
        Content::Designation(_) if ended => Err(already("entry")),
        Content::Designation(designation) if !designation.repairable => Err(not_repairable(record, designation)),
        Content::Designation(_) => Ok(()),
        Content::Penalty(_) if ended => Err(already("the publicity of record")),
        Content::Penalty(penalty) if case.event.effective < penalty.repairable_from(record.effective) => {
            let detail = format!(
                "the minimum publicity of record {}, of class {}, lasts to {} (default rule 10): apply on {} or later",
                record.id,
                penalty.severity,
                penalty.shortest,
                penalty.repairable_from(record.effective)
            );
            Err(Refusal::new(Code::TooEarly, detail))
        }
        Content::Penalty(_) => Ok(()),
    }
}
