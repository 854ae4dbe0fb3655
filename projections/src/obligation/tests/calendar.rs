//! Deadlines and the calendars that come while they run. Default rules 13 and 15.

use crate::testing::*;
use serde_json::json;

fn calendar(version: u32, on: &str, off: &[&str]) -> Step {
    let content = json!({ "year": 2027, "notice": "国办发明电〔2026〕9号", "off": off, "worked": [] });
    policy("calendar-2027", version, on, content)
}

fn decided() -> Scenario {
    given([day("2027-05-06"), penalty("P-1", "2027-05-06")])
}

#[test]
fn a_provisional_deadline_becomes_final_and_moves_with_the_calendar_and_that_is_told() {
    decided()
        .on("2027-05-10")
        .when(calendar(1, "2027-05-10", &["2027-05-07"]))
        .then_applied()
        .then_obligation_changes(["moved publish P-1 due 2027-05-18"])
        .then_duties("2027-05-10", ["publish P-1 due 2027-05-18 open"])
        .on("2027-05-17")
        .when(day("2027-05-18"))
        .then_obligation_changes([])
        .when(day("2027-05-19"))
        .then_obligation_changes(["overdue publish P-1 due 2027-05-18"]);
}

#[test]
fn a_deadline_that_only_becomes_final_is_told_too() {
    decided()
        .when(calendar(1, "2027-05-06", &["2027-10-01"]))
        .then_obligation_changes(["moved publish P-1 due 2027-05-17"])
        .then_duties("2027-05-06", ["publish P-1 due 2027-05-17 open"]);
}

#[test]
fn a_calendar_amended_in_the_year_moves_what_is_open() {
    decided()
        .when(calendar(1, "2027-05-06", &[]))
        .when(calendar(2, "2027-05-06", &["2027-05-07", "2027-05-10"]))
        .then_obligation_changes(["moved publish P-1 due 2027-05-19"]);
}

#[test]
fn a_later_amendment_moves_nothing_that_is_done() {
    decided()
        .when(calendar(1, "2027-05-06", &[]))
        .on("2027-05-12")
        .when(publish("P-1", "2027-05-12"))
        .on("2027-05-13")
        .when(calendar(2, "2027-05-13", &["2027-05-07"]))
        .then_obligation_changes([])
        .then_duties("2027-05-13", ["publish P-1 due 2027-05-17 done 2027-05-12"]);
}

#[test]
fn a_later_amendment_moves_nothing_that_is_overdue() {
    decided()
        .when(calendar(1, "2027-05-06", &[]))
        .on("2027-05-18")
        .when(calendar(2, "2027-05-18", &["2027-05-07"]))
        .then_obligation_changes([])
        .then_duties("2027-05-18", ["publish P-1 due 2027-05-17 overdue by 1"]);
}

#[test]
fn a_later_amendment_makes_nobodys_lateness_less() {
    decided()
        .when(calendar(1, "2027-05-06", &[]))
        .on("2027-05-18")
        .when(publish("P-1", "2027-05-18"))
        .on("2027-05-19")
        .when(calendar(2, "2027-05-19", &["2027-05-18"]))
        .then_duties("2027-05-19", ["publish P-1 due 2027-05-17 done 2027-05-18 late by 1"])
        .then_publication("P-1", "2027-05-19", |publication| assert_eq!(publication.late_by, 1));
}

#[test]
fn a_day_that_the_authority_set_moves_with_no_calendar() {
    given([day("2027-05-06"), black("L-1", "2027-05-06")])
        .when(initiate("I-1", "L-1", "2027-05-06", "R-MARKET-BAN", MARKET, "2027-05-20"))
        .then_obligation_changes(["arisen answer-measure L-1 R-MARKET-BAN for I-1 due 2027-05-20"])
        .when(calendar(1, "2027-05-06", &["2027-05-20"]))
        .then_obligation_changes([]);
}

#[test]
fn deadlines_of_persons_move_as_well() {
    let listing = black("L-1", "2027-05-06").persons([(PERSON, "法定代表人")]);
    given([day("2027-05-06"), listing])
        .when(object("O-1", "L-1", "2027-05-06").about_person(PERSON))
        .when(calendar(1, "2027-05-06", &["2027-05-07"]))
        .then_obligation_changes([])
        .of(PERSON)
        .then_obligation_changes(["moved answer-objection L-1 for O-1 due 2027-05-18"]);
}

#[test]
fn no_deadline_was_told_to_move_under_the_first_revision_of_the_rules() {
    given([day("2027-05-06"), first_rules("2027-05-06"), penalty("P-1", "2027-05-06")])
        .when(calendar(1, "2027-05-06", &["2027-05-07"]))
        .then_obligation_changes([]);
}
