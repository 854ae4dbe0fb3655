//! What is due from whom, and when. Each kind of duty is a function here and a row of the terms in policy.

mod entry;
mod measure;
mod record;

use crate::{
    date::Date,
    facts::{CreditFile, Known, Record},
    policy::{Due, PolicyHistory},
};
use serde::Serialize;

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
    cause: Option<&'a str>,
    measure: Option<&'a str>,
    since: Date,
    /// Where the event itself said by when.
    due: Option<Date>,
    done: Option<Date>,
    cancelled: Option<Date>,
}

impl<'a> Raised<'a> {
    /// A duty of the authority of a record.
    fn new(duty: &'static str, record: &'a Record, since: Date) -> Raised<'a> {
        let org = record.authority();
        Raised { duty, org, record, cause: None, measure: None, since, due: None, done: None, cancelled: None }
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
    let asked = Asked { file, known, as_of, policies };
    let mut raised = Vec::new();
    for place in places {
        let record = &*file.records[*place];
        if known.has(record.stamp) && record.effective <= as_of {
            record::duties(&asked, record, &mut raised);
            entry::duties(&asked, record, places, &mut raised);
            measure::duties(&asked, record, &mut raised);
        }
    }
    raised.into_iter().filter(|raised| raised.since <= as_of).map(|raised| standing(&asked, raised)).collect()
}

/// How a duty stands on the day asked about.
fn standing<'a>(asked: &Asked<'a>, raised: Raised<'a>) -> Obligation<'a> {
    let seen = |day: &Date| *day <= asked.as_of;
    let (done, cancelled) = (raised.done.filter(seen), raised.cancelled.filter(seen));
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
        State::Done | State::Overdue => asked.policies.calendar().working_days_late(due.date, closed),
        State::Open | State::Cancelled => 0,
    };
    let Raised { duty, org, record, cause, measure, since, .. } = raised;
    Obligation { duty, org, record: &record.id, cause, measure, since, due, state, done, late_by }
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
