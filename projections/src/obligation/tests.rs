use crate::{event::NoticeAbout, testing::*};

/// The first of the worked scenarios: 2019-04-28, a Sunday, is worked.
#[test]
fn a_penalty_is_published_within_seven_working_days_of_its_decision() {
    given([day("2019-04-22")])
        .when(penalty("P-1", "2019-04-22"))
        .then_duties("2019-04-22", ["publish P-1 due 2019-04-30 open"])
        .then_duties("2019-04-30", ["publish P-1 due 2019-04-30 open"])
        .then_duties("2019-05-04", ["publish P-1 due 2019-04-30 overdue by 0"])
        .then_duties("2019-05-05", ["publish P-1 due 2019-04-30 overdue by 1"])
        .on("2019-05-06")
        .when(publish("P-1", "2019-05-06"))
        .then_duties("2019-05-06", ["publish P-1 due 2019-04-30 done 2019-05-06 late by 2"])
        .then_duties("2019-04-21", []);
}

#[test]
fn what_is_withheld_withdrawn_or_revoked_needs_no_publication() {
    let scenario = given([day("2026-05-06"), penalty("P-1", "2026-05-06"), license("A-1", "2026-05-06")]);
    scenario
        .when(withdraw_penalty("P-1", "2026-05-06"))
        .when(revoke("A-1", "2026-05-06"))
        .then_duties("2026-06-06", ["publish P-1 due 2026-05-14 cancelled", "publish A-1 due 2026-05-14 cancelled"]);
    given([day("2026-05-06"), penalty("P-1", "2026-05-06")])
        .when(withhold("P-1", "2026-05-06", "商业秘密", None))
        .then_duties("2026-06-06", ["publish P-1 due 2026-05-14 cancelled"]);
}

/// The seventh of the worked scenarios: the holiday lies between, and Saturday 10-10 is worked.
#[test]
fn an_exit_by_term_is_notified_within_three_working_days() {
    given([day("2023-10-02"), black("L-1", "2023-10-02").months(36)])
        .on("2026-10-02")
        .when(day("2026-10-03"))
        .then_duties("2026-10-02", [])
        .then_duties("2026-10-03", ["notify-exit L-1 due 2026-10-10 open"])
        .then_duties("2026-10-11", ["notify-exit L-1 due 2026-10-10 overdue by 0"])
        .then_duties("2026-10-12", ["notify-exit L-1 due 2026-10-10 overdue by 1"])
        .on("2026-10-09")
        .when(notice("L-1", "2026-10-09", NoticeAbout::Exit))
        .then_duties("2026-10-12", ["notify-exit L-1 due 2026-10-10 done 2026-10-09"]);
}

#[test]
fn an_exit_that_is_declared_with_its_notice_leaves_nothing_due() {
    given([day("2026-05-11"), black("L-1", "2026-05-11")])
        .on("2026-06-15")
        .when(exit_with_notice("L-1", "2026-06-15"))
        .then_duties("2026-06-15", ["notify-exit L-1 due 2026-06-18 done 2026-06-15"]);
}

#[test]
fn a_withdrawn_listing_is_taken_down_and_explained_and_no_exit_is_notified() {
    given([day("2026-04-20"), black("L-1", "2026-04-20")])
        .on("2026-07-10")
        .when(withdraw_designation("L-1", "2026-07-10"))
        .then_duties("2026-07-09", [])
        .then_duties("2026-07-10", ["notify-takedown L-1 due 2026-07-15 open"])
        .on("2026-07-16")
        .when(notice("L-1", "2026-07-16", NoticeAbout::Takedown))
        .then_duties("2026-07-16", ["notify-takedown L-1 due 2026-07-15 done 2026-07-16 late by 1"]);
}

#[test]
fn an_entry_that_is_withdrawn_after_its_exit_needs_no_exit_notice_any_more() {
    given([day("2026-05-11"), black("L-1", "2026-05-11")])
        .when(exit("L-1", "2026-05-11"))
        .then_duties("2026-05-11", ["notify-exit L-1 due 2026-05-14 open"])
        .when(withdraw_designation("L-1", "2026-05-11"))
        .then_duties("2026-05-11", ["notify-takedown L-1 due 2026-05-14 open"]);
}

#[test]
fn a_withdrawal_that_is_dated_ahead_is_told_at_once() {
    given([day("2026-05-11"), black("L-1", "2026-05-11")])
        .when(withdraw_designation("L-1", "2026-08-03"))
        .then_duty("notify-takedown", "2026-05-11", ["notify-takedown L-1 due 2026-05-14 open"])
        .when(notice("L-1", "2026-05-11", NoticeAbout::Takedown))
        .then_duty("notify-takedown", "2026-05-11", ["notify-takedown L-1 due 2026-05-14 done 2026-05-11"]);
}

