//! Takes a natural person's name and document number out of the free text of a row: what goes into the log is never
//! in clear about a person.

use super::{
    field::Field,
    party::{DraftSubject, Personal},
    reading::Reading,
    row::DraftData,
    text,
};

/// What stands in place of the party.
pub(super) const PARTY: &str = "〔当事人〕";

/// What stands in place of a representative's document number.
pub(super) const DOCUMENT: &str = "〔证件号码〕";

/// A text that must not appear, and what stands in its place.
pub(super) struct Hidden {
    pub(super) text: String,
    pub(super) number: bool,
    mark: &'static str,
}

pub(super) fn hidden(
    row: &Reading<'_>,
    subject: Option<&DraftSubject>,
    representative: Option<&Personal>,
) -> Vec<Hidden> {
    let mut hidden: Vec<Hidden> = Vec::new();
    let mut hide = |text: &str, number: bool, mark: &'static str| {
        if !text.is_empty() && !hidden.iter().any(|h| h.text == text) {
            hidden.push(Hidden { text: text.to_owned(), number, mark });
        }
    };
    if let Some(DraftSubject::Person { number, name, .. }) = subject {
        hide(number, true, PARTY);
        hide(&number.to_ascii_lowercase(), true, PARTY);
        hide(name, false, PARTY);
        // The free text may have them as the cells do, before their cleaning.
        for field in [Field::PersonDocumentNumber, Field::PersonCitizenNumber, Field::Name] {
            if let Some(raw) = row.raw(field) {
                hide(text::trim(raw), field != Field::Name, PARTY);
            }
        }
    }
    if let Some(number) = representative.and_then(|person| person.document_number.as_deref()) {
        hide(number, true, DOCUMENT);
        hide(&number.to_ascii_lowercase(), true, DOCUMENT);
    }
    // A longer text first: a name can be the beginning of another form of itself.
    hidden.sort_by_key(|h| std::cmp::Reverse(h.text.len()));
    hidden
}

pub(super) fn redact(data: &mut DraftData, hidden: &[Hidden]) {
    if hidden.is_empty() {
        return;
    }
    let clean = |text: &mut String| {
        for hidden in hidden {
            if text.contains(hidden.text.as_str()) {
                *text = text.replace(hidden.text.as_str(), hidden.mark);
            }
        }
    };
    let texts = match data {
        DraftData::Penalty(penalty) => penalty.prose_mut(),
        DraftData::License(license) => license.prose_mut(),
    };
    texts.into_iter().for_each(clean);
}
