//! Takes persons out of what somebody wrote: before an event is logged, names and numbers of the persons whom it is known to
//! concern, and whatever can only be a citizen's number, give way to a mark.
//!
//! What is hidden depends on the event and on its record alone, as far as the vault knew the persons then: so the same event
//! sent again is the same event, also as it was sent.

use super::{Draft, FieldError, Rejection, parse::OWN_FIELDS, representative_of};
use crate::{
    mentions::{Mention, Told},
    node::Node,
    prose::{CITIZENS, MIN_NAME, Spelling, holds_citizen_number, holds_spelling, map_numbers, replace_spellings},
    vault::{PersonalFields, ToSeal},
    views::Held,
};
use chengxin_projections::{
    event::{Data, Event, Subject, SubjectKind},
    facts::{Content, Known, Record},
    judge::CORRECTABLE,
};
use std::{collections::BTreeSet, sync::Arc};

/// What stands in place of the party's name or number.
const PARTY: &str = "〔当事人〕";
/// What stands in place of another person's name.
const RELATED: &str = "〔相关人员〕";
/// What stands in place of a document's number.
const DOCUMENT: &str = "〔证件号码〕";
/// A shorter name is found in the number of a document, which is as it is, by chance: 高新罚〔2026〕1号.
const MIN_NAME_IN_NUMBER: usize = 3;
/// A shorter number is found in other numbers by chance.
const MIN_NUMBER: usize = 8;
/// A shorter name of an organisation is no reason to let a person's stand.
const MIN_OWN_NAME: usize = 4;

/// Texts that must not be logged, and what stands in their place; the longest first.
struct Hidden {
    known: Vec<(Spelling, &'static str)>,
    /// The name of the organisation, which stays also where a person's name is part of it.
    own_name: Option<String>,
}

/// Tells whom the records of a batch name, which is in no view and not sealed yet: to what is written about them in the same
/// batch, and in others that come before they are shown.
pub(super) fn mention<'a>(node: &Node, drafts: impl Iterator<Item = &'a Draft>) -> Vec<Told> {
    let naming = drafts.filter(|draft| !draft.sealings.is_empty());
    let tell = |draft: &Draft| {
        let mention = Mention { sealings: draft.sealings.clone(), subject_name: draft.subject.name.clone() };
        node.mentions.tell(format!("{}/{}", draft.publisher, draft.id), mention)
    };
    naming.map(tell).collect()
}

/// What redacting an event came to.
#[derive(Default)]
pub(super) struct Redacted {
    /// Where it changed anything, the hash of the event as it was sent.
    pub(super) as_sent: Option<u64>,
    /// Where persons are named in what nothing can stand in place of.
    pub(super) named: Vec<FieldError>,
}

/// Takes persons out of the prose of an event: those of whom it speaks, and those whom the record that it is about names.
pub(super) fn redact(
    node: &Node,
    event: &mut Event,
    sealings: &[ToSeal],
    held: Option<&Held>,
    mentions: &[Arc<Mention>],
) -> Result<Redacted, Rejection> {
    if sealings.is_empty() && event.data.prose_mut().iter().all(|text| text.is_empty()) {
        return Ok(Redacted::default());
    }
    let hidden = Hidden::of(node, event, sealings, held, mentions)?;
    let named = hidden.in_codes(event);
    let clean: Vec<Option<String>> = event.data.prose_mut().into_iter().map(|text| hidden.clean(text)).collect();
    if clean.iter().all(Option::is_none) {
        return Ok(Redacted { as_sent: None, named });
    }
    let as_sent = event.content_hash();
    for (text, clean) in event.data.prose_mut().into_iter().zip(clean) {
        if let Some(clean) = clean {
            *text = clean;
        }
    }
    Ok(Redacted { as_sent: Some(as_sent), named })
}

