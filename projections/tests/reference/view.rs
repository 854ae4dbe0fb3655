//! What was accepted up to some place in the log, and the plain questions that all rules ask of it.
//!
//! No answer is remembered between two questions, but for three plain readings, so that many histories can be asked: what was
//! done to a record, what the records say at a place in the log, and the policy of a day.

use chengxin_projections::{
    date::Date,
    event::{Data, DesignationMade, Event, Finding, LicenseGranted, List, PenaltyImposed},
    policy::{Policy, PolicyHistory},
};
use serde_json::Value;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// An accepted event, with the day that was open when it was taken and the policy in force there (default rule 13).
pub struct Taken {
    pub offset: u64,
    pub name: String,
    pub day: Date,
    pub policy: Policy,
    pub event: Event,
}

/// All policy that was published up to an offset.
#[derive(Clone)]
pub struct PolicyState {
    pub offset: u64,
    /// The day that was open; none before the first one opened.
    pub day: Option<Date>,
    pub history: PolicyHistory,
    /// The policy of each day that was asked about.
    at: RefCell<HashMap<Date, Policy>>,
}

impl PolicyState {
    pub fn new(offset: u64, day: Option<Date>, history: PolicyHistory) -> PolicyState {
        PolicyState { offset, day, history, at: RefCell::default() }
    }

    pub fn at(&self, day: Date) -> Policy {
        self.at.borrow_mut().entry(day).or_insert_with(|| self.history.at(day)).clone()
    }
}

/// What was read of the log so far.
#[derive(Clone, Default)]
pub struct Reading {
    /// By the record, what was done to it or said of it; all of it, whatever may be known.
    pub acts: HashMap<String, Vec<Rc<Taken>>>,
    /// By the number of events that were known, the records.
    records: RefCell<HashMap<usize, Vec<Rc<Record>>>>,
}

/// What is known at a place in the log.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub taken: &'a [Rc<Taken>],
    pub policies: &'a [PolicyState],
    pub reading: &'a Reading,
}

/// A license, a penalty or a designation, as corrected.
pub struct Record {
    pub taken: Rc<Taken>,
    pub name: String,
    pub data: Data,
    pub corrected: bool,
    /// The offset of the last correction of its basis; 0 where there was none.
    pub basis_corrected: u64,
    /// The day on which that correction was recorded.
    pub basis_corrected_on: Option<Date>,
    /// The policy by which the severity, the term and the watch were judged: that of the acceptance, or of the correction
    /// that stated them last (default rule 13).
    pub severity_by: Policy,
    pub term_by: Policy,
    pub watch_by: Policy,
}

impl Record {
    pub fn subject(&self) -> &str {
        &self.taken.event.subject.id
    }

    pub fn authority(&self) -> &str {
        &self.taken.event.publisher
    }

    /// The day on which it begins.
    pub fn first(&self) -> Date {
        self.taken.event.effective
    }

    pub fn designation(&self) -> Option<&DesignationMade> {
        match &self.data {
            Data::DesignationMade(data) => Some(data),
            _ => None,
        }
    }

    pub fn penalty(&self) -> Option<&PenaltyImposed> {
        match &self.data {
            Data::PenaltyImposed(data) => Some(data),
            _ => None,
        }
    }

    pub fn is_license(&self) -> bool {
        matches!(self.data, Data::LicenseGranted(_))
    }

    pub fn is_on(&self, list: List) -> bool {
        self.designation().is_some_and(|data| data.list == list)
    }
}

