use crate::{
    event::{Finding, NoticeAbout},
    facts::Known,
    refusal::Code,
    testing::*,
};

const MEASURE: &str = "R-KEY-SUPERVISION";

/// The third of the worked scenarios up to the objection: measures are off from its day on.
fn disputed() -> Scenario {
    let listed = given([day("2026-04-20"), black("L-1", "2026-04-20").months(36)]).on("2026-06-15");
    listed.when(object("O-1", "L-1", "2026-06-15").id("O-1")).then_applied().scenario
}

/// Default rule 3, the third of the worked scenarios.
#[test]
fn an_objection_suspends_measures_until_it_is_resolved_and_extends_no_term() {
    given([day("2026-04-20"), black("L-1", "2026-04-20").months(36)])
        .on("2026-06-15")
        .when(object("O-1", "L-1", "2026-06-15"))
        .then_changes(["disputed black L-1 2026-04-20..2029-04-20"])
        .then_measure_changes(MEASURE, ["suspended 2026-04-20..2029-04-20 on L-1"])
        .then_listed("2026-06-15", ["black L-1"])
        .then_duties("2026-06-15", ["answer-objection L-1 for O-1 due 2026-06-25 open"])
        .on("2026-06-24")
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-24"))
        .then_changes(["undisputed black L-1 2026-04-20..2029-04-20"])
        .then_measure_changes(MEASURE, ["resumed 2026-04-20..2029-04-20 on L-1"])
        .then_measure(
            MEASURE,
            [
                "2026-04-20..2026-06-15 on L-1",
                "2026-06-15..2026-06-24 suspended on L-1",
                "2026-06-24..=2029-04-20 on L-1",
            ],
        )
        .on("2029-04-20")
        .when(day("2029-04-21"))
        .then_changes(["expired black L-1 2026-04-20..2029-04-20", "listed watch L-1 2029-04-21..2030-04-21"]);
}

/// Default rule 4, the fourth of the worked scenarios.
#[test]
fn an_entry_that_was_about_another_company_never_was_and_everyone_who_was_told_is_told_again() {
    let listed = given([day("2026-04-20")]).when(black("L-1", "2026-04-20").months(36));
    listed
        .on("2026-06-15")
        .when(object("O-1", "L-1", "2026-06-15"))
        .on("2026-07-10")
        .when(resolve(Finding::Withdrawn, "O-1", "L-1", "2026-07-10"))
        .then_changes(["withdrawn black L-1 2026-04-20..2029-04-20"])
        .then_measure_changes(MEASURE, ["withdrawn 2026-04-20..2026-07-10 on L-1"])
        .then_listed("2026-07-01", [])
        .then_measure(MEASURE, [])
        .then_listed_as_known(Known::Instant(instant("2026-07-02") - 1), "2026-07-01", ["black L-1"])
        .then_duty("notify-takedown", "2026-07-10", ["notify-takedown L-1 due 2026-07-15 open"])
        .on("2026-07-14")
        .when(notice("L-1", "2026-07-14", NoticeAbout::Restoration))
        .then_applied()
        .then_duty("notify-takedown", "2026-07-14", ["notify-takedown L-1 due 2026-07-15 done 2026-07-14"]);
}

#[test]
fn any_record_that_was_not_withdrawn_may_be_disputed_by_anyone_also_when_it_has_ended() {
    let steps = [
        day("2026-05-11"),
        license("A-1", "2026-05-11"),
        penalty("P-1", "2026-05-11"),
        red("R-1", "2026-05-11"),
        black("L-1", "2026-05-11"),
        revoke("A-1", "2026-05-11"),
        exit("L-1", "2026-05-11"),
    ];
    for record in ["A-1", "P-1", "R-1", "L-1"] {
        given(steps.clone()).when(object("O-1", record, "2026-05-11").by(COUNTY)).then_applied();
    }
    let withdrawn = given(steps.into_iter().chain([withdraw_penalty("P-1", "2026-05-11")]));
    withdrawn.when(object("O-1", "P-1", "2026-05-11")).then_refused(Code::AlreadyEnded);
}

#[test]
fn the_dispute_of_an_entry_that_has_ended_changes_no_list_and_no_measure() {
    given([day("2026-05-11"), black("L-1", "2026-05-11"), exit("L-1", "2026-05-11")])
        .on("2026-06-11")
        .when(object("O-1", "L-1", "2026-06-11"))
        .then_changes([])
        .then_measure_changes(MEASURE, [])
        .then_duty("answer-objection", "2026-06-11", ["answer-objection L-1 for O-1 due 2026-06-23 open"]);
}

