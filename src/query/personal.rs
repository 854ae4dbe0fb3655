//! (二十七) The names and document numbers behind a credit file, for those to whom the office allowed them: opened from the
//! vault where this node has it, and never written anywhere.

use super::{cleared::is_cleared, subject::CreditFileView};
use crate::{
    intake::OWN_FIELDS,
    node::Node,
    problem::Problem,
    vault::{PersonalFields, VaultError},
};
use chengxin_projections::{event::SubjectKind, facts::Known};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Personal fields of someone whom the file names.
#[derive(Clone, Serialize, ToSchema)]
pub struct PersonalView {
    /// The person, by the id that the system gave; null where only a name is known, which links to nobody.
    pub person: Option<String>,
    /// The record whose representative it is, where only a name is known.
    pub record: Option<String>,
    pub name: Option<String>,
    pub document_kind: Option<String>,
    pub document_number: Option<String>,
}

impl std::fmt::Debug for PersonalView {
    /// Says nothing, so that no log line or panic can.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalView(sealed)")
    }
}

impl PersonalView {
    fn new(person: Option<String>, record: Option<String>, fields: PersonalFields) -> PersonalView {
        let PersonalFields { name, document_kind, document_number } = fields;
        PersonalView { person, record, name, document_kind, document_number }
    }
}

/// Everyone whom the file names, as far as the vault has them.
pub fn of(node: &Node, file: &CreditFileView) -> Result<Vec<PersonalView>, Problem> {
    let mut found = Vec::new();
    for person in persons(node, file)? {
        let fields = node.vault.open_fields(&person, OWN_FIELDS).map_err(closed)?;
        found.extend(fields.map(|fields| PersonalView::new(Some(person), None, fields)));
    }
    let subjects = std::iter::once(&file.subject.about).chain(&file.subject.same_as);
    for subject in subjects.filter(|subject| subject.kind == SubjectKind::Organisation) {
        for record in records(file) {
            let reference = crate::intake::representative_of(record);
            let fields = node.vault.open_fields(&subject.id, &reference).map_err(closed)?;
            found.extend(fields.map(|fields| PersonalView::new(None, Some(record.to_owned()), fields)));
        }
    }
    Ok(found)
}

fn persons(node: &Node, file: &CreditFileView) -> Result<BTreeSet<String>, Problem> {
    let subject = Some(&file.subject.about).filter(|about| about.kind == SubjectKind::Person).map(|about| &about.id);
    let licenses = file.licenses.iter().filter_map(|license| license.data.as_ref()?.representative.as_ref());
    let penalties = file.penalties.iter().filter_map(|penalty| penalty.data.as_ref()?.representative.as_ref());
    let mut persons: BTreeSet<String> = subject.into_iter().chain(licenses).chain(penalties).cloned().collect();
    for entry in &file.listings {
        for named in &entry.persons {
            // Also where the entry is read as it was known before that was found.
            if !is_cleared(node, &named.subject.id, &entry.record, Known::Now)? {
                persons.insert(named.subject.id.clone());
            }
        }
    }
    Ok(persons)
}

fn records(file: &CreditFileView) -> impl Iterator<Item = &str> {
    let licenses = file.licenses.iter().map(|license| license.record.as_str());
    licenses.chain(file.penalties.iter().map(|penalty| penalty.record.as_str()))
}

pub fn closed(error: VaultError) -> Problem {
    tracing::warn!(%error, "the vault cannot be read");
    Problem::unavailable("the vault of personal fields cannot be read; the logs of the server say more")
}
