//! Objections, corrections, flags and lost bases on the credit file.

use super::*;
use crate::query::{counting::Counting, flag::FlagState, objection::ObjectionState, statistics::Period};
use chengxin_projections::event::{
    DesignationConfirmed, Document, Finding, ObjectionAnswered, ObjectionFiled, ObjectionResolved, PenaltyWithdrawn,
    PublicationWithheld, RecordCorrected, SubjectDeregistered,
};

fn objection(record: &str) -> ObjectionFiled {
    ObjectionFiled { record: record.into(), grounds: "不是本公司".into(), by: "subject".into() }
}

fn resolved(record: &str, finding: Finding, correction: Option<&str>) -> ObjectionResolved {
    let objection = format!("{TAX}/O-1");
    ObjectionResolved { record: record.into(), objection, finding, correction: correction.map(str::to_owned) }
}

#[test]
fn scenario_3_an_objection_is_shown_with_its_answer_and_resolution_and_the_entry_is_marked_in_between() {
    let mut story = Story::on("2026-04-20");
    let record = format!("{SOCIAL}/D-1");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.open("2026-06-15");
    story.then(TAX, "O-1", objection(&record));
    story.open("2026-06-18");
    let (record, objection) = (record.clone(), format!("{TAX}/O-1"));
    story.then(SOCIAL, "A-1", ObjectionAnswered { record: record.clone(), objection, answer: "系本公司".into() });
    story.open("2026-06-24");
    story.then(SOCIAL, "R-1", resolved(&record, Finding::Unfounded, None));
    assert!(story.as_of("2026-06-14").objections.is_empty());
    let states = |day: &str| {
        let view = story.as_of(day);
        (view.objections[0].state, view.listings[0].disputed, view.measures[0].state)
    };
    assert_eq!(states("2026-06-15"), (ObjectionState::Open, true, MeasureState::Suspended));
    assert_eq!(states("2026-06-18"), (ObjectionState::Answered, true, MeasureState::Suspended));
    assert_eq!(states("2026-06-24"), (ObjectionState::Resolved, false, MeasureState::Active));
    let view = story.as_of("2026-06-24");
    let json = serde_json::to_value(&view.objections[0]).unwrap();
    assert_eq!((&json["by"], &json["grounds"]), (&json!("subject"), &json!("不是本公司")));
    assert_eq!((&json["answered"]["date"], &json["answered"]["answer"]), (&json!("2026-06-18"), &json!("系本公司")));
    assert_eq!((&json["resolved"]["finding"], &json["state"]), (&json!("unfounded"), &json!("resolved")));
    let causes: Vec<&str> = view.measures[0].intervals.iter().map(|interval| interval.cause.kind.as_str()).collect();
    assert_eq!(causes, ["designation.made", "objection.filed", "objection.resolved"]);
    assert_eq!(view.listings[0].until, date("2029-04-20"), "the term runs on");
}

#[test]
fn measures_that_are_disputed_from_their_first_day_on_are_shown_as_suspended_by_the_objection() {
    let mut story = Story::on("2026-04-20");
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.then(TAX, "O-1", objection(&format!("{SOCIAL}/D-1")));
    let view = story.as_of("2026-04-20");
    let interval = &view.measures[0].intervals[0];
    assert_eq!((interval.state, interval.cause.kind.as_str()), (MeasureState::Suspended, "objection.filed"));
}

#[test]
fn an_objection_is_closed_by_the_withdrawal_of_its_record() {
    let mut story = Story::on("2026-04-20");
    let record = format!("{SOCIAL}/P-1");
    story.then(SOCIAL, "P-1", penalty());
    story.then(TAX, "O-1", objection(&record));
    story.then(SOCIAL, "W-1", PenaltyWithdrawn { record, reason: "行政复议撤销".into() });
    assert_eq!(story.as_of("2026-04-20").objections[0].state, ObjectionState::Closed);
}

