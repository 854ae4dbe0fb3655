use crate::{event::ExitReason, refusal::Code, testing::*};

/// The penalty of the ninth of the worked scenarios.
fn ordinary(today: &str) -> Scenario {
    given([day("2026-05-06"), penalty("P-1", "2026-05-06"), publish("P-1", "2026-05-06")]).on(today)
}

fn listed() -> Scenario {
    given([day("2026-05-11"), black("L-1", "2026-05-11")]).on("2026-06-15")
}

/// (二十六) Default rule 10, the ninth of the worked scenarios.
#[test]
fn an_ordinary_penalty_is_repaired_after_three_months_and_the_authority_decides_in_days() {
    ordinary("2026-08-05").when(apply_for_repair("P-1", "2026-08-05")).then_refused(Code::TooEarly);
    ordinary("2026-08-07")
        .when(apply_for_repair("P-1", "2026-08-07"))
        .then_duty("accept-repair", "2026-08-07", ["accept-repair P-1 for apply-P-1-2026-08-07 due 2026-08-12 open"])
        .then_duty("decide-repair", "2026-08-07", ["decide-repair P-1 for apply-P-1-2026-08-07 due 2026-08-21 open"])
        .on("2026-08-12")
        .when(accept_repair("P-1", "2026-08-12"))
        .then_duty(
            "accept-repair",
            "2026-08-12",
            ["accept-repair P-1 for apply-P-1-2026-08-07 due 2026-08-12 done 2026-08-12"],
        )
        .on("2026-08-21")
        .when(repair("P-1", "2026-08-21"))
        .then_publication("P-1", "2026-08-21", |publication| {
            assert_eq!(publication.until, "2026-08-21".parse().ok());
        })
        .then_duty(
            "decide-repair",
            "2026-08-21",
            ["decide-repair P-1 for apply-P-1-2026-08-07 due 2026-08-21 done 2026-08-21"],
        );
    ordinary("2027-05-07").when(exit("none", "2027-05-07")).then_publication("P-1", "2027-05-07", |publication| {
        assert_eq!(publication.until, "2027-05-06".parse().ok(), "it ends by itself");
    });
}

/// The eighth of the worked scenarios.
#[test]
fn an_application_about_an_unrepairable_entry_is_refused_with_the_citation_and_changes_nothing() {
    let citation = "《市场监督管理信用修复管理办法》第七条";
    given([day("2026-05-11"), black("L-1", "2026-05-11").unrepairable(citation)])
        .on("2026-06-01")
        .when(apply_for_repair("L-1", "2026-06-01"))
        .then_refused(Code::NotRepairable)
        .then_told(citation)
        .then_listed("2026-06-01", ["black L-1"])
        .then_duties("2026-06-30", []);
}

#[test]
fn a_penalty_and_a_black_entry_are_repaired_and_nothing_else() {
    let scenario = given([day("2026-05-11"), license("A-1", "2026-05-11"), red("R-1", "2026-05-11")]);
    scenario.clone().when(apply_for_repair("A-1", "2026-05-11")).then_refused(Code::WrongRecordKind);
    scenario.when(apply_for_repair("R-1", "2026-05-11")).then_refused(Code::WrongRecordKind);
}

#[test]
fn anyone_passes_an_application_on_and_only_the_authority_decides_it() {
    let applied = listed().when(apply_for_repair("L-1", "2026-06-15").by(COUNTY)).then_applied();
    for act in [accept_repair("L-1", "2026-06-15"), refuse_repair("L-1", "2026-06-15"), repair("L-1", "2026-06-15")] {
        applied.clone().when(act.by(COUNTY)).then_refused(Code::NotYourEntry);
    }
}

#[test]
fn there_is_one_open_application_at_a_time() {
    listed()
        .when(apply_for_repair("L-1", "2026-06-15"))
        .when(apply_for_repair("L-1", "2026-06-15").by(COUNTY))
        .then_refused(Code::AlreadyOpen)
        .when(refuse_repair("L-1", "2026-06-15"))
        .then_applied()
        .when(apply_for_repair("L-1", "2026-06-15").by(COUNTY).id("anew"))
        .then_applied();
}

#[test]
fn an_application_is_accepted_once_and_nothing_is_decided_without_one() {
    listed().when(accept_repair("L-1", "2026-06-15")).then_refused(Code::NoApplication);
    listed().when(refuse_repair("L-1", "2026-06-15")).then_refused(Code::NoApplication);
    listed()
        .when(apply_for_repair("L-1", "2026-06-15"))
        .when(accept_repair("L-1", "2026-06-15"))
        .then_applied()
        .when(accept_repair("L-1", "2026-06-15").id("again"))
        .then_refused(Code::AlreadyEnded)
        .when(refuse_repair("L-1", "2026-06-15"))
        .then_applied()
        .when(refuse_repair("L-1", "2026-06-15").id("once more"))
        .then_refused(Code::NoApplication);
}

