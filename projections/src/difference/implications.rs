//! What entries say of their responsible persons, to be stated on the persons' own partitions. (十六), default rule 6.

use super::Happening;
use crate::{
    date::Date,
    event::{Data, Event, ImplicationStated, InitiatedSince, SYSTEM_PUBLISHER, Stretch, Subject, SubjectKind},
    facts::{CreditFile, Deed, Designation, Known, Record, Responsible},
    hash,
    interval::Days,
    listing::{self, Entry},
};

/// A statement about a person, to be appended to the person's partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Implied {
    pub person: String,
    pub stated: ImplicationStated,
    /// The position of what caused it, and a number among those of the same cause: no other statement has both.
    pub position: String,
    pub number: usize,
    /// When the cause was recorded, and the day on which it takes effect.
    pub recorded: i64,
    pub date: Date,
}

impl Implied {
    /// The event that states it.
    pub fn event(&self) -> Event {
        let subject =
            Subject { id: self.person.clone(), kind: SubjectKind::Person, name: None, uscc: None, aliases: Vec::new() };
        Event {
            id: format!("implication-{}-{}", self.position, self.number),
            publisher: SYSTEM_PUBLISHER.to_owned(),
            office: true,
            effective: self.date,
            recorded: self.recorded,
            subject,
            record_subject: None,
            data: Data::ImplicationStated(self.stated.clone()),
        }
    }
}

/// Place of an entry, number of the person among its persons, and a hash of what is said.
pub(super) type Implications = Vec<(usize, usize, u64)>;

pub(super) fn standing(file: &CreditFile, places: &[usize]) -> Implications {
    let mut all = Vec::new();
    for place in places {
        let record = &file.records[*place];
        if record.designation(Known::Now).is_none_or(|designation| designation.persons.is_empty()) {
            continue;
        }
        let Some(entry) = listing::entry(file, record, Known::Now) else { continue };
        for (number, person) in entry.designation.persons.iter().enumerate() {
            // Who is named in several roles is told of all of them at once.
            if roles(entry.designation, &person.person).next() == Some(person) {
                all.push((*place, number, hash::of(&state(file, &entry, &person.person))));
            }
        }
    }
    all
}

/// The statements that say something else than before.
pub(super) fn changed(
    file: &CreditFile,
    before: &Implications,
    after: &Implications,
    happening: &Happening,
) -> Vec<Implied> {
    let mut implied = Vec::new();
    for stated in after.iter().filter(|stated| !before.contains(stated)) {
        let (place, number, _) = *stated;
        let Some(entry) = listing::entry(file, &file.records[place], Known::Now) else { continue };
        let person = &entry.designation.persons[number];
        let cause = (happening.kind.to_owned(), happening.event.to_owned());
        let stated =
            ImplicationStated { cause_type: cause.0, cause_event: cause.1, ..state(file, &entry, &person.person) };
        implied.push(Implied {
            person: person.person.to_string(),
            stated,
            position: happening.position(),
            number: implied.len(),
            recorded: happening.stamp.recorded,
            date: happening.date,
        });
    }
    implied
}

/// What an entry names a person as.
fn roles<'a>(designation: &'a Designation, person: &'a str) -> impl Iterator<Item = &'a Responsible> {
    designation.persons.iter().filter(move |named| &*named.person == person)
}

/// All that an entry says of a person, but for the cause.
fn state(file: &CreditFile, entry: &Entry, person: &str) -> ImplicationStated {
    let roles: Vec<&Responsible> = roles(entry.designation, person).collect();
    // What lands on a role need not fit the organisation itself.
    let mut landed: Vec<&Box<str>> = Vec::new();
    for code in roles.iter().flat_map(|role| role.measures.iter()) {
        if !landed.contains(&code) {
            landed.push(code);
        }
    }
    ImplicationStated {
        record: entry.record.id.to_string(),
        entity: file.id.to_string(),
        role: roles.iter().map(|role| &*role.role).collect::<Vec<_>>().join("、"),
        list: entry.designation.list,
        kind: entry.designation.kind.to_string(),
        from: entry.record.effective,
        until: entry.designation.until,
        ended: entry.ended_by.map(|act| act.effective),
        withdrawn: entry.is_withdrawn,
        watch_months: entry.designation.watch_months,
        measures: landed.into_iter().map(ToString::to_string).collect(),
        initiated: initiated(entry.record, &roles),
        disputed: stretches(&entry.suspension.disputed),
        lost: stretches(&entry.suspension.basis_lost),
        cause_type: String::new(),
        cause_event: String::new(),
    }
}

/// The measures that were initiated and land on one of the roles.
fn initiated(record: &Record, roles: &[&Responsible]) -> Vec<InitiatedSince> {
    let mut all = Vec::new();
    for act in record.acts(Known::Now) {
        let Deed::MeasuresInitiated { measures, landing, implementers, respond_by } = &act.what else { continue };
        let is_of = |role: &str| roles.iter().any(|named| &*named.role == role);
        let landed = measures.iter().filter(|code| landing.iter().any(|(role, landed)| landed == *code && is_of(role)));
        all.extend(landed.map(|code| InitiatedSince {
            measure: code.to_string(),
            since: act.effective,
            event: act.event.to_string(),
            implementers: implementers.iter().map(ToString::to_string).collect(),
            respond_by: Some(*respond_by),
        }));
    }
    all
}

fn stretches(days: &Days) -> Vec<Stretch> {
    let end = |to: Date| (to < Date::MAX).then_some(to);
    days.stretches().iter().map(|(from, to)| Stretch { from: *from, to: end(*to) }).collect()
}