#[test]
fn a_withdrawal_that_is_dated_ahead_counts_at_once_wherever_it_is_shown() {
    let mut story = Story::on("2026-04-20");
    let (fine, entry) = (format!("{SOCIAL}/P-1"), format!("{SOCIAL}/D-1"));
    story.then(SOCIAL, "P-1", penalty());
    let basis = vec![Basis { citation: None, record: Some(fine.clone()) }];
    story.then(SOCIAL, "D-1", DesignationMade { basis, ..designation(List::Black, "unpaid-wages", 36) });
    story.open("2026-05-06");
    let other = format!("{SOCIAL}/P-2");
    story.then(SOCIAL, "P-2", penalty());
    story.then(TAX, "O-1", objection(&other));
    story.open("2026-05-07");
    let ahead = date("2026-06-01");
    assert_eq!(story.tell(SOCIAL, "R-1", ahead, resolved(&other, Finding::Withdrawn, None).into()), Effect::Applied);
    let wrong = PenaltyWithdrawn { record: fine, reason: "行政复议撤销".into() };
    assert_eq!(story.tell(SOCIAL, "W-1", ahead, wrong.into()), Effect::Applied);
    let view = story.as_of("2026-05-07");
    assert_eq!(view.objections[0].state, ObjectionState::Resolved);
    let interval = view.measures[0].intervals.last().unwrap();
    assert_eq!((interval.state, &*interval.cause.event), (MeasureState::Suspended, &*format!("{SOCIAL}/W-1")));
    let withdrawn = |from: &str, to: &str| {
        let policies = story.partition.history.clone();
        let period = Period { from: date(from), to: date(to) };
        let mut counting = Counting::new(period, date("2026-05-07"), &policies);
        counting.subject(story.file(), Known::Now);
        (counting.total.withdrawn, counting.total.penalties, counting.total.black_listed)
    };
    assert_eq!(withdrawn("2026-05-07", "2026-05-07"), (2, 0, 0));
    assert_eq!(view.listings[0].record, entry);
}

#[test]
fn publicity_that_was_withheld_is_shown_so_from_its_day_on() {
    let mut story = Story::on("2026-04-20");
    let record = format!("{SOCIAL}/P-1");
    story.then(SOCIAL, "P-1", penalty());
    let channel = "credit-portal".to_owned();
    story.then(SOCIAL, "I-1", PublicationIssued { record: record.clone(), channel });
    story.open("2026-05-06");
    let (exception, citation) = ("国家秘密".to_owned(), Some("保密法第九条".to_owned()));
    story.then(SOCIAL, "H-1", PublicationWithheld { record, exception, citation });
    let state = |day: &str| {
        let spans = story.with(Known::Now, day, timeline::timeline);
        spans.into_iter().find(|span| span.what == timeline::What::Publication).unwrap().state
    };
    assert_eq!((state("2026-05-05"), state("2026-05-06")), ("active".to_owned(), "withheld".to_owned()));
    assert_eq!(state("2028-05-06"), "withheld");
}

#[test]
fn a_correction_is_shown_on_every_date_to_those_who_know_of_it() {
    let mut story = Story::on("2026-04-20");
    let (fine, entry) = (format!("{SOCIAL}/P-1"), format!("{SOCIAL}/D-1"));
    story.then(SOCIAL, "P-1", penalty());
    story.then(SOCIAL, "D-1", designation(List::Black, "unpaid-wages", 36));
    story.then(TAX, "O-1", objection(&fine));
    let before = Known::Offset(story.offset);
    story.open("2026-05-06");
    let changes = Document(json!({ "fine": "1000.00", "severity": "minor", "conduct": "计量不合格", "remarks": null }));
    story.then(SOCIAL, "C-1", RecordCorrected { record: fine.clone(), changes });
    story.then(SOCIAL, "R-1", resolved(&fine, Finding::Corrected, Some(&format!("{SOCIAL}/C-1"))));
    let changes = Document(json!({ "document_no": "伊人社监〔2026〕8号", "months": 24, "watch_months": 6 }));
    story.then(SOCIAL, "C-2", RecordCorrected { record: entry, changes });
    let view = story.as_of("2026-04-20");
    let corrected = serde_json::to_value(&view.penalties[0]).unwrap();
    assert_eq!((&corrected["fine"], &corrected["severity"]), (&json!("1000.00"), &json!("minor")));
    assert_eq!((&corrected["conduct"], &corrected["state"]), (&json!("计量不合格"), &json!("corrected")));
    assert_eq!(corrected["content"], "罚款 2000 元", "what was not corrected stays");
    let listing = &view.listings[0];
    assert_eq!((listing.document_no.as_deref(), listing.watch_months), (Some("伊人社监〔2026〕8号"), 6));
    assert_eq!((listing.until, listing.corrected), (date("2028-04-20"), true));
    let resolution = story.as_of("2026-05-06").objections[0].resolved.clone().unwrap();
    assert_eq!(resolution.correction.as_deref(), Some(&*format!("{SOCIAL}/C-1")));
    let then = story.known(before, "2026-05-06");
    let as_first = serde_json::to_value(&then.penalties[0]).unwrap();
    assert_eq!((&as_first["fine"], &as_first["state"]), (&json!("2000.00"), &json!("current")));
    assert_eq!((then.listings[0].corrected, then.listings[0].until), (false, date("2029-04-20")));
}

