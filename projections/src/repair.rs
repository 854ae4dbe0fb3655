//! Applications for credit repair: accepted or refused within days, decided, or void. (二十六), default rule 10.

use crate::{
    date::Date,
    dispute::{taken_down, withdrawal},
    facts::{Act, Content, CreditFile, Deed, Known, Record},
    listing,
};

/// An application, and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    pub applied: &'a Act,
    pub accepted: Option<&'a Act>,
    /// The refusal or the grant.
    pub decided: Option<&'a Act>,
    /// The day on which the record ended otherwise, and the application with it.
    pub void: Option<Date>,
}

impl Application<'_> {
    pub fn is_open(&self, date: Date) -> bool {
        let over = self.decided.map(|act| act.effective).or(self.void);
        self.applied.effective <= date && over.is_none_or(|over| date < over)
    }
}

/// The applications about a record that were known, in the order of the log.
pub fn applications<'a>(file: &CreditFile, record: &'a Record, known: Known) -> Vec<Application<'a>> {
    let mut all: Vec<Application> = Vec::new();
    for act in record.acts(known) {
        let open = all.last_mut().filter(|last| last.decided.is_none());
        match (&act.what, open) {
            (Deed::RepairApplied, _) => {
                all.push(Application { applied: act, accepted: None, decided: None, void: None })
            }
            (Deed::RepairAccepted, Some(open)) => open.accepted = Some(act),
            (Deed::RepairRefused | Deed::RepairGranted, Some(open)) => open.decided = Some(act),
            _ => {}
        }
    }
    if !all.is_empty() {
        let end = end(file, record, known);
        for application in &mut all {
            application.void = end;
        }
    }
    all
}

/// The first day on which there is nothing left to repair.
pub fn end(file: &CreditFile, record: &Record, known: Known) -> Option<Date> {
    let withdrawn = withdrawal(record, known).map(taken_down);
    let ended = match record.content(known) {
        Content::License(_) => None,
        Content::Penalty(penalty) => {
            let repaired = record.acts(known).find(|act| act.what == Deed::RepairGranted);
            let by_term = penalty.publicity_until().next();
            Some(repaired.map_or(by_term, |act| act.effective.min(by_term)))
        }
        Content::Designation(_) | Content::Implication(_) => {
            listing::entry(file, record, known).map(|entry| entry.span.after())
        }
    };
    [withdrawn, ended].into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
