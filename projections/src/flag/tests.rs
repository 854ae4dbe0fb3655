use crate::{event::ExitReason, refusal::Code, testing::*};

const INCENTIVE: &str = "I-GREEN-CHANNEL";

/// The red entry of the sixth of the worked scenarios.
fn honoured() -> Scenario {
    given([day("2026-03-02"), red("R-1", "2026-03-02").channel("credit-portal")]).on("2026-06-08")
}

fn fine(id: &str, effective: &str) -> Step {
    penalty(id, effective).by(MARKET)
}

/// (二十一) Default rule 7, the sixth of the worked scenarios.
#[test]
fn a_fine_flags_a_red_entry_the_same_day_and_incentives_go_on_until_the_authority_decides() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .then_flags(["dishonest-while-red R-1 for P-1 2026-06-08..=2028-03-02"])
        .then_obligation_changes(["arisen decide-flag R-1 for P-1 due 2026-06-15"])
        .then_measure_changes(INCENTIVE, [])
        .then_listed("2026-06-08", ["red R-1"])
        .on("2026-06-12")
        .when(exit_because(ExitReason::Early, "R-1", "2026-06-12"))
        .then_changes(["exited red R-1 2026-03-02..2026-06-12"])
        .then_measure_changes(INCENTIVE, ["ended 2026-03-02..2026-06-12 on R-1"])
        .then_flags(["dishonest-while-red R-1 for P-1 2026-06-08..2026-06-12"])
        .then_duty("decide-flag", "2026-06-12", ["decide-flag R-1 for P-1 due 2026-06-15 done 2026-06-12"])
        .then_duty("notify-exit", "2026-06-12", ["notify-exit R-1 due 2026-06-17 open"])
        .when(notice("R-1", "2026-06-12", crate::event::NoticeAbout::Exit).on_channel("newspaper").id("N-1"))
        .then_refused(Code::WrongChannel)
        .when(notice("R-1", "2026-06-12", crate::event::NoticeAbout::Exit))
        .then_duty("notify-exit", "2026-06-12", ["notify-exit R-1 due 2026-06-17 done 2026-06-12"]);
}

#[test]
fn the_red_authority_and_the_reporting_department_are_named_when_a_flag_is_told() {
    let then = honoured().when(fine("P-1", "2026-06-08"));
    let told: Vec<_> = then.outcome.changes.obligations.iter().filter(|told| told.duty == "decide-flag").collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].org.as_str(), told[0].reported_by.as_deref()), (LABOUR, Some(MARKET)));
}

#[test]
fn an_authority_that_keeps_its_entry_ends_the_flag_and_decides_once() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .on("2026-06-10")
        .when(confirm("flag", "R-1", "2026-06-10").by(MARKET))
        .then_refused(Code::NotYourEntry)
        .when(confirm("flag", "R-1", "2026-06-10"))
        .then_applied()
        .then_changes([])
        .then_measure_changes(INCENTIVE, [])
        .then_flags(["dishonest-while-red R-1 for P-1 2026-06-08..2026-06-10 kept"])
        .then_duty("decide-flag", "2026-06-10", ["decide-flag R-1 for P-1 due 2026-06-15 done 2026-06-10"])
        .when(confirm("flag", "R-1", "2026-06-10").id("again"))
        .then_refused(Code::NothingToConfirm);
}

#[test]
fn once_the_black_entry_has_ended_nothing_is_left_to_decide_on_red_and_black() {
    given([day("2026-06-01"), black("L-1", "2026-06-01").until("2027-06-01")])
        .on("2026-06-08")
        .when(red("R-1", "2026-06-08").until("2027-06-08"))
        .then_flags(["red-and-black R-1 for L-1 2026-06-08..=2027-06-01"])
        .then_duty("decide-flag", "2026-06-08", ["decide-flag R-1 for L-1 due 2026-06-15 open"])
        .on("2026-06-10")
        .when(exit("L-1", "2026-06-10"))
        .then_duty("decide-flag", "2026-06-10", ["decide-flag R-1 for L-1 due 2026-06-15 cancelled"]);
}

#[test]
fn a_further_fine_flags_again_what_was_kept() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .when(confirm("flag", "R-1", "2026-06-08"))
        .then_flags(["dishonest-while-red R-1 for P-1 2026-06-08..2026-06-08 kept"])
        .on("2026-06-20")
        .when(fine("P-2", "2026-06-20"))
        .then_flags([
            "dishonest-while-red R-1 for P-1 2026-06-08..2026-06-08 kept",
            "dishonest-while-red R-1 for P-2 2026-06-20..=2028-03-02",
        ])
        .then_obligation_changes(["arisen decide-flag R-1 for P-2 due 2026-06-26"]);
}

