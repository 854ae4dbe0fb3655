use crate::{
    event::{Basis, List},
    facts::Content,
    refusal::Code,
    testing::*,
};
use serde_json::json;

fn opened() -> Scenario {
    given([day("2026-05-11")])
}

#[test]
fn a_designation_of_a_kind_that_policy_does_not_have_is_refused() {
    opened().when(designation(List::Black, "late-books", "L-1", "2026-05-11")).then_refused(Code::ListKindUnknown);
    opened().when(designation(List::Red, "unpaid-wages", "L-1", "2026-05-11")).then_refused(Code::ListKindUnknown);
}

#[test]
fn a_designation_needs_a_basis_that_can_be_cited_in_each_item() {
    let nothing = Basis { citation: None, record: None };
    let record = Basis { citation: None, record: Some(format!("{LABOUR}/P-1")) };
    let with = |basis: Vec<Basis>| black("L-1", "2026-05-11").designation(|data| data.basis = basis);
    opened().when(with(vec![])).then_refused(Code::BasisMissing);
    opened().when(with(vec![record.clone(), nothing])).then_refused(Code::BasisMissing);
    opened().when(with(vec![record])).then_applied();
}

#[test]
fn a_black_designation_says_whether_it_can_be_repaired() {
    let silent = |step: Step| step.designation(|data| data.repairable = None);
    opened().when(silent(black("L-1", "2026-05-11"))).then_refused(Code::RepairabilityMissing);
    opened().when(silent(red("L-1", "2026-05-11"))).then_applied();
}

#[test]
fn only_a_kind_of_department_that_policy_names_designates() {
    let mut departments = shipped("departments");
    departments["register"] = json!([{ "org": TAX, "name": "伊犁州税务局", "kinds": ["tax"] }]);
    departments["unregistered"] = json!("none");
    let kind = |authority: &str| {
        json!({ "kinds": [{
            "code": "tax-violation", "list": "black", "title": "重大税收违法失信", "class": 2, "criteria": "偷税",
            "item": "（五）", "basis": ["伊州政发〔2019〕1号"], "authorities": [authority], "months": 36,
            "watch_months": 12, "measures": [],
        }] })
    };
    let listing = |org: &str| designation(List::Black, "tax-violation", "L-1", "2026-05-11").by(org);
    let scenario = |authority: &str| {
        given([
            day("2026-05-11"),
            policy("list-kinds", 2, "2026-05-11", kind(authority)),
            policy("departments", 2, "2026-05-11", departments.clone()),
        ])
    };
    scenario("tax").when(listing(LABOUR)).then_refused(Code::NotEntitled);
    scenario("tax").when(listing(TAX)).then_applied();
    scenario("court").when(listing(TAX)).then_refused(Code::NotEntitled);
    scenario("*").when(listing(LABOUR)).then_applied();
}

#[test]
fn a_term_is_as_stated_or_policys_default_in_calendar_months() {
    let changes = |step: Step, line: &str| {
        given([day("2026-08-31")]).when(step).then_applied().then_changes([line]);
    };
    changes(black("L-1", "2026-08-31"), "listed black L-1 2026-08-31..2029-08-31");
    changes(black("L-1", "2026-08-31").months(6), "listed black L-1 2026-08-31..2027-02-28");
    changes(black("L-1", "2026-08-31").months(6).until("2027-01-01"), "listed black L-1 2026-08-31..2027-01-01");
    changes(black("L-1", "2026-08-31").until("2026-08-31"), "listed black L-1 2026-08-31..2026-08-31");
}

#[test]
fn a_term_that_cannot_be_is_refused() {
    let refused = |step: Step| {
        opened().when(step).then_refused(Code::TermInvalid);
    };
    refused(black("L-1", "2026-05-11").months(0));
    refused(black("L-1", "2026-05-11").until("2026-05-10"));
    refused(black("L-1", "2026-05-11").months(1_201));
    refused(black("L-1", "2026-05-11").months(u32::MAX));
    refused(black("L-1", "2026-05-11").until("9999-12-31"));
    refused(black("L-1", "2026-05-11").watch_months(u32::MAX));
    refused(license("A-1", "2026-05-11").license(|data| data.valid_until = "2026-05-10".parse().ok()));
}

#[test]
fn a_kind_with_a_longest_term_allows_none_that_is_longer() {
    let kind = json!({ "kinds": [{
        "code": "unpaid-wages", "list": "black", "title": "拖欠工资", "class": 2, "criteria": "拖欠工资",
        "item": "（五）", "basis": ["伊州政发〔2019〕1号"], "authorities": ["*"], "months": 12, "max_months": 24,
        "watch_months": 12, "measures": [],
    }] });
    let scenario = given([day("2026-05-11"), policy("list-kinds", 2, "2026-05-11", kind)]);
    scenario.clone().when(black("L-1", "2026-05-11").months(25)).then_refused(Code::TermInvalid).then_told("24");
    scenario.when(black("L-1", "2026-05-11").months(24)).then_applied();
}

#[test]
fn a_severity_is_one_of_policy_and_comes_from_policy_where_none_is_stated() {
    let with = |severity: Option<&str>, kinds: &[&str]| {
        penalty("P-1", "2026-05-11").penalty(|data| {
            data.severity = severity.map(str::to_owned);
            data.kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        })
    };
    let severity = |step: Step| {
        let mut scenario = given([day("2026-05-11"), step]);
        match &scenario.file().records[0].first {
            Content::Penalty(penalty) => penalty.severity.to_string(),
            other => panic!("{other:?}"),
        }
    };
    opened().when(with(Some("grave"), &["罚款"])).then_refused(Code::SeverityUnknown).then_told("grave");
    assert_eq!(severity(with(Some("minor"), &["吊销许可证件"])), "minor", "what the publisher states counts");
    assert_eq!(severity(with(None, &["吊销许可证件"])), "serious");
    assert_eq!(severity(with(None, &["警告"])), "minor");
}

/// Default rule 14.
#[test]
fn no_number_of_penalties_makes_a_listing() {
    let penalties = (1..=20).map(|n| penalty(&format!("P-{n}"), "2026-05-11"));
    let scenario = given(std::iter::once(day("2026-05-11")).chain(penalties));
    scenario.when(day("2027-05-11")).then_changes([]).then_listed("2026-05-11", []).then_listed("2027-05-11", []);
}
