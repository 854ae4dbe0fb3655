//! May this be done to that record? (六) 谁认定、谁负责: only the department that published a record amends or ends it.

use super::{Addition, Case};
use crate::{
    event::{Data, ExitDeclared, ExitReason, List, NoticeAbout, PublicationWithheld},
    facts::{Act, Content, Deed, Designation, Known, Record},
    listing::{self, confirms_repair, end_before_term, withdrawal},
    refusal::{Code, Refusal},
};

pub(super) fn act(case: &Case) -> Result<Addition, Refusal> {
    let unknown_rule = || {
        let detail = format!("the rules revision in force gives {} no effect", case.event.data.kind());
        Refusal::new(Code::RuleNotInForce, detail)
    };
    // Said before anything else: whose record it is matters only to a rule that is in force.
    let id = case
        .event
        .data
        .record()
        .filter(|_| has_rule(&case.event.data, case.policy.rules_revision()))
        .ok_or_else(unknown_rule)?;
    let (index, record) = find(case, id)?;
    own(case, record)?;
    let what = match &case.event.data {
        Data::LicenseRevoked(_) => revoke(record),
        Data::PenaltyWithdrawn(_) => withdraw(record, matches!(record.content, Content::Penalty(_))),
        Data::DesignationWithdrawn(_) => withdraw(record, record.designation().is_some()),
        Data::PublicationIssued(data) => publish(case, record, &data.channel),
        Data::PublicationWithheld(data) => withhold(case, record, data),
        Data::ExitDeclared(data) => exit(case, record, data),
        Data::NoticeIssued(data) => notice(case, record, data.about, &data.channel),
        Data::RepairGranted(_) => repair(case, record),
        _ => Err(unknown_rule()),
    }?;
    let act = Act { stamp: case.stamp, effective: case.event.effective, event: case.event.name().into(), what };
    Ok(Addition::Act { record: index, act })
}

/// Which events have an effect is a matter of the rules revision in force, which an event raises: events that were refused
/// before stay refused whenever the log is folded again.
fn has_rule(data: &Data, revision: u32) -> bool {
    let first = matches!(
        data,
        Data::LicenseRevoked(_)
            | Data::PenaltyWithdrawn(_)
            | Data::DesignationWithdrawn(_)
            | Data::PublicationIssued(_)
            | Data::PublicationWithheld(_)
            | Data::ExitDeclared(_)
            | Data::NoticeIssued(_)
            | Data::RepairGranted(_)
    );
    revision >= 1 && first
}

fn find<'a>(case: &Case<'a>, id: &str) -> Result<(usize, &'a Record), Refusal> {
    if let Some(other) = case.event.record_subject.as_deref().filter(|other| *other != &*case.file.id) {
        let detail = format!("record {id} belongs to another subject, {other}");
        return Err(Refusal::new(Code::SubjectMismatch, detail));
    }
    let found = case.file.records.iter().enumerate().rev().find(|(_, record)| &*record.id == id);
    found.map(|(index, record)| (index, &**record)).ok_or_else(|| {
        Refusal::new(Code::NoSuchRecord, format!("this subject has no record {id} (written ORG/ID) that was accepted"))
    })
}

fn own(case: &Case, record: &Record) -> Result<(), Refusal> {
    if record.authority() == case.event.publisher {
        return Ok(());
    }
    let detail = format!("only {} may amend or end record {}", record.authority(), record.id);
    Err(Refusal::new(Code::NotYourEntry, detail))
}

fn revoke(record: &Record) -> Result<Deed, Refusal> {
    if !matches!(record.content, Content::License(_)) {
        return Err(wrong_kind(record, "a license"));
    }
    if record.acts.iter().any(|act| act.what == Deed::Revoked) {
        return Err(Refusal::new(Code::AlreadyEnded, format!("license {} has been revoked already", record.id)));
    }
    Ok(Deed::Revoked)
}

/// Default rule 4: it counts as never having been, whatever happened to it since.
fn withdraw(record: &Record, right_kind: bool) -> Result<Deed, Refusal> {
    if !right_kind {
        return Err(wrong_kind(record, "of the kind that this event withdraws"));
    }
    not_withdrawn(record).map(|()| Deed::Withdrawn)
}

fn publish(case: &Case, record: &Record, channel: &str) -> Result<Deed, Refusal> {
    not_withdrawn(record)?;
    not_before_start(case, record)?;
    Ok(Deed::Published { channel: channel.into() })
}