#[test]
fn an_entry_that_is_withdrawn_before_its_first_day_owes_no_takedown() {
    let pending = given([day("2026-05-11"), black("L-1", "2026-05-20")]).on("2026-05-19");
    pending.clone().when(withdraw_designation("L-1", "2026-05-19")).then_duties("2026-06-30", []);
    pending.clone().when(withdraw_designation("L-1", "2026-05-25")).then_duties("2026-06-30", []);
    pending
        .on("2026-05-20")
        .when(withdraw_designation("L-1", "2026-05-20"))
        .then_duties("2026-05-20", ["notify-takedown L-1 due 2026-05-25 open"]);
}

#[test]
fn a_withdrawn_penalty_is_taken_down_only_if_it_was_published() {
    let withdrawn = |steps: Vec<Step>| given(steps).when(withdraw_penalty("P-1", "2026-05-06"));
    withdrawn(vec![day("2026-05-06"), penalty("P-1", "2026-05-06")])
        .then_duties("2026-05-06", ["publish P-1 due 2026-05-14 cancelled"]);
    withdrawn(vec![day("2026-05-06"), penalty("P-1", "2026-05-06"), publish("P-1", "2026-05-06")]).then_duties(
        "2026-05-06",
        ["publish P-1 due 2026-05-14 done 2026-05-06", "notify-takedown P-1 due 2026-05-09 open"],
    );
}

/// Default rule 15.
#[test]
fn a_deadline_in_a_year_without_published_arrangement_is_provisional() {
    given([day("2027-05-06")])
        .when(penalty("P-1", "2027-05-06"))
        .then_duties("2027-05-06", ["publish P-1 due ~2027-05-17 open"]);
}

#[test]
fn an_objection_is_done_with_its_answer_its_resolution_or_the_withdrawal_of_the_record() {
    use crate::event::Finding;
    let disputed = given([day("2026-05-11"), penalty("P-1", "2026-05-11"), object("O-1", "P-1", "2026-05-11")]);
    let done = |act: Step| {
        let then = disputed.clone().on("2026-05-13").when(act).then_applied();
        then.then_duty(
            "answer-objection",
            "2026-06-30",
            ["answer-objection P-1 for O-1 due 2026-05-20 done 2026-05-13"],
        );
    };
    done(answer("O-1", "P-1", "2026-05-13"));
    done(resolve(Finding::Unfounded, "O-1", "P-1", "2026-05-13"));
    done(resolve(Finding::Withdrawn, "O-1", "P-1", "2026-05-13"));
    done(withdraw_penalty("P-1", "2026-05-13"));
}

#[test]
fn the_source_is_told_of_an_objection_unless_it_filed_it_itself_and_the_office_when_it_is_overdue() {
    let recorded = given([day("2026-05-11"), penalty("P-1", "2026-05-11"), publish("P-1", "2026-05-11")]);
    recorded.clone().when(object("O-1", "P-1", "2026-05-11")).then_obligation_changes([]);
    recorded
        .when(object("O-1", "P-1", "2026-05-11").by(COUNTY))
        .then_obligation_changes(["arisen answer-objection P-1 for O-1 due 2026-05-20"])
        .on("2026-05-20")
        .when(day("2026-05-21"))
        .then_obligation_changes(["overdue answer-objection P-1 for O-1 due 2026-05-20"])
        .when(answer(&format!("{COUNTY}/O-1"), "P-1", "2026-05-21"))
        .then_obligation_changes([]);
}

#[test]
fn a_repaired_penalty_need_not_be_published_any_more() {
    let minor = penalty("P-1", "2026-05-06").severity("minor");
    given([day("2026-05-06"), minor])
        .when(repair("P-1", "2026-05-06"))
        .then_duties("2026-06-06", ["publish P-1 due 2026-05-14 cancelled"]);
}

#[test]
fn a_record_found_wrong_by_an_objection_is_taken_down_if_it_was_published() {
    use crate::event::Finding;
    let steps = [
        day("2026-05-06"),
        license("A-1", "2026-05-06"),
        publish("A-1", "2026-05-06"),
        object("O-1", "A-1", "2026-05-06"),
    ];
    given(steps)
        .when(resolve(Finding::Withdrawn, "O-1", "A-1", "2026-05-06"))
        .then_duty("notify-takedown", "2026-05-06", ["notify-takedown A-1 due 2026-05-09 open"])
        .when(notice("A-1", "2026-05-06", NoticeAbout::Takedown).on_channel("newspaper"))
        .then_refused(crate::refusal::Code::WrongChannel)
        .when(notice("A-1", "2026-05-06", NoticeAbout::Restoration))
        .then_duty("notify-takedown", "2026-05-06", ["notify-takedown A-1 due 2026-05-09 done 2026-05-06"]);
}