impl<'a> View<'a> {
    /// What was known at an offset.
    pub fn at(self, offset: u64) -> View<'a> {
        let taken = self.taken.iter().filter(|taken| taken.offset <= offset).count();
        let policies = self.policies.iter().filter(|state| state.offset <= offset).count();
        View { taken: &self.taken[..taken], policies: &self.policies[..policies], ..self }
    }

    /// The policy of a day, as far as it is known.
    pub fn policy(self, day: Date) -> Policy {
        self.policies.last().map(|state| state.at(day)).unwrap_or_default()
    }

    /// Every record of every subject, withdrawn ones too, in the order of the log.
    pub fn records(self) -> Vec<Rc<Record>> {
        if let Some(read) = self.reading.records.borrow().get(&self.taken.len()) {
            return read.clone();
        }
        let creates =
            |data: &Data| matches!(data, Data::LicenseGranted(_) | Data::PenaltyImposed(_) | Data::DesignationMade(_));
        let made = self.taken.iter().filter(|taken| creates(&taken.event.data));
        let records: Vec<Rc<Record>> = made.map(|taken| Rc::new(self.corrected(taken))).collect();
        self.reading.records.borrow_mut().insert(self.taken.len(), records.clone());
        records
    }

    pub fn records_of(self, subject: &str) -> Vec<Rc<Record>> {
        self.records().into_iter().filter(|record| record.subject() == subject).collect()
    }

    pub fn record(self, name: &str) -> Option<Rc<Record>> {
        self.records().into_iter().find(|record| record.name == name)
    }

    /// Everything that a subject's events did to a record, in the order of the log. A person's objections to the entry of
    /// an organisation have the person as their subject.
    pub fn acts(self, subject: &str, record: &str) -> Vec<&'a Taken> {
        let Some(last) = self.taken.last() else { return Vec::new() };
        let acts = self.reading.acts.get(record).into_iter().flatten().map(|taken| &**taken);
        acts.filter(|taken| taken.offset <= last.offset && taken.event.subject.id == subject).collect()
    }

    pub fn acts_on(self, record: &Record) -> Vec<&'a Taken> {
        self.acts(record.subject(), &record.name)
    }

    /// The event that said that the record had been wrong from the start.
    pub fn withdrawal(self, record: &Record) -> Option<&'a Taken> {
        self.acts_on(record).into_iter().find(|act| match &act.event.data {
            Data::DesignationWithdrawn(_) | Data::PenaltyWithdrawn(_) => true,
            Data::ObjectionResolved(data) => data.finding == Finding::Withdrawn,
            _ => false,
        })
    }

    /// The day from which a record, or what an entry says of a person, is nothing to the subject any more: at once, also if
    /// the withdrawal is dated ahead. To a person it is told on the day on which it was recorded.
    pub fn withdrawn_for(self, subject: &str, record: &Record) -> Option<Date> {
        let resolved = |act: &&Taken| matches!(&act.event.data, Data::ObjectionResolved(data) if data.finding == Finding::Withdrawn);
        let own = self.acts(subject, &record.name).into_iter().find(resolved);
        let told = |act: &Taken| match act.event.subject.id == subject {
            true => act.event.effective.min(act.day),
            false => act.day,
        };
        self.withdrawal(record).into_iter().chain(own).map(told).min()
    }

    pub fn is_withdrawn(self, record: &Record) -> bool {
        self.withdrawal(record).is_some()
    }

    /// The link of a number that nobody has unlinked since.
    pub fn link(self, scheme: &str, value: &str) -> Option<&'a Event> {
        let mut link = None;
        for event in self.taken.iter().map(|taken| &taken.event) {
            match &event.data {
                Data::IdentifierLinked(data) if data.scheme == scheme && data.value == value => link = Some(event),
                Data::IdentifierUnlinked(data) if data.scheme == scheme && data.value == value => link = None,
                _ => {}
            }
        }
        link
    }

    /// What an organisation is called: as the latest of its right records says, by their days, and where there is none that
    /// says anything, as the first event did that was accepted.
    fn called(self, subject: &str) -> Option<&'a str> {
        let own = self.taken.iter().filter(|taken| taken.event.subject.id == subject);
        let first = own.clone().find_map(|taken| taken.event.subject.name.as_deref());
        let mut last: Option<((Date, u64), &str)> = None;
        for taken in own {
            let records = self.records_of(subject);
            let Some(record) = records.iter().find(|record| record.taken.offset == taken.offset) else { continue };
            if self.is_withdrawn(record) {
                continue;
            }
            let corrections = self.acts_on(record).into_iter();
            let corrections = corrections.filter(|act| matches!(act.event.data, Data::RecordCorrected(_)));
            let corrected = corrections.filter_map(|act| act.event.subject.name.as_deref()).next_back();
            let Some(name) = corrected.or(taken.event.subject.name.as_deref()) else { continue };
            let rank = (taken.event.effective, taken.offset);
            if last.is_none_or(|(before, _)| before < rank) {
                last = Some((rank, name));
            }
        }
        last.map(|(_, name)| name).or(first)
    }

    /// Its name, its numbers and its end, which hold on every day.
    pub fn lines_about_itself(self, subject: &str) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.called(subject).map(|name| format!("called {name}")));
        for taken in self.taken.iter().filter(|taken| taken.event.subject.id == subject) {
            match &taken.event.data {
                Data::IdentifierLinked(data)
                    if self.link(&data.scheme, &data.value).is_some_and(|link| *link == taken.event) =>
                {
                    lines.push(format!("number {} {} by {}", data.scheme, data.value, taken.event.publisher));
                }
                Data::SubjectDeregistered(data) => lines.push(format!("deregistered {} by {}", data.date, taken.name)),
                _ => {}
            }
        }
        lines
    }

    /// The subject that a number is linked to.
    pub fn holder(self, scheme: &str, value: &str) -> Option<&'a str> {
        self.link(scheme, value).map(|event| &*event.subject.id)
    }

    /// The record as the corrections so far leave it; a correction holds on every date.
    fn corrected(self, taken: &Rc<Taken>) -> Record {
        let mut record = Record {
            taken: taken.clone(),
            name: taken.name.clone(),
            data: taken.event.data.clone(),
            corrected: false,
            basis_corrected: 0,
            basis_corrected_on: None,
            severity_by: taken.policy.clone(),
            term_by: taken.policy.clone(),
            watch_by: taken.policy.clone(),
        };
        for act in self.acts(&taken.event.subject.id, &record.name) {
            let Data::RecordCorrected(correction) = &act.event.data else { continue };
            let before = rests_on(&record.data);
            record.data = changed(&record.data, &correction.changes.0).expect("only what can be read was accepted");
            record.corrected = true;
            let states = |field: &str| correction.changes.0.get(field).is_some();
            if states("severity") {
                record.severity_by = act.policy.clone();
            }
            if states("months") || states("until") {
                record.term_by = act.policy.clone();
            }
            if states("watch_months") {
                record.watch_by = act.policy.clone();
            }
            if rests_on(&record.data) != before {
                record.basis_corrected = act.offset;
                record.basis_corrected_on = Some(act.day);
            }
        }
        record
    }
}

