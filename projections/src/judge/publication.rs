//! May this record be published, or withheld? (一)(二十五), default rule 10.

use super::{
    Case,
    act::{not_before_start, not_withdrawn, wrong_kind},
};
use crate::{
    event::PublicationWithheld,
    facts::{Content, Deed, Known, Record},
    listing, publication,
    refusal::{Code, Refusal},
};

pub(super) fn publish(case: &Case, record: &Record, channel: &str) -> Result<Deed, Refusal> {
    not_withdrawn(record)?;
    not_before_start(case, record)?;
    if case.policy.rules_revision() >= 2 {
        still_public(case, record)?;
        not_withheld(case, record)?;
    }
    Ok(Deed::Published { channel: channel.into() })
}

/// What has left its list, or has come to the end of its publicity, is shown to nobody any more.
fn still_public(case: &Case, record: &Record) -> Result<(), Refusal> {
    let day = case.event.effective;
    let end = match listing::entry(case.file, record, Known::Now) {
        Some(entry) => Some(entry.span.after()),
        None => publication::end(record, Known::Now),
    };
    match end.filter(|end| *end <= day) {
        Some(end) => {
            let detail = format!("record {} is not to be published any more since {end}", record.id);
            Err(Refusal::new(Code::AlreadyEnded, detail))
        }
        None => Ok(()),
    }
}

/// (二十五) No slip of a later file undoes a legal exception: only a correction does, which takes out what it protects.
fn not_withheld(case: &Case, record: &Record) -> Result<(), Refusal> {
    let corrected = record.acts.iter().filter(|act| matches!(act.what, Deed::Corrected(_))).map(|act| act.stamp).max();
    let stands = record.acts.iter().find(|act| {
        let is_later = corrected.is_none_or(|corrected| corrected < act.stamp);
        matches!(act.what, Deed::Withheld { .. }) && is_later && act.effective <= case.event.effective
    });
    match stands {
        Some(act) => {
            let detail = format!(
                "record {} is withheld since {}; publish it after a record.corrected that takes out what the exception protects",
                record.id, act.effective
            );
            Err(Refusal::new(Code::AlreadyEnded, detail))
        }
        None => Ok(()),
    }
}

/// (二十五) Withheld only under a legal exception of the policy.
pub(super) fn withhold(case: &Case, record: &Record, data: &PublicationWithheld) -> Result<Deed, Refusal> {
    if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
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

#[cfg(test)]
mod tests;
