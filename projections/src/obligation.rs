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

#[cfg(test)]
mod tests {
    use crate::{event::NoticeAbout, testing::*};

    /// The first of the worked scenarios: 2019-04-28, a Sunday, is worked.
    #[test]
    fn a_penalty_is_published_within_seven_working_days_of_its_decision() {
        given([day("2019-04-22")])
            .when(penalty("P-1", "2019-04-22"))
            .then_duties("2019-04-22", ["publish P-1 due 2019-04-30 open"])
            .then_duties("2019-04-30", ["publish P-1 due 2019-04-30 open"])
            .then_duties("2019-05-04", ["publish P-1 due 2019-04-30 overdue by 0"])
            .then_duties("2019-05-05", ["publish P-1 due 2019-04-30 overdue by 1"])
            .on("2019-05-06")
            .when(publish("P-1", "2019-05-06"))
            .then_duties("2019-05-06", ["publish P-1 due 2019-04-30 done 2019-05-06 late by 2"])
            .then_duties("2019-04-21", []);
    }

    #[test]
    fn what_is_withheld_withdrawn_or_revoked_needs_no_publication() {
        let scenario = given([day("2026-05-06"), penalty("P-1", "2026-05-06"), license("A-1", "2026-05-06")]);
        scenario.when(withdraw_penalty("P-1", "2026-05-06")).when(revoke("A-1", "2026-05-06")).then_duties(
            "2026-06-06",
            ["publish P-1 due 2026-05-14 cancelled", "publish A-1 due 2026-05-14 cancelled"],
        );
        given([day("2026-05-06"), penalty("P-1", "2026-05-06")])
            .when(withhold("P-1", "2026-05-06", "商业秘密", None))
            .then_duties("2026-06-06", ["publish P-1 due 2026-05-14 cancelled"]);
    }

    /// The seventh of the worked scenarios: the holiday lies between, and Saturday 10-10 is worked.
    #[test]
    fn an_exit_by_term_is_notified_within_three_working_days() {
        given([day("2023-10-02"), black("L-1", "2023-10-02").months(36)])
            .on("2026-10-02")
            .when(day("2026-10-03"))
            .then_duties("2026-10-02", [])
            .then_duties("2026-10-03", ["notify-exit L-1 due 2026-10-10 open"])
            .then_duties("2026-10-11", ["notify-exit L-1 due 2026-10-10 overdue by 0"])
            .then_duties("2026-10-12", ["notify-exit L-1 due 2026-10-10 overdue by 1"])
            .on("2026-10-09")
            .when(notice("L-1", "2026-10-09", NoticeAbout::Exit))
            .then_duties("2026-10-12", ["notify-exit L-1 due 2026-10-10 done 2026-10-09"]);
    }

    #[test]
    fn an_exit_that_is_declared_with_its_notice_leaves_nothing_due() {
        given([day("2026-05-11"), black("L-1", "2026-05-11")])
            .on("2026-06-15")
            .when(exit_with_notice("L-1", "2026-06-15"))
            .then_duties("2026-06-15", ["notify-exit L-1 due 2026-06-18 done 2026-06-15"]);
    }

    #[test]
    fn a_withdrawn_listing_is_taken_down_and_explained_and_no_exit_is_notified() {
        given([day("2026-04-20"), black("L-1", "2026-04-20")])
            .on("2026-07-10")
            .when(withdraw_designation("L-1", "2026-07-10"))
            .then_duties("2026-07-09", [])
            .then_duties("2026-07-10", ["notify-takedown L-1 due 2026-07-15 open"])
            .on("2026-07-16")
            .when(notice("L-1", "2026-07-16", NoticeAbout::Takedown))
            .then_duties("2026-07-16", ["notify-takedown L-1 due 2026-07-15 done 2026-07-16 late by 1"]);
    }

    #[test]
    fn an_entry_that_is_withdrawn_after_its_exit_needs_no_exit_notice_any_more() {
        given([day("2026-05-11"), black("L-1", "2026-05-11")])
            .when(exit("L-1", "2026-05-11"))
            .then_duties("2026-05-11", ["notify-exit L-1 due 2026-05-14 open"])
            .when(withdraw_designation("L-1", "2026-05-11"))
            .then_duties("2026-05-11", ["notify-takedown L-1 due 2026-05-14 open"]);
    }

    #[test]
    fn a_withdrawn_penalty_is_taken_down_only_if_it_was_published() {
        let withdrawn = |steps: Vec<Step>| given(steps).when(withdraw_penalty("P-1", "2026-05-06"));
        withdrawn(vec![day("2026-05-06"), penalty("P-1", "2026-05-06")])
            .then_duties("2026-05-06", ["publish P-1 due 2026-05-14 cancelled"]);
        withdrawn(vec![day("2026-05-06"), penalty("P-1", "2026-05-06"), publish("P-1", "2026-05-06")]).then_duties(
            "2026-05-06",
            ["publish P-1 due 2026-05-14 done 2026-05-06", "notify-takedown P-1 due 2026-05-09 open"],
        );
    }

    /// Default rule 15.
    #[test]
    fn a_deadline_in_a_year_without_published_arrangement_is_provisional() {
        given([day("2027-05-06")])
            .when(penalty("P-1", "2027-05-06"))
            .then_duties("2027-05-06", ["publish P-1 due ~2027-05-17 open"]);
    }
}