#[test]
fn a_flag_is_for_what_begins_while_the_red_entry_runs() {
    let scenario = given([day("2026-03-02"), red("R-1", "2026-03-02").until("2026-06-10")]).on("2026-06-15");
    for (effective, flags) in [("2026-03-01", 0), ("2026-03-02", 1), ("2026-06-10", 1), ("2026-06-11", 0)] {
        scenario.clone().when(fine("P-1", effective)).then(|file| {
            let found = super::flags(file, &super::all(file), crate::facts::Known::Now);
            assert_eq!(found.len(), flags, "{effective}");
        });
    }
}

#[test]
fn a_red_entry_that_comes_after_the_fine_is_not_flagged_but_one_that_reaches_back_is() {
    let fined = given([day("2026-06-08"), fine("P-1", "2026-06-08")]).on("2026-06-15");
    fined.clone().when(red("R-1", "2026-06-09")).then_flags([]);
    fined
        .when(red("R-1", "2026-06-01"))
        .then_flags(["dishonest-while-red R-1 for P-1 2026-06-08..=2028-06-01"])
        .then_duty("decide-flag", "2026-06-15", ["decide-flag R-1 for P-1 due 2026-06-23 open"]);
}

#[test]
fn a_license_raises_no_flag() {
    honoured().when(license("A-1", "2026-06-08").by(MARKET)).then_flags([]);
}

#[test]
fn a_withdrawn_cause_never_was_and_the_duty_to_decide_is_gone() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .on("2026-06-10")
        .when(withdraw_penalty(&format!("{MARKET}/P-1"), "2026-06-10").by(MARKET))
        .then_flags([])
        .then_duty("decide-flag", "2026-06-30", ["decide-flag R-1 for P-1 due 2026-06-15 cancelled"])
        .when(confirm("flag", "R-1", "2026-06-10"))
        .then_refused(Code::NothingToConfirm);
}

#[test]
fn a_black_entry_flags_the_red_one_while_both_run() {
    honoured()
        .when(black("L-1", "2026-06-08").by(MARKET).months(3))
        .then_flags([
            "dishonest-while-red R-1 for L-1 2026-06-08..=2028-03-02",
            "red-and-black R-1 for L-1 2026-06-08..=2026-09-08",
        ])
        .then_obligation_changes(["arisen decide-flag R-1 for L-1 due 2026-06-15"])
        .on("2026-07-01")
        .when(exit(&format!("{MARKET}/L-1"), "2026-07-01").by(MARKET))
        .then_flags([
            "dishonest-while-red R-1 for L-1 2026-06-08..=2028-03-02",
            "red-and-black R-1 for L-1 2026-06-08..2026-07-01",
        ]);
}

#[test]
fn a_red_entry_of_one_who_is_on_the_black_list_is_flagged_as_both() {
    given([day("2026-03-02"), black("L-1", "2026-03-02").by(MARKET)])
        .on("2026-06-08")
        .when(red("R-1", "2026-06-08"))
        .then_flags(["red-and-black R-1 for L-1 2026-06-08..=2028-06-08"])
        .then_duty("decide-flag", "2026-06-08", ["decide-flag R-1 for L-1 due 2026-06-15 open"]);
}

#[test]
fn a_red_entry_that_ends_first_ends_the_flag_with_it() {
    honoured()
        .when(black("L-1", "2026-06-08").by(MARKET))
        .then_flags([
            "dishonest-while-red R-1 for L-1 2026-06-08..=2028-03-02",
            "red-and-black R-1 for L-1 2026-06-08..=2028-03-02",
        ])
        .when(withdraw_designation("R-1", "2026-06-08"))
        .then_flags([])
        .then_duty("decide-flag", "2026-06-20", ["decide-flag R-1 for L-1 due 2026-06-15 cancelled"]);
}

#[test]
fn a_penalty_or_another_black_entry_in_the_watch_is_a_relapse() {
    let watched = given([day("2026-03-02"), black("L-1", "2026-03-02").watch_months(6), exit("L-1", "2026-03-10")]);
    let watched = watched.on("2026-06-08");
    watched
        .clone()
        .when(fine("P-1", "2026-06-08"))
        .then_flags(["relapse-in-watch L-1 for P-1 2026-06-08..=2026-09-11"])
        .then_obligation_changes([])
        .when(confirm("flag", "L-1", "2026-06-08"))
        .then_flags(["relapse-in-watch L-1 for P-1 2026-06-08..2026-06-08 kept"]);
    watched
        .clone()
        .when(black("L-2", "2026-06-08"))
        .then_flags(["relapse-in-watch L-1 for L-2 2026-06-08..=2026-09-11"]);
    watched.clone().when(red("R-1", "2026-06-08")).then_flags([]);
    watched.clone().when(fine("P-1", "2026-03-10")).then_flags([]);
    watched.when(fine("P-1", "2026-03-11")).then_flags(["relapse-in-watch L-1 for P-1 2026-03-11..=2026-09-11"]);
}

