//! May this be done to that record? (六) 谁认定、谁负责: only the department that published a record amends or ends it.

use super::{
    Addition, Case, correction, dispute as judge_dispute, joint as judge_joint, publication as judge_publication,
    repair as judge_repair,
};
use crate::{
    dispute::{taken_down, withdrawal},
    event::{Data, ExitDeclared, ExitReason, NoticeAbout},
    facts::{Act, Content, Deed, Designation, Known, Record},
    joint::Answer,
    listing::{self, confirms_repair, end_before_term},
    notice,
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
    // Of what an organisation's entry says of a person only that is disputed and carried out there; all else is done to the entry.
    if matches!(record.first, Content::Implication(_)) && !concerns_the_person(&case.event.data) {
        return Err(wrong_kind(record, "a record of this subject itself"));
    }
    if needs_authority(&case.event.data) {
        own(case, record)?;
    }
    if case.policy.rules_revision() >= 2 && !matches!(case.event.data, Data::NoticeIssued(_)) {
        not_withdrawn(record)?;
        // An error is an error before the day on which it would take effect.
        if !concerns_what_is_said(&case.event.data) || case.event.effective < record.judged {
            not_before_start(case, record)?;
        }
    }
    let what = deed(case, record)?.ok_or_else(unknown_rule)?;
    let act =
        Act { stamp: case.stamp, judged: case.day, effective: case.event.effective, event: case.name.into(), what };
    Ok(Addition::Act { record: index, act })
}

fn deed(case: &Case, record: &Record) -> Result<Option<Deed>, Refusal> {
    let deed = match &case.event.data {
        Data::LicenseRevoked(_) => revoke(record),
        Data::PenaltyWithdrawn(_) => withdraw(case, record, matches!(record.first, Content::Penalty(_))),
        Data::DesignationWithdrawn(_) => withdraw(case, record, matches!(record.first, Content::Designation(_))),
        Data::PublicationIssued(data) => judge_publication::publish(case, record, &data.channel),
        Data::PublicationWithheld(data) => judge_publication::withhold(case, record, data),
        Data::ExitDeclared(data) => exit(case, record, data),
        Data::NoticeIssued(data) => give_notice(case, record, data.about, &data.channel),
        Data::DesignationConfirmed(data) => judge_dispute::confirm(case, record, data),
        Data::ObjectionFiled(_) => judge_dispute::file(case, record),
        Data::ObjectionAnswered(data) => judge_dispute::answer(case, record, data),
        Data::ObjectionResolved(data) => judge_dispute::resolve(case, record, data),
        Data::RecordCorrected(data) => correction::correct(case, record, data),
        Data::RepairApplied(_) => judge_repair::apply(case, record),
        Data::RepairAccepted(_) => judge_repair::accept(case, record),
        Data::RepairRefused(_) => judge_repair::refuse(case, record),
        Data::RepairGranted(_) => judge_repair::grant(case, record),
        Data::MeasureInitiated(data) => judge_joint::initiate(case, record, data),
        Data::MeasureAccepted(data) => judge_joint::answer(case, record, Answer::Accepted, &data.measure),
        Data::MeasureExecuted(data) => judge_joint::answer(case, record, Answer::Executed, &data.measure),
        Data::MeasureDeclined(data) => judge_joint::answer(case, record, Answer::Declined, &data.measure),
        Data::MeasureReported(data) => judge_joint::answer(case, record, Answer::Reported, &data.measure),
        _ => return Ok(None),
    };
    deed.map(Some)
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
    revision >= 2 || first
}

/// Whether the event is about what a record says, and not about what follows from it.
fn concerns_what_is_said(data: &Data) -> bool {
    matches!(
        data,
        Data::PenaltyWithdrawn(_)
            | Data::DesignationWithdrawn(_)
            | Data::RecordCorrected(_)
            | Data::ObjectionFiled(_)
            | Data::ObjectionAnswered(_)
            | Data::ObjectionResolved(_)
    )
}

/// Whether it is about what an entry says of a person, and not about the entry.
fn concerns_the_person(data: &Data) -> bool {
    matches!(
        data,
        Data::ObjectionFiled(_)
            | Data::ObjectionAnswered(_)
            | Data::ObjectionResolved(_)
            | Data::MeasureAccepted(_)
            | Data::MeasureExecuted(_)
            | Data::MeasureDeclined(_)
            | Data::MeasureReported(_)
    )
}

/// Anyone disputes a record or passes an application on; implementers answer measures.
fn needs_authority(data: &Data) -> bool {
    !matches!(
        data,
        Data::ObjectionFiled(_)
            | Data::RepairApplied(_)
            | Data::MeasureAccepted(_)
            | Data::MeasureExecuted(_)
            | Data::MeasureDeclined(_)
            | Data::MeasureReported(_)
    )
}

fn find<'a>(case: &Case<'a>, id: &str) -> Result<(usize, &'a Record), Refusal> {
    if let Some(place) = case.file.place(id) {
        return Ok((place, &case.file.records[place]));
    }
    if let Some(other) = case.event.record_subject.as_deref().filter(|other| *other != &*case.file.id) {
        let detail = format!("record {id} belongs to another subject, {other}");
        return Err(Refusal::new(Code::SubjectMismatch, detail));
    }
    let detail = format!("this subject has no record {id} (written ORG/ID) that was accepted");
    Err(Refusal::new(Code::NoSuchRecord, detail))
}

fn own(case: &Case, record: &Record) -> Result<(), Refusal> {
    if record.authority() == case.event.publisher {
        return Ok(());
    }
    let detail = format!("only {} may amend or end record {}", record.authority(), record.id);
    Err(Refusal::new(Code::NotYourEntry, detail))
}

