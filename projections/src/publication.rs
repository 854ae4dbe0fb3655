//! The publication of licenses and penalties (双公示): due within 7 working days, how late, withheld, and when publicity
//! ends. (一)(二十五)(二十六), default rule 10.

use crate::{
    date::Date,
    facts::{Act, Content, Deed, Known, Record},
    policy::{Calendar, Due},
};

/// How a license or a penalty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Current,
    Corrected,
    Withdrawn,
    Revoked,
}

/// The publication of one record, as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication<'a> {
    pub due: Due,
    pub issued: Option<Date>,
    /// Working days after the due day until it was issued, or until the day asked about.
    pub late_by: u32,
    /// The legal exception under which it is withheld.
    pub withheld: Option<&'a str>,
    pub channel: Option<&'a str>,
    /// Last day of publicity as known; none if it has no end, or was never published.
    pub until: Option<Date>,
    /// What ended it, or takes it off: a withdrawal, a revocation, a repair.
    pub ended_by: Option<&'a Act>,
}

/// The state of a license or a penalty as of a day. A withdrawn record counts as never having been (default rule 4).
pub fn state(record: &Record, known: Known, as_of: Date) -> State {
    let mut state = State::Current;
    for act in record.acts(known) {
        match act.what {
            Deed::Withdrawn => return State::Withdrawn,
            Deed::Revoked if act.effective <= as_of => state = State::Revoked,
            _ => {}
        }
    }
    state
}

/// The publication of a record as of a day; `None` for a designation, which has its own notices.
pub fn publication<'a>(record: &'a Record, known: Known, as_of: Date, calendar: &Calendar) -> Option<Publication<'a>> {
    let (due, planned_end) = match &record.content {
        Content::License(license) => (license.publication_due, license.valid_until),
        Content::Penalty(penalty) => (penalty.publication_due, penalty.publicity_until),
        Content::Designation(_) => return None,
    };
    let acts = || record.acts(known).filter(|act| act.effective <= as_of);
    let issue = acts().find_map(|act| match &act.what {
        Deed::Published { channel } => Some((act.effective, &**channel)),
        _ => None,
    });
    let withheld = acts().find_map(|act| match &act.what {
        Deed::Withheld { ground } => Some(&**ground),
        _ => None,
    });
    let ended_by = acts().find(|act| matches!(act.what, Deed::Withdrawn | Deed::Revoked | Deed::RepairGranted));
    let issued = issue.map(|(date, _)| date);
    let stopped = withheld.is_some() || ended_by.is_some();
    let late_by = match issued {
        Some(date) => calendar.working_days_late(due.date, date),
        None if stopped => 0,
        None => calendar.working_days_late(due.date, as_of),
    };
    let until = ended_by.map(|act| act.effective).or(planned_end);
    let channel = issue.map(|(_, channel)| channel);
    Some(Publication { due, issued, late_by, withheld, channel, until: issued.and(until), ended_by })
}
