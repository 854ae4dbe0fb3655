//! Persons whom a file names, as far as the vault has them: to mask them, never to show them as they are.

use crate::{
    intake::{OWN_FIELDS, representative_of},
    node::Node,
    problem::Problem,
    query::{
        personal::closed,
        record::{License, Penalty},
        subject::Reading,
    },
    vault::PersonalFields,
};
use chengxin_projections::event::SubjectKind;
use std::collections::{BTreeMap, BTreeSet};

/// By a person's id, or by the reference under which the representative of a record is sealed.
#[derive(Clone, Default)]
pub struct Persons {
    fields: BTreeMap<String, PersonalFields>,
}

impl Persons {
    /// The subject itself, if it is a person; who is named by its entries, and who represents it in any of its records.
    pub fn of(node: &Node, reading: &Reading, licenses: &[License], penalties: &[Penalty]) -> Result<Persons, Problem> {
        let mut persons = Persons::default();
        let file = reading.file;
        if file.kind == SubjectKind::Organisation {
            persons.fields.extend(node.vault.open_all(&file.id).map_err(closed)?);
        }
        let named = file.records.iter().filter_map(|record| record.designation(reading.known));
        let named = named.flat_map(|entry| &entry.persons).map(|named| named.person.to_string());
        let of_licenses = licenses.iter().filter_map(|license| license.data.as_ref()?.representative.clone());
        let of_penalties = penalties.iter().filter_map(|penalty| penalty.data.as_ref()?.representative.clone());
        let own = (file.kind == SubjectKind::Person).then(|| file.id.to_string());
        let ids: BTreeSet<String> = named.chain(of_licenses).chain(of_penalties).chain(own).collect();
        for id in ids {
            let fields = node.vault.open_fields(&id, OWN_FIELDS).map_err(closed)?;
            persons.fields.extend(fields.map(|fields| (id, fields)));
        }
        Ok(persons)
    }

    pub fn extend(&mut self, others: Persons) {
        self.fields.extend(others.fields);
    }

    pub fn get(&self, id: &str) -> Option<&PersonalFields> {
        self.fields.get(id)
    }

    /// Who represents the subject in a record: a person with an id, or a name that was given with the record alone.
    pub fn representative(&self, record: &str, id: Option<&str>) -> Option<&PersonalFields> {
        match id {
            Some(id) => self.get(id),
            None => self.get(&representative_of(record)),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &PersonalFields> {
        self.fields.values()
    }

    #[cfg(test)]
    pub fn insert(&mut self, id: String, fields: PersonalFields) {
        self.fields.insert(id, fields);
    }
}
