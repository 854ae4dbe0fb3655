use super::{rule, *};
use crate::{
    event::{Event, MeasureInitiated, ObjectionFiled},
    testing::{day, *},
};
use serde_json::json;
use std::collections::BTreeSet;

fn id(record: &str) -> String {
    format!("{LABOUR}/{record}")
}

/// Explains about [`SUBJECT`], without what only events say.
fn explained(
    scenario: &Scenario,
    as_of: &str,
    known: Known,
    question: Question,
) -> Result<Explanation, NothingToExplain> {
    let file = &scenario.memory.files[SUBJECT];
    let policies = scenario.partition.known_history(known).unwrap_or(scenario.partition.history.clone());
    let as_of = as_of.parse().unwrap();
    explain(&Asked { file, known, as_of, policies: &policies, events: &|_| None }, &question)
}

fn of(scenario: &Scenario, as_of: &str, question: Question) -> Explanation {
    explained(scenario, as_of, Known::Now, question).unwrap()
}

fn publish_duty() -> Question {
    Question::Duty { duty: "publish".to_owned(), record: id("P-1") }
}

fn told(explanation: &Explanation) -> String {
    explanation.to_string()
}

#[test]
fn each_rule_is_named_once_and_cites_the_plan_or_a_rule_of_our_own() {
    let codes: BTreeSet<&str> = rule::ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), rule::ALL.len());
    for rule in rule::ALL {
        assert!(!rule.cite(2).source.is_empty(), "{}", rule.code);
    }
}

#[test]
fn every_event_type_that_concerns_a_subject_has_a_word() {
    for kind in crate::event::EVENT_TYPES.iter().filter(|kind| !["policy.published", "day.opened"].contains(kind)) {
        assert_ne!(words::event(kind), "事件", "{kind}");
    }
}

/// What is told of a record and its correction, where the event of the correction can be read.
fn corrected(record: crate::testing::Step, name: &str, correction: crate::testing::Step) -> String {
    let crate::testing::Step::Event(event) = correction.clone() else { unreachable!("a correction is an event") };
    let scenario = given([day("2026-05-11"), record, correction]);
    let asked = Asked {
        file: &scenario.memory.files[SUBJECT],
        known: Known::Now,
        as_of: "2026-05-12".parse().unwrap(),
        policies: &scenario.partition.history,
        events: &|_| Some(Event::clone(&event)),
    };
    told(&explain(&asked, &Question::Record(id(name))).unwrap())
}

#[test]
fn a_correction_of_what_only_the_event_says_names_the_fields() {
    for field in crate::judge::CORRECTABLE {
        assert_ne!(words::field(field), *field);
    }
    let correction =
        correct("C-1", "P-1", "2026-05-12", json!({ "facts": "拖欠工资3个月", "fine": null, "severity": "ordinary" }));
    let told = corrected(penalty("P-1", "2026-05-11"), "P-1", correction);
    assert!(told.contains("更正该行政处罚：涉及违法事实、罚款金额和严重程度。"), "{told}");
}

#[test]
fn a_correction_of_an_entry_tells_the_new_term_and_names_the_rest() {
    let changes = json!({ "months": 24, "document_no": "改号", "basis": [{ "citation": "新依据" }] });
    let correction = correct("C-1", "L-1", "2026-05-12", changes);
    let told = corrected(black("L-1", "2026-05-11"), "L-1", correction);
    assert!(told.contains("期限止于2028年5月11日（含当日），涉及依据和文书号。"), "{told}");
}

#[test]
fn each_day_to_a_deadline_is_told_and_the_numbers_come_to_the_working_days() {
    let scenario = given([day("2026-09-24"), penalty("P-1", "2026-09-24")]);
    let explanation = of(&scenario, "2026-09-24", publish_duty());
    let days = &explanation.steps[0].days;
    assert_eq!(days.len(), 19, "09-24 to 10-12");
    assert_eq!((days[0].why, days[0].number), (Why::Since, None));
    assert_eq!(days.iter().filter_map(|day| day.number).max(), Some(7));
    let make_up = days.iter().find(|day| day.why == Why::MakeUp).unwrap();
    assert_eq!((make_up.date.to_string().as_str(), make_up.weekday, make_up.number), ("2026-10-10", "星期六", Some(6)));
}

