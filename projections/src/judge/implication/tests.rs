use crate::{
    event::{ExitReason, Finding},
    refusal::Code,
    testing::*,
};

const MEASURE: &str = "R-KEY-SUPERVISION";
/// Lands on representatives, and not on accountants.
const FOR_SOME_ROLES: &str = "R-NO-AWARDS";
const REPRESENTATIVE: &str = "法定代表人";

/// The listing of the fifth of the worked scenarios.
fn listing() -> Step {
    black("L-1", "2026-02-02").until("2029-02-02").watch_months(6).persons([(PERSON, REPRESENTATIVE)])
}

fn listed() -> Scenario {
    given([day("2026-02-02"), listing()])
}

fn objection(id: &str, effective: &str) -> Step {
    object(id, "L-1", effective).about_person(PERSON)
}

fn resolution(finding: Finding, objection: &str, effective: &str) -> Step {
    resolve(finding, objection, "L-1", effective).about_person(PERSON)
}

/// (十六) Default rule 6, the fifth of the worked scenarios.
#[test]
fn the_measures_of_a_responsible_person_begin_and_end_with_the_entry_and_the_watch_is_for_both() {
    given([day("2026-02-02")])
        .when(listing())
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02"])
        .of(PERSON)
        .then_changes([])
        .then_listed("2026-02-02", [])
        .then_measure_changes(MEASURE, ["imposed 2026-02-02..2029-02-02 on L-1"])
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-1"])
        .on("2026-09-28")
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-09-28"))
        .then_implied(["person-1 of L-1 2026-02-02..2026-09-28"])
        .then_changes(["exited black L-1 2026-02-02..2026-09-28"])
        .of(PERSON)
        .then_changes([])
        .then_measure_changes(MEASURE, ["ended 2026-02-02..2026-09-28 on L-1"])
        .then_measure(MEASURE, ["2026-02-02..2026-09-28 on L-1"])
        .when(day("2026-09-29"))
        .then_implied([])
        .then_changes(["listed watch L-1 2026-09-29..2027-03-29"])
        .of(PERSON)
        .then_changes(["listed watch L-1 2026-09-29..2027-03-29"])
        .then_listed("2026-09-29", ["watch L-1"]);
}

#[test]
fn a_term_ends_for_the_person_without_a_further_statement() {
    listed()
        .on("2029-02-02")
        .when(day("2029-02-03"))
        .then_implied([])
        .of(PERSON)
        .then_measure_changes(MEASURE, ["ended 2026-02-02..2029-02-02 on L-1"])
        .then_changes(["listed watch L-1 2029-02-03..2029-08-03"]);
}

#[test]
fn on_a_person_land_the_measures_of_the_role_and_no_others() {
    let step = listing().persons([(PERSON, REPRESENTATIVE), (OTHER_PERSON, "财务负责人")]);
    given([day("2026-02-02")])
        .when(step)
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02", "person-2 of L-1 2026-02-02..=2029-02-02"])
        .of(PERSON)
        .then_measure(FOR_SOME_ROLES, ["2026-02-02..=2029-02-02 on L-1"])
        .then_measure("R-NO-FISCAL-FUNDS", [])
        .of(OTHER_PERSON)
        .then_measure(FOR_SOME_ROLES, [])
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-1"]);
}

#[test]
fn who_is_named_in_several_roles_bears_the_measures_of_all_of_them() {
    given([day("2026-02-02")])
        .when(listing().persons([(PERSON, REPRESENTATIVE), (PERSON, "财务负责人")]))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02"])
        .of(PERSON)
        .then_measure(FOR_SOME_ROLES, ["2026-02-02..=2029-02-02 on L-1"]);
}

#[test]
fn the_catalogue_of_the_acceptance_decides_what_lands_on_whom() {
    let mut catalogue = shipped("catalogue");
    for item in catalogue["items"].as_array_mut().unwrap() {
        item["persons"] = serde_json::json!([]);
    }
    listed()
        .on("2026-03-01")
        .when(policy("catalogue", 2, "2026-03-01", catalogue))
        .then_applied()
        .then_implied([])
        .of(PERSON)
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-1"])
        .when(black("L-2", "2026-03-01").persons([(OTHER_PERSON, REPRESENTATIVE)]))
        .of(OTHER_PERSON)
        .then_measure(MEASURE, []);
}

#[test]
fn an_initiated_measure_reaches_the_persons_on_whose_role_it_lands() {
    given([day("2026-02-02"), listing().persons([(PERSON, REPRESENTATIVE), (OTHER_PERSON, "财务负责人")])])
        .on("2026-03-02")
        .when(initiate("I-1", "L-1", "2026-03-02", "R-MARKET-BAN", MARKET, "2026-03-20"))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02"])
        .of(PERSON)
        .then_measure_changes("R-MARKET-BAN", ["imposed 2026-03-02..2029-02-02 on L-1"])
        .of(OTHER_PERSON)
        .then_measure("R-MARKET-BAN", [])
        .when(initiate("I-2", "L-1", "2026-03-02", "R-NO-CONCESSION", MARKET, "2026-03-20"))
        .then_applied()
        .then_implied([])
        .of(PERSON)
        .then_measure("R-NO-CONCESSION", []);
}

