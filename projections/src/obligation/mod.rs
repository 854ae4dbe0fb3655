//! What is due from whom, and when. Each kind of duty is a function here and a row of the terms in policy.

mod entry;
mod measure;
mod record;

use crate::{
    date::Date,
    facts::{CreditFile, Known, Record},
    listing,
    policy::{Due, PolicyHistory},
};
use serde::Serialize;
use smallvec::SmallVec;

/// The names of the duties; their terms in working days are policy.
pub mod duty {
    pub const PUBLISH: &str = "publish";
    pub const ANSWER_OBJECTION: &str = "answer-objection";
    pub const DECIDE_FLAG: &str = "decide-flag";
    pub const DECIDE_BASIS_LOST: &str = "decide-basis-lost";
    pub const NOTIFY_EXIT: &str = "notify-exit";
    pub const NOTIFY_TAKEDOWN: &str = "notify-takedown";
    pub const ACCEPT_REPAIR: &str = "accept-repair";
    pub const DECIDE_REPAIR: &str = "decide-repair";
    pub const ANSWER_MEASURE: &str = "answer-measure";
    pub const REPORT_MEASURE: &str = "report-measure";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Overdue,
    Done,
    /// No longer needed.
    Cancelled,
}

/// One duty of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation<'a> {
    pub duty: &'static str,
    /// Who owes it.
    pub org: &'a str,
    pub record: &'a str,
    /// Where the record is in the file.
    pub place: usize,
    /// What raised it, where the record alone does not say: the objection, the application, the cause of a flag, the
    /// initiation or the report before, by `ORG/ID`.
    pub cause: Option<&'a str>,
    /// The measure that it is about, of joint action.
    pub measure: Option<&'a str>,
    /// The day from which the working days count; that day itself is not counted.
    pub since: Date,
    pub due: Due,
    pub state: State,
    pub done: Option<Date>,
    /// Working days past the due day.
    pub late_by: u32,
}

/// What the duties of a record are reckoned from.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub file: &'a CreditFile,
    pub known: Known,
    pub as_of: Date,
    pub policies: &'a PolicyHistory,
}

/// A duty before it is known how it stands.
pub(crate) struct Raised<'a> {
    duty: &'static str,
    org: &'a str,
    record: &'a Record,
    place: usize,
    cause: Option<&'a str>,
    measure: Option<&'a str>,
    since: Date,
    /// Where the event itself said by when.
    due: Option<Date>,
    done: Option<Date>,
    cancelled: Option<Date>,
}

/// The duties of a record: of nearly all records one or two.
pub(crate) type Raising<'a> = SmallVec<[Raised<'a>; 2]>;

impl<'a> Raised<'a> {
    /// A duty of the authority of a record.
    fn new(duty: &'static str, record: &'a Record, since: Date) -> Raised<'a> {
        let org = record.authority();
        Raised {
            duty,
            org,
            record,
            place: 0,
            cause: None,
            measure: None,
            since,
            due: None,
            done: None,
            cancelled: None,
        }
    }

    /// When it was done by a day, and when it was cancelled. Whatever came first: what was cancelled cannot be done any more.
    fn closed(&self, as_of: Date) -> (Option<Date>, Option<Date>) {
        let seen = |day: &Date| *day <= as_of;
        let first = |done: &Date| self.cancelled.is_none_or(|cancelled| *done <= cancelled);
        (self.done.filter(first).filter(seen), self.cancelled.filter(seen))
    }
}

/// All duties about a subject that had arisen by a day.
pub fn obligations<'a>(
    file: &'a CreditFile,
    known: Known,
    as_of: Date,
    policies: &'a PolicyHistory,
) -> Vec<Obligation<'a>> {
    among(file, &crate::flag::all(file), known, as_of, policies)
}

/// The duties about some records of a subject that had arisen by a day.
pub fn among<'a>(
    file: &'a CreditFile,
    places: &[usize],
    known: Known,
    as_of: Date,
    policies: &'a PolicyHistory,
) -> Vec<Obligation<'a>> {
    let mut found = Vec::new();
    let asked = Asked { file, known, as_of, policies };
    each(&asked, places, |raised| found.push(standing(&asked, raised)));
    found
}

/// Tells each duty about some records that is open or overdue on the day asked about.
pub(crate) fn open<'a>(asked: &Asked<'a>, places: &[usize], mut tell: impl FnMut(Obligation<'a>)) {
    each(asked, places, |raised| {
        if raised.closed(asked.as_of) == (None, None) {
            tell(standing(asked, raised));
        }
    });
}

/// Tells each duty about some records that had arisen by the day asked about.
fn each<'a>(asked: &Asked<'a>, places: &[usize], mut tell: impl FnMut(Raised<'a>)) {
    let mut raised = Raising::new();
    for place in places {
        let record = &*asked.file.records[*place];
        // An objection and a withdrawal may come before the day of the record, and so may what they make due.
        if asked.known.has(record.stamp) {
            record::duties(asked, record, &mut raised);
            if let Some(entry) = listing::entry(asked.file, record, asked.known) {
                entry::duties(asked, &entry, places, &mut raised);
                measure::duties(asked, &entry, &mut raised);
            }
            let arisen = raised.drain(..).filter(|raised| raised.since <= asked.as_of);
            arisen.for_each(|raised| tell(Raised { place: *place, ..raised }));
        }
    }
}

/// How a duty stands on the day asked about.
fn standing<'a>(asked: &Asked<'a>, raised: Raised<'a>) -> Obligation<'a> {
    let (done, cancelled) = raised.closed(asked.as_of);
    let closed = done.or(cancelled).unwrap_or(asked.as_of);
    let due = match raised.due {
        Some(date) => Due { date, provisional: false },
        None => asked.policies.due(raised.duty, raised.since, closed),
    };
    let state = match done {
        Some(_) => State::Done,
        None if cancelled.is_some() => State::Cancelled,
        None if asked.as_of > due.date => State::Overdue,
        None => State::Open,
    };
    let late_by = match state {
        State::Done | State::Overdue => asked.policies.days_late(due.date, closed),
        State::Open | State::Cancelled => 0,
    };
    let Raised { duty, org, record, place, cause, measure, since, .. } = raised;
    Obligation { duty, org, record: &record.id, place, cause, measure, since, due, state, done, late_by }
}

#[cfg(test)]
mod tests;
