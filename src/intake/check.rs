//! Checks that need no history: identifiers, texts, and the parts that an event cannot do without.

use super::{FieldError, input::SubjectInput};
use chengxin_projections::{
    date::Date,
    event::{Basis, Data, List, RecordCorrected, Repairable, SubjectKind},
    identifier::{
        ALIAS_SCHEMES, CODE_SCHEMES, IdentifierError, check_organisation_code, check_uscc, number_form,
        organisation_code_of,
    },
};

use serde::Deserialize;
use serde_json::Value;

/// Longest id of an event, in characters.
const MAX_ID: usize = 128;
/// Longest name of a subject, in characters (C200 of the double-publicity files).
const MAX_NAME: usize = 200;
/// Most other numbers of one subject in one event.
const MAX_ALIASES: usize = 16;
/// Most items of a list in one event.
const MAX_ITEMS: usize = 200;
/// Longest role, code of a measure and organisation, in characters.
const MAX_WORD: usize = 64;
/// Greatest number of months, versions and levels; what makes sense is for the judge to say.
const MAX_NUMBER: u32 = 1_000_000;
pub(super) const VERIFIED: &str =
    "check it against the certificate; if it was issued so, send `id_verified`: true beside it";

/// The code of an organisation subject and, where it was given, its USCC. Where only other numbers are given, the code is
/// empty until it is known to whom they were linked.
pub(super) fn organisation(subject: &SubjectInput, at: &str, errors: &mut Vec<FieldError>) -> (String, Option<String>) {
    let pointer = format!("{at}/id");
    let Some(id) = subject.id.as_deref() else {
        if !subject.aliases.is_empty() {
            return (String::new(), None);
        }
        errors.push(FieldError::new(
            pointer,
            "required",
            "give the USCC (18 characters), the organisation code (9) or a linked number in `aliases`",
        ));
        return (String::new(), None);
    };
    if subject.document.is_some() {
        errors.push(FieldError::new(format!("{at}/document"), "not-here", "only a person has a document"));
    }
    let (checked, code, uscc) = match id.len() {
        18 => (check_uscc(id), organisation_code_of(id).unwrap_or_default(), Some(id.to_owned())),
        _ => (check_organisation_code(id), id, None),
    };
    match checked {
        Ok(()) => {}
        Err(IdentifierError::Check) if subject.id_verified => {}
        Err(IdentifierError::Check) => {
            let detail = format!("the check character of {id} does not fit: {VERIFIED}");
            errors.push(FieldError::new(pointer, "identifier-check", detail));
        }
        Err(_) => {
            let detail =
                "18 characters of 0-9 A-Z without I O S V Z (USCC), or the 9 of an organisation code without hyphen";
            errors.push(FieldError::new(pointer, "identifier-shape", detail));
        }
    }
    (code.to_owned(), uscc)
}

/// The number that an event links or unlinks, in the one way in which numbers are written.
pub(super) fn identifier(subject: SubjectKind, data: &mut Data, errors: &mut Vec<FieldError>) {
    let (scheme, value) = match data {
        Data::IdentifierLinked(linked) => (&linked.scheme, &mut linked.value),
        Data::IdentifierUnlinked(unlinked) => (&unlinked.scheme, &mut unlinked.value),
        _ => return,
    };
    *value = number_form(value);
    if subject == SubjectKind::Person {
        let detail = "a person has no other numbers; the document is the one that counts";
        errors.push(FieldError::new("/subject/kind", "not-here", detail));
    }
    let is_shaped = match scheme.as_str() {
        "uscc" => check_uscc(value) != Err(IdentifierError::Shape),
        "organisation-code" => check_organisation_code(value) != Err(IdentifierError::Shape),
        known if ALIAS_SCHEMES.contains(&known) => (1..=50).contains(&value.chars().count()),
        _ => {
            let detail = format!("one of {}, {}", CODE_SCHEMES.join(", "), ALIAS_SCHEMES.join(", "));
            errors.push(FieldError::new("/data/scheme", "unknown-scheme", detail));
            return;
        }
    };
    if !is_shaped {
        errors.push(FieldError::new("/data/value", "identifier-shape", "not what a number of this scheme looks like"));
    }
}

