use super::{CORRECTABLE, DesignationChanges, LicenseChanges, PenaltyChanges};
use crate::{
    facts::{Content, Known},
    refusal::Code,
    testing::*,
};
use serde_json::{Value, json};

#[test]
fn the_fields_that_are_let_through_to_the_judge_are_those_that_some_record_has() {
    let unknown = || json!({ "?": null });
    // serde names the fields that it would have known.
    let errors = [
        serde_json::from_value::<DesignationChanges>(unknown()).unwrap_err(),
        serde_json::from_value::<PenaltyChanges>(unknown()).unwrap_err(),
        serde_json::from_value::<LicenseChanges>(unknown()).unwrap_err(),
    ];
    let texts = errors.map(|error| error.to_string());
    let mut known: Vec<&str> = texts.iter().flat_map(|text| text.split('`').skip(3).step_by(2)).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known, CORRECTABLE);
}

fn recorded() -> Scenario {
    given([
        day("2026-05-11"),
        license("A-1", "2026-05-11"),
        penalty("P-1", "2026-05-11"),
        black("L-1", "2026-05-11").months(36),
        red("R-1", "2026-05-11"),
    ])
    .on("2026-06-15")
}

fn corrected(of: &str, changes: Value) -> Then {
    recorded().when(correct("C-1", of, "2026-06-15", changes))
}

#[test]
fn a_correction_changes_something_and_only_what_a_record_of_that_type_has() {
    for of in ["A-1", "P-1", "L-1"] {
        for changes in [json!({}), json!([]), json!(null), json!("until"), json!({ "colour": "red" })] {
            corrected(of, changes).then_refused(Code::CorrectionInvalid);
        }
    }
    corrected("P-1", json!({ "watch_months": 3 })).then_refused(Code::CorrectionInvalid).then_told("watch_months");
    corrected("L-1", json!({ "months": "three" })).then_refused(Code::CorrectionInvalid);
    corrected("L-1", json!({ "until": "2026-02-30" })).then_refused(Code::CorrectionInvalid);
}

#[test]
fn only_who_published_a_record_corrects_it() {
    let by_other = correct("C-1", "L-1", "2026-06-15", json!({ "months": 1 })).by(COUNTY);
    recorded().when(by_other).then_refused(Code::NotYourEntry);
}

#[test]
fn the_list_the_kind_and_the_persons_of_a_designation_are_not_corrected() {
    for changes in [json!({ "list": "red" }), json!({ "kind": "tax-violation" }), json!({ "persons": [] })] {
        corrected("L-1", changes).then_refused(Code::CorrectionInvalid);
    }
}

#[test]
fn a_corrected_term_is_judged_like_that_of_a_designation_of_its_day_and_holds_on_every_date() {
    let then = corrected("L-1", json!({ "months": 12 }));
    let before = Known::Offset(then.offset - 1);
    then.then_changes(["amended black L-1 2026-05-11..2027-05-11"])
        .then_measure_changes("R-KEY-SUPERVISION", ["rebased 2026-05-11..2027-05-11 on L-1"])
        .then_listed("2028-01-01", ["watch L-1", "red R-1"])
        .then_listed_as_known(before, "2028-01-01", ["black L-1", "red R-1"]);
    corrected("L-1", json!({ "until": "2026-12-31" })).then_changes(["amended black L-1 2026-05-11..2026-12-31"]);
    corrected("L-1", json!({ "until": "2026-12-31", "months": 1 }))
        .then_changes(["amended black L-1 2026-05-11..2026-12-31"]);
    for changes in [
        json!({ "months": 0 }),
        json!({ "until": "2026-05-10" }),
        json!({ "months": 1201 }),
        json!({ "watch_months": 1201 }),
    ] {
        corrected("L-1", changes).then_refused(Code::TermInvalid);
    }
}

