use super::*;
use crate::{
    event::{AccessRequested, IdentifierLinked, ObjectionFiled, RepairApplied, SubjectDeregistered},
    testing::{day, *},
};

#[test]
fn nothing_is_judged_before_a_policy_is_in_force_and_a_day_is_open() {
    Scenario::empty().on("2026-05-11").when(black("L-1", "2026-05-11")).then_refused(Code::PolicyMissing);
    Scenario::with_policy().when(black("L-1", "2026-05-11")).then_refused(Code::PolicyMissing);
    Scenario::with_policy().on("2026-05-11").when(black("L-1", "2026-05-11")).then_applied();
}

#[test]
fn an_event_lies_no_further_ahead_than_policy_allows() {
    let furthest = "2026-08-09"; // 90 days behind 2026-05-11
    given([day("2026-05-11")]).when(black("L-1", furthest)).then_applied();
    given([day("2026-05-11")])
        .when(black("L-1", "2026-08-10"))
        .then_refused(Code::TooFarAhead)
        .then_told(furthest)
        .when(exit("L-1", "9999-12-31"))
        .then_refused(Code::TooFarAhead);
}

#[test]
fn an_event_without_a_subject_is_refused() {
    let stray = black("L-1", "2026-05-11").event(|event| event.subject.kind = SubjectKind::System);
    given([day("2026-05-11")]).when(stray).then_refused(Code::NotAllowed);
}

#[test]
fn an_event_whose_rule_is_not_in_force_yet_is_refused_whoever_publishes_it_and_whatever_it_names() {
    let first = policy("rules", 2, "2026-05-11", serde_json::json!({ "revision": 1 }));
    let scenario = given([day("2026-05-11"), first, penalty("P-1", "2026-05-11")]);
    let record = format!("{LABOUR}/P-1");
    let (scheme, value, reason) = ("tax".to_owned(), "654002".to_owned(), "合并".to_owned());
    let (grounds, by) = ("不是我单位".to_owned(), "subject".to_owned());
    let unknown: [Data; 5] = [
        RepairApplied { record: record.clone(), evidence: Vec::new() }.into(),
        ObjectionFiled { record, grounds, by }.into(),
        IdentifierLinked { scheme, value, reason }.into(),
        SubjectDeregistered { date: "2026-05-11".parse().unwrap(), citation: "注销".to_owned() }.into(),
        AccessRequested { level: 1, purpose: "审计".to_owned(), case: "1".to_owned() }.into(),
    ];
    for data in unknown {
        for org in [LABOUR, COUNTY] {
            let step = event("E-1", "2026-05-11", data.clone()).by(org);
            scenario.clone().when(step).then_refused(Code::RuleNotInForce).then_told(data.kind());
        }
    }
}

#[test]
fn the_same_event_again_changes_nothing_also_when_it_comes_later() {
    given([day("2026-05-11"), black("L-1", "2026-05-11")])
        .on("2026-05-12")
        .when(black("L-1", "2026-05-11"))
        .then_duplicate()
        .then_listed("2026-05-12", ["black L-1"])
        .when(exit("L-1", "2026-05-12"))
        .then_applied()
        .when(exit("L-1", "2026-05-12"))
        .then_duplicate();
}

#[test]
fn a_refused_event_that_comes_again_is_a_duplicate_of_its_refusal() {
    let then = given([day("2026-05-11")])
        .when(exit("L-1", "2026-05-11"))
        .then_refused(Code::NoSuchRecord)
        .when(black("L-1", "2026-05-11"))
        .then_applied()
        .when(exit("L-1", "2026-05-11"))
        .then_duplicate()
        .then_listed("2026-05-11", ["black L-1"]);
    let Effect::Duplicate(seen) = then.outcome.effect else { panic!("asserted above") };
    assert_eq!(seen.refused, Some(Code::NoSuchRecord));
}

/// A refused event stays in the log under its id, so the corrected one needs another.
#[test]
fn a_refused_event_spends_its_id_and_its_publisher_is_told_to_choose_a_new_one() {
    let unfounded = black("L-1", "2026-05-11").designation(|data| data.basis.clear());
    given([day("2026-05-11")])
        .when(unfounded)
        .then_refused(Code::BasisMissing)
        .when(black("L-1", "2026-05-11"))
        .then_refused(Code::IdConflict)
        .then_told("refused (basis-missing); choose a new id")
        .when(black("L-1", "2026-05-11").id("L-1b"))
        .then_applied();
}

#[test]
fn an_id_used_again_with_other_content_is_refused_and_the_first_stands() {
    given([day("2026-05-11"), black("L-1", "2026-05-11")])
        .when(black("L-1", "2026-05-11").months(1))
        .then_refused(Code::IdConflict)
        .when(black("L-1", "2026-05-10"))
        .then_refused(Code::IdConflict)
        .then_listed("2028-01-01", ["black L-1"]);
}

#[test]
fn two_departments_may_use_the_same_id() {
    given([day("2026-05-11"), black("L-1", "2026-05-11"), black("L-1", "2026-05-11").by(TAX)])
        .when(exit(&format!("{TAX}/L-1"), "2026-05-11").by(TAX))
        .then_applied()
        .then_listed("2026-05-11", ["black L-1"]);
}

#[test]
fn a_file_keeps_names_and_identifiers_as_they_became_known() {
    let renamed = black("L-2", "2026-05-11").event(|event| {
        event.subject.name = Some("伊宁市新星河建筑有限公司".to_owned());
        event.subject.uscc = None;
        event.subject.aliases =
            vec![crate::event::Alias { scheme: "tax".to_owned(), value: "654002199901011".to_owned() }];
    });
    let refused = exit("L-9", "2026-05-11").event(|event| event.subject.name = Some("假名".to_owned()));
    let first = given([day("2026-05-11")]).when(black("L-1", "2026-05-11"));
    let known = crate::facts::Known::Offset(first.offset);
    first.when(renamed).then_applied().when(refused).then_refused(Code::NoSuchRecord).then(|file| {
        assert_eq!(file.name(known), Some("伊宁市星河建筑有限公司"));
        assert_eq!(file.name(crate::facts::Known::Now), Some("伊宁市新星河建筑有限公司"));
        assert_eq!(file.identifier("uscc", known), Some(SUBJECT_USCC));
        assert_eq!(file.identifier("tax", known), None);
        assert_eq!(file.identifier("tax", crate::facts::Known::Now), Some("654002199901011"));
    });
}

#[test]
fn what_is_recorded_never_runs_backwards_though_a_clock_does() {
    let mut partition = crate::partition::Partition::new(0);
    assert_eq!(partition.stamp(1, 1_000).recorded, 1_000);
    assert_eq!(partition.stamp(2, 400).recorded, 1_000);
    assert_eq!(partition.stamp(3, 1_001).recorded, 1_001);
}

mod dates;
mod revisions;