#[test]
fn no_decision_is_dated_before_the_application() {
    let applied = listed().when(apply_for_repair("L-1", "2026-06-12")).then_applied();
    for act in [accept_repair("L-1", "2026-06-11"), refuse_repair("L-1", "2026-06-11"), repair("L-1", "2026-06-11")] {
        applied.clone().when(act).then_refused(Code::TooEarly);
    }
    applied.when(accept_repair("L-1", "2026-06-12")).then_applied();
}

#[test]
fn a_refusal_closes_the_application_and_leaves_the_entry() {
    listed()
        .when(apply_for_repair("L-1", "2026-06-15"))
        .on("2026-06-17")
        .when(refuse_repair("L-1", "2026-06-17"))
        .then_changes([])
        .then_listed("2026-06-17", ["black L-1"])
        .then_duties(
            "2026-06-30",
            [
                "accept-repair L-1 for apply-L-1-2026-06-15 due 2026-06-18 done 2026-06-17",
                "decide-repair L-1 for apply-L-1-2026-06-15 due 2026-06-30 done 2026-06-17",
            ],
        );
}

#[test]
fn a_grant_needs_no_application_and_closes_an_open_one() {
    listed().when(repair("L-1", "2026-06-15")).then_changes(["exited black L-1 2026-05-11..2026-06-15"]);
    listed()
        .when(apply_for_repair("L-1", "2026-06-15"))
        .when(repair("L-1", "2026-06-15"))
        .then_changes(["exited black L-1 2026-05-11..2026-06-15"])
        .then_measure("R-KEY-SUPERVISION", ["2026-05-11..2026-06-15 on L-1"])
        .when(accept_repair("L-1", "2026-06-15"))
        .then_refused(Code::NoApplication)
        .when(repair("L-1", "2026-06-15").id("again"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn nothing_is_applied_for_once_the_entry_or_the_publicity_has_ended() {
    let exited = listed().when(exit("L-1", "2026-06-15")).then_applied();
    exited.clone().when(apply_for_repair("L-1", "2026-06-15")).then_refused(Code::AlreadyEnded);
    let expired = given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-06-14")]).on("2026-06-15");
    expired.clone().when(apply_for_repair("L-1", "2026-06-15")).then_refused(Code::AlreadyEnded);
    expired.when(apply_for_repair("L-1", "2026-06-14")).then_applied();
    ordinary("2027-05-07").when(apply_for_repair("P-1", "2027-05-07")).then_refused(Code::AlreadyEnded);
    ordinary("2027-05-07").when(apply_for_repair("P-1", "2027-05-06")).then_applied();
    let repaired = ordinary("2026-08-10").when(repair("P-1", "2026-08-10")).then_applied();
    repaired.when(apply_for_repair("P-1", "2026-08-10")).then_refused(Code::AlreadyEnded);
}

#[test]
fn an_application_of_a_day_before_a_later_end_is_taken_and_void_with_that_end() {
    listed()
        .when(exit("L-1", "2026-07-01"))
        .when(apply_for_repair("L-1", "2026-06-15"))
        .then_applied()
        .on("2026-07-01")
        .when(accept_repair("L-1", "2026-07-01"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn an_open_application_is_void_when_the_record_ends_otherwise() {
    let applied = listed().when(apply_for_repair("L-1", "2026-06-15")).then_applied().on("2026-06-16");
    let cancelled = [
        "accept-repair L-1 for apply-L-1-2026-06-15 due 2026-06-18 cancelled",
        "decide-repair L-1 for apply-L-1-2026-06-15 due 2026-06-30 cancelled",
    ];
    let exited = applied.clone().when(exit("L-1", "2026-06-16"));
    exited.clone().then_duty("accept-repair", "2026-06-30", [cancelled[0]]).then_duty(
        "decide-repair",
        "2026-06-30",
        [cancelled[1]],
    );
    exited.when(accept_repair("L-1", "2026-06-16")).then_refused(Code::AlreadyEnded);
    applied
        .when(withdraw_designation("L-1", "2026-06-16"))
        .then_duty("decide-repair", "2026-06-30", [cancelled[1]])
        .when(refuse_repair("L-1", "2026-06-16"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn an_exit_confirms_a_repair_only_from_the_day_of_the_repair_on() {
    let repaired = listed().when(repair("L-1", "2026-06-15")).then_applied();
    repaired
        .clone()
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-06-10"))
        .then_refused(Code::AlreadyEnded)
        .then_listed("2026-06-12", ["black L-1"]);
    repaired
        .on("2026-06-17")
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-06-17"))
        .then_applied()
        .then_changes([])
        .then_listed("2026-06-14", ["black L-1"])
        .then_listed("2026-06-15", [])
        .then_listed("2026-06-16", ["watch L-1"]);
}