/// (二十五) Withheld only under a legal exception of the policy.
fn withhold(case: &Case, record: &Record, data: &PublicationWithheld) -> Result<Deed, Refusal> {
    if record.designation().is_some() {
        return Err(wrong_kind(record, "a license or a penalty"));
    }
    not_withdrawn(record)?;
    let ground = case.policy.withholding_ground(&data.exception).ok_or_else(|| {
        Refusal::new(Code::ExceptionUnknown, format!("{} is no ground of the policy to withhold", data.exception))
    })?;
    if ground.needs_citation && data.citation.is_none() {
        let detail = format!("{} needs the citation of the law that says so", data.exception);
        return Err(Refusal::new(Code::ExceptionUnknown, detail));
    }
    Ok(Deed::Withheld { ground: data.exception.as_str().into() })
}

/// (二十一) An entry leaves its list before its term.
fn exit(case: &Case, record: &Record, data: &ExitDeclared) -> Result<Deed, Refusal> {
    let designation = record.designation().ok_or_else(|| wrong_kind(record, "a list entry"))?;
    not_withdrawn(record)?;
    not_before_start(case, record)?;
    if !confirms_repair(record, data.reason) {
        still_listed(case, record, designation)?;
    }
    if data.reason == ExitReason::Repaired && !designation.repairable {
        return Err(not_repairable(record, designation));
    }
    Ok(Deed::Exited { reason: data.reason, notice: data.notice.is_some() })
}

fn notice(case: &Case, record: &Record, about: NoticeAbout, channel: &str) -> Result<Deed, Refusal> {
    let happened = match about {
        NoticeAbout::Takedown | NoticeAbout::Restoration => withdrawal(record, Known::Now).is_some(),
        NoticeAbout::Exit => {
            let designation = record.designation().ok_or_else(|| wrong_kind(record, "a list entry"))?;
            let entry = listing::entry(record, designation, Known::Now);
            entry.span.to <= case.event.effective.max(case.day)
        }
    };
    if !happened {
        let detail = format!("record {} has not come to that yet: nothing to give notice of", record.id);
        return Err(Refusal::new(Code::TooEarly, detail));
    }
    Ok(Deed::Noticed { about, channel: channel.into() })
}

/// (二十六) A repair ends the publication of a penalty, or a list entry, before its term.
fn repair(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    not_withdrawn(record)?;
    match &record.content {
        Content::License(_) => return Err(wrong_kind(record, "a penalty or a black-list entry")),
        Content::Designation(designation) if designation.list == List::Red => {
            return Err(wrong_kind(record, "a penalty or a black-list entry"));
        }
        Content::Designation(designation) => {
            not_before_start(case, record)?;
            still_listed(case, record, designation)?;
            if !designation.repairable {
                return Err(not_repairable(record, designation));
            }
        }
        Content::Penalty(penalty) => {
            if case.event.effective < penalty.repairable_from {
                let detail =
                    format!("the minimum publicity of record {} lasts to {}", record.id, penalty.repairable_from);
                return Err(Refusal::new(Code::TooEarly, detail));
            }
            let repaired = record.acts.iter().any(|act| act.what == Deed::RepairGranted);
            if repaired || penalty.publicity_until.is_some_and(|until| until < case.event.effective) {
                return Err(Refusal::new(Code::AlreadyEnded, format!("publicity of record {} has ended", record.id)));
            }
        }
    }
    Ok(Deed::RepairGranted)
}

fn still_listed(case: &Case, record: &Record, designation: &Designation) -> Result<(), Refusal> {
    let over = designation.until < case.event.effective || end_before_term(record, Known::Now).is_some();
    if over {
        return Err(Refusal::new(Code::AlreadyEnded, format!("entry {} has ended already", record.id)));
    }
    Ok(())
}

fn not_withdrawn(record: &Record) -> Result<(), Refusal> {
    match withdrawal(record, Known::Now) {
        Some(_) => Err(Refusal::new(Code::AlreadyEnded, format!("record {} was withdrawn as an error", record.id))),
        None => Ok(()),
    }
}

fn not_before_start(case: &Case, record: &Record) -> Result<(), Refusal> {
    if case.event.effective >= record.effective {
        return Ok(());
    }
    let detail =
        format!("effective {} lies before record {} began, {}", case.event.effective, record.id, record.effective);
    Err(Refusal::new(Code::TooEarly, detail))
}

fn not_repairable(record: &Record, designation: &Designation) -> Refusal {
    let citation = designation.repair_note.as_deref().unwrap_or("no citation given");
    Refusal::new(Code::NotRepairable, format!("entry {} was designated as not repairable: {citation}", record.id))
}

fn wrong_kind(record: &Record, expected: &str) -> Refusal {
    Refusal::new(Code::WrongRecordKind, format!("record {} is not {expected}", record.id))
}

#[cfg(test)]
mod tests;
