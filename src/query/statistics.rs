//! Statistics (二十八)(三十): counted from events only, by department, by kind and by region.

use super::{list::region, record, scope::Scope, walk::Walk};
use crate::{http::Problem, node::Node};
use chengxin_projections::{
    change::ListName,
    date::Date,
    dispute,
    event::List,
    facts::{Content, CreditFile, Deed, Known, Record},
    listing::{self, State},
    obligation,
    policy::PolicyHistory,
    publication,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How often each thing happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Decided in the period; what was withdrawn since is not counted.
    pub licenses: u64,
    pub penalties: u64,
    /// Published in the period, within the working days that policy gives.
    pub published_in_time: u64,
    pub published_late: u64,
    pub withheld: u64,
    /// Designations effective in the period; what was withdrawn since is not counted.
    pub red_listed: u64,
    pub black_listed: u64,
    /// Left a list in the period before the term.
    pub exited: u64,
    /// Whose last day lies in the period.
    pub expired: u64,
    /// Designations and penalties withdrawn as wrong in the period.
    pub withdrawn: u64,
    pub repairs: u64,
    /// Duties done in the period, in time and late, and those due in the period and not done.
    pub duties_done: u64,
    pub duties_late: u64,
    pub duties_overdue: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        let Counts {
            licenses,
            penalties,
            published_in_time,
            published_late,
            withheld,
            red_listed,
            black_listed,
            exited,
            expired,
            withdrawn,
            repairs,
            duties_done,
            duties_late,
            duties_overdue,
        } = other;
        self.licenses += licenses;
        self.penalties += penalties;
        self.published_in_time += published_in_time;
        self.published_late += published_late;
        self.withheld += withheld;
        self.red_listed += red_listed;
        self.black_listed += black_listed;
        self.exited += exited;
        self.expired += expired;
        self.withdrawn += withdrawn;
        self.repairs += repairs;
        self.duties_done += duties_done;
        self.duties_late += duties_late;
        self.duties_overdue += duties_overdue;
    }
}

/// The counts of one department, kind or region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// An organisation's code; `license`, `penalty` or a list kind; characters 3 to 8 of a USCC, or `unknown`.
    pub key: String,
    #[serde(flatten)]
    pub counts: Counts,
}

/// Counts of a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statistics {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub subjects: u64,
    pub total: Counts,
    pub departments: Vec<Line>,
    pub kinds: Vec<Line>,
    pub regions: Vec<Line>,
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub known_at: String,
    pub position: String,
}

/// The period that is counted: business days, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    fn has(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// Counts over all subjects.
pub fn statistics(node: &Node, period: Period, scope: &Scope) -> Result<Statistics, Problem> {
    let policies = scope.policies(0);
    let mut counting = Counting::new(period, scope.as_of, &policies);
    let mut walk = Walk::new(node, None, None)?;
    while let Some((shard, subject)) = walk.step()? {
        let Some(held) = shard.file(&subject)? else { continue };
        counting.subject(&held.file, scope.known(shard.number));
    }
    let Counting { subjects, total, departments, kinds, regions, .. } = counting;
    Ok(Statistics {
        from: period.from,
        to: period.to,
        subjects,
        total,
        departments: lines(departments),
        kinds: lines(kinds),
        regions: lines(regions),
        as_of: scope.as_of,
        known_at: scope.known_at.clone(),
        position: scope.position.clone(),
    })
}

fn lines(counts: BTreeMap<String, Counts>) -> Vec<Line> {
    counts.into_iter().map(|(key, counts)| Line { key, counts }).collect()
}

