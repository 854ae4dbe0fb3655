use crate::{
    event::Finding,
    facts::Known,
    testing::{Step, Then, black, correct, day, given, license, object, penalty, resolve, withdraw_penalty},
};
use serde_json::json;

fn named(step: Step, name: &str) -> Step {
    step.event(|event| event.subject.name = Some(name.to_owned()))
}

fn unnamed(step: Step) -> Step {
    step.event(|event| event.subject.name = None)
}

fn name(then: &Then, known: Known) -> Option<String> {
    then.scenario.clone().file().name(known).map(str::to_owned)
}

fn name_now(then: &Then) -> Option<String> {
    name(then, Known::Now)
}

/// What it is called now is kept; it is the same that a look through all records finds.
fn called(then: &Then) -> Option<String> {
    let found = name(then, Known::Offset(then.offset));
    assert_eq!(name_now(then), found);
    found
}

#[test]
fn a_name_is_that_of_the_latest_day_and_goes_with_a_record_that_was_wrong() {
    let then = given([day("2026-05-11"), named(black("L-1", "2026-05-11"), "真名公司")])
        .when(named(penalty("P-0", "2026-02-03"), "早先的名称"))
        .then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
    let then = then.when(named(penalty("P-1", "2026-05-12"), "错号的公司")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("错号的公司"));
    let before = Known::Offset(then.offset);
    let then = then.when(withdraw_penalty("P-1", "2026-05-12")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
    assert_eq!(name(&then, before).as_deref(), Some("错号的公司"));
}

#[test]
fn a_name_goes_also_with_a_record_that_an_objection_showed_to_be_wrong() {
    let then = given([day("2026-05-11"), named(black("L-1", "2026-05-11"), "真名公司")])
        .when(named(penalty("P-1", "2026-05-12"), "错号的公司"))
        .when(unnamed(object("O-1", "P-1", "2026-05-12")))
        .when(unnamed(resolve(Finding::Withdrawn, "O-1", "P-1", "2026-05-12")))
        .then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
}

#[test]
fn a_name_that_two_records_give_stays_when_one_of_them_was_wrong() {
    let then = given([day("2026-05-11"), named(penalty("P-1", "2026-05-11"), "真名公司")])
        .when(named(license("A-1", "2026-05-11"), "真名公司"))
        .when(named(penalty("P-2", "2026-05-11"), "错号的公司"))
        .when(withdraw_penalty("P-1", "2026-05-12"))
        .then_applied();
    assert_eq!(called(&then).as_deref(), Some("错号的公司"));
    let then = then.when(withdraw_penalty("P-2", "2026-05-12"));
    assert_eq!(called(&then.then_applied()).as_deref(), Some("真名公司"));
}

#[test]
fn a_name_that_was_given_again_is_that_of_the_later_day() {
    let then = given([day("2026-05-11"), named(penalty("P-1", "2024-05-11"), "真名公司")])
        .when(named(penalty("P-2", "2026-05-11"), "真名公司"))
        .when(named(penalty("P-3", "2025-05-11"), "早先的名称"))
        .then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
}

#[test]
fn a_correction_says_what_name_its_record_should_have_given() {
    let correction = |name: &str| named(correct("C-1", "L-1", "2026-05-12", json!({ "grade": "A" })), name);
    let given = || given([day("2026-05-11"), named(black("L-1", "2026-05-11"), "真明公司")]);
    let then = given().when(correction("真名公司")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
    assert_eq!(name(&then, Known::Offset(then.offset - 1)).as_deref(), Some("真明公司"));

    let renamed_since = given().when(named(penalty("P-1", "2026-05-12"), "新名公司")).then_applied();
    let then = renamed_since.when(correction("真名公司")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("新名公司"), "an earlier record that is corrected renames nobody");
    let then = then.when(withdraw_penalty("P-1", "2026-05-12")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
}

#[test]
fn a_name_that_comes_with_no_record_holds_until_a_record_gives_one() {
    let first = named(crate::testing::link("tax", "654002199901011", "2026-05-11"), "先来的名称");
    let then = given([day("2026-05-11")]).when(first).then_applied();
    assert_eq!(called(&then).as_deref(), Some("先来的名称"));
    let then = then.when(unnamed(black("L-1", "2026-05-11"))).then_applied();
    assert_eq!(called(&then).as_deref(), Some("先来的名称"));
    let then = then.when(named(penalty("P-1", "2026-02-03"), "真名公司")).then_applied();
    assert_eq!(called(&then).as_deref(), Some("真名公司"));
}