/// Whether a text can be the id that the system gave a person.
pub(super) fn is_person_id(id: &str) -> bool {
    id.len() == 33 && id.starts_with('P') && id[1..].bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(super) fn name(name: &str, least: usize, at: &str, errors: &mut Vec<FieldError>) {
    let is_long_enough = name.trim().chars().take(least).count() == least;
    if !is_long_enough || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        let detail = format!("{least} to {MAX_NAME} characters, no control characters");
        errors.push(FieldError::new(format!("{at}/name"), "text", detail));
    }
}

pub(super) fn subject(subject: &SubjectInput, at: &str, errors: &mut Vec<FieldError>) {
    if let Some(name) = &subject.name {
        self::name(name, 1, at, errors);
    }
    if subject.kind == SubjectKind::Person && !subject.aliases.is_empty() {
        errors.push(FieldError::new(format!("{at}/aliases"), "not-here", "only an organisation has other numbers"));
    }
    if subject.aliases.len() > MAX_ALIASES {
        errors.push(FieldError::new(format!("{at}/aliases"), "too-many", format!("at most {MAX_ALIASES}")));
    }
    for (index, alias) in subject.aliases.iter().enumerate() {
        if !ALIAS_SCHEMES.contains(&alias.scheme.as_str()) {
            let detail = format!("one of {}", ALIAS_SCHEMES.join(", "));
            errors.push(FieldError::new(format!("{at}/aliases/{index}/scheme"), "unknown-scheme", detail));
        }
        let shaped = (1..=50).contains(&alias.value.chars().count()) && !alias.value.chars().any(char::is_control);
        if !shaped {
            errors.push(FieldError::new(format!("{at}/aliases/{index}/value"), "text", "1 to 50 characters"));
        }
    }
}

pub(super) fn id(id: &str, errors: &mut Vec<FieldError>) {
    let length = id.chars().count();
    if length == 0 || length > MAX_ID || id.chars().any(char::is_control) || id.trim() != id {
        let detail = format!("1 to {MAX_ID} characters, no control characters, no blank at either end");
        errors.push(FieldError::new("/id", "text", detail));
    }
}

/// What would say nothing, or what no later event could undo.
pub(super) fn substance(subject: &str, owner: &str, data: &Data, errors: &mut Vec<FieldError>) {
    match data {
        Data::DesignationMade(designation) => {
            bases(&designation.basis, "/data", owner, errors);
            if designation.months.is_some() && designation.until.is_some() {
                let detail = "give `months` or `until`, not both";
                errors.push(FieldError::new("/data/until", "not-here", detail));
            }
            for (index, named) in designation.persons.iter().enumerate() {
                if named.person == subject {
                    let detail = "the entry is about this person itself; leave the person out of `persons`";
                    errors.push(FieldError::new(format!("/data/persons/{index}/subject"), "not-here", detail));
                }
            }
        }
        Data::RecordCorrected(corrected) => changes(corrected, errors),
        Data::ExitDeclared(exit) if exit.notice.as_deref().is_some_and(|notice| notice.trim().is_empty()) => {
            let detail = "say what the notice says, or leave it out and publish notice.issued when it is given";
            errors.push(FieldError::new("/data/notice", "required", detail));
        }
        _ => {}
    }
}

/// What a penalty brings with it ends no earlier than the penalty begins.
pub(super) fn ends(data: &Data, effective: Date, errors: &mut Vec<FieldError>) {
    let Data::PenaltyImposed(penalty) = data else { return };
    for (field, end) in [("valid_until", penalty.valid_until), ("publicity_until", penalty.publicity_until)] {
        if end.is_some_and(|end| end < effective) {
            let detail = format!("the last day lies before {effective}, the day of the decision");
            errors.push(FieldError::new(format!("/data/{field}"), "out-of-range", detail));
        }
    }
}