/// Default rule 15.
#[test]
fn a_provisional_deadline_is_told_as_such_and_its_move_by_the_calendar_too() {
    let scenario = given([day("2027-05-06"), penalty("P-1", "2027-05-06")]);
    let provisional = of(&scenario, "2027-05-06", publish_duty());
    assert!(
        provisional.answer.contains("2027年5月17日（含当日，有关年度放假安排尚未公布，暂按周末推算）"),
        "{provisional}"
    );
    assert!(provisional.steps[0].days.iter().all(|day| day.provisional));
    let year =
        serde_json::json!({ "year": 2027, "notice": "国办发明电〔2026〕9号", "off": ["2027-05-10"], "worked": [] });
    let moved = scenario.on("2027-05-07").when(policy("calendar-2027", 1, "2027-05-07", year)).scenario;
    let explanation = of(&moved, "2027-05-07", publish_duty());
    assert!(told(&explanation).contains("到期日改为2027年5月18日（含当日）"), "{explanation}");
    assert!(explanation.steps[0].days.iter().any(|day| day.why == Why::Holiday && !day.provisional));
}

#[test]
fn a_department_is_told_by_the_name_in_the_register_and_otherwise_by_its_code() {
    let mut departments = shipped("departments");
    departments["register"] =
        serde_json::json!([{ "org": LABOUR, "name": "登记的名称", "kinds": ["human-resources"] }]);
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11")]);
    assert!(
        told(&of(&scenario, "2026-05-11", Question::Record(id("L-1")))).contains(&format!("{LABOUR} 将该主体列入"))
    );
    let named = scenario.when(policy("departments", 2, "2026-05-11", departments)).then_applied().scenario;
    let explanation = of(&named, "2026-05-11", Question::Record(id("L-1")));
    assert!(told(&explanation).contains(&format!("登记的名称（{LABOUR}） 将该主体列入")), "{explanation}");
}

#[test]
fn an_explanation_knows_no_more_than_the_one_who_asks() {
    let listed = given([day("2026-05-11")]).when(black("L-1", "2026-05-11"));
    let at = listed.offset;
    let ended = listed.on("2026-06-11").when(exit("L-1", "2026-05-20")).scenario;
    let question = || Question::Record(id("L-1"));
    assert!(of(&ended, "2026-06-11", question()).answer.contains("已于2026年5月20日退出"));
    let earlier = explained(&ended, "2026-06-11", Known::Offset(at), question()).unwrap();
    assert!(earlier.answer.contains("在黑名单，止于2029年5月11日"), "{earlier}");
    assert_eq!(explained(&ended, "2026-06-11", Known::Offset(at - 1), question()), Err(NothingToExplain::Record));
}

#[test]
fn an_initiated_measure_is_told_with_its_initiation_and_its_answer_is_due_as_the_event_says() {
    let initiated = MeasureInitiated {
        record: id("L-1"),
        measures: vec!["R-NO-CONCESSION".to_owned()],
        implementers: vec![MARKET.to_owned()],
        respond_by: "2026-06-01".parse().unwrap(),
    };
    let scenario = given([day("2026-05-11"), black("L-1", "2026-05-11"), event("M-1", "2026-05-11", initiated)]);
    let explanation = of(&scenario, "2026-05-12", Question::Measure("R-NO-CONCESSION".to_owned()));
    assert!(told(&explanation).contains("发起联合奖惩"), "{explanation}");
    let duty = Question::Duty { duty: "answer-measure".to_owned(), record: id("L-1") };
    let explanation = of(&scenario, "2026-05-12", duty);
    assert!(told(&explanation).contains("发起事件定明应于2026年6月1日（含当日）以前响应"), "{explanation}");
}

#[test]
fn a_measure_of_a_withdrawn_entry_is_told_as_never_having_been() {
    let scenario = given([
        day("2026-05-11"),
        black("L-1", "2026-05-11"),
        event("O-1", "2026-05-11", ObjectionFiled { record: id("L-1"), grounds: "不符".into(), by: "subject".into() }),
        withdraw_designation("L-1", "2026-05-11"),
    ]);
    let explanation = of(&scenario, "2026-05-12", Question::Measure("R-NO-AWARDS".to_owned()));
    assert!(explanation.answer.contains("视为从未承受"), "{explanation}");
}

#[test]
fn a_question_is_about_one_thing() {
    let text = |record: &str, flag: Option<&str>, duty: Option<&str>| QuestionText {
        record: Some(record.to_owned()),
        flag: flag.map(str::to_owned),
        duty: duty.map(str::to_owned),
        ..QuestionText::default()
    };
    assert_eq!(Question::try_from(text("A/1", None, None)), Ok(Question::Record("A/1".to_owned())));
    assert_eq!(Question::try_from(text("A/1", Some("basis-lost"), Some("publish"))), Err(NoQuestion::NotOne));
    assert_eq!(Question::try_from(text("A/1", Some("no"), None)), Err(NoQuestion::UnknownFlag));
    assert_eq!(Question::try_from(text("A/1", None, Some("no"))), Err(NoQuestion::UnknownDuty));
    assert_eq!(Question::try_from(QuestionText::default()), Err(NoQuestion::NotOne));
}
