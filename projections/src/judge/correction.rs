//! Corrections of one's own record: what it says from then on, as of any date. (二十七)

use super::{
    Case,
    act::wrong_kind,
    record::{self, Term},
};
use crate::{
    date::Date,
    event::{Basis, Procedure, RecordCorrected, Repairable},
    facts::{Content, Deed, Designation, Known, License, Penalty, Record},
    money::Money,
    refusal::{Code, Refusal},
};
use serde::{Deserialize, de::DeserializeOwned};

/// What can be corrected of a designation. The list, the kind and the persons cannot: withdraw it and designate again.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DesignationChanges {
    #[serde(rename = "document_no")]
    _document_no: Option<String>,
    months: Option<u32>,
    until: Option<Date>,
    watch_months: Option<u32>,
    repairable: Option<Repairable>,
    basis: Option<Vec<Basis>>,
    grade: Option<String>,
    channel: Option<String>,
    #[serde(rename = "scope")]
    _scope: Option<String>,
}

/// What can be corrected of a penalty: all but the representative, who is sealed, and the date of the decision. What is kept with the event alone is only checked for its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PenaltyChanges {
    severity: Option<String>,
    kinds: Option<Vec<String>>,
    fine: Option<Money>,
    confiscated: Option<Money>,
    procedure: Option<Procedure>,
    #[serde(rename = "document_no")]
    _document_no: Option<String>,
    #[serde(rename = "conduct")]
    _conduct: Option<String>,
    #[serde(rename = "facts")]
    _facts: Option<String>,
    #[serde(rename = "basis")]
    _basis: Option<String>,
    #[serde(rename = "content")]
    _content: Option<String>,
    #[serde(rename = "certificates")]
    _certificates: Option<String>,
    #[serde(rename = "valid_until")]
    _valid_until: Option<Date>,
    #[serde(rename = "publicity_until")]
    _publicity_until: Option<Date>,
    #[serde(rename = "document_name")]
    _document_name: Option<String>,
    #[serde(rename = "decided_by")]
    _decided_by: Option<String>,
    #[serde(rename = "decided_by_code")]
    _decided_by_code: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(rename = "source_code")]
    _source_code: Option<String>,
    #[serde(rename = "remarks")]
    _remarks: Option<String>,
}

/// What can be corrected of a license.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LicenseChanges {
    valid_from: Option<Date>,
    valid_until: Option<Date>,
    #[serde(rename = "document_no")]
    _document_no: Option<String>,
    #[serde(rename = "category")]
    _category: Option<String>,
    #[serde(rename = "content")]
    _content: Option<String>,
    #[serde(rename = "document_name")]
    _document_name: Option<String>,
    #[serde(rename = "certificate_name")]
    _certificate_name: Option<String>,
    #[serde(rename = "certificate_no")]
    _certificate_no: Option<String>,
    #[serde(rename = "decided_by")]
    _decided_by: Option<String>,
    #[serde(rename = "decided_by_code")]
    _decided_by_code: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(rename = "source_code")]
    _source_code: Option<String>,
    #[serde(rename = "remarks")]
    _remarks: Option<String>,
}

pub(super) fn correct(case: &Case, record: &Record, data: &RecordCorrected) -> Result<Deed, Refusal> {
    if data.changes.0.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(invalid("`changes` is an object of the fields that change and their new values"));
    }
    let content = match record.content(Known::Now) {
        Content::License(license) => Content::License(corrected_license(license, read(data)?)?),
        Content::Penalty(penalty) => Content::Penalty(corrected_penalty(case, record, penalty, read(data)?)?),
        Content::Designation(designation) => {
            Content::Designation(Box::new(corrected_designation(case, record, designation, read(data)?)?))
        }
        Content::Implication(_) => return Err(wrong_kind(record, "a record of this subject itself")),
    };
    Ok(Deed::Corrected(Box::new(content)))
}

fn read<T: DeserializeOwned>(data: &RecordCorrected) -> Result<T, Refusal> {
    T::deserialize(&data.changes.0).map_err(|error| invalid(format!("changes: {error}")))
}

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::CorrectionInvalid, detail)
}

fn corrected_license(license: &License, changes: LicenseChanges) -> Result<License, Refusal> {
    let valid_until = changes.valid_until.or(license.valid_until);
    if changes.valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
        return Err(Refusal::new(Code::TermInvalid, "valid_until lies before valid_from"));
    }
    Ok(License { valid_until })
}

/// What decides the class is not kept with the facts, so whoever corrects it says what class follows.
fn corrected_penalty(
    case: &Case,
    record: &Record,
    penalty: &Penalty,
    changes: PenaltyChanges,
) -> Result<Penalty, Refusal> {
    let decides = changes.kinds.is_some()
        || changes.fine.is_some()
        || changes.confiscated.is_some()
        || changes.procedure.is_some();
    let Some(severity) = changes.severity else {
        if decides {
            let detail = "a correction of kinds, fine, confiscated or procedure states the severity that follows, too";
            return Err(invalid(detail));
        }
        return Ok(penalty.clone());
    };
    let class = case.policy.severity_class(&severity).ok_or_else(|| {
        Refusal::new(Code::SeverityUnknown, format!("the policy in force has no severity class {severity}"))
    })?;
    Ok(record::of_class(class, record.effective))
}

fn corrected_designation(
    case: &Case,
    record: &Record,
    designation: &Designation,
    changes: DesignationChanges,
) -> Result<Designation, Refusal> {
    let mut corrected = designation.clone();
    if changes.until.is_some() || changes.months.is_some() || changes.watch_months.is_some() {
        let kind = case.policy.list_kind(designation.list, &designation.kind);
        let term = Term {
            from: record.effective,
            until: changes.until.or_else(|| changes.months.is_none().then_some(designation.until)),
            months: changes.months.unwrap_or(1),
            watch_months: changes.watch_months,
            longest: kind.and_then(|kind| kind.max_months),
        };
        corrected.until = record::last_day(&term)?;
        corrected.watch_months = changes.watch_months.unwrap_or(designation.watch_months);
    }
    if let Some(basis) = &changes.basis {
        record::based(basis)?;
        corrected.basis = record::basis_records(basis);
        corrected.rests_on_records = record::rests_on_records(basis);
    }
    if let Some(repairable) = changes.repairable {
        corrected.repairable = repairable.allowed;
        corrected.repair_note = repairable.how.map(Into::into);
    }
    corrected.grade = changes.grade.map(Into::into).or(corrected.grade);
    corrected.channel = changes.channel.map(Into::into).or(corrected.channel);
    Ok(corrected)
}

#[cfg(test)]
mod tests;