#[test]
fn a_term_corrected_into_the_past_ends_the_entry_and_one_corrected_out_of_it_lists_it_again() {
    corrected("L-1", json!({ "until": "2026-06-01" }))
        .then_changes(["expired black L-1 2026-05-11..2026-06-01", "listed watch L-1 2026-06-02..2027-06-02"])
        .when(correct("C-2", "L-1", "2026-06-15", json!({ "until": "2026-07-01" })))
        .then_changes(["listed black L-1 2026-05-11..2026-07-01", "withdrawn watch L-1 2026-07-02..2027-07-02"])
        .then_listed("2026-06-15", ["black L-1", "red R-1"]);
}

#[test]
fn what_the_public_does_not_see_changes_no_term_but_is_told_as_amended() {
    for changes in [
        json!({ "document_no": "伊州认〔2026〕7号" }),
        json!({ "grade": "AA" }),
        json!({ "channel": "credit-portal" }),
        json!({ "scope": "全州" }),
    ] {
        corrected("L-1", changes).then_changes(["amended black L-1 2026-05-11..2029-05-11"]);
    }
}

#[test]
fn a_corrected_watch_follows_the_entry_for_the_new_term() {
    corrected("L-1", json!({ "watch_months": 2 }))
        .when(exit("L-1", "2026-06-15"))
        .when(day("2026-06-16"))
        .then_changes(["listed watch L-1 2026-06-16..2026-08-16"]);
}

#[test]
fn a_corrected_basis_needs_something_to_cite() {
    corrected("L-1", json!({ "basis": [] })).then_refused(Code::BasisMissing);
    corrected("L-1", json!({ "basis": [{}] })).then_refused(Code::BasisMissing);
    corrected("L-1", json!({ "basis": [{ "citation": "（2026）新40民终1号" }] })).then_applied();
}

#[test]
fn whether_an_entry_can_be_repaired_is_corrected_like_anything_else() {
    corrected("L-1", json!({ "repairable": { "allowed": false, "how": "第七条" } }))
        .when(apply_for_repair("L-1", "2026-06-15"))
        .then_refused(Code::NotRepairable)
        .then_told("第七条");
}

#[test]
fn a_channel_that_was_corrected_is_the_channel_of_the_notices() {
    corrected("L-1", json!({ "channel": "newspaper" }))
        .when(exit("L-1", "2026-06-15"))
        .when(notice("L-1", "2026-06-15", crate::event::NoticeAbout::Exit))
        .then_refused(Code::WrongChannel);
}

#[test]
fn a_correction_of_what_decides_the_class_of_a_penalty_states_the_class_too() {
    for changes in [
        json!({ "kinds": ["警告"] }),
        json!({ "fine": "100.00" }),
        json!({ "confiscated": "5.00" }),
        json!({ "procedure": "simple" }),
    ] {
        corrected("P-1", changes.clone()).then_refused(Code::CorrectionInvalid).then_told("severity");
        let mut with = changes;
        with["severity"] = json!("minor");
        corrected("P-1", with).then_applied();
    }
    corrected("P-1", json!({ "severity": "grave" })).then_refused(Code::SeverityUnknown);
    let until = |then: Then| then.scenario.clone().file().record(&format!("{LABOUR}/P-1")).map(publicity).unwrap();
    assert_eq!(until(corrected("P-1", json!({ "severity": "minor" }))), "2026-08-11");
    assert_eq!(until(corrected("P-1", json!({ "facts": "拖欠" }))), "2027-05-11");
    assert_eq!(until(corrected("P-1", json!({ "publicity_until": "2027-01-01" }))), "2027-01-01");
    assert_eq!(
        until(corrected("P-1", json!({ "publicity_until": "2026-06-01" }))),
        "2026-08-11",
        "at least the minimum"
    );
    assert_eq!(
        until(corrected("P-1", json!({ "publicity_until": "2029-01-01" }))),
        "2027-05-11",
        "at most the maximum"
    );
    let both = json!({ "publicity_until": "2026-10-01", "severity": "serious" });
    assert_eq!(until(corrected("P-1", both)), "2027-05-11", "the minimum of the class that it has then");
}