#[test]
fn an_entry_that_ends_by_term_before_anyone_decides_leaves_nothing_to_decide() {
    let red = red("R-1", "2026-05-11").until("2026-05-15");
    given([day("2026-05-11"), red, penalty("P-1", "2026-05-13").by(MARKET)])
        .on("2026-05-16")
        .when(day("2026-05-17"))
        .then_duty("decide-flag", "2026-05-15", ["decide-flag R-1 for P-1 due 2026-05-20 open"])
        .then_duty("decide-flag", "2026-05-16", ["decide-flag R-1 for P-1 due 2026-05-20 cancelled"]);
    let black = black("L-1", "2026-05-11").until("2026-05-15").basis(["P-1"]);
    given([day("2026-05-11"), penalty("P-1", "2026-05-11"), black, withdraw_penalty("P-1", "2026-05-13")])
        .when(day("2026-05-17"))
        .then_duty("decide-basis-lost", "2026-05-15", ["decide-basis-lost L-1 due 2026-05-18 open"])
        .then_duty("decide-basis-lost", "2026-05-16", ["decide-basis-lost L-1 due 2026-05-18 cancelled"]);
}

#[test]
fn a_lost_basis_is_decided_by_an_exit_or_a_withdrawal_too() {
    let black = black("L-1", "2026-05-11").basis(["P-1"]);
    let lost = given([day("2026-05-11"), penalty("P-1", "2026-05-11"), black, withdraw_penalty("P-1", "2026-05-12")]);
    for act in [exit("L-1", "2026-05-14"), withdraw_designation("L-1", "2026-05-14")] {
        lost.clone().on("2026-05-14").when(act).then_duty(
            "decide-basis-lost",
            "2026-06-14",
            ["decide-basis-lost L-1 due 2026-05-18 done 2026-05-14"],
        );
    }
}

#[test]
fn the_number_of_days_is_that_of_the_terms_in_force_when_the_duty_arose() {
    let mut terms = shipped("terms");
    for deadline in terms["deadlines"].as_array_mut().unwrap() {
        deadline["working_days"] = serde_json::json!(1);
    }
    given([day("2026-05-11"), penalty("P-1", "2026-05-11"), policy("terms", 2, "2026-05-12", terms)])
        .on("2026-05-12")
        .when(penalty("P-2", "2026-05-12"))
        .then_duties("2026-05-12", ["publish P-1 due 2026-05-20 open", "publish P-2 due 2026-05-13 open"]);
}

/// Default rule 13.
#[test]
fn terms_that_are_published_in_the_course_of_a_day_move_no_duty_that_began_on_it() {
    let mut terms = shipped("terms");
    for deadline in terms["deadlines"].as_array_mut().unwrap() {
        deadline["working_days"] = serde_json::json!(1);
    }
    given([day("2026-05-11"), penalty("P-1", "2026-05-11"), policy("terms", 2, "2026-05-11", terms)])
        .when(penalty("P-2", "2026-05-11"))
        .then_duties("2026-05-11", ["publish P-1 due 2026-05-20 open", "publish P-2 due 2026-05-20 open"])
        .on("2026-05-12")
        .when(penalty("P-3", "2026-05-12"))
        .then_duty(
            "publish",
            "2026-05-12",
            ["publish P-1 due 2026-05-20 open", "publish P-2 due 2026-05-20 open", "publish P-3 due 2026-05-13 open"],
        );
}

#[test]
fn a_duty_that_a_correction_opens_again_is_told_again() {
    let until = |date: &str| serde_json::json!({ "until": date });
    let asked = initiate("M-1", "L-1", "2026-05-11", "R-KEY-SUPERVISION", MARKET, "2026-06-20");
    let ended = given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-05-20"), asked]).on("2026-05-22");
    ended
        .clone()
        .when(correct("C-1", "L-1", "2026-05-22", until("2026-12-31")))
        .then_obligation_changes(["arisen answer-measure L-1 R-KEY-SUPERVISION for M-1 due 2026-06-20"]);
    ended
        .on("2026-06-22")
        .when(correct("C-1", "L-1", "2026-06-22", until("2026-12-31")))
        .then_obligation_changes(["overdue answer-measure L-1 R-KEY-SUPERVISION for M-1 due 2026-06-20"]);
}

mod calendar;
