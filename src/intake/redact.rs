//! Takes persons out of what somebody wrote: before an event is logged, names and numbers of the persons whom it is known to
//! concern, and whatever can only be a citizen's number, give way to a mark.
//!
//! What is hidden depends on the event and on what was sealed with its record alone, so that the same event sent again is
//! the same event.

use super::{
    FieldError, Rejection,
    parse::{OWN_FIELDS, ToSeal},
    representative_of,
};
use crate::{
    node::Node,
    prose::{is_citizen_number, map_runs},
    vault::PersonalFields,
    views::Held,
};
use chengxin_projections::{
    event::{Data, Event, SubjectKind},
    facts::{Content, Known},
};
use std::collections::BTreeSet;

/// What stands in place of the party's name or number.
const PARTY: &str = "〔当事人〕";
/// What stands in place of another person's name.
const RELATED: &str = "〔相关人员〕";
/// What stands in place of a document's number.
const DOCUMENT: &str = "〔证件号码〕";
/// A shorter name would be found in words that are none.
const MIN_NAME: usize = 2;

/// Texts that must not be logged, and what stands in their place; the longest first.
struct Hidden {
    known: Vec<(String, &'static str)>,
    /// The name of the organisation, which stays also where a person's name is part of it.
    own_name: Option<String>,
}

/// Takes persons out of the prose of an event: those of whom it speaks, and those whom the record that it is about names.
pub(super) fn redact(
    node: &Node,
    event: &mut Event,
    sealings: &[ToSeal],
    held: Option<&Held>,
) -> Result<(), Rejection> {
    if event.data.prose_mut().iter().all(|text| text.is_empty()) {
        return Ok(());
    }
    let hidden = Hidden::of(node, event, sealings, held)?;
    for text in event.data.prose_mut() {
        if let Some(clean) = hidden.clean(text) {
            *text = clean;
        }
    }
    Ok(())
}

/// Finds fault with a citizen's number in what an event or its record is found by, which nothing can stand in place of.
pub(super) fn in_names(id: &str, data: &Data, errors: &mut Vec<FieldError>) {
    let document_no = match data {
        Data::LicenseGranted(license) => Some(&*license.document_no),
        Data::PenaltyImposed(penalty) => Some(&*penalty.document_no),
        Data::DesignationMade(designation) => Some(&*designation.document_no),
        _ => None,
    };
    for (pointer, text) in [("/id", Some(id)), ("/data/document_no", document_no)] {
        if text.is_some_and(|text| without_citizens(text).is_some()) {
            let detail = "holds the number of a citizen; use the number of the document or of the case";
            errors.push(FieldError::new(pointer, "personal-in-number", detail));
        }
    }
}

impl Hidden {
    fn of(node: &Node, event: &Event, sealings: &[ToSeal], held: Option<&Held>) -> Result<Hidden, Rejection> {
        let mut hidden = Hidden { known: Vec::new(), own_name: event.subject.name.clone() };
        let (subject, vault) = (&*event.subject.id, &node.vault);
        let is_own = |sealing: &ToSeal| sealing.subject == subject && sealing.reference == OWN_FIELDS;
        for sealing in sealings {
            hidden.learn(&sealing.fields, if is_own(sealing) { PARTY } else { RELATED });
        }
        let is_named = sealings.iter().any(|sealing| is_own(sealing) && sealing.fields.name.is_some());
        if event.subject.kind == SubjectKind::Person && !is_named {
            hidden.learn_all(vault.open_fields(subject, OWN_FIELDS)?, PARTY);
        }
        if let (Some(name), Some(held)) = (event.data.record(), held) {
            hidden.learn_all(vault.open_fields(subject, &representative_of(name))?, RELATED);
            for person in named_by(node, held, name)? {
                hidden.learn_all(vault.open_fields(&person, OWN_FIELDS)?, RELATED);
            }
            let known_name = held.file.name(Known::Now).map(str::to_owned);
            hidden.own_name = hidden.own_name.or(known_name);
        }
        hidden.known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(hidden)
    }

    fn learn_all(&mut self, fields: Option<PersonalFields>, name_mark: &'static str) {
        fields.iter().for_each(|fields| self.learn(fields, name_mark));
    }

    fn learn(&mut self, fields: &PersonalFields, name_mark: &'static str) {
        if let Some(name) = fields.name.as_deref().map(str::trim).filter(|name| name.chars().count() >= MIN_NAME) {
            self.known.push((name.to_owned(), name_mark));
        }
        if let Some(number) = fields.document_number.as_deref().filter(|number| !number.is_empty()) {
            self.known.push((number.to_ascii_lowercase(), DOCUMENT));
            self.known.push((number.to_owned(), DOCUMENT));
        }
    }

    /// `None` if the text may stay as it is.
    fn clean(&self, text: &str) -> Option<String> {
        let clean = match self.own_name.as_deref().filter(|name| !name.is_empty() && text.contains(name)) {
            Some(name) => {
                let parts: Vec<String> = text.split(name).map(|part| self.clean_part(part)).collect();
                parts.join(name)
            }
            None if self.known.iter().all(|(known, _)| !text.contains(known.as_str())) => {
                return without_citizens(text);
            }
            None => self.clean_part(text),
        };
        (clean != text).then_some(clean)
    }

    fn clean_part(&self, part: &str) -> String {
        let mut part = part.to_owned();
        for (known, mark) in &self.known {
            if part.contains(known.as_str()) {
                part = part.replace(known.as_str(), mark);
            }
        }
        without_citizens(&part).unwrap_or(part)
    }
}

/// The persons whom a record names by their ids, as it was published and as it was corrected.
fn named_by(node: &Node, held: &Held, record: &str) -> Result<BTreeSet<String>, Rejection> {
    let Some(record) = held.file.record(record) else { return Ok(BTreeSet::new()) };
    let entry = record.designation(Known::Now).into_iter().flat_map(|entry| &entry.persons);
    let mut named: BTreeSet<String> = entry.map(|person| person.person.to_string()).collect();
    if !matches!(record.first, Content::License(_) | Content::Penalty(_)) {
        return Ok(named);
    }
    let bodies = node.shard_of(&held.file.id).bodies(&held.file.id)?;
    let body = bodies.iter().find(|(offset, _)| *offset == record.stamp.offset);
    let event = body.and_then(|(_, body)| node.codec.decode_event(body).ok());
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
    map_runs(text, |run| is_citizen_number(run).then(|| DOCUMENT.to_owned()))
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
    fn what_can_only_be_a_citizens_number_goes_though_nobody_is_known() {
        let hidden = hidden("甲", None, None);
        assert_eq!(hidden.clean("当事人甲，证11010519491231002x").unwrap(), "当事人甲，证〔证件号码〕");
        assert_eq!(hidden.clean("证１１０１０５１９４９１２３１００２Ｘ").unwrap(), "证〔证件号码〕");
        assert_eq!(hidden.clean("编号110105194912310029，罚款2026元"), None, "the check character does not fit");
    }

    #[test]
    fn the_organisations_own_name_stays() {
        let hidden = hidden("云示安", None, Some("云示安小吃店"));
        assert_eq!(hidden.clean("云示安小吃店由云示安经营").unwrap(), "云示安小吃店由〔相关人员〕经营");
        assert_eq!(hidden.clean("云示安小吃店"), None);
    }
}