pub(super) struct Counting<'a> {
    period: Period,
    as_of: Date,
    policies: &'a PolicyHistory,
    subjects: u64,
    pub(super) total: Counts,
    pub(super) departments: BTreeMap<String, Counts>,
    pub(super) kinds: BTreeMap<String, Counts>,
    pub(super) regions: BTreeMap<String, Counts>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(period: Period, as_of: Date, policies: &'a PolicyHistory) -> Counting<'a> {
        let (departments, kinds, regions) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Counting { period, as_of, policies, subjects: 0, total: Counts::default(), departments, kinds, regions }
    }

    pub(super) fn subject(&mut self, file: &CreditFile, known: Known) {
        if !file.is_known(known) {
            return;
        }
        self.subjects += 1;
        let region = region(file, known).unwrap_or("unknown");
        let as_of = self.as_of;
        for record in file.records.iter().filter(|record| known.has(record.stamp) && record.effective <= as_of) {
            self.count(self.record(file, record, known), record.authority(), record, region);
        }
        for duty in obligation::obligations(file, known, self.as_of, self.policies) {
            if let Some(record) = file.record(duty.record) {
                self.count(self.duty(&duty), duty.org, record, region);
            }
        }
    }

    fn count(&mut self, counts: Counts, department: &str, record: &Record, region: &str) {
        if counts == Counts::default() {
            return;
        }
        self.total.add(counts);
        entry(&mut self.departments, department).add(counts);
        entry(&mut self.kinds, record::kind(record)).add(counts);
        entry(&mut self.regions, region).add(counts);
    }

    fn record(&self, file: &CreditFile, record: &Record, known: Known) -> Counts {
        let mut counts = Counts::default();
        let is_wrong = dispute::withdrawal(record, known);
        if let Some(withdrawal) = is_wrong {
            counts.withdrawn = u64::from(self.happened(withdrawal.effective));
            return counts;
        }
        let begun = u64::from(self.period.has(record.effective));
        match record.content(known) {
            Content::License(_) => counts.licenses = begun,
            Content::Penalty(_) => counts.penalties = begun,
            Content::Designation(designation) => match designation.list {
                List::Red => counts.red_listed = begun,
                List::Black => counts.black_listed = begun,
            },
            Content::Implication(_) => {}
        }
        let granted = record.acts(known).filter(|act| act.what == Deed::RepairGranted);
        counts.repairs = granted.filter(|act| self.happened(act.effective)).count() as u64;
        self.publication(record, known, &mut counts);
        self.end(file, record, known, &mut counts);
        counts
    }

    fn publication(&self, record: &Record, known: Known, counts: &mut Counts) {
        let Some(found) = publication::publication(record, known, self.as_of, self.policies) else { return };
        if found.issued.is_some_and(|issued| self.period.has(issued)) {
            counts.published_in_time = u64::from(found.late_by == 0);
            counts.published_late = u64::from(found.late_by > 0);
        }
        let withheld = record.acts(known).find(|act| matches!(act.what, Deed::Withheld { .. }));
        counts.withheld = u64::from(withheld.is_some_and(|act| self.happened(act.effective)));
    }

    fn end(&self, file: &CreditFile, record: &Record, known: Known, counts: &mut Counts) {
        let Some(entry) = listing::entry(file, record, known).filter(listing::Entry::is_own) else { return };
        if entry.list == ListName::Watch || !self.period.has(entry.span.to) {
            return;
        }
        match entry.state(self.as_of) {
            State::Exited => counts.exited = 1,
            State::Expired => counts.expired = 1,
            State::Pending | State::Active | State::Withdrawn => {}
        }
    }

    fn duty(&self, duty: &obligation::Obligation) -> Counts {
        let mut counts = Counts::default();
        match (duty.state, duty.done) {
            (_, Some(done)) if self.period.has(done) => {
                counts.duties_done = u64::from(duty.late_by == 0);
                counts.duties_late = u64::from(duty.late_by > 0);
            }
            (obligation::State::Overdue, _) => counts.duties_overdue = u64::from(self.period.has(duty.due.date)),
            _ => {}
        }
        counts
    }

    /// In the period, and not after the day asked about.
    fn happened(&self, date: Date) -> bool {
        self.period.has(date) && date <= self.as_of
    }
}

fn entry<'m>(counts: &'m mut BTreeMap<String, Counts>, key: &str) -> &'m mut Counts {
    if !counts.contains_key(key) {
        counts.insert(key.to_owned(), Counts::default());
    }
    counts.get_mut(key).expect("it was inserted above")
}
