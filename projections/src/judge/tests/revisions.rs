//! What was decided under the first revision of the rules stays decided (default rule 13).

use crate::{event::NoticeAbout, refusal::Code, testing::*};
use serde_json::json;

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    given([day("2026-05-11"), first_rules("2026-05-11")].into_iter().chain(steps))
}

#[test]
fn an_end_ahead_did_not_give_way_to_an_earlier_one() {
    let ended = [black("L-1", "2026-05-11"), exit("L-1", "2026-06-15")];
    first(ended.clone()).when(exit("L-1", "2026-06-01")).then_refused(Code::AlreadyEnded);
    given([day("2026-05-11")].into_iter().chain(ended)).when(exit("L-1", "2026-06-01")).then_applied();
}

#[test]
fn a_date_before_the_first_day_of_policy_was_judged() {
    first([]).when(penalty("P-1", "2003-12-31")).then_applied();
    given([day("2026-05-11")]).when(penalty("P-1", "2003-12-31")).then_refused(Code::BeforeFirstDay);
}

#[test]
fn a_withdrawn_penalty_took_no_basis_and_nobody_was_told_of_duties() {
    let listed = [penalty("P-1", "2026-05-11"), black("L-1", "2026-05-11").basis(["P-1"])];
    first(listed)
        .when(withdraw_penalty("P-1", "2026-05-11").by(LABOUR))
        .then_measure("R-KEY-SUPERVISION", ["2026-05-11..=2029-05-11 on L-1"])
        .then_obligation_changes([])
        .when(day("2026-05-30"))
        .then_obligation_changes([]);
}

#[test]
fn a_notice_was_given_on_any_channel() {
    let exited = [black("L-1", "2026-05-11").channel("newspaper"), exit("L-1", "2026-05-11")];
    first(exited.clone()).when(notice("L-1", "2026-05-11", NoticeAbout::Exit)).then_applied();
    given([day("2026-05-11")].into_iter().chain(exited))
        .when(notice("L-1", "2026-05-11", NoticeAbout::Exit))
        .then_refused(Code::WrongChannel);
}

#[test]
fn an_exit_that_confirmed_a_repair_could_move_the_end() {
    use crate::event::ExitReason::Repaired;
    let repaired = [day("2026-06-15"), black("L-1", "2026-05-11"), repair("L-1", "2026-06-15")];
    first(repaired).when(exit_because(Repaired, "L-1", "2026-06-10")).then_listed("2026-06-12", ["watch L-1"]);
}

#[test]
fn what_was_refused_as_unknown_stays_refused_when_the_rule_comes_into_force() {
    first([black("L-1", "2026-05-11")])
        .when(object("O-1", "L-1", "2026-05-11"))
        .then_refused(Code::RuleNotInForce)
        .when(policy("rules", 3, "2026-05-11", json!({ "revision": 2 })))
        .then_applied()
        .when(object("O-1", "L-1", "2026-05-11"))
        .then_duplicate()
        .then_measure("R-KEY-SUPERVISION", ["2026-05-11..=2029-05-11 on L-1"])
        .when(object("O-2", "L-1", "2026-05-11"))
        .then_applied()
        .then_measure("R-KEY-SUPERVISION", ["2026-05-11..=2029-05-11 suspended on L-1"]);
}
