//! Statistics: what they count, and that they stay.

use super::*;
use crate::query::{
    counting::Counting,
    statistics::{Counts, Period},
};
use chengxin_projections::event::{MeasureDeclined, MeasureExecuted, MeasureInitiated, ObjectionFiled};

#[test]
fn statistics_count_what_happened_in_the_period_and_was_not_wrong() {
    let mut story = Story::on("2026-09-24");
    story.then(SOCIAL, "P-1", penalty());
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.then(SOCIAL, "D-2", designation(List::Black, "unpaid-wages", 36));
    story.open("2026-10-13");
    let issued = PublicationIssued { record: format!("{SOCIAL}/P-1"), channel: "credit-portal".into() };
    story.then(SOCIAL, "I-1", issued);
    story.then(SOCIAL, "W-1", DesignationWithdrawn { record: format!("{SOCIAL}/D-2"), reason: "重复".into() });
    let policies = story.partition.history.clone();
    let count = |from: &str, to: &str| {
        let period = Period { from: date(from), to: date(to) };
        let mut counting = Counting::new(period, date("2026-10-31"), &policies);
        counting.subject(story.file(), Known::Now);
        (counting.total, counting.regions.into_keys().collect::<Vec<_>>())
    };
    let (total, regions) = count("2026-01-01", "2026-12-31");
    assert_eq!((total.penalties, total.black_listed, total.withdrawn), (1, 1, 1));
    assert_eq!((total.published_in_time, total.published_late, total.duties_late), (0, 1, 1));
    assert_eq!(total.duties_overdue, 1, "the takedown was not explained");
    assert_eq!(regions, ["654002"]);
    assert_eq!(count("2027-01-01", "2027-12-31"), Default::default());
}

#[test]
fn an_entry_is_counted_as_expired_on_the_day_after_its_last_and_as_exited_on_the_day_of_its_exit() {
    let mut story = Story::on("2023-10-02");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.then(SOCIAL, "D-2", designation(List::Black, "unpaid-wages", 36));
    story.open("2026-09-28");
    story.then(SOCIAL, "X-1", exit(&format!("{SOCIAL}/D-2")));
    story.open("2026-10-08");
    let on = |day: &str| {
        let (total, _) = counted(&story, Known::Now, day, day);
        (total.exited, total.expired)
    };
    assert_eq!([on("2026-09-28"), on("2026-10-02"), on("2026-10-03")], [(1, 0), (0, 0), (0, 1)]);
}

fn counted(story: &Story, known: Known, from: &str, to: &str) -> (Counts, Vec<(String, Counts)>) {
    let policies = story.partition.known_history(known).unwrap_or_else(|| story.partition.history.clone());
    let period = Period { from: date(from), to: date(to) };
    let mut counting = Counting::new(period, date(to), &policies);
    counting.subject(story.file(), known);
    (counting.total, counting.departments.into_iter().collect())
}

fn joint_action() -> Story {
    let mut story = Story::on("2026-06-01");
    let record = format!("{SOCIAL}/D-1");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    let measures = vec!["R-MARKET-BAN".to_owned()];
    let implementers = vec!["org-1".to_owned(), "org-2".to_owned(), "org-3".to_owned()];
    let respond_by = date("2026-06-10");
    story.then(SOCIAL, "M-1", MeasureInitiated { record: record.clone(), measures, implementers, respond_by });
    story.open("2026-06-09");
    let measure = "R-MARKET-BAN".to_owned();
    let done = MeasureExecuted { record: record.clone(), measure, case: "7".into(), result: "已禁入".into() };
    story.then("org-1", "E-1", done);
    story.open("2026-06-12");
    let measure = "R-MARKET-BAN".to_owned();
    story.then("org-2", "N-1", MeasureDeclined { record, measure, reason: "不属职责".into() });
    story
}

#[test]
fn joint_action_is_counted_by_implementer_with_what_was_asked_answered_and_late() {
    let story = joint_action();
    let (total, departments) = counted(&story, Known::Now, "2026-06-01", "2026-06-30");
    assert_eq!((total.asked, total.answered, total.answered_late), (3, 2, 1));
    assert_eq!((total.executed, total.declined), (1, 1));
    assert!(total.imposed > 1, "what the kind carries, and what was initiated");
    let of = |org: &str| departments.iter().find(|(key, _)| key == org).unwrap().1;
    assert_eq!((of("org-1").executed, of("org-2").answered_late, of("org-3").duties_overdue), (1, 1, 1));
    assert_eq!((of("org-3").asked, of("org-3").answered), (1, 0));
}

#[test]
fn the_figures_of_a_past_period_as_known_then_are_the_same_whenever_they_are_asked_for() {
    let mut story = joint_action();
    story.open("2026-06-30");
    let moment = end_of("2026-06-30");
    let first = counted(&story, moment, "2026-06-01", "2026-06-30");
    story.open("2026-09-01");
    let record = format!("{SOCIAL}/D-1");
    story.then(TAX, "O-1", ObjectionFiled { record: record.clone(), grounds: "…".into(), by: "subject".into() });
    story.then(SOCIAL, "W-1", DesignationWithdrawn { record, reason: "同名公司".into() });
    assert_eq!(counted(&story, moment, "2026-06-01", "2026-06-30"), first);
    let (now, _) = counted(&story, Known::Now, "2026-06-01", "2026-06-30");
    assert_eq!((first.0.black_listed, now.black_listed), (1, 0), "what is known today is another matter");
    let (later, _) = counted(&story, Known::Now, "2026-09-01", "2026-09-30");
    assert_eq!((later.disputed, later.withdrawn), (1, 1));
}
