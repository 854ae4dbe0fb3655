//! Entries that rest on records, and what becomes of them with those.

use crate::{event::Finding, refusal::Code, testing::*};
use serde_json::json;

const MEASURE: &str = "R-KEY-SUPERVISION";
const LISTED: &str = "2026-05-11..2029-05-11";

/// Two penalties, and an entry that rests on these of them.
fn resting_on<const N: usize>(basis: [&str; N]) -> Scenario {
    given([
        day("2026-05-11"),
        penalty("P-1", "2026-05-11"),
        penalty("P-2", "2026-05-11"),
        black("L-1", "2026-05-11").basis(basis),
    ])
    .on("2026-06-15")
}

#[test]
fn a_dispute_of_the_only_basis_suspends_the_measures_of_the_entry() {
    resting_on(["P-1"])
        .when(object("O-1", "P-1", "2026-06-15"))
        .then_changes([&format!("disputed black L-1 {LISTED}")])
        .then_measure_changes(MEASURE, [&format!("suspended {LISTED} on L-1")])
        .on("2026-06-18")
        .when(resolve(Finding::Unfounded, "O-1", "P-1", "2026-06-18"))
        .then_changes([&format!("undisputed black L-1 {LISTED}")])
        .then_measure_changes(MEASURE, [&format!("resumed {LISTED} on L-1")])
        .then_flags([]);
}

#[test]
fn a_dispute_of_one_of_two_bases_changes_nothing() {
    resting_on(["P-1", "P-2"])
        .when(object("O-1", "P-1", "2026-06-15"))
        .then_changes([])
        .then_measure_changes(MEASURE, [])
        .when(object("O-2", "P-2", "2026-06-15"))
        .then_changes([&format!("disputed black L-1 {LISTED}")]);
}

#[test]
fn an_item_of_the_basis_without_a_record_stands_whatever_becomes_of_the_others() {
    let step = black("L-1", "2026-05-11").basis(["P-1"]).citing("（2026）新40民终1号");
    given([day("2026-05-11"), penalty("P-1", "2026-05-11"), step])
        .when(object("O-1", "P-1", "2026-05-11"))
        .then_changes([])
        .when(withdraw_penalty("P-1", "2026-05-11"))
        .then_changes([])
        .then_measure_changes(MEASURE, [])
        .then_flags([]);
}

#[test]
fn a_record_that_is_not_on_file_stands() {
    let other = penalty("P-1", "2026-05-11").about(OTHER);
    let elsewhere = withdraw_penalty("P-1", "2026-05-11").about(OTHER);
    given([day("2026-05-11"), other, black("L-1", "2026-05-11").basis(["P-1"]), elsewhere])
        .when(exit("L-1", "2026-05-12"))
        .then_applied()
        .then_flags([])
        .then_measure(MEASURE, ["2026-05-11..2026-05-12 on L-1"]);
}

/// Default rule 5.
#[test]
fn the_loss_of_the_last_basis_suspends_at_once_asks_the_authority_and_delists_nothing() {
    resting_on(["P-1", "P-2"])
        .when(withdraw_penalty("P-1", "2026-06-15"))
        .then_measure_changes(MEASURE, [])
        .then_flags([])
        .on("2026-06-16")
        .when(withdraw_penalty("P-2", "2026-06-16"))
        .then_changes([])
        .then_measure_changes(MEASURE, [&format!("suspended {LISTED} on L-1")])
        .then_flags(["basis-lost L-1 for P-2 2026-06-16..=2029-05-11"])
        .then_duty("decide-basis-lost", "2026-06-16", ["decide-basis-lost L-1 due 2026-06-24 open"])
        .then_listed("2026-06-16", ["black L-1"])
        .when(day("2026-07-16"))
        .then_changes([])
        .then_listed("2026-07-16", ["black L-1"]);
}

#[test]
fn an_entry_whose_bases_are_partly_lost_and_partly_disputed_is_disputed() {
    resting_on(["P-1", "P-2"])
        .when(withdraw_penalty("P-1", "2026-06-15"))
        .when(object("O-2", "P-2", "2026-06-15"))
        .then_changes([&format!("disputed black L-1 {LISTED}")])
        .on("2026-06-17")
        .when(resolve(Finding::Withdrawn, "O-2", "P-2", "2026-06-17"))
        .then_changes([&format!("undisputed black L-1 {LISTED}")])
        .then_measure_changes(MEASURE, [])
        .then_flags(["basis-lost L-1 for P-2 2026-06-17..=2029-05-11"]);
}

#[test]
fn an_authority_that_keeps_the_entry_without_its_basis_resumes_its_measures() {
    let lost = resting_on(["P-1"]).when(withdraw_penalty("P-1", "2026-06-15")).then_applied().on("2026-06-18");
    lost.clone().when(confirm("basis-lost", "L-1", "2026-06-14")).then_refused(Code::NothingToConfirm);
    lost.clone().when(confirm("basis-lost", "L-1", "2026-06-18").by(COUNTY)).then_refused(Code::NotYourEntry);
    lost.when(confirm("basis-lost", "L-1", "2026-06-18"))
        .then_changes([])
        .then_measure_changes(MEASURE, [&format!("resumed {LISTED} on L-1")])
        .then_measure(
            MEASURE,
            [
                "2026-05-11..2026-06-15 on L-1",
                "2026-06-15..2026-06-18 suspended on L-1",
                "2026-06-18..=2029-05-11 on L-1",
            ],
        )
        .then_flags(["basis-lost L-1 for P-1 2026-06-15..2026-06-18 kept"])
        .then_duty("decide-basis-lost", "2026-06-18", ["decide-basis-lost L-1 due 2026-06-23 done 2026-06-18"])
        .when(confirm("basis-lost", "L-1", "2026-06-18").id("again"))
        .then_refused(Code::NothingToConfirm);
}

