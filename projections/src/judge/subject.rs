//! What is said of the subject itself: its numbers, its end, and who may see more of it. (八)(二十二), default rule 12.

use super::{Addition, Case};
use crate::{
    event::{AccessDecided, AccessRequested, Data, IdentifierLinked, IdentifierUnlinked, SubjectDeregistered},
    facts::{Access, AccessDecision, Deregistration, Identifier, Known},
    identifier::organisation_of,
    policy::LEVELS,
    refusal::{Code, Refusal},
};

pub(super) fn judge(case: &Case) -> Result<Addition, Refusal> {
    if case.policy.rules_revision() < 2 {
        let detail = format!("the rules revision in force gives {} no effect", case.event.data.kind());
        return Err(Refusal::new(Code::RuleNotInForce, detail));
    }
    match &case.event.data {
        Data::IdentifierLinked(data) => link(case, data),
        Data::IdentifierUnlinked(data) => unlink(case, data),
        Data::SubjectDeregistered(data) => deregister(case, data),
        Data::AccessRequested(data) => request(case, data),
        Data::AccessDecided(data) => decide(case, data),
        _ => Err(Refusal::new(Code::NotAllowed, "no event about the subject itself")),
    }
}

fn link(case: &Case, data: &IdentifierLinked) -> Result<Addition, Refusal> {
    if let Some(other) = case.event.record_subject.as_deref().filter(|other| *other != &*case.file.id) {
        let detail = format!("{} {} belongs to {other}; unlink it there first", data.scheme, data.value);
        return Err(Refusal::new(Code::LinkedElsewhere, detail));
    }
    if linked(case, &data.scheme, &data.value).is_some() {
        let detail = format!("{} {} is linked already", data.scheme, data.value);
        return Err(Refusal::new(Code::AlreadyEnded, detail));
    }
    // Two organisations become one for everybody: whoever registers organisations knows, and the office.
    let joins = organisation_of(&data.scheme, &data.value).is_some_and(|code| code != &*case.file.id);
    if joins && !case.event.office && !case.policy.is_registrar(&case.event.publisher) {
        let detail =
            format!("{} is no department that says of two organisations that they are one", case.event.publisher);
        return Err(Refusal::new(Code::NotEntitled, detail));
    }
    let (scheme, value) = (data.scheme.as_str().into(), data.value.as_str().into());
    let by = case.event.publisher.as_str().into();
    Ok(Addition::Identifier(Identifier { stamp: case.stamp, by, scheme, value, unlinked: None }))
}

/// A number that is unlinked parts two files for everybody, so only who vouched for it takes that back, or the office.
fn unlink(case: &Case, data: &IdentifierUnlinked) -> Result<Addition, Refusal> {
    let place = linked(case, &data.scheme, &data.value).ok_or_else(|| {
        let detail = format!("{} {} is not linked to this subject", data.scheme, data.value);
        Refusal::new(Code::NoSuchIdentifier, detail)
    })?;
    let by = &*case.file.identifiers[place].by;
    if by != case.event.publisher && !case.event.office {
        let detail = format!("{} {} was linked by {by}: only {by} or the office unlinks it", data.scheme, data.value);
        return Err(Refusal::new(Code::NotAllowed, detail));
    }
    Ok(Addition::Unlinked(place))
}

fn linked(case: &Case, scheme: &str, value: &str) -> Option<usize> {
    let is_it = |known: &Identifier| &*known.scheme == scheme && &*known.value == value && known.is_linked(Known::Now);
    case.file.identifiers.iter().position(is_it)
}

/// (八) The end of an organisation is said by who registers organisations of its kind, and citable.
fn deregister(case: &Case, data: &SubjectDeregistered) -> Result<Addition, Refusal> {
    if !case.policy.is_registrar(&case.event.publisher) {
        let detail = format!("{} is no department that deregisters organisations", case.event.publisher);
        return Err(Refusal::new(Code::NotEntitled, detail));
    }
    if data.citation.trim().is_empty() {
        return Err(Refusal::new(Code::BasisMissing, "cite in `citation` the decision on the deregistration"));
    }
    if let Some(earlier) = &case.file.deregistered {
        let detail = format!("deregistered on {} already, by {}", earlier.date, earlier.event);
        return Err(Refusal::new(Code::AlreadyEnded, detail));
    }
    let event = case.name.into();
    Ok(Addition::Deregistered(Deregistration { stamp: case.stamp, date: data.date, event }))
}

fn request(case: &Case, data: &AccessRequested) -> Result<Addition, Refusal> {
    if !LEVELS.contains(&data.level) {
        let detail = format!("level {} is none; levels are 1 to {}", data.level, LEVELS.end());
        return Err(Refusal::new(Code::LevelUnknown, detail));
    }
    let request = case.name.into();
    let (stamp, level, effective) = (case.stamp, data.level, case.event.effective);
    Ok(Addition::Access(Access { stamp, request, level, effective, decision: None }))
}

/// The office allows or denies what was asked for.
fn decide(case: &Case, data: &AccessDecided) -> Result<Addition, Refusal> {
    if !case.event.office {
        return Err(Refusal::new(Code::NotAllowed, "only the office or an administrator decides on access"));
    }
    let place = case.file.access.iter().position(|access| *access.request == *data.request).ok_or_else(|| {
        Refusal::new(Code::NoSuchRequest, format!("there is no request {} (written ORG/ID)", data.request))
    })?;
    let access = &case.file.access[place];
    if access.decision.is_some() {
        return Err(Refusal::new(Code::AlreadyEnded, format!("request {} was decided already", data.request)));
    }
    if case.event.effective < access.effective {
        let detail = format!("effective lies before the request, {}", access.effective);
        return Err(Refusal::new(Code::TooEarly, detail));
    }
    if data.until.is_some_and(|until| until < case.event.effective) {
        return Err(Refusal::new(Code::TermInvalid, "until lies before the effective date"));
    }
    let (stamp, event) = (case.stamp, case.name.into());
    let (effective, allowed, until) = (case.event.effective, data.allowed, data.until);
    Ok(Addition::AccessDecided(place, AccessDecision { stamp, event, effective, allowed, until }))
}

#[cfg(test)]
mod tests;
