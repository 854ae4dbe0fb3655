//! May this record be made? Licenses, penalties (一) and designations (四)(五)(六).

use super::Case;
use crate::{
    date::Date,
    event::{Basis, DesignationMade, LicenseGranted, List, PenaltyImposed, ResponsiblePerson},
    facts::{self, Content, Designation, License, Penalty, Record, Responsible},
    policy::{ListKind, SeverityClass},
    refusal::{Code, Refusal},
};
use std::sync::Arc;

/// The longest term that can be written, in months; longer ones are a slip of the pen.
const MAX_MONTHS: u32 = 1_200;

pub(super) fn license(case: &Case, data: &LicenseGranted) -> Result<Record, Refusal> {
    let license = valid(License { valid_from: data.valid_from, valid_until: data.valid_until })?;
    Ok(new(case, Content::License(license)))
}

/// The license, if it is not at its end before it begins.
pub(super) fn valid(license: License) -> Result<License, Refusal> {
    if license.valid_from.zip(license.valid_until).is_some_and(|(from, until)| until < from) {
        return Err(Refusal::new(Code::TermInvalid, "valid_until lies before valid_from"));
    }
    Ok(license)
}

pub(super) fn penalty(case: &Case, data: &PenaltyImposed) -> Result<Record, Refusal> {
    let class = severity(case, data)?;
    Ok(new(case, Content::Penalty(of_class(class, case.event.effective, data.publicity_until))))
}

/// Default rule 10.
pub(super) fn of_class(class: &SeverityClass, effective: Date, stated_until: Option<Date>) -> Penalty {
    Penalty {
        severity: class.code.as_str().into(),
        shortest: effective.plus_months(class.min_months),
        longest: effective.plus_months(class.max_months),
        stated_until,
    }
}

fn severity<'a>(case: &'a Case, data: &PenaltyImposed) -> Result<&'a SeverityClass, Refusal> {
    case.policy.severity_of(data).ok_or_else(|| {
        let stated = data.severity.as_deref().unwrap_or("(from policy)");
        Refusal::new(
            Code::SeverityUnknown,
            format!("the policy in force has no severity class {stated}; /v1/policy names them under severity"),
        )
    })
}

pub(super) fn designation(case: &Case, data: &DesignationMade) -> Result<Record, Refusal> {
    let kind = case.policy.list_kind(data.list, &data.kind).ok_or_else(|| {
        Refusal::new(
            Code::ListKindUnknown,
            format!("the policy in force has no list kind {} of that list; /v1/policy names them", data.kind),
        )
    })?;
    if !case.policy.may_designate(&case.event.publisher, kind) {
        let detail = format!("{} is not a department that designates {}", case.event.publisher, data.kind);
        return Err(Refusal::new(Code::NotEntitled, detail));
    }
    based(&data.basis)?;
    if data.list == List::Black && data.repairable.is_none() {
        let detail = "say in `repairable` whether and how the entry can be repaired, or the citation that bars it";
        return Err(Refusal::new(Code::RepairabilityMissing, detail));
    }
    let term = Term {
        from: case.event.effective,
        until: data.until,
        months: data.months.unwrap_or(kind.months),
        longest: kind.max_months,
    };
    let until = last_day(&term)?;
    watch_term(data.watch_months)?;
    Ok(new(case, Content::Designation(Box::new(resolved(case, data, kind, until)))))
}

/// (五) A citable basis: a citation or a record in each item.
pub(super) fn based(basis: &[Basis]) -> Result<(), Refusal> {
    if !basis.is_empty() && basis.iter().all(|item| item.citation.is_some() || item.record.is_some()) {
        return Ok(());
    }
    Err(Refusal::new(Code::BasisMissing, "a designation needs a basis: a citation or a record in each item"))
}

pub(super) fn basis_records(basis: &[Basis]) -> Vec<Box<str>> {
    basis.iter().filter_map(|item| item.record.as_deref().map(Into::into)).collect()
}

pub(super) fn rests_on_records(basis: &[Basis]) -> bool {
    basis.iter().all(|item| item.record.is_some())
}

/// The designation with the policy values of its acceptance (default rule 13).
fn resolved(case: &Case, data: &DesignationMade, kind: &ListKind, until: Date) -> Designation {
    Designation {
        list: data.list,
        kind: data.kind.as_str().into(),
        until,
        watch_months: data.watch_months.unwrap_or(kind.watch_months),
        measures: fitting(case, kind),
        repairable: data.repairable.as_ref().is_none_or(|repairable| repairable.allowed),
        repair_note: data.repairable.as_ref().and_then(|repairable| repairable.how.as_deref().map(Into::into)),
        basis: basis_records(&data.basis),
        rests_on_records: rests_on_records(&data.basis),
        persons: data.persons.iter().map(|person| responsible(case, person, kind)).collect(),
        channel: data.channel.as_deref().map(Into::into),
        grade: data.grade.as_deref().map(Into::into),
    }
}

/// The measures of the kind that fit such a subject: what is for organisations is nothing to a person.
fn fitting(case: &Case, kind: &ListKind) -> Arc<[Box<str>]> {
    let fits = |code: &str| case.policy.measure(code).is_none_or(|item| item.fits(case.file.kind));
    if kind.measures.iter().all(|code| fits(code)) {
        return kind.measures.clone();
    }
    kind.measures.iter().filter(|code| fits(code)).cloned().collect()
}

/// (十六) The measures of the kind that land on the person's role (落实到人).
fn responsible(case: &Case, person: &ResponsiblePerson, kind: &ListKind) -> Responsible {
    let lands = |code: &str| case.policy.measure(code).is_some_and(|item| item.lands_on(&person.role));
    Responsible {
        person: person.person.as_str().into(),
        role: person.role.as_str().into(),
        measures: kind.measures.iter().filter(|code| lands(code)).cloned().collect(),
    }
}

/// The term of an entry, as stated or by policy's default (default rule 2).
pub(super) struct Term {
    pub from: Date,
    pub until: Option<Date>,
    pub months: u32,
    pub longest: Option<u32>,
}

/// The last day of a term.
pub(super) fn last_day(term: &Term) -> Result<Date, Refusal> {
    let (from, longest) = (term.from, term.longest.unwrap_or(MAX_MONTHS));
    let until = match (term.until, term.months) {
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
    Ok(until)
}

/// Whether a stated term of a watch can be meant.
pub(super) fn watch_term(stated: Option<u32>) -> Result<(), Refusal> {
    match stated.filter(|months| *months > MAX_MONTHS) {
        Some(_) => Err(Refusal::new(Code::TermInvalid, format!("watch_months is at most {MAX_MONTHS}"))),
        None => Ok(()),
    }
}

fn new(case: &Case, content: Content) -> Record {
    Record {
        id: case.name.into(),
        stamp: case.stamp,
        judged: case.day,
        effective: case.event.effective,
        name: None,
        document: case.event.data.document_no().map_or(0, facts::document),
        first: content,
        acts: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
