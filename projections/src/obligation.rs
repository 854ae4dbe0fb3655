//! What is due from whom, and when. (一)(二十一)(二十七); the duties of disputes, repair and joint action join them here.

use crate::{
    change::ListName,
    date::Date,
    event::NoticeAbout,
    facts::{Content, CreditFile, Deed, Known, Record},
    listing,
    policy::{Due, Policy},
    publication,
};
use serde::Serialize;

/// The names of the duties; their terms in working days are policy.
pub mod duty {
    pub const PUBLISH: &str = "publish";
    pub const NOTIFY_EXIT: &str = "notify-exit";
    pub const NOTIFY_TAKEDOWN: &str = "notify-takedown";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Overdue,
    Done,
    /// No longer needed: withheld, or the record was withdrawn.
    Cancelled,
}

/// One duty of one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation<'a> {
    pub duty: &'static str,
    /// Who owes it.
    pub org: &'a str,
    pub record: &'a str,
    /// The day from which the working days count; that day itself is not counted.
    pub since: Date,
    pub due: Due,
    pub state: State,
    pub done: Option<Date>,
    /// Working days past the due day.
    pub late_by: u32,
}

/// All duties about a subject that had arisen by a day.
pub fn obligations<'a>(file: &'a CreditFile, known: Known, as_of: Date, policy: &Policy) -> Vec<Obligation<'a>> {
    let records = file.records.iter().filter(|record| known.has(record.stamp) && record.effective <= as_of);
    records.flat_map(|record| of_record(record, known, as_of, policy)).collect()
}

/// The duties about one record that was known and had begun.
pub fn of_record<'a>(
    record: &'a Record,
    known: Known,
    as_of: Date,
    policy: &Policy,
) -> impl Iterator<Item = Obligation<'a>> + use<'a> {
    let duties = [
        publish(record, known, as_of, policy),
        notify_exit(record, known, as_of, policy),
        takedown(record, known, as_of, policy),
    ];
    duties.into_iter().flatten()
}

/// (一) Publish a license or a penalty within 7 working days of the decision.
fn publish<'a>(record: &'a Record, known: Known, as_of: Date, policy: &Policy) -> Option<Obligation<'a>> {
    let publication = publication::publication(record, known, as_of, policy.calendar())?;
    let cancelled = publication.withheld.is_some() || publication.ended_by.is_some();
    let since = record.effective;
    Some(row(duty::PUBLISH, record, since, publication.due, publication.issued, cancelled, as_of, policy))
}

/// (二十一) An exit notice on the channel of the original publication (default rule 9). The day of the exit is not counted.
fn notify_exit<'a>(record: &'a Record, known: Known, as_of: Date, policy: &Policy) -> Option<Obligation<'a>> {
    let entry = listing::entry(record, record.designation()?, known);
    let ended = entry.span.to;
    let is_over = entry.withdrawn_by.is_none() && entry.list != ListName::Watch && entry.span.after() <= as_of;
    if !is_over {
        return None;
    }
    let due = policy.due(duty::NOTIFY_EXIT, ended)?;
    let notice = record.acts(known).filter(|act| act.effective <= as_of).find(|act| {
        matches!(act.what, Deed::Noticed { about: NoticeAbout::Exit, .. } | Deed::Exited { notice: true, .. })
    });
    Some(row(duty::NOTIFY_EXIT, record, ended, due, notice.map(|act| act.effective), false, as_of, policy))
}

/// (二十七) A record that was wrong is taken down and the takedown explained (default rule 4).
fn takedown<'a>(record: &'a Record, known: Known, as_of: Date, policy: &Policy) -> Option<Obligation<'a>> {
    let withdrawal = listing::withdrawal(record, known).filter(|act| act.effective <= as_of)?;
    let published = match &record.content {
        Content::Designation(_) => true,
        _ => record.acts(known).any(|act| matches!(act.what, Deed::Published { .. })),
    };
    if !published {
        return None;
    }
    let since = withdrawal.effective;
    let due = policy.due(duty::NOTIFY_TAKEDOWN, since)?;
    let notice = record
        .acts(known)
        .filter(|act| act.effective <= as_of)
        .find(|act| matches!(act.what, Deed::Noticed { about: NoticeAbout::Takedown | NoticeAbout::Restoration, .. }));
    Some(row(duty::NOTIFY_TAKEDOWN, record, since, due, notice.map(|act| act.effective), false, as_of, policy))
}

#[allow(clippy::too_many_arguments)] // the columns of one row; a struct would only repeat `Obligation`
fn row<'a>(
    duty: &'static str,
    record: &'a Record,
    since: Date,
    due: Due,
    done: Option<Date>,
    cancelled: bool,
    as_of: Date,
    policy: &Policy,
) -> Obligation<'a> {
    let state = match done {
        Some(_) => State::Done,
        None if cancelled => State::Cancelled,
        None if as_of > due.date => State::Overdue,
        None => State::Open,
    };
    let late_by = match state {
        State::Done | State::Overdue => policy.calendar().working_days_late(due.date, done.unwrap_or(as_of)),
        State::Open | State::Cancelled => 0,
    };
    Obligation { duty, org: record.authority(), record: &record.id, since, due, state, done, late_by }
}
