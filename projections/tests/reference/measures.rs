//! Measures (十一)–(十八), default rule 8; responsible persons (十六), default rule 6; joint action (二十)(二十二)(二十三).

use crate::view::{Record, Taken, View};
use chengxin_projections::{date::Date, event::Data, policy::Policy};
use std::collections::BTreeMap;

/// What a designation of another subject means for a person.
pub struct Implication<'a> {
    pub record: Record<'a>,
    pub roles: Vec<String>,
}

impl<'a> View<'a> {
    pub fn initiations(self, record: &Record<'_>) -> Vec<&'a Taken> {
        self.acts_on(record).into_iter().filter(|act| matches!(act.event.data, Data::MeasureInitiated(_))).collect()
    }

    /// What an entry carries while it is active: what its kind carried when it was accepted, and what was initiated.
    pub fn carried(self, record: &Record<'_>, day: Date) -> Vec<String> {
        self.landing(record, None, day)
    }

    /// Of what an entry carries on a day, what lands on one of some roles; all of it where none are given. Of the kind by the
    /// catalogue of when the entry was accepted, of what was initiated by that of the initiation.
    fn landing(self, record: &Record<'_>, roles: Option<&[String]>, day: Date) -> Vec<String> {
        let data = record.designation().expect("only an entry carries measures");
        let kind = record.taken.policy.list_kind(data.list, &data.kind).expect("its kind was there");
        let lands = |policy: &Policy, code: &str| match roles {
            None => true,
            Some(roles) => policy.measure(code).is_some_and(|item| roles.iter().any(|role| item.lands_on(role))),
        };
        let mut codes = kind.measures.clone();
        codes.retain(|code| lands(&record.taken.policy, code));
        for act in self.initiations(record) {
            let Data::MeasureInitiated(initiated) = &act.event.data else { continue };
            if act.event.effective <= day {
                codes.extend(initiated.measures.iter().filter(|code| lands(&act.policy, code)).cloned());
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }

    /// Whether an entry names the person, and whatever became of that.
    pub fn names(self, record: &Record<'_>, person: &str) -> bool {
        record.designation().is_some_and(|data| data.persons.iter().any(|named| named.person == person))
    }

    /// Whether it turned out that the person does not belong to the entry.
    pub fn is_person_withdrawn(self, record: &Record<'_>, person: &str) -> bool {
        record.subject() != person && self.withdrawn_for(person, record).is_some()
    }

    /// The entries of others that land on a person, in the order of the log.
    pub fn implications(self, person: &str) -> Vec<Implication<'a>> {
        let mut implications = Vec::new();
        for record in self.records() {
            let named = self.names(&record, person) && record.subject() != person;
            if !named || self.is_person_withdrawn(&record, person) {
                continue;
            }
            let data = record.designation().expect("only a designation names persons");
            let roles = data.persons.iter().filter(|named| named.person == person).map(|named| named.role.clone());
            let roles = roles.collect();
            implications.push(Implication { record, roles });
        }
        implications
    }

    /// The lines of the measures that are in force or suspended on a day.
    pub fn measure_lines(self, subject: &str, day: Date) -> Vec<String> {
        // Each measure with (offset of the record, its name, whether it is suspended there).
        let mut carriers: BTreeMap<String, Vec<(u64, String, bool)>> = BTreeMap::new();
        let mut carry = |record: &Record<'_>, codes: Vec<String>, suspended: bool| {
            for code in codes {
                carriers.entry(code).or_default().push((record.taken.offset, record.name.clone(), suspended));
            }
        };
        for record in self.records_of(subject) {
            if self.is_active(&record, day) {
                carry(&record, self.carried(&record, day), self.is_suspended(&record, day));
            }
        }
        for implication in self.implications(subject) {
            let record = &implication.record;
            if self.is_active(record, day) {
                let own = self.has_open_objection(subject, record, day);
                carry(
                    record,
                    self.landing(record, Some(&implication.roles), day),
                    own || self.is_suspended(record, day),
                );
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
