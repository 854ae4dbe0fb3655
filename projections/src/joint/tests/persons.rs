//! Measures land on people, too (十六): implementers answer about each of them.

use super::{ADDED, CARRIED};
use crate::{event::Finding, refusal::Code, testing::*};

const ON: &str = "2026-06-15";
const REPRESENTATIVE: &str = "法定代表人";

/// An entry that names a representative and an accountant, on whom fewer measures land.
fn listed() -> Scenario {
    let named = black("L-1", "2026-05-11").persons([(PERSON, REPRESENTATIVE), (OTHER_PERSON, "财务负责人")]);
    given([day("2026-05-11"), named]).on(ON)
}

/// With a measure that lands on the representative alone.
fn initiated() -> Scenario {
    listed().when(initiate("I-1", "L-1", ON, ADDED, MARKET, "2026-06-26")).then_applied().scenario
}

#[test]
fn who_carries_a_measure_out_on_a_responsible_person_says_so_about_the_person_and_reports_on_it() {
    listed()
        .when(accept(CARRIED, "L-1", ON).about_person(PERSON).by(MARKET))
        .then_applied()
        .of(PERSON)
        .then_duties(ON, ["report-measure L-1 R-KEY-SUPERVISION for accept-L-1-2026-06-15 due 2026-07-14 open"])
        .when(execute(CARRIED, "L-1", ON).about_person(PERSON).by(MARKET))
        .then_applied()
        .on("2026-07-10")
        .when(report(CARRIED, "L-1", "2026-07-10").about_person(PERSON).by(MARKET))
        .then_applied()
        .of(PERSON)
        .then_duties(
            "2026-07-10",
            [
                "report-measure L-1 R-KEY-SUPERVISION for accept-L-1-2026-06-15 due 2026-07-14 done 2026-07-10",
                "report-measure L-1 R-KEY-SUPERVISION for report-L-1-2026-07-10 due 2026-08-07 open",
            ],
        )
        .on("2026-07-20")
        .when(exit("L-1", "2026-07-20"))
        .of(PERSON)
        .then_duties(
            "2026-07-20",
            [
                "report-measure L-1 R-KEY-SUPERVISION for accept-L-1-2026-06-15 due 2026-07-14 done 2026-07-10",
                "report-measure L-1 R-KEY-SUPERVISION for report-L-1-2026-07-10 due 2026-08-07 cancelled",
            ],
        )
        .when(report(CARRIED, "L-1", "2026-07-20").about_person(PERSON).by(MARKET))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn what_was_initiated_and_lands_on_a_person_is_answered_about_the_person_too() {
    let due = "answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26";
    let asked = listed().when(initiate("I-1", "L-1", ON, ADDED, MARKET, "2026-06-26"));
    asked
        .of(PERSON)
        .then_obligation_changes(["arisen answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26"])
        .of(OTHER_PERSON)
        .then_obligation_changes([])
        .then_duties(ON, [])
        .when(accept(ADDED, "L-1", ON).by(MARKET))
        .then_duty("answer-measure", ON, [&format!("{due} done {ON}")])
        .of(PERSON)
        .then_duty("answer-measure", ON, [&format!("{due} open")])
        .when(decline(ADDED, "L-1", ON).about_person(PERSON).by(MARKET))
        .then_applied()
        .of(PERSON)
        .then_duty("answer-measure", ON, [&format!("{due} done {ON}")]);
}

#[test]
fn a_measure_that_does_not_land_on_the_person_is_answered_by_nobody_there() {
    initiated().when(accept(ADDED, "L-1", ON).about_person(OTHER_PERSON).by(MARKET)).then_refused(Code::MeasureUnknown);
    let not_for_persons = accept("R-NO-FISCAL-FUNDS", "L-1", ON).about_person(PERSON);
    initiated().when(not_for_persons.by(MARKET)).then_refused(Code::MeasureUnknown);
}

#[test]
fn the_same_departments_answer_about_a_person_as_about_the_entry() {
    initiated().when(accept(ADDED, "L-1", ON).about_person(PERSON).by(TAX)).then_refused(Code::NotYourMeasure);
    initiated().when(report(ADDED, "L-1", ON).about_person(PERSON).by(MARKET)).then_refused(Code::NotAccepted);
    let again = initiated().when(accept(ADDED, "L-1", ON).about_person(PERSON).by(MARKET)).then_applied();
    again.when(accept(ADDED, "L-1", ON).about_person(PERSON).by(MARKET).id("again")).then_refused(Code::AlreadyEnded);
}

/// (二十七) No measure while verifying, for the person alone either.
#[test]
fn nothing_is_carried_out_on_a_person_who_disputes_the_entry() {
    let disputed = initiated().when(object("O-1", "L-1", ON).about_person(PERSON)).then_applied();
    disputed
        .when(execute(ADDED, "L-1", ON).about_person(PERSON).by(MARKET))
        .then_refused(Code::Suspended)
        .when(execute(ADDED, "L-1", ON).by(MARKET).id("on the entity"))
        .then_applied();
}

#[test]
fn a_person_who_was_found_not_to_belong_is_out_of_what_was_and_what_will_be_initiated() {
    let apart = initiated()
        .when(object("O-1", "L-1", ON).about_person(PERSON))
        .when(resolve(Finding::Withdrawn, "O-1", "L-1", ON).about_person(PERSON))
        .then_applied();
    apart
        .when(initiate("I-2", "L-1", ON, "R-NO-REAL-ESTATE", MARKET, "2026-06-26"))
        .then_applied()
        .of(PERSON)
        .then_obligation_changes([])
        .then_duty("answer-measure", ON, ["answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26 cancelled"])
        .when(accept(ADDED, "L-1", ON).about_person(PERSON).by(MARKET))
        .then_refused(Code::AlreadyEnded);
}