/// Finds fault with a citizen's number in what an event, its record or its subject is found by, which nothing can stand in
/// place of.
pub(super) fn in_names(id: &str, subject: &Subject, data: &Data, errors: &mut Vec<FieldError>) {
    let mut check = |pointer: String, text: &str| {
        if holds_citizen_number(text) {
            let detail = "holds the number of a citizen; use the number of the document, the case or the organisation";
            errors.push(FieldError::new(pointer, "personal-in-number", detail));
        }
    };
    check("/id".to_owned(), id);
    if let Some(name) = &subject.name {
        check("/subject/name".to_owned(), name);
    }
    // Some pass for the code of an organisation, too.
    if let Some(uscc) = &subject.uscc {
        check("/subject/id".to_owned(), uscc);
    }
    for (field, text) in codes(data) {
        check(format!("/data/{field}"), text);
    }
    for (index, alias) in subject.aliases.iter().enumerate() {
        check(format!("/subject/aliases/{index}/value"), &alias.value);
    }
    match data {
        Data::LicenseGranted(license) => check("/data/document_no".to_owned(), &license.document_no),
        Data::PenaltyImposed(penalty) => check("/data/document_no".to_owned(), &penalty.document_no),
        Data::DesignationMade(designation) => check("/data/document_no".to_owned(), &designation.document_no),
        Data::IdentifierLinked(linked) => check("/data/value".to_owned(), &linked.value),
        Data::RecordCorrected(corrected) => {
            // What is behind a key that means nothing would be refused, and logged as it is.
            for key in corrected.changes.0.as_object().into_iter().flat_map(|changes| changes.keys()) {
                if !CORRECTABLE.contains(&key.as_str()) {
                    let detail =
                        format!("name the fields that change as the record has them: {}", CORRECTABLE.join(", "));
                    errors.push(FieldError::new("/data/changes", "unknown-field", detail));
                    break;
                }
            }
        }
        _ => {}
    }
}

