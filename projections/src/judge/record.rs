//! May this record be made? Licenses, penalties (一) and designations (四)(五)(六).

use super::Case;
use crate::{
    date::Date,
    event::{DesignationMade, LicenseGranted, List, PenaltyImposed},
    facts::{Content, Designation, License, Penalty, Record},
    obligation::duty,
    policy::{Due, ListKind, SeverityClass},
    refusal::{Code, Refusal},
};

/// The longest term that can be written, in months; longer ones are a slip of the pen.
const MAX_MONTHS: u32 = 1_200;

pub(super) fn license(case: &Case, data: &LicenseGranted) -> Result<Record, Refusal> {
    if data.valid_from.zip(data.valid_until).is_some_and(|(from, until)| until < from) {
        return Err(Refusal::new(Code::TermInvalid, "valid_until lies before valid_from"));
    }
    let publication_due = publication_due(case)?;
    Ok(new(case, Content::License(License { valid_until: data.valid_until, publication_due })))
}

pub(super) fn penalty(case: &Case, data: &PenaltyImposed) -> Result<Record, Refusal> {
    let class = severity(case, data)?;
    let effective = case.event.effective;
    Ok(new(
        case,
        Content::Penalty(Penalty {
            severity: class.code.as_str().into(),
            publicity_until: Some(effective.plus_months(class.max_months)),
            repairable_from: effective.plus_months(class.min_months),
            publication_due: publication_due(case)?,
        }),
    ))
}

fn severity<'a>(case: &'a Case, data: &PenaltyImposed) -> Result<&'a SeverityClass, Refusal> {
    let class = match &data.severity {
        Some(code) => case.policy.severity_class(code),
        None => case.policy.severity_of(data),
    };
    class.ok_or_else(|| {
        let stated = data.severity.as_deref().unwrap_or("(from policy)");
        Refusal::new(Code::SeverityUnknown, format!("the policy in force has no severity class {stated}"))
    })
}

pub(super) fn designation(case: &Case, data: &DesignationMade) -> Result<Record, Refusal> {
    let kind = case.policy.list_kind(data.list, &data.kind).ok_or_else(|| {
        Refusal::new(Code::ListKindUnknown, format!("the policy in force has no list kind {} of that list", data.kind))
    })?;
    if !case.policy.may_designate(&case.event.publisher, kind) {
        let detail = format!("{} is not a department that designates {}", case.event.publisher, data.kind);
        return Err(Refusal::new(Code::NotEntitled, detail));
    }
    let based = |basis: &crate::event::Basis| basis.citation.is_some() || basis.record.is_some();
    if data.basis.is_empty() || !data.basis.iter().all(based) {
        return Err(Refusal::new(
            Code::BasisMissing,
            "a designation needs a basis: a citation or a record in each item",
        ));
    }
    if data.list == List::Black && data.repairable.is_none() {
        let detail = "say in `repairable` whether and how the entry can be repaired, or the citation that bars it";
        return Err(Refusal::new(Code::RepairabilityMissing, detail));
    }
    let until = last_day(case.event.effective, data, kind)?;
    Ok(new(case, Content::Designation(Box::new(resolved(data, kind, until)))))
}

/// The designation with the policy values of its acceptance (default rule 13).
fn resolved(data: &DesignationMade, kind: &ListKind, until: Date) -> Designation {
    Designation {
        list: data.list,
        kind: data.kind.as_str().into(),
        until,
        watch_months: data.watch_months.unwrap_or(kind.watch_months),
        measures: kind.measures.iter().map(|code| code.as_str().into()).collect(),
        repairable: data.repairable.as_ref().is_none_or(|repairable| repairable.allowed),
        repair_note: data.repairable.as_ref().and_then(|repairable| repairable.how.as_deref().map(Into::into)),
        basis: data.basis.iter().filter_map(|basis| basis.record.as_deref().map(Into::into)).collect(),
        persons: data.persons.iter().map(|p| (p.person.as_str().into(), p.role.as_str().into())).collect(),
        channel: data.channel.as_deref().map(Into::into),
        grade: data.grade.as_deref().map(Into::into),
    }
}

/// The last day of the term: as stated, or by policy's default (default rule 2).
fn last_day(from: Date, data: &DesignationMade, kind: &ListKind) -> Result<Date, Refusal> {
    let longest = kind.max_months.unwrap_or(MAX_MONTHS);
    let until = match (data.until, data.months.unwrap_or(kind.months)) {
        (Some(until), _) => until,
        (None, 0) => return Err(Refusal::new(Code::TermInvalid, "a term has at least 1 month")),
        (None, months) => from.plus_months(months),
    };
    if until > from.plus_months(longest) {
        let detail =
            format!("the last day {until} lies more than {longest} months after {from}, the longest term of this kind");
        return Err(Refusal::new(Code::TermInvalid, detail));
    }
    if until < from {
        return Err(Refusal::new(Code::TermInvalid, format!("the last day {until} lies before the first, {from}")));
    }
    if data.watch_months.is_some_and(|months| months > MAX_MONTHS) {
        return Err(Refusal::new(Code::TermInvalid, format!("watch_months is at most {MAX_MONTHS}")));
    }
    Ok(until)
}

fn publication_due(case: &Case) -> Result<Due, Refusal> {
    case.policy
        .due(duty::PUBLISH, case.event.effective)
        .ok_or_else(|| Refusal::new(Code::PolicyMissing, "the policy in force has no term for publishing"))
}

fn new(case: &Case, content: Content) -> Record {
    Record {
        id: case.event.name().into(),
        stamp: case.stamp,
        effective: case.event.effective,
        content,
        acts: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