fn publicity(record: &std::sync::Arc<crate::facts::Record>) -> String {
    match record.content(Known::Now) {
        Content::Penalty(penalty) => penalty.publicity_until().to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_of_a_penalty_is_corrected_but_the_day_of_its_decision() {
    for (field, value) in [
        ("document_no", "伊州罚〔2026〕8号"),
        ("conduct", "拖欠工资"),
        ("facts", "拖欠"),
        ("basis", "条例"),
        ("content", "罚款"),
        ("certificates", "无"),
        ("valid_until", "2027-01-01"),
        ("publicity_until", "2027-01-01"),
        ("document_name", "决定书"),
        ("decided_by", "伊犁州人社局"),
        ("decided_by_code", LABOUR),
        ("source", "伊犁州人社局"),
        ("source_code", LABOUR),
        ("remarks", "更正"),
    ] {
        corrected("P-1", json!({ field: value })).then_applied().then_changes([]);
    }
    corrected("P-1", json!({ "effective": "2026-05-01" })).then_refused(Code::CorrectionInvalid);
}

#[test]
fn a_license_is_corrected_within_its_term() {
    corrected("A-1", json!({ "valid_until": "2027-05-11", "certificate_no": "许1", "source": "住建局" })).then(
        |file| {
            let license = &file.record(&format!("{LABOUR}/A-1")).unwrap().content(Known::Now).clone();
            assert!(matches!(license, Content::License(license) if license.valid_until == "2027-05-11".parse().ok()));
        },
    );
    corrected("A-1", json!({ "valid_from": "2027-05-11", "valid_until": "2026-05-11" }))
        .then_refused(Code::TermInvalid);
}

#[test]
fn a_correction_may_come_before_the_record_begins_but_not_before_it_was_taken() {
    let ahead = given([day("2026-05-11"), black("L-1", "2026-05-20")]);
    let correct = |on: &str| correct("C-1", "L-1", on, json!({ "months": 1 }));
    ahead.clone().when(correct("2026-05-10")).then_refused(Code::TooEarly);
    ahead
        .when(correct("2026-05-11"))
        .then_changes([])
        .when(day("2026-05-20"))
        .then_changes(["listed black L-1 2026-05-20..2026-06-20"]);
}

/// What is not to be said any more, because it was wrong or an exception protects it, is taken out.
#[test]
fn null_clears_a_field_that_may_be_empty_and_is_no_value_of_one_that_may_not() {
    for (of, field) in [("A-1", "document_no"), ("P-1", "document_no"), ("P-1", "kinds"), ("L-1", "document_no")] {
        let mut changes = json!({ "severity": "minor" });
        if of != "P-1" {
            changes = json!({});
        }
        changes[field] = json!(null);
        corrected(of, changes).then_refused(Code::CorrectionInvalid);
    }
    corrected("L-1", json!({ "basis": null })).then_refused(Code::CorrectionInvalid);
    for field in ["category", "content", "certificate_no", "valid_from", "remarks"] {
        corrected("A-1", json!({ field: null })).then_applied();
    }
    for field in ["conduct", "facts", "content", "valid_until", "source_code"] {
        corrected("P-1", json!({ field: null })).then_applied();
    }
    corrected("P-1", json!({ "fine": null })).then_refused(Code::CorrectionInvalid).then_told("severity");
    corrected("P-1", json!({ "fine": null, "procedure": null, "severity": "minor" })).then_applied();
}

#[test]
fn the_severity_of_a_penalty_is_corrected_and_never_left_to_policy() {
    corrected("P-1", json!({ "severity": null })).then_refused(Code::CorrectionInvalid);
}

#[test]
fn a_license_whose_last_day_is_cleared_has_none_and_is_judged_with_the_first_day_that_it_has() {
    let valid_until = |then: &Then| match then
        .clone()
        .scenario
        .file()
        .record(&format!("{LABOUR}/A-1"))
        .unwrap()
        .content(Known::Now)
    {
        Content::License(license) => license.valid_until,
        other => panic!("{other:?}"),
    };
    let limited = corrected("A-1", json!({ "valid_until": "2027-05-11" }));
    assert_eq!(valid_until(&limited), "2027-05-11".parse().ok());
    let cleared = limited.when(correct("C-2", "A-1", "2026-06-15", json!({ "valid_until": null }))).then_applied();
    assert_eq!(valid_until(&cleared), None);
    corrected("A-1", json!({ "valid_until": "2026-05-10" })).then_refused(Code::TermInvalid);
    corrected("A-1", json!({ "valid_from": null, "valid_until": "2026-05-10" })).then_applied();
}

#[test]
fn a_term_that_is_cleared_is_that_of_the_kind_and_so_is_a_cleared_watch() {
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-09-30").watch_months(2)]);
    let corrected = |changes: Value| scenario.clone().when(correct("C-1", "L-1", "2026-05-11", changes));
    for changes in [json!({ "until": null }), json!({ "months": null }), json!({ "months": null, "until": null })] {
        corrected(changes).then_changes(["amended black L-1 2026-05-11..2029-05-11"]);
    }
    corrected(json!({ "months": 1, "until": null })).then_changes(["amended black L-1 2026-05-11..2026-06-11"]);
    corrected(json!({ "months": null, "until": "2026-10-01" }))
        .then_changes(["amended black L-1 2026-05-11..2026-10-01"]);
    corrected(json!({ "watch_months": null }))
        .on("2026-09-30")
        .when(day("2026-10-01"))
        .then_changes(["expired black L-1 2026-05-11..2026-09-30", "listed watch L-1 2026-10-01..2027-10-01"]);
}

#[test]
fn an_entry_of_the_black_list_says_whether_it_can_be_repaired_whatever_is_cleared() {
    corrected("L-1", json!({ "repairable": null })).then_refused(Code::CorrectionInvalid).then_told("repairable");
    let barred = json!({ "repairable": { "allowed": false, "how": "第七条" } });
    recorded()
        .when(correct("C-1", "R-1", "2026-06-15", barred))
        .when(correct("C-2", "R-1", "2026-06-15", json!({ "repairable": null })))
        .then_applied()
        .then(|file| {
            let record = file.record(&format!("{LABOUR}/R-1")).unwrap();
            assert!(record.designation(Known::Now).unwrap().repairable);
        });
}

#[test]
fn a_cleared_channel_binds_no_notice_any_more() {
    let steps = [day("2026-05-11"), black("L-1", "2026-05-11").channel("newspaper"), exit("L-1", "2026-05-11")];
    let notice = || notice("L-1", "2026-05-11", crate::event::NoticeAbout::Exit).on_channel("anywhere");
    given(steps)
        .when(notice())
        .then_refused(Code::WrongChannel)
        .when(correct("C-1", "L-1", "2026-05-11", json!({ "channel": null, "grade": null, "scope": null })))
        .when(notice().id("N-2"))
        .then_applied();
}

/// Default rule 13: a policy that came since judges what is corrected, and nothing else.
#[test]
fn a_term_that_is_not_corrected_is_not_judged_by_a_policy_that_came_since() {
    let mut kinds = shipped("list-kinds");
    let all = kinds["kinds"].as_array_mut().unwrap();
    let wages = all.iter_mut().find(|kind| kind["code"] == "unpaid-wages").unwrap();
    (wages["months"], wages["max_months"]) = (json!(6), json!(12));
    let since = recorded().when(policy("list-kinds", 2, "2026-06-15", kinds)).then_applied();
    let correct = |changes: Value| correct("C-1", "L-1", "2026-06-15", changes);
    since.clone().when(correct(json!({ "watch_months": 1 }))).then_applied();
    since.clone().when(correct(json!({ "months": 24 }))).then_refused(Code::TermInvalid);
    since.when(correct(json!({ "months": null }))).then_changes(["amended black L-1 2026-05-11..2026-11-11"]);
}

#[test]
fn a_watch_that_is_corrected_away_is_told_to_everyone_who_was_told_of_it() {
    let on_watch =
        given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-05-31").watch_months(2)]).on("2026-06-15");
    on_watch
        .when(correct("C-1", "L-1", "2026-06-15", json!({ "watch_months": 0 })))
        .then_changes(["amended black L-1 2026-05-11..2026-05-31", "withdrawn watch L-1 2026-06-01..2026-08-01"]);
}
