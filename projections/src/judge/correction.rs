//! Corrections of one's own record: what it says from then on, as of any date. (二十七)

use super::{
    Case,
    act::wrong_kind,
    record::{self, Term},
};
use crate::{
    date::Date,
    event::{Basis, List, Procedure, RecordCorrected, Repairable},
    facts::{Content, Deed, Designation, Known, License, Penalty, Record},
    money::Money,
    policy::ListKind,
    refusal::{Code, Refusal},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

/// What a correction does to a field that may be empty: nothing where it is not named; `null` empties it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Change<T> {
    #[default]
    Kept,
    Cleared,
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Change<T>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Change::Cleared, Change::Set))
    }
}

impl<T> Change<T> {
    fn is_made(&self) -> bool {
        !matches!(self, Change::Kept)
    }

    fn set(self) -> Option<T> {
        match self {
            Change::Set(value) => Some(value),
            Change::Kept | Change::Cleared => None,
        }
    }

    /// The field as it is then.
    fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Change::Kept => before,
            Change::Cleared => None,
            Change::Set(value) => Some(value),
        }
    }
}

/// What it does to a field that a record must have: `null` is no value of it.
fn stated<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What can be corrected of a designation. The list, the kind and the persons cannot: withdraw it and designate again.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DesignationChanges {
    #[serde(rename = "document_no", deserialize_with = "stated")]
    _document_no: Option<String>,
    months: Change<u32>,
    until: Change<Date>,
    watch_months: Change<u32>,
    repairable: Change<Repairable>,
    #[serde(deserialize_with = "stated")]
    basis: Option<Vec<Basis>>,
    grade: Change<String>,
    channel: Change<String>,
    #[serde(rename = "scope")]
    _scope: Change<String>,
}

/// What can be corrected of a penalty: all but the representative, who is sealed, and the date of the decision. What is kept with the event alone is only checked for its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PenaltyChanges {
    /// Without it policy decides by what is not kept with the facts, so it is stated and never cleared.
    #[serde(deserialize_with = "stated")]
    severity: Option<String>,
    #[serde(deserialize_with = "stated")]
    kinds: Option<Vec<String>>,
    fine: Change<Money>,
    confiscated: Change<Money>,
    procedure: Change<Procedure>,
    #[serde(rename = "document_no", deserialize_with = "stated")]
    _document_no: Option<String>,
    #[serde(rename = "conduct")]
    _conduct: Change<String>,
    #[serde(rename = "facts")]
    _facts: Change<String>,
    #[serde(rename = "basis")]
    _basis: Change<String>,
    #[serde(rename = "content")]
    _content: Change<String>,
    #[serde(rename = "certificates")]
    _certificates: Change<String>,
    #[serde(rename = "valid_until")]
    _valid_until: Change<Date>,
    publicity_until: Change<Date>,
    #[serde(rename = "document_name")]
    _document_name: Change<String>,
    #[serde(rename = "decided_by")]
    _decided_by: Change<String>,
    #[serde(rename = "decided_by_code")]
    _decided_by_code: Change<String>,
    #[serde(rename = "source")]
    _source: Change<String>,
    #[serde(rename = "source_code")]
    _source_code: Change<String>,
    #[serde(rename = "remarks")]
    _remarks: Change<String>,
}

/// What can be corrected of a license.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LicenseChanges {
    valid_from: Change<Date>,
    valid_until: Change<Date>,
    #[serde(rename = "document_no", deserialize_with = "stated")]
    _document_no: Option<String>,
    #[serde(rename = "category")]
    _category: Change<String>,
    #[serde(rename = "content")]
    _content: Change<String>,
    #[serde(rename = "document_name")]
    _document_name: Change<String>,
    #[serde(rename = "certificate_name")]
    _certificate_name: Change<String>,
    #[serde(rename = "certificate_no")]
    _certificate_no: Change<String>,
    #[serde(rename = "decided_by")]
    _decided_by: Change<String>,
    #[serde(rename = "decided_by_code")]
    _decided_by_code: Change<String>,
    #[serde(rename = "source")]
    _source: Change<String>,
    #[serde(rename = "source_code")]
    _source_code: Change<String>,
    #[serde(rename = "remarks")]
    _remarks: Change<String>,
}