#[test]
fn scenario_6_a_flag_stands_on_the_red_entry_until_its_authority_decides() {
    let mut story = Story::on("2026-03-02");
    story.then(SOCIAL, "R-1", designation(List::Red, "contract-honouring", 24));
    assert_eq!(story.as_of("2026-03-02").green_channel.records, [format!("{SOCIAL}/R-1")]);
    story.open("2026-06-08");
    story.then(TAX, "P-1", penalty());
    assert!(story.as_of("2026-06-07").flags.is_empty());
    let view = story.as_of("2026-06-08");
    let json = serde_json::to_value(&view.flags[0]).unwrap();
    assert_eq!((&json["flag"], &json["since"]), (&json!("dishonest-while-red"), &json!("2026-06-08")));
    assert_eq!((&json["until"], &json["state"]), (&Value::Null, &json!("standing")));
    assert_eq!((&json["record"], &json["cause"]), (&json!(format!("{SOCIAL}/R-1")), &json!(format!("{TAX}/P-1"))));
    assert!(view.measures.iter().all(|measure| measure.state == MeasureState::Active), "incentives go on");
    story.open("2026-06-12");
    let keeps =
        DesignationConfirmed { record: format!("{SOCIAL}/R-1"), on: "flag".into(), reason: "情节轻微".into() };
    story.then(SOCIAL, "K-1", keeps);
    let flag = story.as_of("2026-06-12").flags[0].clone();
    assert_eq!((flag.state, flag.until), (FlagState::Confirmed, Some(date("2026-06-12"))));
}

#[test]
fn an_entry_whose_basis_was_withdrawn_is_marked_and_flagged_and_stays_listed() {
    let mut story = Story::on("2026-04-20");
    let fine = format!("{SOCIAL}/P-1");
    story.then(SOCIAL, "P-1", penalty());
    let basis = vec![Basis { citation: None, record: Some(fine.clone()) }];
    story.then(SOCIAL, "D-1", DesignationMade { basis, ..designation(List::Black, "unpaid-wages", 36) });
    story.open("2026-05-06");
    story.then(SOCIAL, "W-1", PenaltyWithdrawn { record: fine.clone(), reason: "行政复议撤销".into() });
    let view = story.as_of("2026-05-06");
    assert_eq!((view.listings[0].state, view.listings[0].basis_lost), (State::Active, true));
    assert_eq!((view.flags[0].cause.as_str(), view.flags[0].state), (fine.as_str(), FlagState::Standing));
    let measure = &view.measures[0];
    assert_eq!(
        (measure.state, measure.intervals[1].cause.kind.as_str()),
        (MeasureState::Suspended, "penalty.withdrawn")
    );
    assert!(!story.as_of("2026-05-05").listings[0].basis_lost);
}

#[test]
fn a_deregistered_organisation_is_shown_as_such_from_its_day_on() {
    let mut story = Story::on("2026-04-20");
    story.then(SOCIAL, "P-1", penalty());
    let gone = SubjectDeregistered { date: date("2026-04-20"), citation: "准予注销登记通知书".into() };
    story.then(TAX, "X-1", gone);
    assert_eq!(story.as_of("2026-04-19").subject.deregistered, None);
    let gone = story.as_of("2026-04-20").subject.deregistered.unwrap();
    assert_eq!((gone.date, gone.event), (date("2026-04-20"), format!("{TAX}/X-1")));
}