/// What an entry rests on: the records that the items of its basis name.
fn rests_on(data: &Data) -> Vec<Option<String>> {
    match data {
        Data::DesignationMade(data) => data.basis.iter().map(|item| item.record.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The fields of a designation that a correction may change.
const OF_A_DESIGNATION: [&str; 9] =
    ["document_no", "months", "until", "watch_months", "repairable", "basis", "grade", "channel", "scope"];

/// A record with these changes; none where they cannot be made.
pub fn changed(data: &Data, changes: &Value) -> Option<Data> {
    let changes = changes.as_object().filter(|changes| !changes.is_empty())?;
    let mut fields = match data {
        Data::DesignationMade(data) => serde_json::to_value(data),
        Data::PenaltyImposed(data) => serde_json::to_value(data),
        Data::LicenseGranted(data) => serde_json::to_value(data),
        _ => return None,
    }
    .ok()?;
    let designation = match data {
        Data::DesignationMade(data) => Some(data),
        _ => None,
    };
    for (field, value) in changes {
        let has = fields.get(field).is_some() && field != "representative";
        let may = designation.is_none() || OF_A_DESIGNATION.contains(&field.as_str());
        // Severity is stated, and whether a black entry can be repaired.
        let needed = field == "severity" || field == "repairable" && designation?.list == List::Black;
        if !has || !may || needed && value.is_null() {
            return None;
        }
        fields[field] = value.clone();
    }
    // Of the two ways to state a term only the one that the correction states is left, the last day before the months.
    let states = |field: &str| changes.get(field).is_some_and(|value| !value.is_null());
    if designation.is_some() && (changes.contains_key("until") || changes.contains_key("months")) {
        if !states("until") {
            fields["until"] = Value::Null;
        }
        if states("until") || !states("months") {
            fields["months"] = Value::Null;
        }
    }
    Some(match data {
        Data::DesignationMade(_) => serde_json::from_value::<DesignationMade>(fields).ok()?.into(),
        Data::PenaltyImposed(_) => serde_json::from_value::<PenaltyImposed>(fields).ok()?.into(),
        _ => serde_json::from_value::<LicenseGranted>(fields).ok()?.into(),
    })
}