/// The fields of records that can be corrected, of one kind or another.
pub const CORRECTABLE: &[&str] = &[
    "basis",
    "category",
    "certificate_name",
    "certificate_no",
    "certificates",
    "channel",
    "conduct",
    "confiscated",
    "content",
    "decided_by",
    "decided_by_code",
    "document_name",
    "document_no",
    "facts",
    "fine",
    "grade",
    "kinds",
    "months",
    "procedure",
    "publicity_until",
    "remarks",
    "repairable",
    "scope",
    "severity",
    "source",
    "source_code",
    "until",
    "valid_from",
    "valid_until",
    "watch_months",
];

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
    let valid_from = changes.valid_from.over(license.valid_from);
    let valid_until = changes.valid_until.over(license.valid_until);
    record::valid(License { valid_from, valid_until })
}

/// What decides the class is not kept with the facts, so whoever corrects it says what class follows.
fn corrected_penalty(
    case: &Case,
    record: &Record,
    penalty: &Penalty,
    changes: PenaltyChanges,
) -> Result<Penalty, Refusal> {
    let decides = changes.kinds.is_some()
        || changes.fine.is_made()
        || changes.confiscated.is_made()
        || changes.procedure.is_made();
    let stated_until = changes.publicity_until.over(penalty.stated_until);
    let Some(severity) = changes.severity else {
        if decides {
            let detail = "a correction of kinds, fine, confiscated or procedure states the severity that follows, too";
            return Err(invalid(detail));
        }
        return Ok(Penalty { stated_until, ..penalty.clone() });
    };
    let class = case.policy.severity_class(&severity).ok_or_else(|| {
        Refusal::new(Code::SeverityUnknown, format!("the policy in force has no severity class {severity}"))
    })?;
    Ok(record::of_class(class, record.effective, stated_until))
}

fn corrected_designation(
    case: &Case,
    record: &Record,
    designation: &Designation,
    changes: DesignationChanges,
) -> Result<Designation, Refusal> {
    let mut corrected = designation.clone();
    corrected_term(case, record, &mut corrected, &changes)?;
    if let Some(basis) = &changes.basis {
        record::based(basis)?;
        corrected.basis = record::basis_records(basis);
        corrected.rests_on_records = record::rests_on_records(basis);
    }
    match changes.repairable {
        Change::Kept => {}
        Change::Set(repairable) => {
            corrected.repairable = repairable.allowed;
            corrected.repair_note = repairable.how.map(Into::into);
        }
        Change::Cleared if designation.list == List::Black => {
            return Err(invalid("an entry of the black list says in `repairable` whether and how it can be repaired"));
        }
        Change::Cleared => (corrected.repairable, corrected.repair_note) = (true, None),
    }
    corrected.grade = changes.grade.over(corrected.grade.map(Into::into)).map(Into::into);
    corrected.channel = changes.channel.over(corrected.channel.map(Into::into)).map(Into::into);
    Ok(corrected)
}

/// The term is one thing with two spellings: who clears `months` or `until` and states neither leaves it to the default of
/// the kind, as policy has it now. A term that is not corrected is not judged anew.
fn corrected_term(
    case: &Case,
    record: &Record,
    corrected: &mut Designation,
    changes: &DesignationChanges,
) -> Result<(), Refusal> {
    let kind = case.policy.list_kind(corrected.list, &corrected.kind);
    let default = |of: fn(&ListKind) -> u32| {
        let detail = || format!("the policy in force has no list kind {} any more: state the term", corrected.kind);
        kind.map(of).ok_or_else(|| Refusal::new(Code::ListKindUnknown, detail()))
    };
    let DesignationChanges { months, until, watch_months, .. } = changes;
    let mut last_day = corrected.until;
    if months.is_made() || until.is_made() {
        let (until, from) = (until.set(), record.effective);
        let months = match months.set() {
            Some(months) => months,
            None if until.is_none() => default(|kind| kind.months)?,
            None => 1,
        };
        let longest = kind.and_then(|kind| kind.max_months);
        last_day = record::last_day(&Term { from, until, months, longest })?;
    }
    record::watch_term(watch_months.set())?;
    let watch_months = match watch_months {
        Change::Kept => corrected.watch_months,
        Change::Cleared => default(|kind| kind.watch_months)?,
        Change::Set(months) => *months,
    };
    (corrected.until, corrected.watch_months) = (last_day, watch_months);
    Ok(())
}

#[cfg(test)]
mod tests;