#[test]
fn an_entry_that_is_kept_on_the_day_of_the_loss_is_suspended_on_none_and_the_duty_is_done() {
    resting_on(["P-1"])
        .when(withdraw_penalty("P-1", "2026-06-15"))
        .when(confirm("basis-lost", "L-1", "2026-06-15"))
        .then_measure(MEASURE, ["2026-05-11..=2029-05-11 on L-1"])
        .then_flags([])
        .then_duty("decide-basis-lost", "2026-06-15", ["decide-basis-lost L-1 due 2026-06-23 done 2026-06-15"]);
}

#[test]
fn nothing_is_confirmed_while_the_basis_stands() {
    resting_on(["P-1"]).when(confirm("basis-lost", "L-1", "2026-06-15")).then_refused(Code::NothingToConfirm);
    let none = resting_on(["P-1"]).when(withdraw_penalty("P-1", "2026-06-15")).then_applied();
    none.clone().when(confirm("flag", "L-1", "2026-06-15")).then_refused(Code::NothingToConfirm);
    none.when(confirm("whim", "L-1", "2026-06-15")).then_refused(Code::NothingToConfirm);
}

#[test]
fn a_corrected_basis_is_looked_at_anew() {
    let lost = || resting_on(["P-1"]).when(withdraw_penalty("P-1", "2026-06-15")).then_applied().scenario;
    let on = |id: &str| json!({ "basis": [{ "record": format!("{LABOUR}/{id}") }] });
    lost()
        .when(correct("C-1", "L-1", "2026-06-15", on("P-2")))
        .then_changes([&format!("amended black L-1 {LISTED}")])
        .then_measure_changes(MEASURE, [&format!("resumed {LISTED} on L-1")])
        .then_flags([])
        .when(withdraw_penalty("P-2", "2026-06-15"))
        .then_measure_changes(MEASURE, [&format!("suspended {LISTED} on L-1")])
        .then_flags(["basis-lost L-1 for P-2 2026-06-15..=2029-05-11"]);
    lost()
        .when(confirm("basis-lost", "L-1", "2026-06-15"))
        .when(correct("C-1", "L-1", "2026-06-15", on("P-2")))
        .when(withdraw_penalty("P-2", "2026-06-15"))
        .then_measure_changes(MEASURE, [&format!("suspended {LISTED} on L-1")]);
}

#[test]
fn a_correction_of_something_else_leaves_the_entry_kept() {
    resting_on(["P-1"])
        .when(withdraw_penalty("P-1", "2026-06-15"))
        .when(confirm("basis-lost", "L-1", "2026-06-15"))
        .then_measure_changes(MEASURE, [&format!("resumed {LISTED} on L-1")])
        .when(correct("C-1", "L-1", "2026-06-15", json!({ "document_no": "伊州认〔2026〕2号" })))
        .then_measure_changes(MEASURE, [])
        .then_measure(MEASURE, ["2026-05-11..=2029-05-11 on L-1"]);
}

#[test]
fn a_lost_basis_is_told_from_the_day_of_the_withdrawal_though_that_lies_back() {
    resting_on(["P-1"])
        .when(withdraw_penalty("P-1", "2026-06-01"))
        .then_measure(MEASURE, ["2026-05-11..2026-06-01 on L-1", "2026-06-01..=2029-05-11 suspended on L-1"])
        .then_flags(["basis-lost L-1 for P-1 2026-06-01..=2029-05-11"])
        .then_duty("decide-basis-lost", "2026-06-15", ["decide-basis-lost L-1 due 2026-06-23 open"]);
}

#[test]
fn an_entry_designated_on_a_basis_that_is_gone_begins_without_it() {
    given([day("2026-05-11"), penalty("P-1", "2026-05-11"), withdraw_penalty("P-1", "2026-05-11")])
        .on("2026-05-20")
        .when(black("L-1", "2026-05-20").basis(["P-1"]))
        .then_changes(["listed black L-1 2026-05-20..2029-05-20"])
        .then_measure_changes(MEASURE, ["suspended 2026-05-20..2029-05-20 on L-1"])
        .then_flags(["basis-lost L-1 for P-1 2026-05-20..=2029-05-20"])
        .then_duty("decide-basis-lost", "2026-05-20", ["decide-basis-lost L-1 due 2026-05-27 open"]);
}

#[test]
fn a_basis_that_was_lost_before_this_was_a_rule_takes_nothing() {
    let steps = [
        day("2026-05-11"),
        first_rules("2026-05-11"),
        penalty("P-1", "2026-05-11"),
        black("L-1", "2026-05-11").basis(["P-1"]),
        withdraw_penalty("P-1", "2026-05-11"),
        policy("rules", 3, "2026-05-11", json!({ "revision": 2 })),
    ];
    given(steps)
        .when(exit("L-1", "2026-05-20"))
        .then_flags([])
        .then_measure(MEASURE, ["2026-05-11..2026-05-20 on L-1"]);
}