fn revoke(record: &Record) -> Result<Deed, Refusal> {
    if !matches!(record.first, Content::License(_)) {
        return Err(wrong_kind(record, "a license"));
    }
    if record.acts.iter().any(|act| act.what == Deed::Revoked) {
        return Err(Refusal::new(Code::AlreadyEnded, format!("license {} has been revoked already", record.id)));
    }
    Ok(Deed::Revoked)
}

/// Default rule 4: it counts as never having been, whatever happened to it since.
fn withdraw(case: &Case, record: &Record, right_kind: bool) -> Result<Deed, Refusal> {
    if !right_kind {
        return Err(wrong_kind(record, "of the kind that this event withdraws"));
    }
    not_withdrawn(record)?;
    Ok(Deed::Withdrawn { takes_basis: case.policy.rules_revision() >= 2 })
}

/// (二十一) An entry leaves its list before its term.
fn exit(case: &Case, record: &Record, data: &ExitDeclared) -> Result<Deed, Refusal> {
    let designation = record.designation(Known::Now).ok_or_else(|| wrong_kind(record, "a list entry"))?;
    not_withdrawn(record)?;
    not_before_start(case, record)?;
    if !confirms_repair(record, data.reason) || would_move_the_end(case, record) {
        still_listed(case, record, designation)?;
    }
    if data.reason == ExitReason::Repaired && !designation.repairable {
        return Err(not_repairable(record, designation));
    }
    Ok(Deed::Exited { reason: data.reason, notice: data.notice.is_some() })
}

/// A confirmation that is dated before the repair would not confirm the end but move it.
fn would_move_the_end(case: &Case, record: &Record) -> bool {
    let end = end_before_term(record, Known::Now);
    case.policy.rules_revision() >= 2 && end.is_some_and(|act| case.event.effective < act.effective)
}

fn give_notice(case: &Case, record: &Record, about: NoticeAbout, channel: &str) -> Result<Deed, Refusal> {
    if case.policy.rules_revision() >= 2 && about == NoticeAbout::Exit {
        not_withdrawn(record)?;
    }
    let happened = match about {
        NoticeAbout::Takedown | NoticeAbout::Restoration => withdrawal(record, Known::Now).is_some(),
        NoticeAbout::Exit => {
            record.designation(Known::Now).ok_or_else(|| wrong_kind(record, "a list entry"))?;
            let entry = listing::entry(case.file, record, Known::Now);
            entry.is_some_and(|entry| entry.span.to <= case.event.effective.max(case.day))
        }
    };
    if !happened {
        let detail = format!("record {} has not come to that yet: nothing to give notice of", record.id);
        return Err(Refusal::new(Code::TooEarly, detail));
    }
    if case.policy.rules_revision() >= 2 {
        dated_notice(case, record, about)?;
        on_its_channel(record, about, channel)?;
    }
    Ok(Deed::Noticed { about, channel: channel.into() })
}

/// A notice is not dated before what it tells of.
fn dated_notice(case: &Case, record: &Record, about: NoticeAbout) -> Result<(), Refusal> {
    let begins = match about {
        NoticeAbout::Takedown | NoticeAbout::Restoration => withdrawal(record, Known::Now).map(taken_down),
        NoticeAbout::Exit => listing::entry(case.file, record, Known::Now).map(|entry| entry.span.after()),
    };
    match begins.filter(|begins| case.event.effective < *begins) {
        Some(begins) => {
            let detail = format!("effective lies before what the notice tells of, {begins}");
            Err(Refusal::new(Code::TooEarly, detail))
        }
        None => Ok(()),
    }
}

/// Default rules 4 and 9: whoever read it there shall read there that it is over.
fn on_its_channel(record: &Record, about: NoticeAbout, channel: &str) -> Result<(), Refusal> {
    let channels = notice::channels(record, Known::Now, about);
    if channels.is_empty() || channels.contains(&channel) {
        return Ok(());
    }
    let detail = format!("record {} was published on {}: give the notice there", record.id, channels.join(", "));
    Err(Refusal::new(Code::WrongChannel, detail))
}

pub(super) fn still_listed(case: &Case, record: &Record, designation: &Designation) -> Result<(), Refusal> {
    let ended = end_before_term(record, Known::Now).is_some_and(|act| {
        // An end that lies ahead gives way to an earlier one.
        case.policy.rules_revision() < 2 || act.effective <= case.day || act.effective <= case.event.effective
    });
    if ended || designation.until < case.event.effective {
        return Err(Refusal::new(Code::AlreadyEnded, format!("entry {} has ended already", record.id)));
    }
    Ok(())
}

pub(super) fn not_withdrawn(record: &Record) -> Result<(), Refusal> {
    match withdrawal(record, Known::Now) {
        Some(_) => Err(Refusal::new(Code::AlreadyEnded, format!("record {} was withdrawn as an error", record.id))),
        None => Ok(()),
    }
}

pub(super) fn not_before_start(case: &Case, record: &Record) -> Result<(), Refusal> {
    if case.event.effective >= record.effective {
        return Ok(());
    }
    let detail =
        format!("effective {} lies before record {} began, {}", case.event.effective, record.id, record.effective);
    Err(Refusal::new(Code::TooEarly, detail))
}

pub(super) fn not_repairable(record: &Record, designation: &Designation) -> Refusal {
    let citation = designation.repair_note.as_deref().unwrap_or("no citation given");
    Refusal::new(Code::NotRepairable, format!("entry {} was designated as not repairable: {citation}", record.id))
}

pub(super) fn wrong_kind(record: &Record, expected: &str) -> Refusal {
    Refusal::new(Code::WrongRecordKind, format!("record {} is not {expected}", record.id))
}

#[cfg(test)]
mod tests;