#[test]
fn the_office_hears_of_a_flag_that_is_overdue_though_its_cause_was_recorded_long_before_the_entry() {
    let scenario = given([day("2026-06-08"), fine("P-1", "2026-06-08")]).on("2026-06-20");
    scenario
        .when(red("R-1", "2026-06-01"))
        .then_duty("decide-flag", "2026-06-20", ["decide-flag R-1 for P-1 due 2026-06-26 open"])
        .on("2026-06-26")
        .when(day("2026-06-27"))
        .then_obligation_changes(["overdue decide-flag R-1 for P-1 due 2026-06-26"])
        .when(day("2026-06-28"))
        .then_obligation_changes([]);
}

#[test]
fn a_basis_that_is_lost_flags_the_entry_only_while_it_runs() {
    let steps = [day("2026-05-11"), penalty("P-1", "2026-05-11"), black("L-1", "2026-05-11").basis(["P-1"])];
    let scenario = given(steps).when(exit("L-1", "2026-06-01")).on("2026-06-15");
    scenario.clone().when(withdraw_penalty("P-1", "2026-06-01")).then_flags([]).then_duty(
        "decide-basis-lost",
        "2026-06-15",
        [],
    );
    scenario.when(withdraw_penalty("P-1", "2026-05-31")).then_flags(["basis-lost L-1 for P-1 2026-05-31..2026-06-01"]);
}

#[test]
fn a_red_authority_that_has_let_the_days_pass_is_told_and_so_is_the_office() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .when(day("2026-06-15"))
        .then_obligation_changes([])
        .when(day("2026-06-16"))
        .then_obligation_changes(["overdue decide-flag R-1 for P-1 due 2026-06-15"])
        .then_listed("2026-06-16", ["red R-1"])
        .then_measure(INCENTIVE, ["2026-03-02..=2028-03-02 on R-1"]);
}

/// Nobody decides on what he cannot know.
#[test]
fn a_confirmation_decides_on_what_was_recorded_before_it_and_on_nothing_that_came_later() {
    honoured()
        .when(fine("P-1", "2026-06-08"))
        .on("2026-06-12")
        .when(confirm("flag", "R-1", "2026-06-12"))
        .on("2026-06-15")
        .when(fine("P-2", "2026-06-09"))
        .then_obligation_changes(["arisen decide-flag R-1 for P-2 due 2026-06-23"])
        .then_flags([
            "dishonest-while-red R-1 for P-1 2026-06-08..2026-06-12 kept",
            "dishonest-while-red R-1 for P-2 2026-06-09..=2028-03-02",
        ])
        .when(confirm("flag", "R-1", "2026-06-15"))
        .then_flags([
            "dishonest-while-red R-1 for P-1 2026-06-08..2026-06-12 kept",
            "dishonest-while-red R-1 for P-2 2026-06-09..2026-06-15 kept",
        ])
        .then_duty(
            "decide-flag",
            "2026-06-15",
            [
                "decide-flag R-1 for P-1 due 2026-06-15 done 2026-06-12",
                "decide-flag R-1 for P-2 due 2026-06-23 done 2026-06-15",
            ],
        );
}

#[test]
fn a_flag_that_only_a_later_correction_raised_is_not_decided_by_a_confirmation_before_it() {
    let over = black("L-0", "2026-01-05").until("2026-02-27").by(MARKET);
    let scenario = given([day("2026-03-02"), over, red("R-1", "2026-03-02"), fine("P-1", "2026-03-02")]);
    let kept = scenario.when(confirm("flag", "R-1", "2026-03-02")).then_applied().on("2026-03-09");
    kept.when(
        correct("C-1", &format!("{MARKET}/L-0"), "2026-03-09", serde_json::json!({ "until": "2026-12-31" })).by(MARKET),
    )
    .then_flags([
        "red-and-black R-1 for L-0 2026-03-02..=2026-12-31",
        "dishonest-while-red R-1 for P-1 2026-03-02..2026-03-02 kept",
    ]);
}