/// Texts that are codes or short words and no prose, by their fields.
fn codes(data: &Data) -> Vec<(&'static str, &str)> {
    let mut codes: Vec<(&'static str, Option<&str>)> = Vec::new();
    match data {
        Data::LicenseGranted(license) => {
            codes.push(("category", license.category.as_deref()));
            codes.push(("decided_by_code", license.decided_by_code.as_deref()));
            codes.push(("source_code", license.source_code.as_deref()));
        }
        Data::PenaltyImposed(penalty) => {
            codes.push(("decided_by_code", penalty.decided_by_code.as_deref()));
            codes.push(("source_code", penalty.source_code.as_deref()));
            codes.push(("severity", penalty.severity.as_deref()));
        }
        Data::DesignationMade(entry) => {
            codes.push(("kind", Some(&entry.kind)));
            codes.push(("grade", entry.grade.as_deref()));
            codes.push(("channel", entry.channel.as_deref()));
            codes.extend(entry.persons.iter().map(|named| ("persons", Some(named.role.as_str()))));
        }
        Data::PublicationIssued(issued) => codes.push(("channel", Some(&issued.channel))),
        Data::PublicationWithheld(withheld) => codes.push(("exception", Some(&withheld.exception))),
        Data::NoticeIssued(notice) => codes.push(("channel", Some(&notice.channel))),
        Data::MeasureInitiated(initiated) => {
            codes.extend(initiated.implementers.iter().map(|org| ("implementers", Some(org.as_str()))));
            codes.extend(initiated.measures.iter().map(|code| ("measures", Some(code.as_str()))));
        }
        Data::DesignationConfirmed(confirmed) => codes.push(("on", Some(&confirmed.on))),
        Data::MeasureAccepted(accepted) => codes.push(("measure", Some(&accepted.measure))),
        Data::MeasureExecuted(executed) => codes.push(("measure", Some(&executed.measure))),
        Data::MeasureDeclined(declined) => codes.push(("measure", Some(&declined.measure))),
        Data::MeasureReported(reported) => codes.push(("measure", Some(&reported.measure))),
        _ => {}
    }
    codes.into_iter().filter_map(|(field, code)| Some((field, code?))).collect()
}

impl Hidden {
    fn of(
        node: &Node,
        event: &Event,
        sealings: &[ToSeal],
        held: Option<&Held>,
        mentions: &[Arc<Mention>],
    ) -> Result<Hidden, Rejection> {
        let mut hidden = Hidden { known: Vec::new(), own_name: event.subject.name.clone() };
        let (subject, vault) = (&*event.subject.id, &node.vault);
        let record = event.data.record();
        let is_own = |sealing: &ToSeal| sealing.subject == subject && sealing.reference == OWN_FIELDS;
        for sealing in sealings.iter().chain(mentions.iter().flat_map(|mention| &mention.sealings)) {
            hidden.learn(&sealing.fields, if is_own(sealing) { PARTY } else { RELATED });
        }
        let is_named = sealings.iter().any(|sealing| is_own(sealing) && sealing.fields.name.is_some());
        if event.subject.kind == SubjectKind::Person {
            if !is_named {
                hidden.learn_all(vault.open_fields(subject, OWN_FIELDS)?, PARTY);
            }
            // Also as a record has it of which nobody was told yet what became of it.
            hidden.learn_all(vault.noted_names_of(subject)?, PARTY);
        }
        if let Some(name) = record {
            let given = mentions.iter().find_map(|mention| mention.subject_name.clone());
            hidden.own_name = hidden.own_name.or(given);
            hidden.learn_all(vault.open_fields(subject, &representative_of(name))?, RELATED);
            if let Some((held, record)) = held.and_then(|held| Some((held, held.file.record(name)?))) {
                for person in named_by(node, held, record)? {
                    hidden.learn_all(vault.open_fields(&person, OWN_FIELDS)?, RELATED);
                    hidden.learn_all(vault.noted_names_of(&person)?, RELATED);
                }
                // As it was when the record came: a later name must not make another event of this one.
                let then = Known::Offset(record.stamp.offset);
                hidden.own_name = hidden.own_name.or_else(|| held.file.name(then).map(str::to_owned));
            }
        }
        hidden.put_in_order();
        Ok(hidden)
    }

    /// The longest first, each once.
    fn put_in_order(&mut self) {
        self.known.sort_by(|(a, _), (b, _)| b.length().cmp(&a.length()).then_with(|| a.cmp(b)));
        self.known.dedup_by(|(a, _), (b, _)| a == b);
    }

    fn learn_all(&mut self, all: impl IntoIterator<Item = PersonalFields>, name_mark: &'static str) {
        all.into_iter().for_each(|fields| self.learn(&fields, name_mark));
    }

    fn learn(&mut self, fields: &PersonalFields, name_mark: &'static str) {
        let name = fields.name.as_deref().and_then(|name| Spelling::new(name, MIN_NAME));
        let number = fields.document_number.as_deref().and_then(|number| Spelling::new(number, 1));
        self.known.extend(name.map(|name| (name, name_mark)));
        self.known.extend(number.map(|number| (number, DOCUMENT)));
    }

    /// Finds fault with persons in what an event or its record is found by: a column that shifted, perhaps.
    fn in_codes(&self, event: &Event) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.known.is_empty() {
            return errors;
        }
        let mut check = |pointer: String, text: &str, least: usize| {
            if self.names(text, least) {
                let detail = "names a person whom the event or its record names; use the number of the document, the case or \
                              the organisation";
                errors.push(FieldError::new(pointer, "personal-in-number", detail));
            }
        };
        check("/id".to_owned(), &event.id, MIN_NAME);
        for (field, text) in codes(&event.data) {
            check(format!("/data/{field}"), text, MIN_NAME);
        }
        if let Some(number) = event.data.document_no() {
            check("/data/document_no".to_owned(), number, MIN_NAME_IN_NUMBER);
        }
        if let Data::RecordCorrected(corrected) = &event.data {
            for field in ["document_no", "decided_by_code", "source_code"] {
                let text = corrected.changes.0.get(field).and_then(serde_json::Value::as_str);
                check(format!("/data/changes/{field}"), text.unwrap_or_default(), MIN_NAME_IN_NUMBER);
            }
        }
        errors
    }

    /// Whether a text holds a name of so many signs at least, or a number that can be nothing else.
    fn names(&self, text: &str, least: usize) -> bool {
        let is_looked_for = |(spelling, mark): &&(Spelling, &'static str)| {
            spelling.length() >= if *mark == DOCUMENT { MIN_NUMBER } else { least }
        };
        let known = self.known.iter().filter(is_looked_for).map(|(spelling, _)| spelling);
        let own_name = self.own_name.as_deref().filter(|name| name.chars().count() >= MIN_OWN_NAME);
        let is_named = |part: &str| holds_spelling(part, known.clone());
        match own_name {
            Some(name) => text.split(name).any(is_named),
            None => is_named(text),
        }
    }

    /// `None` if the text may stay as it is.
    fn clean(&self, text: &str) -> Option<String> {
        let numberless = without_citizens(text);
        let rest = numberless.as_deref().unwrap_or(text);
        let own_name = self.own_name.as_deref().filter(|name| name.chars().count() >= MIN_OWN_NAME);
        let clean = match own_name.filter(|name| !self.known.is_empty() && rest.contains(name)) {
            Some(name) => {
                let clean = |part: &str| replace_spellings(part, &self.known).unwrap_or_else(|| part.to_owned());
                Some(rest.split(name).map(clean).collect::<Vec<String>>().join(name)).filter(|clean| clean != rest)
            }
            None => replace_spellings(rest, &self.known),
        };
        clean.or(numberless)
    }
}

