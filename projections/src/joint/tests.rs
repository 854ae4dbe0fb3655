use crate::{event::Finding, refusal::Code, testing::*};

const ADDED: &str = "R-MARKET-BAN";
const CARRIED: &str = "R-KEY-SUPERVISION";

/// A measure beyond those of the list kind, which the market department is asked to carry out.
fn initiated() -> Scenario {
    let listed = given([day("2026-05-11"), black("L-1", "2026-05-11")]).on("2026-06-15");
    listed.when(initiate("I-1", "L-1", "2026-06-15", ADDED, MARKET, "2026-06-26")).then_applied().scenario
}

#[test]
fn an_initiated_measure_is_in_force_from_its_day_on_as_long_as_the_entry_runs() {
    let listed = given([day("2026-05-11"), black("L-1", "2026-05-11")]).on("2026-06-15");
    listed
        .when(initiate("I-1", "L-1", "2026-06-15", ADDED, MARKET, "2026-06-26"))
        .then_changes([])
        .then_measure_changes(ADDED, ["imposed 2026-06-15..2029-05-11 on L-1"])
        .then_obligation_changes(["arisen answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26"])
        .then_measure(ADDED, ["2026-06-15..=2029-05-11 on L-1"])
        .on("2026-07-01")
        .when(exit("L-1", "2026-07-01"))
        .then_measure_changes(ADDED, ["ended 2026-06-15..2026-07-01 on L-1"])
        .then_measure(ADDED, ["2026-06-15..2026-07-01 on L-1"]);
}

#[test]
fn a_measure_initiated_for_a_later_day_comes_into_force_then() {
    let listed = given([day("2026-05-11"), black("L-1", "2026-05-11")]);
    listed
        .when(initiate("I-1", "L-1", "2026-05-20", ADDED, MARKET, "2026-06-26"))
        .then_measure_changes(ADDED, [])
        .then_obligation_changes([])
        .on("2026-05-19")
        .when(day("2026-05-20"))
        .then_measure_changes(ADDED, ["imposed 2026-05-20..2029-05-11 on L-1"])
        .then_obligation_changes(["arisen answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26"]);
}

#[test]
fn the_authority_alone_initiates_and_only_while_the_entry_runs() {
    let ask = |of: &str, day: &str| initiate("I-1", of, day, ADDED, MARKET, "2026-09-26");
    let scenario = given([
        day("2026-05-11"),
        black("L-1", "2026-05-11"),
        black("L-2", "2026-05-11").until("2026-06-14"),
        black("L-3", "2026-06-20"),
        penalty("P-1", "2026-05-11"),
    ]);
    let scenario = scenario.on("2026-06-15");
    scenario.clone().when(ask("L-1", "2026-06-15").by(MARKET)).then_refused(Code::NotYourEntry);
    scenario.clone().when(ask("L-2", "2026-06-15")).then_refused(Code::AlreadyEnded);
    scenario.clone().when(ask("L-2", "2026-06-14")).then_applied();
    scenario.clone().when(ask("L-3", "2026-06-15")).then_refused(Code::TooEarly);
    scenario.clone().when(ask("P-1", "2026-06-15")).then_refused(Code::WrongRecordKind);
    let exited = scenario.when(exit("L-1", "2026-06-15")).scenario;
    exited.when(ask("L-1", "2026-06-15")).then_refused(Code::AlreadyEnded);
}