/// A correction says what its record could have said from the start. What has another form is told by the judge.
fn changes(corrected: &RecordCorrected, errors: &mut Vec<FieldError>) {
    let field = |name: &str| corrected.changes.0.get(name);
    let at = "/data/changes";
    if let Some(Ok(basis)) = field("basis").map(Vec::<Basis>::deserialize) {
        bases(&basis, at, &corrected.record, errors);
        if basis.len() > MAX_ITEMS {
            let detail = format!("{} items, at most {MAX_ITEMS}", basis.len());
            errors.push(FieldError::new(format!("{at}/basis"), "too-many", detail));
        }
    }
    if ["until", "months"].iter().all(|name| field(name).is_some_and(|value| !value.is_null())) {
        errors.push(FieldError::new(format!("{at}/until"), "not-here", "give `months` or `until`, not both"));
    }
    let mut need = |there: bool, name: &str| {
        if !there {
            errors.push(FieldError::new(format!("{at}/{name}"), "required", "this field is required"));
        }
    };
    let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
    need(!field("document_no").is_some_and(is_blank), "document_no");
    need(!field("kinds").and_then(Value::as_array).is_some_and(Vec::is_empty), "kinds");
    // (二十六) An entry that cannot be repaired says by which rule.
    if let Some(Ok(repairable)) = field("repairable").map(Repairable::deserialize) {
        let says = repairable.how.as_deref().is_some_and(|how| !how.trim().is_empty());
        need(repairable.allowed || says, "repairable/how");
    }
}

/// What a designation rests on says something, and is not the designation itself.
fn bases(all: &[Basis], at: &str, owner: &str, errors: &mut Vec<FieldError>) {
    for (index, basis) in all.iter().enumerate() {
        if basis.citation.as_deref().is_some_and(|citation| citation.trim().is_empty()) {
            let detail = "cite the decision or the law, or leave it out and name a record";
            errors.push(FieldError::new(format!("{at}/basis/{index}/citation"), "required", detail));
        }
        let is_record =
            |record: &str| record.split_once('/').is_some_and(|(org, id)| !org.is_empty() && !id.is_empty());
        if basis.record.as_deref().is_some_and(|record| !is_record(record) || record == owner) {
            let detail = "another record, written ORG/ID: the publisher's code, a slash, the id";
            errors.push(FieldError::new(format!("{at}/basis/{index}/record"), "record-shape", detail));
        }
    }
}

/// How long the lists of an event may be, and how great its numbers.
pub(super) fn amounts(data: &Data, errors: &mut Vec<FieldError>) {
    let mut list = |field: &str, length: usize| {
        if length > MAX_ITEMS {
            let detail = format!("{length} items, at most {MAX_ITEMS}");
            errors.push(FieldError::new(format!("/data/{field}"), "too-many", detail));
        }
    };
    match data {
        Data::PenaltyImposed(penalty) => list("kinds", penalty.kinds.len()),
        Data::DesignationMade(designation) => {
            list("basis", designation.basis.len());
            list("persons", designation.persons.len());
        }
        Data::RepairApplied(applied) => list("evidence", applied.evidence.len()),
        Data::MeasureInitiated(initiated) => {
            list("measures", initiated.measures.len());
            list("implementers", initiated.implementers.len());
        }
        _ => {}
    }
    // What an entry says of its persons repeats them.
    let words: Vec<(&str, &String)> = match data {
        Data::DesignationMade(entry) => entry.persons.iter().map(|named| ("persons", &named.role)).collect(),
        Data::MeasureInitiated(initiated) => {
            let measures = initiated.measures.iter().map(|code| ("measures", code));
            measures.chain(initiated.implementers.iter().map(|org| ("implementers", org))).collect()
        }
        _ => Vec::new(),
    };
    for (field, word) in words {
        if word.chars().count() > MAX_WORD {
            let detail = format!("a role, a code or an organisation has at most {MAX_WORD} characters");
            errors.push(FieldError::new(format!("/data/{field}"), "too-long", detail));
        }
    }
    let numbers = match data {
        Data::DesignationMade(entry) => vec![("months", entry.months), ("watch_months", entry.watch_months)],
        Data::AccessRequested(requested) => vec![("level", Some(requested.level))],
        Data::PolicyPublished(policy) => vec![("version", Some(policy.version))],
        _ => Vec::new(),
    };
    for (field, number) in numbers {
        if number.is_some_and(|number| number > MAX_NUMBER) {
            let detail = format!("at most {MAX_NUMBER}");
            errors.push(FieldError::new(format!("/data/{field}"), "out-of-range", detail));
        }
    }
}