/// The persons whom a record names by their ids, as it was published and as it was corrected.
pub(super) fn named_by(node: &Node, held: &Held, record: &Record) -> Result<BTreeSet<String>, Rejection> {
    let entry = record.designation(Known::Now).into_iter().flat_map(|entry| &entry.persons);
    let mut named: BTreeSet<String> = entry.map(|person| person.person.to_string()).collect();
    if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
        return Ok(named);
    }
    let body = node.shard_of(&held.file.id).body(&held.file.id, record.stamp.offset)?;
    let event = body.and_then(|body| node.codec.decode_event(&body).ok());
    let representative = match event.map(|event| event.data) {
        Some(Data::LicenseGranted(license)) => license.representative,
        Some(Data::PenaltyImposed(penalty)) => penalty.representative,
        _ => None,
    };
    named.extend(representative.and_then(|reference| reference.person));
    Ok(named)
}

/// The text without what can only be the number of a citizen; `None` if there is none in it.
fn without_citizens(text: &str) -> Option<String> {
    map_numbers(text, &[CITIZENS], |number| number.is_citizens().then(|| DOCUMENT.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(name: &str, number: Option<&str>, own_name: Option<&str>) -> Hidden {
        let mut hidden = Hidden { known: Vec::new(), own_name: own_name.map(str::to_owned) };
        let document_number = number.map(str::to_owned);
        let fields = PersonalFields { name: Some(name.into()), document_kind: None, document_number };
        hidden.learn(&fields, RELATED);
        hidden
    }

    #[test]
    fn a_name_and_a_number_give_way_to_a_mark_wherever_they_stand() {
        let hidden = hidden("司马演", Some("E1234567X"), None);
        let clean = hidden.clean("司马演（护照e1234567x）称E1234567X非司马演所有").unwrap();
        assert_eq!(clean, "〔相关人员〕（护照〔证件号码〕）称〔证件号码〕非〔相关人员〕所有");
    }

    #[test]
    fn names_that_are_the_words_of_a_mark_do_not_make_a_text_grow_without_end() {
        let mut hidden = hidden("相关", None, None);
        for name in ["人员", "相关", "人员", "证件"].into_iter().cycle().take(200) {
            hidden.learn(&PersonalFields { name: Some(name.into()), ..PersonalFields::default() }, RELATED);
        }
        hidden.put_in_order();
        assert_eq!(hidden.clean("相关人员").unwrap(), "〔相关人员〕〔相关人员〕");
    }

    #[test]
    fn what_can_only_be_a_citizens_number_goes_though_nobody_is_known() {
        let hidden = hidden("甲", None, None);
        assert_eq!(hidden.clean("当事人甲，证11010519491231002x").unwrap(), "当事人甲，证〔证件号码〕");
        assert_eq!(hidden.clean("证１１０１０５１９４９１２３１００２Ｘ").unwrap(), "证〔证件号码〕");
        assert_eq!(hidden.clean("证110105 19491231 002X号").unwrap(), "证〔证件号码〕号");
        assert_eq!(hidden.clean("编号110105194912310029，罚款2026元"), None, "the check character does not fit");
    }

    #[test]
    fn the_organisations_own_name_stays() {
        let hidden = hidden("云示安", None, Some("云示安小吃店"));
        assert_eq!(hidden.clean("云示安小吃店由云示安经营").unwrap(), "云示安小吃店由〔相关人员〕经营");
        assert_eq!(hidden.clean("云示安小吃店"), None);
        let named_so = super::tests::hidden("欧阳示例", None, Some("欧阳"));
        assert_eq!(named_so.clean("欧阳示例经营").unwrap(), "〔相关人员〕经营");
    }
}
