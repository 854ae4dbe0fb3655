use crate::{
    event::{ExitReason, NoticeAbout},
    refusal::Code,
    testing::*,
};

fn listed() -> Scenario {
    given([day("2026-05-11"), black("L-1", "2026-05-11")]).on("2026-09-15")
}

#[test]
fn nobody_but_the_authority_amends_or_ends_an_entry() {
    let acts = [
        exit("L-1", "2026-09-15"),
        repair("L-1", "2026-09-15"),
        withdraw_designation("L-1", "2026-09-15"),
        publish("L-1", "2026-09-15"),
        notice("L-1", "2026-09-15", NoticeAbout::Exit),
    ];
    for act in acts {
        listed()
            .when(act.by(COUNTY))
            .then_refused(Code::NotYourEntry)
            .then_told(LABOUR)
            .then_listed("2026-09-15", ["black L-1"]);
    }
}

#[test]
fn an_act_on_a_record_that_the_subject_does_not_have_is_refused() {
    listed().when(exit("L-2", "2026-09-15")).then_refused(Code::NoSuchRecord).then_told("L-2");
    listed().when(exit("L-1", "2026-09-15").about(OTHER)).then_refused(Code::NoSuchRecord);
}

#[test]
fn a_record_of_another_subject_is_told_apart_from_one_that_nobody_has() {
    let act = exit("L-1", "2026-09-15").about(OTHER).event(|event| event.record_subject = Some(SUBJECT.to_owned()));
    listed().when(act).then_refused(Code::SubjectMismatch).then_told(SUBJECT);
}

#[test]
fn a_record_whose_event_was_refused_does_not_exist() {
    given([day("2026-05-11")])
        .when(black("L-1", "2026-05-11").designation(|data| data.basis.clear()))
        .then_refused(Code::BasisMissing)
        .when(exit("L-1", "2026-05-11"))
        .then_refused(Code::NoSuchRecord);
}