#[test]
fn what_is_initiated_is_of_the_catalogue_fits_the_list_and_leaves_time_to_answer() {
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11"), red("R-1", "2026-05-11")]);
    let ask = |of: &str, code: &str, by: &str| initiate("I-1", of, "2026-05-11", code, MARKET, by);
    scenario.clone().when(ask("L-1", "R-NO-SUCH", "2026-05-20")).then_refused(Code::MeasureUnknown);
    scenario.clone().when(ask("L-1", "I-TAX-BANK-CREDIT", "2026-05-20")).then_refused(Code::MeasureMismatch);
    scenario.clone().when(ask("R-1", ADDED, "2026-05-20")).then_refused(Code::MeasureMismatch);
    scenario.clone().when(ask("L-1", ADDED, "2026-05-10")).then_refused(Code::TermInvalid);
    scenario.clone().when(ask("L-1", ADDED, "2026-05-11")).then_applied();
    scenario.clone().when(ask("R-1", "I-TAX-BANK-CREDIT", "2026-05-20")).then_applied();
    let nothing = |edit: fn(&mut crate::event::MeasureInitiated)| {
        ask("L-1", ADDED, "2026-05-20").event(|event| match &mut event.data {
            crate::event::Data::MeasureInitiated(data) => edit(data),
            other => panic!("{other:?}"),
        })
    };
    scenario.clone().when(nothing(|data| data.measures.clear())).then_refused(Code::MeasureUnknown);
    scenario.when(nothing(|data| data.implementers.clear())).then_refused(Code::MeasureUnknown);
}

#[test]
fn an_implementer_accepts_once_or_declines_once_and_does_not_decline_what_it_carried_out() {
    let on = "2026-06-15";
    let accepted = initiated().when(accept(ADDED, "L-1", on).by(MARKET)).then_applied();
    accepted.clone().when(accept(ADDED, "L-1", on).by(MARKET).id("again")).then_refused(Code::AlreadyEnded);
    accepted
        .when(execute(ADDED, "L-1", on).by(MARKET))
        .then_applied()
        .when(decline(ADDED, "L-1", on).by(MARKET))
        .then_refused(Code::AlreadyEnded)
        .when(execute(ADDED, "L-1", on).by(MARKET).id("once more"))
        .then_applied();
    initiated()
        .when(decline(ADDED, "L-1", on).by(MARKET))
        .then_applied()
        .when(decline(ADDED, "L-1", on).by(MARKET).id("again"))
        .then_refused(Code::AlreadyEnded)
        .when(accept(ADDED, "L-1", on).by(MARKET))
        .then_applied()
        .when(decline(ADDED, "L-1", on).by(MARKET).id("after all"))
        .then_applied();
}

#[test]
fn a_report_follows_an_acceptance_or_an_execution() {
    let on = "2026-06-15";
    let report = || report(ADDED, "L-1", on).by(MARKET);
    initiated().when(report()).then_refused(Code::NotAccepted);
    initiated().when(decline(ADDED, "L-1", on).by(MARKET)).when(report()).then_refused(Code::NotAccepted);
    initiated().when(accept(ADDED, "L-1", on).by(MARKET)).when(report()).then_applied();
    initiated().when(execute(ADDED, "L-1", on).by(MARKET)).when(report()).then_applied();
}

#[test]
fn a_measure_is_answered_while_the_entry_carries_it() {
    let on = "2026-06-15";
    initiated().when(accept("R-NO-CONCESSION", "L-1", on).by(MARKET)).then_refused(Code::MeasureUnknown);
    initiated().when(accept(ADDED, "L-1", "2026-06-14").by(MARKET)).then_refused(Code::MeasureUnknown);
    initiated().when(accept(CARRIED, "L-1", "2026-06-14").by(MARKET)).then_applied();
    let exited = initiated().when(exit("L-1", on)).then_applied();
    for act in [accept, execute, decline, report] {
        exited.clone().when(act(ADDED, "L-1", on).by(MARKET)).then_refused(Code::AlreadyEnded);
    }
}

#[test]
fn a_measure_is_answered_by_those_who_were_asked_and_what_the_kind_carries_by_its_implementing_departments() {
    let mut departments = shipped("departments");
    departments["register"] = serde_json::json!([
        { "org": MARKET, "name": "伊犁州市场监督管理局", "kinds": ["market-supervision"] },
        { "org": TAX, "name": "伊犁州税务局", "kinds": ["tax"] },
    ]);
    departments["unregistered"] = serde_json::json!("none");
    let scenario = given([
        day("2026-05-11"),
        black("L-1", "2026-05-11"),
        policy("departments", 2, "2026-05-11", departments),
        initiate("I-1", "L-1", "2026-05-11", "R-NO-FINANCIAL-FOUNDING", TAX, "2026-05-20"),
    ]);
    let accept = |code: &str, org: &str| accept(code, "L-1", "2026-05-11").by(org);
    scenario.clone().when(accept(CARRIED, MARKET)).then_applied();
    scenario.clone().when(accept(CARRIED, COUNTY)).then_refused(Code::NotYourMeasure);
    scenario.clone().when(accept("R-NO-FINANCIAL-FOUNDING", TAX)).then_applied();
    // What was initiated is for those who were named, though the catalogue has them among its implementers.
    scenario.when(accept("R-NO-FINANCIAL-FOUNDING", MARKET)).then_refused(Code::NotYourMeasure);
}