#[test]
fn only_the_authority_answers_and_resolves() {
    disputed().when(answer("O-1", "L-1", "2026-06-16").by(COUNTY)).then_refused(Code::NotYourEntry);
    disputed()
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-16").by(COUNTY))
        .then_refused(Code::NotYourEntry);
}

#[test]
fn an_objection_is_answered_once_and_resolved_once_and_no_answer_follows_its_resolution() {
    let scenario = disputed().on("2026-06-20");
    let answered = scenario.when(answer("O-1", "L-1", "2026-06-20")).then_applied();
    answered.clone().when(answer("O-1", "L-1", "2026-06-20").id("again")).then_refused(Code::AlreadyEnded);
    answered
        .then_changes([])
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-20"))
        .then_applied()
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-20").id("again"))
        .then_refused(Code::AlreadyEnded)
        .when(answer("O-1", "L-1", "2026-06-20").id("late"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn what_is_no_objection_of_the_record_is_neither_answered_nor_resolved() {
    let scenario = disputed().when(penalty("P-1", "2026-06-15")).scenario;
    scenario.clone().when(answer("O-9", "L-1", "2026-06-15")).then_refused(Code::NoSuchObjection);
    scenario.clone().when(answer("O-1", "P-1", "2026-06-15")).then_refused(Code::NoSuchObjection);
    scenario.when(resolve(Finding::Unfounded, "O-9", "L-1", "2026-06-15")).then_refused(Code::NoSuchObjection);
}

#[test]
fn no_answer_and_no_resolution_is_dated_before_the_filing() {
    let scenario = disputed().on("2026-06-20");
    scenario.clone().when(answer("O-1", "L-1", "2026-06-14")).then_refused(Code::TooEarly);
    scenario.clone().when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-14")).then_refused(Code::TooEarly);
    scenario.when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-15")).then_applied();
}

#[test]
fn an_answer_leaves_the_measures_suspended_and_does_the_duty() {
    disputed()
        .on("2026-06-18")
        .when(answer("O-1", "L-1", "2026-06-18"))
        .then_measure(MEASURE, ["2026-04-20..2026-06-15 on L-1", "2026-06-15..=2029-04-20 suspended on L-1"])
        .then_duties("2026-06-30", ["answer-objection L-1 for O-1 due 2026-06-25 done 2026-06-18"]);
}

#[test]
fn a_correction_settles_an_objection_only_if_it_is_one_of_that_record() {
    let changes = || serde_json::json!({ "months": 12 });
    let scenario = disputed().when(black("L-2", "2026-06-15")).scenario;
    let scenario = scenario.when(correct("C-2", "L-2", "2026-06-15", changes())).then_applied().scenario;
    scenario.clone().when(resolve(Finding::Corrected, "O-1", "L-1", "2026-06-15")).then_refused(Code::NoSuchCorrection);
    scenario.clone().when(resolve_by("C-2", "O-1", "L-1", "2026-06-15")).then_refused(Code::NoSuchCorrection);
    scenario
        .when(correct("C-1", "L-1", "2026-06-15", changes()))
        .then_changes(["amended black L-1 2026-04-20..2027-04-20"])
        .when(resolve_by("C-1", "O-1", "L-1", "2026-06-15"))
        .then_changes(["undisputed black L-1 2026-04-20..2027-04-20"]);
}

#[test]
fn an_objection_filed_for_an_earlier_day_counts_from_that_day_and_one_for_a_later_day_when_it_comes() {
    let scenario = given([day("2026-04-20"), black("L-1", "2026-04-20")]).on("2026-06-15");
    scenario
        .clone()
        .when(object("O-1", "L-1", "2026-06-01"))
        .then_changes(["disputed black L-1 2026-04-20..2029-04-20"])
        .then_measure(MEASURE, ["2026-04-20..2026-06-01 on L-1", "2026-06-01..=2029-04-20 suspended on L-1"]);
    scenario
        .when(object("O-1", "L-1", "2026-06-20"))
        .then_changes([])
        .when(day("2026-06-19"))
        .then_changes([])
        .then_duties("2026-06-19", [])
        .when(day("2026-06-20"))
        .then_changes(["disputed black L-1 2026-04-20..2029-04-20"])
        .then_measure_changes(MEASURE, ["suspended 2026-04-20..2029-04-20 on L-1"]);
}

#[test]
fn a_resolution_of_a_later_day_resumes_on_that_day() {
    disputed()
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-18"))
        .then_changes([])
        .when(day("2026-06-17"))
        .then_changes([])
        .when(day("2026-06-18"))
        .then_changes(["undisputed black L-1 2026-04-20..2029-04-20"])
        .then_measure_changes(MEASURE, ["resumed 2026-04-20..2029-04-20 on L-1"]);
}

#[test]
fn an_objection_that_came_and_went_before_it_was_recorded_shows_in_the_timeline_alone() {
    given([day("2026-04-20"), black("L-1", "2026-04-20")])
        .on("2026-06-15")
        .when(object("O-1", "L-1", "2026-06-01"))
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-05"))
        .then_changes(["undisputed black L-1 2026-04-20..2029-04-20"])
        .then_measure(
            MEASURE,
            [
                "2026-04-20..2026-06-01 on L-1",
                "2026-06-01..2026-06-05 suspended on L-1",
                "2026-06-05..=2029-04-20 on L-1",
            ],
        );
}

#[test]
fn an_objection_may_come_before_the_record_begins_but_not_before_it_was_taken() {
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-20")]);
    scenario.clone().when(object("O-1", "L-1", "2026-05-10")).then_refused(Code::TooEarly);
    scenario
        .when(object("O-1", "L-1", "2026-05-11"))
        .then_changes([])
        .when(day("2026-05-20"))
        .then_changes(["listed black L-1 2026-05-20..2029-05-20", "disputed black L-1 2026-05-20..2029-05-20"])
        .then_measure_changes(MEASURE, ["suspended 2026-05-20..2029-05-20 on L-1"])
        .then_measure(MEASURE, ["2026-05-20..=2029-05-20 suspended on L-1"]);
}

#[test]
fn an_objection_to_a_back_dated_record_is_not_dated_before_the_record() {
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-01")]);
    scenario.clone().when(object("O-1", "L-1", "2026-04-30")).then_refused(Code::TooEarly);
    scenario.when(object("O-1", "L-1", "2026-05-01")).then_applied();
}

#[test]
fn measures_stay_suspended_until_the_last_of_several_objections_is_resolved() {
    disputed()
        .on("2026-06-17")
        .when(object("O-2", "L-1", "2026-06-17").by(COUNTY))
        .then_changes([])
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-17"))
        .then_changes([])
        .then_measure_changes(MEASURE, [])
        .on("2026-06-20")
        .when(resolve(Finding::Unfounded, &format!("{COUNTY}/O-2"), "L-1", "2026-06-20"))
        .then_changes(["undisputed black L-1 2026-04-20..2029-04-20"])
        .then_measure(
            MEASURE,
            [
                "2026-04-20..2026-06-15 on L-1",
                "2026-06-15..2026-06-20 suspended on L-1",
                "2026-06-20..=2029-04-20 on L-1",
            ],
        );
}

#[test]
fn a_withdrawal_leaves_no_objection_open() {
    disputed()
        .on("2026-06-16")
        .when(withdraw_designation("L-1", "2026-06-16"))
        .then_duty("answer-objection", "2026-07-10", ["answer-objection L-1 for O-1 due 2026-06-25 done 2026-06-16"])
        .when(answer("O-1", "L-1", "2026-06-16"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn a_term_that_ends_during_a_dispute_ends_all_the_same() {
    given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-05-20"), object("O-1", "L-1", "2026-05-15")])
        .on("2026-05-20")
        .when(day("2026-05-21"))
        .then_changes(["expired black L-1 2026-05-11..2026-05-20", "listed watch L-1 2026-05-21..2027-05-21"])
        .then_measure_changes(MEASURE, ["ended 2026-05-11..2026-05-20 on L-1"]);
}

#[test]
fn a_measure_goes_on_while_another_entry_that_is_not_disputed_carries_it() {
    given([day("2026-05-11"), black("L-1", "2026-05-11"), black("L-2", "2026-05-11").months(12)])
        .when(object("O-1", "L-1", "2026-05-11"))
        .then_measure_changes(MEASURE, ["rebased 2026-05-11..2027-05-11 on L-2"])
        .when(object("O-2", "L-2", "2026-05-11"))
        .then_measure_changes(MEASURE, ["suspended 2026-05-11..2029-05-11 on L-1+L-2"])
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-05-11"))
        .then_measure_changes(MEASURE, ["resumed 2026-05-11..2029-05-11 on L-1"]);
}

mod basis;

#[test]
fn one_department_has_so_many_objections_open_about_a_record_and_no_more() {
    let mut scenario = given([day("2026-05-11"), black("L-1", "2026-05-11")]);
    for number in 0..20 {
        scenario = scenario.when(object(&format!("O-{number}"), "L-1", "2026-05-11")).then_applied().scenario;
    }
    let further = || object("O-20", "L-1", "2026-05-11");
    scenario.clone().when(further()).then_refused(Code::TooMany).then_told(LABOUR);
    scenario.clone().when(further().by(MARKET)).then_applied();
    scenario.when(resolve(Finding::Unfounded, "O-3", "L-1", "2026-05-11")).when(further()).then_applied();
}