#[test]
fn an_entry_ends_once() {
    listed()
        .when(exit("L-1", "2026-09-15"))
        .then_applied()
        .when(exit("L-1", "2026-09-15").id("again"))
        .then_refused(Code::AlreadyEnded)
        .when(repair("L-1", "2026-09-15"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn an_entry_that_has_reached_its_term_is_not_ended_again() {
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-09-14")]).on("2026-09-15");
    scenario.clone().when(exit("L-1", "2026-09-15")).then_refused(Code::AlreadyEnded);
    scenario.clone().when(repair("L-1", "2026-09-15")).then_refused(Code::AlreadyEnded);
    scenario.when(exit("L-1", "2026-09-14")).then_applied();
}

#[test]
fn nothing_ends_before_it_began() {
    listed().when(exit("L-1", "2026-05-10")).then_refused(Code::TooEarly).then_told("2026-05-11");
    listed().when(repair("L-1", "2026-05-10")).then_refused(Code::TooEarly);
    listed().when(publish("L-1", "2026-05-10")).then_refused(Code::TooEarly);
    listed().when(exit("L-1", "2026-05-11")).then_applied();
}

#[test]
fn an_entry_barred_from_repair_is_refused_with_the_citation_and_leaves_only_otherwise() {
    let citation = "《市场监督管理信用修复管理办法》第七条";
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11").unrepairable(citation)]).on("2026-06-01");
    scenario
        .when(repair("L-1", "2026-06-01"))
        .then_refused(Code::NotRepairable)
        .then_told(citation)
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-06-01"))
        .then_refused(Code::NotRepairable)
        .then_told(citation)
        .then_listed("2026-06-01", ["black L-1"])
        .when(exit_because(ExitReason::Deregistered, "L-1", "2026-06-01"))
        .then_applied()
        .then_changes(["exited black L-1 2026-05-11..2026-06-01"]);
}

#[test]
fn a_granted_repair_ends_the_entry_and_one_declared_exit_may_confirm_it() {
    listed()
        .when(repair("L-1", "2026-09-15"))
        .then_changes(["exited black L-1 2026-05-11..2026-09-15"])
        .when(exit_because(ExitReason::Early, "L-1", "2026-09-15"))
        .then_refused(Code::AlreadyEnded)
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-09-15").id("X-1"))
        .then_applied()
        .then_changes([])
        .when(exit_because(ExitReason::Repaired, "L-1", "2026-09-15").id("X-2"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn a_withdrawn_entry_is_not_ended_repaired_published_or_withdrawn_again() {
    let withdrawn =
        || given([day("2026-05-11"), black("L-1", "2026-05-11"), withdraw_designation("L-1", "2026-05-11")]);
    withdrawn().when(exit("L-1", "2026-05-11")).then_refused(Code::AlreadyEnded);
    withdrawn().when(repair("L-1", "2026-05-11")).then_refused(Code::AlreadyEnded);
    withdrawn().when(publish("L-1", "2026-05-11")).then_refused(Code::AlreadyEnded);
    withdrawn().when(withdraw_designation("L-1", "2026-05-11").id("again")).then_refused(Code::AlreadyEnded);
}

#[test]
fn an_exit_does_not_confirm_the_repair_of_an_entry_that_was_withdrawn_since() {
    let steps = [
        day("2026-05-11"),
        black("L-1", "2026-05-11"),
        repair("L-1", "2026-05-11"),
        withdraw_designation("L-1", "2026-05-11"),
    ];
    given(steps).when(exit_because(ExitReason::Repaired, "L-1", "2026-05-11")).then_refused(Code::AlreadyEnded);
}

#[test]
fn an_act_on_the_wrong_kind_of_record_is_refused() {
    let scenario = given([
        day("2026-05-11"),
        black("L-1", "2026-05-11"),
        red("R-1", "2026-05-11"),
        penalty("P-1", "2026-05-11"),
        license("A-1", "2026-05-11"),
    ]);
    let acts = [
        exit("P-1", "2026-05-11"),
        exit("A-1", "2026-05-11"),
        revoke("P-1", "2026-05-11"),
        withdraw_penalty("L-1", "2026-05-11"),
        withdraw_penalty("A-1", "2026-05-11"),
        withdraw_designation("P-1", "2026-05-11"),
        repair("R-1", "2026-05-11"),
        repair("A-1", "2026-05-11"),
        withhold("L-1", "2026-05-11", "国家秘密", None),
        notice("P-1", "2026-05-11", NoticeAbout::Exit),
    ];
    for act in acts {
        scenario.clone().when(act).then_refused(Code::WrongRecordKind);
    }
}

#[test]
fn a_license_is_revoked_once() {
    given([day("2026-05-11"), license("A-1", "2026-05-11"), revoke("A-1", "2026-05-11")])
        .when(revoke("A-1", "2026-05-11").id("again"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn a_publication_is_withheld_only_under_a_legal_exception_of_the_policy() {
    let scenario = given([day("2026-05-11"), penalty("P-1", "2026-05-11")]);
    let withhold = |exception, citation| withhold("P-1", "2026-05-11", exception, citation);
    scenario.clone().when(withhold("内部资料", None)).then_refused(Code::ExceptionUnknown);
    scenario
        .clone()
        .when(withhold("法律法规另有规定", None))
        .then_refused(Code::ExceptionUnknown)
        .then_told("citation");
    scenario.clone().when(withhold("法律法规另有规定", Some("《反洗钱法》第五条"))).then_applied();
    scenario.when(withhold("state-secret", None)).then_applied();
}

#[test]
fn a_penalty_is_repaired_from_the_day_on_that_its_minimum_publicity_ends_and_not_after_the_maximum() {
    let scenario = given([day("2026-05-06"), penalty("P-1", "2026-05-06")]).on("2027-05-07");
    scenario.clone().when(repair("P-1", "2026-08-05")).then_refused(Code::TooEarly).then_told("2026-08-07");
    // A term includes its last day (default rule 2).
    scenario.clone().when(repair("P-1", "2026-08-06")).then_refused(Code::TooEarly);
    scenario.clone().when(repair("P-1", "2026-08-07")).then_applied();
    scenario.clone().when(repair("P-1", "2027-05-06")).then_applied();
    scenario.clone().when(repair("P-1", "2027-05-07")).then_refused(Code::AlreadyEnded);
    scenario
        .when(repair("P-1", "2026-08-07"))
        .then_applied()
        .when(repair("P-1", "2026-08-08"))
        .then_refused(Code::AlreadyEnded);
}

#[test]
fn the_severity_of_a_penalty_sets_how_long_it_is_public() {
    for (class, minimum, maximum) in [("minor", "2026-05-06", "2026-08-06"), ("serious", "2027-05-07", "2029-05-06")] {
        let penalty = penalty("P-1", "2026-05-06").penalty(|data| data.severity = Some(class.to_owned()));
        let scenario = given([day("2026-05-06"), penalty]).on("2029-05-07");
        scenario.clone().when(repair("P-1", minimum)).then_applied();
        scenario.clone().when(repair("P-1", maximum)).then_applied();
        let after = crate::date::Date::next(maximum.parse().unwrap()).to_string();
        scenario.clone().when(repair("P-1", &after)).then_refused(Code::AlreadyEnded);
    }
}

#[test]
fn a_notice_is_given_of_what_has_happened() {
    listed().when(notice("L-1", "2026-09-15", NoticeAbout::Exit)).then_refused(Code::TooEarly);
    listed().when(notice("L-1", "2026-09-15", NoticeAbout::Takedown)).then_refused(Code::TooEarly);
    listed()
        .when(exit("L-1", "2026-09-15"))
        .when(notice("L-1", "2026-09-15", NoticeAbout::Exit))
        .then_applied()
        .when(notice("L-1", "2026-09-15", NoticeAbout::Restoration))
        .then_refused(Code::TooEarly);
    listed()
        .when(withdraw_designation("L-1", "2026-09-15"))
        .when(notice("L-1", "2026-09-15", NoticeAbout::Takedown))
        .then_applied();
}

#[test]
fn an_end_that_lies_ahead_gives_way_to_an_earlier_one_and_to_no_later_one() {
    let ahead = listed().when(exit("L-1", "2026-10-15")).then_changes(["amended black L-1 2026-05-11..2026-10-15"]);
    ahead.clone().when(exit("L-1", "2026-10-15").id("again")).then_refused(Code::AlreadyEnded);
    ahead.clone().when(exit("L-1", "2026-10-16")).then_refused(Code::AlreadyEnded);
    ahead.clone().when(repair("L-1", "2026-10-16")).then_refused(Code::AlreadyEnded);
    ahead
        .clone()
        .when(exit("L-1", "2026-10-01"))
        .then_changes(["amended black L-1 2026-05-11..2026-10-01"])
        .when(repair("L-1", "2026-09-15"))
        .then_changes(["exited black L-1 2026-05-11..2026-09-15"])
        .when(day("2026-10-15"))
        .then_changes(["listed watch L-1 2026-09-16..2027-09-16"]);
    let come = ahead.on("2026-10-15");
    come.when(exit("L-1", "2026-10-01")).then_refused(Code::AlreadyEnded);
}

#[test]
fn an_exit_of_a_later_day_than_the_term_is_refused_and_the_term_stays() {
    given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-05-20")])
        .when(exit("L-1", "2026-05-21"))
        .then_refused(Code::AlreadyEnded)
        .when(exit("L-1", "2026-05-20"))
        .then_applied();
}

/// (二十一)(二十七) Default rules 4 and 9.
#[test]
fn a_notice_goes_to_the_channel_of_the_original_publication_where_one_is_known() {
    let ended = |step: Step| given([day("2026-05-11"), step, exit("L-1", "2026-05-11")]);
    let notice = |channel: &str| notice("L-1", "2026-05-11", NoticeAbout::Exit).on_channel(channel);
    ended(black("L-1", "2026-05-11")).when(notice("anywhere")).then_applied();
    let stated = || ended(black("L-1", "2026-05-11").channel("newspaper"));
    stated().when(notice("credit-portal")).then_refused(Code::WrongChannel).then_told("newspaper");
    stated().when(notice("newspaper")).then_applied();
    let listed = black("L-1", "2026-05-11").channel("newspaper");
    let published = given([day("2026-05-11"), listed, publish("L-1", "2026-05-11"), exit("L-1", "2026-05-11")]);
    published.when(notice("newspaper")).then_refused(Code::WrongChannel).then_told("credit-portal");
}

#[test]
fn no_notice_is_dated_before_what_it_tells_of() {
    let exited = listed().when(exit("L-1", "2026-09-10")).then_applied();
    exited.clone().when(notice("L-1", "2026-09-09", NoticeAbout::Exit)).then_refused(Code::TooEarly);
    exited.when(notice("L-1", "2026-09-10", NoticeAbout::Exit)).then_applied();
    let withdrawn = listed().when(withdraw_designation("L-1", "2026-09-10")).then_applied();
    withdrawn.clone().when(notice("L-1", "2026-09-09", NoticeAbout::Takedown)).then_refused(Code::TooEarly);
    withdrawn.clone().when(notice("L-1", "2026-09-10", NoticeAbout::Exit)).then_refused(Code::AlreadyEnded);
    withdrawn.when(notice("L-1", "2026-09-10", NoticeAbout::Takedown)).then_applied();
}