/// (二十七) No measure while verifying.
#[test]
fn a_suspended_measure_is_not_carried_out_but_may_be_accepted() {
    let on = "2026-06-15";
    initiated()
        .when(object("O-1", "L-1", on))
        .then_measure_changes(ADDED, ["suspended 2026-06-15..2029-05-11 on L-1"])
        .when(execute(ADDED, "L-1", on).by(MARKET))
        .then_refused(Code::Suspended)
        .when(accept(ADDED, "L-1", on).by(MARKET))
        .then_applied()
        .when(resolve(Finding::Unfounded, "O-1", "L-1", on))
        .when(execute(ADDED, "L-1", on).by(MARKET).id("now"))
        .then_applied();
}

#[test]
fn a_measure_is_not_carried_out_while_the_basis_of_the_entry_is_lost() {
    let on = "2026-05-11";
    given([day(on), penalty("P-1", on), black("L-1", on).basis(["P-1"]), withdraw_penalty("P-1", on)])
        .when(execute(CARRIED, "L-1", on).by(MARKET))
        .then_refused(Code::Suspended);
}

#[test]
fn an_answer_is_due_on_the_day_that_the_authority_set_and_a_report_does_not_count_as_one() {
    let answered = |act: Step| initiated().on("2026-06-22").when(act.by(MARKET)).then_applied();
    let due = "answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26";
    for act in [accept, execute, decline] {
        let done = format!("{due} done 2026-06-22");
        answered(act(ADDED, "L-1", "2026-06-22")).then_duty("answer-measure", "2026-07-30", [&done]);
    }
    initiated().when(day("2026-06-26")).then_duty("answer-measure", "2026-06-26", [&format!("{due} open")]);
    initiated()
        .on("2026-06-26")
        .when(day("2026-06-27"))
        .then_obligation_changes(["overdue answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26"])
        .then_duty("answer-measure", "2026-06-29", [&format!("{due} overdue by 1")]);
    let exited = initiated().on("2026-06-17").when(exit("L-1", "2026-06-17"));
    exited.then_duty("answer-measure", "2026-07-30", [&format!("{due} cancelled")]);
}

#[test]
fn who_took_a_measure_on_reports_on_it_again_and_again_until_the_entry_ends() {
    initiated()
        .when(accept(ADDED, "L-1", "2026-06-15").by(MARKET))
        .then_duty(
            "report-measure",
            "2026-06-15",
            ["report-measure L-1 R-MARKET-BAN for accept-L-1-2026-06-15 due 2026-07-14 open"],
        )
        .on("2026-07-10")
        .when(report(ADDED, "L-1", "2026-07-10").by(MARKET))
        .then_duty(
            "report-measure",
            "2026-07-10",
            [
                "report-measure L-1 R-MARKET-BAN for accept-L-1-2026-06-15 due 2026-07-14 done 2026-07-10",
                "report-measure L-1 R-MARKET-BAN for report-L-1-2026-07-10 due 2026-08-07 open",
            ],
        )
        .on("2026-07-20")
        .when(exit("L-1", "2026-07-20"))
        .then_duty(
            "report-measure",
            "2026-08-30",
            [
                "report-measure L-1 R-MARKET-BAN for accept-L-1-2026-06-15 due 2026-07-14 done 2026-07-10",
                "report-measure L-1 R-MARKET-BAN for report-L-1-2026-07-10 due 2026-08-07 cancelled",
            ],
        );
}

