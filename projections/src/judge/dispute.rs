//! Objections and what the authority decides about its entry. (二十七), default rules 3, 5 and 7.

use super::Case;
use crate::{
    dispute::{self, Objection},
    event::{DesignationConfirmed, Finding, ObjectionAnswered, ObjectionResolved},
    facts::{ConfirmedOn, Content, Deed, Known, Record},
    flag, listing,
    refusal::{Code, Refusal},
};

/// Objections that one department may have open about one record: each is looked at with everything that happens to it.
const MAX_OPEN: usize = 20;

pub(super) fn file(case: &Case, record: &Record) -> Result<Deed, Refusal> {
    let theirs = dispute::objections(record, Known::Now)
        .filter(|objection| objection.resolved.is_none() && objection.filed.publisher() == case.event.publisher);
    if theirs.count() >= MAX_OPEN {
        let (by, id) = (&case.event.publisher, &record.id);
        let detail = format!("{by} has {MAX_OPEN} objections open about record {id}: wait for their resolution");
        return Err(Refusal::new(Code::TooMany, detail));
    }
    Ok(Deed::ObjectionFiled)
}

pub(super) fn answer(case: &Case, record: &Record, data: &ObjectionAnswered) -> Result<Deed, Refusal> {
    let objection = open(case, record, &data.objection)?;
    if objection.answered.is_some() {
        return Err(Refusal::new(Code::AlreadyEnded, format!("objection {} was answered already", data.objection)));
    }
    Ok(Deed::ObjectionAnswered { objection: data.objection.as_str().into() })
}

pub(super) fn resolve(case: &Case, record: &Record, data: &ObjectionResolved) -> Result<Deed, Refusal> {
    let objection = open(case, record, &data.objection)?;
    if data.finding == Finding::Corrected {
        let correction = data.correction.as_deref();
        let is_it = |act: &crate::facts::Act| {
            Some(&*act.event) == correction
                && act.stamp > objection.filed.stamp
                && matches!(act.what, Deed::Corrected(_))
                && !matches!(record.first, Content::Implication(_))
        };
        if !record.acts.iter().any(is_it) {
            let detail = format!(
                "name in `correction` the record.corrected of {} that settled the objection and came after it; publish it first",
                record.id
            );
            return Err(Refusal::new(Code::NoSuchCorrection, detail));
        }
    }
    Ok(Deed::ObjectionResolved { objection: data.objection.as_str().into(), finding: data.finding })
}

/// The objection, if it is open and was filed before.
fn open<'a>(case: &Case<'a>, record: &'a Record, id: &str) -> Result<Objection<'a>, Refusal> {
    let objection = dispute::objections(record, Known::Now).find(|objection| &*objection.filed.event == id);
    let objection = objection.ok_or_else(|| {
        let detail = format!("record {} has no objection {id} (written ORG/ID)", record.id);
        Refusal::new(Code::NoSuchObjection, detail)
    })?;
    if objection.resolved.is_some() {
        return Err(Refusal::new(Code::AlreadyEnded, format!("objection {id} was resolved already")));
    }
    if case.event.effective < objection.filed.effective {
        let detail = format!("effective lies before objection {id} was filed, {}", objection.filed.effective);
        return Err(Refusal::new(Code::TooEarly, detail));
    }
    Ok(objection)
}

/// (二十一) The authority keeps an entry that was flagged, or that lost its basis.
pub(super) fn confirm(case: &Case, record: &Record, data: &DesignationConfirmed) -> Result<Deed, Refusal> {
    if record.designation(Known::Now).is_none() {
        return Err(super::act::wrong_kind(record, "a list entry"));
    }
    let Some(on) = ConfirmedOn::parse(&data.on) else {
        return Err(Refusal::new(Code::NothingToConfirm, "`on` is flag or basis-lost"));
    };
    let stands = match on {
        ConfirmedOn::BasisLost => {
            listing::entry(case.file, record, Known::Now).is_some_and(|entry| entry.is_basis_lost(case.event.effective))
        }
        ConfirmedOn::Flag => flag::flags(case.file, &flag::all(case.file), Known::Now).iter().any(|flag| {
            let is_decidable = flag.kind != flag::FlagKind::BasisLost && flag.entry.id == record.id;
            is_decidable && flag.span.contains(case.event.effective)
        }),
    };
    if !stands {
        let detail = format!("on {} there is no {} on entry {} to decide", case.event.effective, data.on, record.id);
        return Err(Refusal::new(Code::NothingToConfirm, detail));
    }
    Ok(Deed::Confirmed { on })
}