#[test]
fn a_person_is_suspended_while_the_entry_is_disputed_or_without_basis() {
    listed()
        .on("2026-06-15")
        .when(object("O-1", "L-1", "2026-06-15"))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02, disputed 2026-06-15.."])
        .of(PERSON)
        .then_measure_changes(MEASURE, ["suspended 2026-02-02..2029-02-02 on L-1"])
        .on("2026-06-24")
        .when(resolve(Finding::Unfounded, "O-1", "L-1", "2026-06-24"))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02, disputed 2026-06-15..2026-06-24"])
        .of(PERSON)
        .then_measure_changes(MEASURE, ["resumed 2026-02-02..2029-02-02 on L-1"]);
    given([day("2026-02-02"), penalty("P-1", "2026-02-02"), listing().basis(["P-1"])])
        .when(withdraw_penalty("P-1", "2026-02-02"))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02, without basis 2026-02-02.."])
        .of(PERSON)
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 suspended on L-1"]);
}

#[test]
fn what_reaches_back_over_an_entry_that_has_ended_is_stated_about_the_person_too() {
    let ended = listing().until("2026-03-02").watch_months(0).basis(["P-1"]);
    let ended = given([day("2026-02-02"), penalty("P-1", "2026-02-02"), ended]).on("2026-06-15");
    ended
        .clone()
        .when(object("O-1", "P-1", "2026-03-01"))
        .then_implied(["person-1 of L-1 2026-02-02..=2026-03-02, disputed 2026-03-01.."])
        .then_measure(MEASURE, ["2026-02-02..2026-03-01 on L-1", "2026-03-01..=2026-03-02 suspended on L-1"])
        .of(PERSON)
        .then_measure(MEASURE, ["2026-02-02..2026-03-01 on L-1", "2026-03-01..=2026-03-02 suspended on L-1"])
        .then_measure_changes(MEASURE, []);
    ended
        .when(withdraw_penalty("P-1", "2026-03-01"))
        .then_implied(["person-1 of L-1 2026-02-02..=2026-03-02, without basis 2026-03-01.."]);
}

#[test]
fn a_withdrawn_entry_never_was_for_the_person_either() {
    listed()
        .on("2026-07-10")
        .when(withdraw_designation("L-1", "2026-07-10"))
        .then_implied(["person-1 of L-1 2026-02-02..=2029-02-02, withdrawn"])
        .of(PERSON)
        .then_measure_changes(MEASURE, ["withdrawn 2026-02-02..2026-07-10 on L-1"])
        .then_measure(MEASURE, []);
}

#[test]
fn a_person_disputes_an_entry_alone_and_only_the_persons_measures_on_it_are_suspended() {
    let other = black("L-2", "2026-02-02").about(OTHER).persons([(PERSON, REPRESENTATIVE)]).months(6);
    given([day("2026-02-02"), listing(), other])
        .on("2026-06-15")
        .when(objection("O-1", "2026-06-15").by(COUNTY))
        .then_implied([])
        .then_changes([])
        .then_measure_changes(MEASURE, [])
        .of(PERSON)
        .then_measure_changes(MEASURE, ["rebased 2026-02-02..2026-08-02 on L-2"])
        .then_measure_changes(FOR_SOME_ROLES, ["rebased 2026-02-02..2026-08-02 on L-2"])
        .then_obligation_changes(["arisen answer-objection L-1 for O-1 due 2026-06-25"])
        .of(SUBJECT)
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-1"])
        .of(OTHER)
        .then_measure(MEASURE, ["2026-02-02..=2026-08-02 on L-2"]);
}

#[test]
fn the_authority_of_the_entry_answers_a_person_and_may_find_that_the_person_does_not_belong_to_it() {
    let disputed = listed().on("2026-06-15").when(objection("O-1", "2026-06-15")).then_applied();
    disputed
        .clone()
        .when(resolution(Finding::Unfounded, "O-1", "2026-06-15").by(COUNTY))
        .then_refused(Code::NotYourEntry);
    disputed.clone().when(resolution(Finding::Corrected, "O-1", "2026-06-15")).then_refused(Code::NoSuchCorrection);
    disputed
        .clone()
        .when(answer("O-1", "L-1", "2026-06-15").about_person(PERSON))
        .then_applied()
        .when(resolution(Finding::Unfounded, "O-1", "2026-06-15"))
        .of(PERSON)
        .then_measure_changes(MEASURE, ["resumed 2026-02-02..2029-02-02 on L-1"]);
    disputed
        .when(resolution(Finding::Withdrawn, "O-1", "2026-06-15"))
        .then_implied([])
        .then_changes([])
        .then_listed("2026-06-15", ["black L-1"])
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-1"])
        .of(PERSON)
        .then_measure(MEASURE, [])
        .then_measure_changes(MEASURE, ["withdrawn 2026-02-02..2026-06-15 on L-1"]);
}