#[test]
fn who_declines_after_all_reports_no_more_and_an_execution_begins_the_reports_where_none_had_accepted() {
    let on = "2026-06-15";
    initiated().when(accept(ADDED, "L-1", on).by(MARKET)).when(decline(ADDED, "L-1", on).by(MARKET)).then_duty(
        "report-measure",
        "2026-08-30",
        ["report-measure L-1 R-MARKET-BAN for accept-L-1-2026-06-15 due 2026-07-14 cancelled"],
    );
    initiated()
        .when(execute(ADDED, "L-1", on).by(MARKET))
        .when(execute(ADDED, "L-1", on).by(MARKET).id("once more"))
        .then_duty(
            "report-measure",
            on,
            ["report-measure L-1 R-MARKET-BAN for execute-L-1-2026-06-15 due 2026-07-14 open"],
        );
}

#[test]
fn a_measure_that_is_initiated_again_is_answered_anew_and_a_report_is_no_answer() {
    let due = "answer-measure L-1 R-MARKET-BAN for I-2 due 2026-07-10";
    initiated()
        .when(accept(ADDED, "L-1", "2026-06-15").by(MARKET))
        .on("2026-06-22")
        .when(initiate("I-2", "L-1", "2026-06-22", ADDED, MARKET, "2026-07-10"))
        .then_measure_changes(ADDED, [])
        .when(report(ADDED, "L-1", "2026-06-22").by(MARKET))
        .then_applied()
        .then_duty(
            "answer-measure",
            "2026-06-22",
            ["answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26 done 2026-06-15", &format!("{due} open")],
        )
        .when(execute(ADDED, "L-1", "2026-06-22").by(MARKET))
        .then_duty(
            "answer-measure",
            "2026-06-22",
            [
                "answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26 done 2026-06-15",
                &format!("{due} done 2026-06-22"),
            ],
        );
}

/// A second initiation waits for an answer of its own, and one given before is none.
#[test]
fn who_is_asked_again_answers_again_though_the_measure_was_taken_on_before() {
    let on = "2026-06-22";
    let again = initiated()
        .when(accept(ADDED, "L-1", "2026-06-15").by(MARKET))
        .on(on)
        .when(accept(ADDED, "L-1", on).by(MARKET))
        .then_refused(Code::AlreadyEnded)
        .when(initiate("I-2", "L-1", on, ADDED, MARKET, "2026-07-10"))
        .then_applied()
        .scenario;
    let first = "answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26 done 2026-06-15";
    let second = "answer-measure L-1 R-MARKET-BAN for I-2 due 2026-07-10 done 2026-06-22";
    again
        .clone()
        .when(accept(ADDED, "L-1", on).by(MARKET).id("again"))
        .then_applied()
        .then_duty("answer-measure", on, [first, second])
        .when(accept(ADDED, "L-1", on).by(MARKET).id("once more"))
        .then_refused(Code::AlreadyEnded);
    again
        .when(decline(ADDED, "L-1", on).by(MARKET))
        .then_applied()
        .then_duty("answer-measure", on, [first, second])
        .when(decline(ADDED, "L-1", on).by(MARKET).id("again"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn what_was_carried_out_is_declined_only_by_who_is_asked_again() {
    let on = "2026-06-22";
    let executed = initiated().when(execute(ADDED, "L-1", "2026-06-15").by(MARKET)).on(on);
    executed
        .when(decline(ADDED, "L-1", on).by(MARKET))
        .then_refused(Code::AlreadyEnded)
        .when(initiate("I-2", "L-1", on, ADDED, MARKET, "2026-07-10"))
        .when(decline(ADDED, "L-1", on).by(MARKET).id("again"))
        .then_applied();
}

#[test]
fn an_answer_that_was_recorded_before_the_request_is_none_though_it_is_dated_after_it() {
    initiated()
        .when(accept(ADDED, "L-1", "2026-06-20").by(MARKET))
        .then_applied()
        .when(initiate("I-2", "L-1", "2026-06-16", ADDED, MARKET, "2026-07-10"))
        .then_duty(
            "answer-measure",
            "2026-06-22",
            [
                "answer-measure L-1 R-MARKET-BAN for I-1 due 2026-06-26 done 2026-06-20",
                "answer-measure L-1 R-MARKET-BAN for I-2 due 2026-07-10 open",
            ],
        );
}

mod persons;
