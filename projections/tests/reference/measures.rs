//! Measures (十一)–(十八), default rule 8; responsible persons (十六), default rule 6; joint action (二十)(二十二)(二十三).

use crate::view::{Record, Taken, View};
use chengxin_projections::{
    date::Date,
    event::{Data, Finding},
    policy::Policy,
};
use std::{collections::BTreeMap, rc::Rc};

/// Whether a measure lands on one of some roles by the catalogue of a policy; on the subject itself everything does.
fn lands(policy: &Policy, code: &str, roles: Option<&[String]>) -> bool {
    match roles {
        None => true,
        Some(roles) => policy.measure(code).is_some_and(|item| roles.iter().any(|role| item.lands_on(role))),
    }
}

impl<'a> View<'a> {
    pub fn initiations(self, record: &Record) -> Vec<&'a Taken> {
        self.acts_on(record).into_iter().filter(|act| matches!(act.event.data, Data::MeasureInitiated(_))).collect()
    }

    /// The roles in which an entry names a person; none for the subject of the entry itself, to whom all of it applies.
    fn roles(self, subject: &str, record: &Record) -> Option<Vec<String>> {
        let data = record.designation().expect("only a designation names persons");
        let roles = data.persons.iter().filter(|named| named.person == subject).map(|named| named.role.clone());
        (record.subject() != subject).then(|| roles.collect())
    }

    /// What an entry carries on a day for its subject, or for a person on whom it lands.
    pub fn carried_for(self, subject: &str, record: &Record, day: Date) -> Vec<String> {
        self.landing(record, self.roles(subject, record).as_deref(), day)
    }

    /// The same of its kind, without what was initiated.
    pub fn of_the_kind_for(self, subject: &str, record: &Record) -> Vec<String> {
        self.of_the_kind(record, self.roles(subject, record).as_deref())
    }

    /// The measures of an initiation that are for the subject of the entry, or land on a person.
    pub fn initiated_for(self, subject: &str, record: &Record, initiation: &Taken) -> Vec<String> {
        let Data::MeasureInitiated(data) = &initiation.event.data else { return Vec::new() };
        let roles = self.roles(subject, record);
        data.measures.iter().filter(|code| lands(&initiation.policy, code, roles.as_deref())).cloned().collect()
    }

    /// What an implementer answered to an initiation: after it, and not dated before it.
    pub fn answers(self, subject: &str, record: &Record, to: &Taken, by: &str, measure: &str) -> Vec<&'a Taken> {
        let is_answer = |act: &&Taken| {
            let about = match &act.event.data {
                Data::MeasureAccepted(data) => &data.measure,
                Data::MeasureExecuted(data) => &data.measure,
                Data::MeasureDeclined(data) => &data.measure,
                _ => return false,
            };
            let later = act.offset > to.offset && act.event.effective >= to.event.effective;
            later && about == measure && act.event.publisher == by
        };
        self.acts(subject, &record.name).into_iter().filter(is_answer).collect()
    }

    /// Whether a person was found not to belong to the entry, by an offset.
    pub fn is_person_withdrawn_by_objection(self, record: &Record, person: &str, offset: u64) -> bool {
        let found = |act: &&Taken| matches!(&act.event.data, Data::ObjectionResolved(data) if data.finding == Finding::Withdrawn);
        let acts = self.acts(person, &record.name);
        record.subject() != person && acts.iter().copied().filter(found).any(|act| act.offset < offset)
    }

    /// What an entry carries while it is active: what its kind carried when it was accepted, and what was initiated. Only what
    /// lands on one of some roles, where they are given.
    fn landing(self, record: &Record, roles: Option<&[String]>, day: Date) -> Vec<String> {
        let mut codes = self.of_the_kind(record, roles);
        for act in self.initiations(record) {
            let Data::MeasureInitiated(initiated) = &act.event.data else { continue };
            if act.event.effective <= day {
                codes.extend(initiated.measures.iter().filter(|code| lands(&act.policy, code, roles)).cloned());
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }

    fn of_the_kind(self, record: &Record, roles: Option<&[String]>) -> Vec<String> {
        let data = record.designation().expect("only an entry carries measures");
        let kind = record.taken.policy.list_kind(data.list, &data.kind).expect("its kind was there");
        let policy = &record.taken.policy;
        let about = record.taken.event.subject.kind;
        // What is for organisations is nothing to a person, and the other way round.
        let fits = |code: &str| {
            policy.measure(code).and_then(|item| item.subjects).is_none_or(|subjects| subjects == about)
                || roles.is_some()
        };
        let codes = kind.measures.iter().filter(|code| fits(code) && lands(policy, code, roles));
        codes.map(ToString::to_string).collect()
    }

    /// Whether an entry names the person, and whatever became of that.
    pub fn names(self, record: &Record, person: &str) -> bool {
        record.designation().is_some_and(|data| data.persons.iter().any(|named| named.person == person))
    }

    /// Whether it turned out that the person does not belong to the entry.
    pub fn is_person_withdrawn(self, record: &Record, person: &str) -> bool {
        record.subject() != person && self.withdrawn_for(person, record).is_some()
    }

    /// The entries of others that land on a person, in the order of the log.
    pub fn implications(self, person: &str) -> Vec<Rc<Record>> {
        let mut implications = self.records();
        implications.retain(|record| {
            let named = self.names(record, person) && record.subject() != person;
            named && !self.is_person_withdrawn(record, person)
        });
        implications
    }

    /// The lines of the measures that are in force or suspended on a day.
    pub fn measure_lines(self, subject: &str, day: Date) -> Vec<String> {
        // Each measure with (offset of the record, its name, whether it is suspended there).
        let mut carriers: BTreeMap<String, Vec<(u64, String, bool)>> = BTreeMap::new();
        let mut carry = |record: &Record, codes: Vec<String>, suspended: bool| {
            for code in codes {
                carriers.entry(code).or_default().push((record.taken.offset, record.name.clone(), suspended));
            }
        };
        for record in self.records_of(subject) {
            if self.is_active(&record, day) {
                carry(&record, self.carried_for(subject, &record, day), self.is_suspended(&record, day));
            }
        }
        for record in &self.implications(subject) {
            if self.is_active(record, day) {
                let own = self.has_open_objection(subject, record, day);
                carry(record, self.carried_for(subject, record, day), own || self.is_suspended(record, day));
            }
        }
        let line = |(code, mut basis): (String, Vec<(u64, String, bool)>)| {
            basis.sort();
            let suspended = basis.iter().all(|(_, _, suspended)| *suspended);
            let names = basis.into_iter().filter(|(_, _, off)| suspended || !off).map(|(_, name, _)| name);
            let state = if suspended { "suspended" } else { "active" };
            format!("measure {code} {state} on {}", names.collect::<Vec<_>>().join("+"))
        };
        carriers.into_iter().map(line).collect()
    }
}
