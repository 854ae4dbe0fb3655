//! What subjects are indexed by, beside their id.

use super::partition::Held;
use chengxin_projections::{
    change::ListName,
    event::{Data, List},
    facts::{Content, CreditFile, Identifier, Record},
};

/// What a subject is indexed by: `list:black`, `duty:ORG`, `number:VALUE`.
pub type Term = Box<str>;

/// Records before a new one that are looked at for the terms that it brings.
const RECORDS_LOOKED_AT: usize = 16;

impl Held {
    /// What the records from `known` on are indexed by and the last ones before are not. A file only ever gains terms, and one
    /// that is written again does no harm: so a long history is not looked through for each new record.
    pub fn new_terms(file: &CreditFile, known: usize) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        for (index, record) in file.records.from(known).enumerate() {
            let index = known + index;
            let first = index.saturating_sub(RECORDS_LOOKED_AT);
            let earlier = || file.records.from(first).take(index - first);
            let authority = record.authority();
            let is_its = |other: &Record| other.id.strip_prefix(authority).is_some_and(|rest| rest.starts_with('/'));
            if !earlier().any(|earlier| is_its(earlier)) {
                terms.push(duty_term(authority).into());
            }
            for list in lists(record) {
                if !earlier().any(|earlier| lists(earlier).any(|known| known == list)) {
                    terms.push(list_term(list).into());
                }
            }
        }
        terms
    }

    /// What an event indexes its subject by beside new records: departments other than the authority that get duties.
    /// Also if it is refused, for a term too many does no harm.
    pub fn terms_of(data: &Data, publisher: &str) -> Vec<Term> {
        let terms = |orgs: &[String]| -> Vec<Term> { orgs.iter().map(|org| duty_term(org).into()).collect() };
        match data {
            Data::MeasureInitiated(initiated) => terms(&initiated.implementers),
            // What was initiated and lands on a person is answered about the person, too.
            Data::ImplicationStated(stated) => {
                stated.initiated.iter().flat_map(|one| terms(&one.implementers)).collect()
            }
            Data::MeasureAccepted(_) | Data::MeasureExecuted(_) => vec![duty_term(publisher).into()],
            _ => Vec::new(),
        }
    }
}

/// The lists that a record puts its subject on, sooner or later.
fn lists(record: &Record) -> impl Iterator<Item = ListName> + use<> {
    // A correction can give an entry a watch, and of a person's the organisation's side tells: all lists it may come to.
    let (own, watch) = match &record.first {
        Content::License(_) | Content::Penalty(_) => (None, None),
        Content::Designation(designation) if designation.list == List::Red => (Some(ListName::Red), None),
        Content::Designation(_) | Content::Implication(_) => (Some(ListName::Black), Some(ListName::Watch)),
    };
    own.into_iter().chain(watch)
}

/// The index of those who ever had an entry on a list.
pub fn list_term(list: ListName) -> String {
    ["list:", list.as_str()].concat()
}

/// The index of those about whom a department ever had a duty.
pub fn duty_term(org: &str) -> String {
    ["duty:", org].concat()
}

/// The index of those with a number other than their USCC, which names its subject by itself.
pub fn identifier_term(value: &str) -> String {
    ["number:", value].concat()
}

/// The index of those who say of another organisation's code that it is theirs, too.
pub const LINKING_TERM: &str = "linking";

/// The other organisations that a file says are the same subject.
pub fn linked_codes<'a>(
    file: &'a CreditFile,
    numbers: &'a [Identifier],
) -> impl Iterator<Item = (&'a str, &'a Identifier)> {
    let codes = numbers.iter().filter_map(|number| Some((number.organisation()?, number)));
    codes.filter(|(code, _)| *code != &*file.id)
}