/// The parts that an event published by hand cannot do without; files of older generations lack some of them.
pub(super) fn required(data: &Data, errors: &mut Vec<FieldError>) {
    let mut need = |there: bool, field: &str| {
        if !there {
            errors.push(FieldError::new(format!("/data/{field}"), "required", "this field is required"));
        }
    };
    let says = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    match data {
        Data::LicenseGranted(license) => {
            need(!license.document_no.trim().is_empty(), "document_no");
            need(says(license.category.as_deref()), "category");
            need(says(license.content.as_deref()), "content");
            need(license.valid_from.is_some(), "valid_from");
        }
        Data::PenaltyImposed(penalty) => {
            need(!penalty.document_no.trim().is_empty(), "document_no");
            need(says(penalty.conduct.as_deref()), "conduct");
            need(says(penalty.facts.as_deref()), "facts");
            need(says(penalty.basis.as_deref()), "basis");
            need(!penalty.kinds.is_empty(), "kinds");
            need(says(penalty.content.as_deref()), "content");
            need(penalty.procedure.is_some(), "procedure");
        }
        Data::DesignationMade(designation) => {
            need(!designation.document_no.trim().is_empty(), "document_no");
            need(designation.list == List::Red || designation.repairable.is_some(), "repairable");
            // (二十六) An entry that cannot be repaired says by which rule.
            let barred = designation.repairable.as_ref().filter(|repairable| !repairable.allowed);
            need(barred.is_none_or(|barred| says(barred.how.as_deref())), "repairable/how");
        }
        Data::RepairApplied(applied) => need(!applied.evidence.is_empty(), "evidence"),
        // Without any it is refused, and logged so.
        Data::PublicationWithheld(withheld) => {
            need(withheld.citation.is_none() || says(withheld.citation.as_deref()), "citation");
        }
        _ => {}
    }
    for (field, text) in words(data) {
        need(!text.trim().is_empty(), field);
    }
    if let Some(record) = data.record()
        && !record.split_once('/').is_some_and(|(org, id)| !org.is_empty() && !id.is_empty())
    {
        errors.push(FieldError::new(
            "/data/record",
            "record-shape",
            "written ORG/ID: the publisher's code, a slash, the id",
        ));
    }
}

/// The texts without which an event that does something says nothing.
fn words(data: &Data) -> Vec<(&'static str, &str)> {
    match data {
        Data::LicenseRevoked(revoked) => vec![("reason", &revoked.reason)],
        Data::PenaltyWithdrawn(withdrawn) => vec![("reason", &withdrawn.reason)],
        Data::PublicationIssued(issued) => vec![("channel", &issued.channel)],
        Data::DesignationWithdrawn(withdrawn) => vec![("reason", &withdrawn.reason)],
        Data::DesignationConfirmed(confirmed) => vec![("reason", &confirmed.reason)],
        Data::NoticeIssued(notice) => vec![("channel", &notice.channel)],
        Data::RepairRefused(refused) => vec![("citation", &refused.citation)],
        Data::ObjectionFiled(filed) => vec![("grounds", &filed.grounds), ("by", &filed.by)],
        Data::ObjectionAnswered(answered) => vec![("answer", &answered.answer)],
        Data::MeasureExecuted(executed) => vec![("case", &executed.case), ("result", &executed.result)],
        Data::MeasureDeclined(declined) => vec![("reason", &declined.reason)],
        Data::MeasureReported(reported) => vec![("period", &reported.period), ("result", &reported.result)],
        Data::IdentifierLinked(linked) => vec![("reason", &linked.reason)],
        Data::IdentifierUnlinked(unlinked) => vec![("reason", &unlinked.reason)],
        Data::AccessRequested(requested) => vec![("purpose", &requested.purpose), ("case", &requested.case)],
        _ => Vec::new(),
    }
}
