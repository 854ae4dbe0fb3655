//! Disputes and lost bases: what suspends the measures of an entry while it stays listed. (二十七), default rules 3 and 5.

use crate::{
    date::Date,
    event::Finding,
    facts::{Act, ConfirmedOn, Content, CreditFile, Deed, Designation, Known, Record},
    interval::Days,
};
use std::collections::BTreeMap;

/// A dispute of a record, from its filing on.
#[derive(Debug, Clone, Copy)]
pub struct Objection<'a> {
    pub filed: &'a Act,
    pub answered: Option<&'a Act>,
    pub resolved: Option<&'a Act>,
    /// The withdrawal of the record, which leaves nothing to dispute.
    pub withdrawn: Option<&'a Act>,
}

impl Objection<'_> {
    /// The day on which it is no longer open.
    pub fn closed(&self) -> Option<Date> {
        let resolved = self.resolved.map(|act| act.effective);
        resolved.into_iter().chain(self.withdrawn.map(taken_down)).min()
    }

    pub fn is_open(&self, date: Date) -> bool {
        self.filed.effective <= date && self.closed().is_none_or(|closed| date < closed)
    }

    /// The days on which it is open.
    pub fn days(&self) -> Days {
        Days::between(self.filed.effective, self.closed().unwrap_or(Date::MAX))
    }
}

/// The objections against a record that were known, in the order of the log.
pub fn objections(record: &Record, known: Known) -> impl Iterator<Item = Objection<'_>> {
    let withdrawn = withdrawal(record, known);
    let mut objections: Vec<Objection<'_>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for act in record.acts(known) {
        match &act.what {
            Deed::ObjectionFiled => {
                places.insert(&act.event, objections.len());
                objections.push(Objection { filed: act, answered: None, resolved: None, withdrawn });
            }
            Deed::ObjectionAnswered { objection } => {
                if let Some(place) = places.get(&**objection) {
                    objections[*place].answered.get_or_insert(act);
                }
            }
            Deed::ObjectionResolved { objection, .. } => {
                if let Some(place) = places.get(&**objection) {
                    objections[*place].resolved.get_or_insert(act);
                }
            }
            _ => {}
        }
    }
    objections.into_iter()
}

/// What makes a record count as never having been (default rule 4).
pub fn withdrawal(record: &Record, known: Known) -> Option<&Act> {
    // What is stated about a person is stated again whenever it changes: the first statement told of the withdrawal.
    let is_statement = |act: &&Act| matches!(act.what, Deed::Corrected(_));
    let mut all = record.acts(known).filter(|act| withdraws(&act.what));
    let stated = all.clone().find(is_statement);
    let own = all.find(|act| !is_statement(act));
    [own, stated].into_iter().flatten().min_by_key(|act| taken_down(act))
}

/// The day from which what was withdrawn counts for nothing: at once, also if the withdrawal is dated ahead.
pub fn taken_down(withdrawal: &Act) -> Date {
    withdrawal.effective.min(withdrawal.judged)
}

/// The day from which something done to a record counts: its own, but a withdrawal counts at once.
pub fn counts_from(act: &Act) -> Date {
    if withdraws(&act.what) { taken_down(act) } else { act.effective }
}

/// Of what an entry says of a person, the statement that the entry was withdrawn.
pub fn withdraws(deed: &Deed) -> bool {
    match deed {
        Deed::Withdrawn { .. } | Deed::ObjectionResolved { finding: Finding::Withdrawn, .. } => true,
        Deed::Corrected(content) => matches!(&**content, Content::Implication(stated) if stated.withdrawn),
        _ => false,
    }
}

/// Whether it may suspend what rests on the record, or end that.
pub(crate) fn concerns_a_basis(deed: &Deed) -> bool {
    matches!(deed, Deed::ObjectionFiled | Deed::ObjectionResolved { .. } | Deed::Withdrawn { .. })
}

/// When the measures of an entry are suspended, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspension {
    pub disputed: Days,
    pub basis_lost: Days,
}

impl Suspension {
    pub fn days(&self) -> Days {
        self.disputed.or(&self.basis_lost)
    }

    pub fn is_empty(&self) -> bool {
        self.disputed.is_empty() && self.basis_lost.is_empty()
    }
}