#[test]
fn a_person_who_does_not_belong_to_the_entry_stays_out_of_it_whatever_becomes_of_the_entry() {
    listed()
        .on("2026-06-15")
        .when(objection("O-1", "2026-06-15"))
        .when(resolution(Finding::Withdrawn, "O-1", "2026-06-15"))
        .when(exit("L-1", "2026-06-15"))
        .then_implied(["person-1 of L-1 2026-02-02..2026-06-15"])
        .of(PERSON)
        .then_measure(MEASURE, [])
        .when(day("2026-06-16"))
        .of(PERSON)
        .then_changes([])
        .then_listed("2026-06-16", []);
}

#[test]
fn a_person_has_nothing_to_dispute_once_the_entry_was_withdrawn() {
    let disputed = listed().on("2026-06-15").when(objection("O-1", "2026-06-15")).then_applied().on("2026-06-16");
    disputed
        .when(withdraw_designation("L-1", "2026-06-16"))
        .of(PERSON)
        .then_duties("2026-07-30", ["answer-objection L-1 for O-1 due 2026-06-25 done 2026-06-16"])
        .when(objection("O-2", "2026-06-16"))
        .then_refused(Code::AlreadyEnded)
        .when(answer("O-1", "L-1", "2026-06-16").about_person(PERSON))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn a_person_whom_nothing_names_has_no_such_record() {
    let stranger = object("O-1", "L-1", "2026-02-02").about_person(OTHER_PERSON);
    listed().when(stranger).then_refused(Code::NoSuchRecord);
}

#[test]
fn a_person_named_by_several_enterprises_is_free_with_the_last_of_their_entries() {
    let other = black("L-2", "2026-02-02").about(OTHER).persons([(PERSON, REPRESENTATIVE)]);
    given([day("2026-02-02"), listing(), other])
        .on("2026-09-28")
        .when(exit("L-1", "2026-09-28"))
        .of(PERSON)
        .then_measure_changes(MEASURE, ["rebased 2026-02-02..2029-02-02 on L-2"])
        .when(exit("L-2", "2026-09-28").about(OTHER))
        .of(PERSON)
        .then_measure_changes(MEASURE, ["ended 2026-02-02..2026-09-28 on L-2"])
        .when(day("2026-09-29"))
        .of(PERSON)
        .then_changes(["listed watch L-1 2026-09-29..2027-03-29", "listed watch L-2 2026-09-29..2027-09-29"]);
}

#[test]
fn a_persons_own_entries_and_those_of_an_enterprise_do_not_mix() {
    let own = black("L-9", "2026-02-02").about_person(PERSON);
    given([day("2026-02-02"), listing(), own])
        .when(exit("L-1", "2026-02-02"))
        .of(PERSON)
        .then_listed("2026-02-02", ["black L-9"])
        .then_measure(MEASURE, ["2026-02-02..=2029-02-02 on L-9"]);
}

#[test]
fn what_an_entry_says_of_a_person_is_no_entry_that_anyone_exits_repairs_publishes_or_corrects() {
    let on = "2026-02-02";
    let changes = serde_json::json!({ "months": 1 });
    let acts = [
        exit("L-1", on),
        repair("L-1", on),
        apply_for_repair("L-1", on),
        publish("L-1", on),
        withhold("L-1", on, "国家秘密", None),
        confirm("basis-lost", "L-1", on),
        withdraw_designation("L-1", on),
        correct("C-1", "L-1", on, changes),
        initiate("I-1", "L-1", on, MEASURE, MARKET, "2026-03-01"),
    ];
    for act in acts {
        listed().when(act.about_person(PERSON)).then_refused(Code::WrongRecordKind);
    }
}

#[test]
fn only_the_system_states_what_an_entry_says_of_a_person() {
    let forged = state_implication("L-1", "2026-02-02").about_person(OTHER_PERSON);
    listed().when(forged).then_refused(Code::NotAllowed);
}

#[test]
fn persons_were_not_told_of_under_the_first_revision_of_the_rules() {
    given([day("2026-02-02"), first_rules("2026-02-02")])
        .when(listing())
        .then_applied()
        .then_implied([])
        .of(PERSON)
        .then_measure(MEASURE, []);
}

#[test]
fn a_notice_is_given_about_the_organisation_and_not_about_those_who_are_named_with_it() {
    listed()
        .when(withdraw_designation("L-1", "2026-02-02"))
        .when(notice("L-1", "2026-02-02", crate::event::NoticeAbout::Restoration).about_person(PERSON))
        .then_refused(Code::WrongRecordKind);
}
