//! What entries of organisations say of a responsible person. (十六), default rule 6

use super::{
    listing::is_shown,
    subject::Reading,
    words::{EntryState, ListWord},
};
use crate::clock::rfc3339;
use chengxin_projections::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
    listing::{self, State},
};
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of an organisation that names this person. It is no entry of the person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImplicationView {
    /// The entry, by `ORG/ID`.
    pub record: String,
    /// Who designated.
    pub authority: String,
    /// The organisation that is listed.
    pub entity: String,
    pub role: String,
    #[schema(value_type = ListWord)]
    pub list: ListName,
    /// The list kind of the policy.
    pub kind: String,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day on which it ends, as known.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    #[schema(value_type = EntryState)]
    pub state: State,
    pub disputed: bool,
    pub basis_lost: bool,
    /// The codes of the measures that land on this person's role.
    pub measures: Vec<String>,
    pub recorded: String,
}

/// Every entry that names the person and has begun. One that was wrong, or wrongly named the person, never did.
pub fn implications(reading: &Reading) -> Vec<ImplicationView> {
    let (file, known, as_of) = (reading.file, reading.known, reading.as_of);
    let records = file.records.iter().filter(|record| known.has(record.stamp));
    let stated = records.filter_map(|record| Some((record.implication(known)?, listing::entry(file, record, known)?)));
    let shown = stated.filter(|(_, entry)| is_shown(entry, as_of));
    let show = |(said, entry): (&chengxin_projections::facts::Implication, listing::Entry)| ImplicationView {
        record: entry.record.id.to_string(),
        authority: entry.record.authority().to_owned(),
        entity: said.entity.to_string(),
        role: said.role.to_string(),
        list: entry.list,
        kind: entry.designation.kind.to_string(),
        from: entry.span.from,
        until: entry.span.to,
        state: entry.state(as_of),
        disputed: entry.is_disputed(as_of),
        basis_lost: entry.is_basis_lost(as_of),
        measures: entry.designation.measures.iter().map(ToString::to_string).collect(),
        recorded: rfc3339(entry.record.stamp.recorded),
    };
    shown.map(show).collect()
}

/// In which role entries name the person, one after the other and each role once.
pub fn roles(file: &CreditFile, records: &[&str], known: Known) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    let named = records.iter().filter_map(|id| file.record(id)?.implication(known));
    for implication in named {
        if !roles.iter().any(|role| **role == *implication.role) {
            roles.push(implication.role.to_string());
        }
    }
    roles
}