/// The suspension of an entry, as known.
pub fn suspension(file: &CreditFile, record: &Record, known: Known) -> Suspension {
    let own = disputed(record, known);
    match record.content(known) {
        Content::Designation(designation) => {
            let basis = of_basis(file, record, designation, known);
            Suspension { disputed: own.or(&basis.disputed), basis_lost: basis.basis_lost }
        }
        Content::Implication(stated) => {
            Suspension { disputed: own.or(&stated.disputed), basis_lost: stated.lost.clone() }
        }
        Content::License(_) | Content::Penalty(_) => Suspension { disputed: own, basis_lost: Days::NONE },
    }
}

/// The days on which an objection against the record itself is open.
fn disputed(record: &Record, known: Known) -> Days {
    let mut days = Days::NONE;
    if record.acts.iter().any(|act| act.what == Deed::ObjectionFiled) {
        for objection in objections(record, known) {
            days = days.or(&objection.days());
        }
    }
    days
}

/// What disputes and withdrawals of the records under an entry do to it, if it rests on nothing else.
fn of_basis(file: &CreditFile, entry: &Record, designation: &Designation, known: Known) -> Suspension {
    if !designation.rests_on_records {
        return Suspension::default();
    }
    let mut down = Days::between(Date::MIN, Date::MAX);
    let mut lost = down.clone();
    for id in &designation.basis {
        let Some(record) = borne_by(file, id, known) else {
            return Suspension::default(); // nothing is known against it, so it stands
        };
        let gone = gone(record, known).map_or(Days::NONE, |day| Days::between(day, Date::MAX));
        down = down.and(&disputed(record, known).or(&gone));
        lost = lost.and(&gone);
        if down.is_empty() {
            return Suspension::default();
        }
    }
    let until = confirmed(entry, known).unwrap_or(Date::MAX);
    Suspension { disputed: down.without(&lost).before(until), basis_lost: lost.before(until) }
}

/// The day on which the last record under an entry was withdrawn, if it rests on nothing else; whatever was decided since.
pub fn loss(file: &CreditFile, designation: &Designation, known: Known) -> Option<Date> {
    let gone = |id| borne_by(file, id, known).and_then(|record| gone(record, known));
    let days: Option<Vec<Date>> = designation.basis.iter().map(|id| gone(id)).collect();
    days.filter(|_| designation.rests_on_records)?.into_iter().max()
}

/// A record of the subject itself that an item of a basis names. What another subject's entry says of a person bears nothing.
fn borne_by<'a>(file: &'a CreditFile, id: &str, known: Known) -> Option<&'a Record> {
    let record = file.record(id)?;
    (known.has(record.stamp) && !matches!(record.first, Content::Implication(_))).then_some(record)
}

/// The day on which a record no longer bears what rests on it: at once, also if its withdrawal is dated ahead (default rule 5).
fn gone(record: &Record, known: Known) -> Option<Date> {
    withdrawal(record, known).filter(|act| takes_basis(&act.what)).map(taken_down)
}

fn takes_basis(deed: &Deed) -> bool {
    matches!(deed, Deed::Withdrawn { takes_basis: true } | Deed::ObjectionResolved { .. })
}

/// The day from which the authority keeps the entry without its basis, unless it corrected the basis since.
fn confirmed(entry: &Record, known: Known) -> Option<Date> {
    decided_on_basis(entry, known).0
}

/// That day, and the day on which the last correction of the basis was recorded.
pub(crate) fn decided_on_basis(entry: &Record, known: Known) -> (Option<Date>, Option<Date>) {
    let mut day: Option<Date> = None;
    let mut corrected = None;
    let mut basis = rests_on(&entry.first);
    for act in entry.acts(known) {
        match &act.what {
            Deed::Confirmed { on: ConfirmedOn::BasisLost } => {
                day = Some(day.map_or(act.effective, |day| day.min(act.effective)));
            }
            Deed::Corrected(content) if rests_on(content) != basis => {
                basis = rests_on(content);
                corrected = Some(act.judged);
                day = None;
            }
            _ => {}
        }
    }
    (day, corrected)
}

fn rests_on(content: &Content) -> Option<(&[Box<str>], bool)> {
    match content {
        Content::Designation(designation) => Some((&designation.basis, designation.rests_on_records)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
