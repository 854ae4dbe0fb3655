//! The shipped policy against the worked scenarios.

mod broken;

use super::*;
use crate::event::Procedure;
use proptest::prelude::*;
use serde_json::{Value, json};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn history() -> PolicyHistory {
    let mut history = PolicyHistory::default();
    for file in shipped_policy() {
        let published = history.publish(&file.part, file.version, file.effective, &file.content.0, None);
        assert_eq!(published, Ok(()), "{}", file.part);
    }
    history
}

fn policy() -> Policy {
    history().at(date("2026-06-01"))
}

fn content(part: &str) -> Value {
    shipped_policy().into_iter().find(|file| file.part == part).unwrap().content.0
}

fn due(duty: &str, from: &str) -> String {
    let due = history().due(duty, date(from), date(from));
    assert!(!due.provisional);
    due.date.to_string()
}

fn penalty(kinds: &[&str], procedure: Option<Procedure>, severity: Option<&str>) -> PenaltyImposed {
    serde_json::from_value(json!({
        "document_no": "伊市监罚〔2026〕7号", "conduct": null, "facts": null, "basis": null, "kinds": kinds,
        "content": null, "procedure": procedure, "severity": severity
    }))
    .unwrap()
}

#[test]
fn scenario_1_a_worked_sunday_counts_towards_publication() {
    assert_eq!(due("publish", "2019-04-22"), "2019-04-30");
}

#[test]
fn scenario_2_a_publication_one_day_after_a_worked_saturday_and_monday_is_late_by_one() {
    assert_eq!(due("publish", "2026-09-24"), "2026-10-12");
    let late = |done| policy().calendar().working_days_late(date("2026-10-12"), date(done));
    assert_eq!((late("2026-10-12"), late("2026-10-13"), late("2026-10-19")), (0, 1, 5));
    assert_eq!(late("2026-09-25"), 0, "done before it is due is not late");
}

#[test]
fn scenario_3_the_dragon_boat_holiday_moves_the_answer_to_an_objection() {
    assert_eq!(due("answer-objection", "2026-06-15"), "2026-06-25");
}

#[test]
fn scenario_4_a_withdrawn_entry_is_taken_down_within_three_working_days() {
    assert_eq!(due("notify-takedown", "2026-07-10"), "2026-07-15");
}

#[test]
fn scenario_6_a_flag_is_decided_within_five_working_days() {
    assert_eq!(due("decide-flag", "2026-06-08"), "2026-06-15");
}

#[test]
fn scenario_7_an_exit_notice_after_the_national_holiday_is_due_on_the_worked_saturday() {
    assert_eq!(due("notify-exit", "2026-10-02"), "2026-10-10");
}

#[test]
fn scenario_9_a_repair_is_accepted_in_three_and_decided_in_ten_working_days() {
    assert_eq!(due("accept-repair", "2026-08-07"), "2026-08-12");
    assert_eq!(due("decide-repair", "2026-08-07"), "2026-08-21");
}

#[test]
fn a_year_without_arrangement_gives_provisional_deadlines_until_its_calendar_arrives() {
    let mut history = history();
    let from = date("2026-12-28");
    let before = history.due("publish", from, from);
    assert_eq!(before, Due { date: date("2027-01-06"), provisional: true });
    assert_eq!(history.at(from).calendar().is_working_day(date("2027-01-01")), (true, true));
    let arrangement = json!({
        "year": 2027, "notice": "made up", "off": ["2027-01-01", "2027-01-02", "2027-01-03"], "worked": ["2027-01-09"]
    });
    // An arrangement counts from its publication, though its year begins later.
    history.publish("calendar-2027", 1, date("2027-01-01"), &arrangement, None).unwrap();
    let after = history.due("publish", from, from);
    assert_eq!(after, Due { date: date("2027-01-07"), provisional: false });
}

#[test]
fn a_calendar_amended_in_the_middle_of_the_year_replaces_the_first_one() {
    let mut history = history();
    let mut amended = content("calendar-2026");
    amended["off"].as_array_mut().unwrap().push(json!("2026-10-08"));
    history.publish("calendar-2026", 2, date("2026-09-20"), &amended, None).unwrap();
    let calendar = history.at(date("2026-09-20")).calendar().clone();
    assert_eq!(calendar.is_working_day(date("2026-10-08")), (false, false));
    assert_eq!(calendar.is_working_day(date("2026-10-10")), (true, false));
}

fn year(year: i32) -> CalendarYear {
    CalendarYear { year, notice: "n".into(), amended_by: vec![], off: vec![], worked: vec![] }
}

#[test]
fn years_before_and_between_the_published_ones_are_provisional() {
    let calendar = Calendar::new(&[year(2026), year(2024)]);
    assert_eq!(calendar.years(), [2024, 2026]);
    assert_eq!(calendar.is_working_day(date("2023-12-29")), (true, true));
    assert_eq!(calendar.is_working_day(date("2025-07-01")), (true, true));
    assert_eq!(calendar.is_working_day(date("2026-12-31")), (true, false));
    assert_eq!(calendar.is_working_day(date("2027-01-01")), (true, true));
    assert_eq!(Calendar::default().is_working_day(date("2026-08-01")), (false, true));
    assert_eq!(Calendar::default().deadline(Date::MAX, 9).date, Date::MAX);
}

#[test]
fn the_shipped_policy_is_complete_and_survives_storage() {
    let history = history();
    let policy = history.at(date("2026-06-01"));
    assert!(policy.is_complete());
    assert_eq!(policy.calendar().years(), [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026]);
    assert_eq!((policy.effective_ahead_days(), policy.clean_years(), policy.rules_revision()), (90, Some(3), 2));
    assert_eq!(history.versions().count(), 17);
    let stored = serde_json::to_vec(&history).unwrap();
    let read: PolicyHistory = serde_json::from_slice(&stored).unwrap();
    assert!(read.versions().eq(history.versions()));
    assert_eq!(read.at(date("2026-06-01")).calendar(), policy.calendar());
    assert!(!history.at(date("2003-12-31")).is_complete(), "no policy before its first day");
    assert!(!Policy::default().is_complete());
}

#[test]
fn every_list_kind_of_the_plan_is_there_with_measures_of_its_own_colour() {
    let policy = policy();
    let codes = |list| policy.list_kinds().iter().filter(|k| k.list == list).map(|k| &*k.code).collect::<Vec<_>>();
    let black = [
        "unpaid-wages",
        "tax-violation",
        "market-violation",
        "judgment-debtor",
        "environment",
        "safety-production",
        "bank-loan-default",
        "refused-defence-duty",
    ];
    let red = [
        "contract-honouring",
        "tax-a",
        "model-worker",
        "food-safety-honest",
        "quality-award",
        "excellent-grade",
        "media-found",
    ];
    assert_eq!((codes(List::Black), codes(List::Red)), (black.to_vec(), red.to_vec()));
    for kind in policy.list_kinds() {
        assert!(!kind.measures.is_empty() && !kind.conduct.is_empty() && !kind.usual_authorities.is_empty());
        let colour = if kind.list == List::Red { MeasureKind::Incentive } else { MeasureKind::Restriction };
        for code in kind.measures.iter() {
            assert_eq!(policy.measure(code).unwrap().kind, colour, "{} carries {code}", kind.code);
        }
        assert!(kind.list == List::Red || kind.months <= 36);
    }
}

#[test]
fn every_black_kind_carries_the_common_measures_and_judgment_debtors_alone_the_three_on_consumption() {
    let policy = policy();
    let carriers = |code: &str| {
        let carry = |kind: &&ListKind| kind.measures.iter().any(|measure| **measure == *code);
        policy.list_kinds().iter().filter(carry).map(|kind| kind.code.clone()).collect::<Vec<_>>()
    };
    for common in [
        "R-KEY-SUPERVISION",
        "R-NO-FISCAL-FUNDS",
        "R-NO-PUBLIC-RESOURCES",
        "R-STRICT-LICENSING",
        "R-NO-AWARDS",
        "R-PUBLIC-DISCLOSURE",
    ] {
        assert_eq!(carriers(common).len(), 8, "{common}");
    }
    for consumption in ["R-NO-EXIT-COUNTRY", "R-NO-REAL-ESTATE", "R-NO-HIGH-CONSUMPTION"] {
        assert_eq!(carriers(consumption), ["judgment-debtor"]);
    }
    for gravest in ["R-MARKET-BAN", "R-REVOKE-HONOURS"] {
        assert_eq!(carriers(gravest), ["market-violation", "environment", "safety-production"]);
    }
}

#[test]
fn every_item_of_the_catalogue_has_its_five_parts_and_cites_the_plan() {
    let policy = policy();
    assert_eq!(policy.measures().len(), 16 + 20 + 5);
    for item in policy.measures() {
        assert!(!item.matter.is_empty() && !item.target.is_empty() && !item.means.is_empty(), "{}", item.code);
        assert!(!item.implementers.is_empty() && item.basis[0].contains("伊州政发〔2019〕1号"), "{}", item.code);
    }
    assert!(policy.measure("R-KEY-SUPERVISION").unwrap().lands_on("法定代表人"));
    assert!(!policy.measure("R-MARKET-BAN").unwrap().lands_on("股东"));
    assert!(!policy.measure("R-PUBLIC-DISCLOSURE").unwrap().lands_on("法定代表人"));
    assert_eq!(policy.measure("R-UNKNOWN"), None);
}

#[test]
fn the_severity_of_a_penalty_follows_its_procedure_and_kinds_unless_the_publisher_states_it() {
    let policy = policy();
    let class = |kinds: &[&str], procedure, stated| {
        policy.severity_of(&penalty(kinds, procedure, stated)).map(|class| class.code.clone())
    };
    let is = |code: &str| Some(code.to_owned());
    assert_eq!(class(&["罚款"], Some(Procedure::Simple), None), is("minor"));
    assert_eq!(class(&["警告", "通报批评"], None, None), is("minor"));
    assert_eq!(class(&["警告", "罚款"], Some(Procedure::Ordinary), None), is("ordinary"));
    assert_eq!(class(&["罚款", "责令停产停业"], None, None), is("serious"));
    assert_eq!(class(&["暂扣许可证件"], None, None), is("ordinary"));
    assert_eq!(class(&[], None, None), is("ordinary"));
    assert_eq!(class(&["罚款"], None, Some("serious")), is("serious"));
    assert_eq!(class(&["罚款"], None, Some("grave")), None);
    let months = |code| policy.severity_class(code).map(|class| (class.min_months, class.max_months));
    assert_eq!([months("minor"), months("ordinary"), months("serious")], [Some((0, 3)), Some((3, 12)), Some((12, 36))]);
    let severity = policy.severity().unwrap();
    assert!(severity.knows_penalty_kind("其他-责令改正") && !severity.knows_penalty_kind("没收"));
}

#[test]
fn in_a_trial_everyone_designates_and_a_narrowed_kind_asks_the_register() {
    let mut history = history();
    let mut kinds = content("list-kinds");
    kinds["kinds"][0]["authorities"] = json!(["human-resources"]);
    history.publish("list-kinds", 2, date("2026-01-01"), &kinds, None).unwrap();
    let may = |history: &PolicyHistory, org: &str, kind: &str| {
        let policy = history.at(date("2026-06-01"));
        policy.may_designate(org, policy.list_kind(List::Black, kind).unwrap())
    };
    assert!(may(&history, "A", "unpaid-wages"), "unregistered counts as of every kind");
    let mut departments = content("departments");
    departments["register"] = json!([{ "org": "B", "name": "税务局", "kinds": ["tax"], "region": "654000" }]);
    history.publish("departments", 2, date("2026-01-01"), &departments, None).unwrap();
    assert!(!may(&history, "B", "unpaid-wages") && may(&history, "B", "tax-violation"));
    departments["unregistered"] = json!("none");
    history.publish("departments", 3, date("2026-01-01"), &departments, None).unwrap();
    assert!(!may(&history, "A", "unpaid-wages") && may(&history, "A", "tax-violation"));
}

#[test]
fn in_a_trial_everyone_deregisters_and_registrars_are_departments_of_the_kinds_named() {
    assert!(policy().is_registrar("A"));
    assert!(!Policy::default().is_registrar("A"), "nobody is known who could");
    let mut history = history();
    let mut departments = content("departments");
    departments["register"] = json!([{ "org": "B", "name": "税务局", "kinds": ["tax"], "region": "654000" }]);
    departments["registrars"] = json!(["market-supervision"]);
    history.publish("departments", 2, date("2026-01-01"), &departments, None).unwrap();
    let policy = history.at(date("2026-06-01"));
    assert!(!policy.is_registrar("B") && policy.is_registrar("A"), "unregistered counts as of every kind");
}

#[test]
fn a_version_is_in_force_from_its_effective_date_and_versions_rise_one_by_one() {
    let mut history = history();
    let mut terms = content("terms");
    terms["effective_ahead_days"] = json!(30);
    let errors = history.publish("terms", 3, date("2026-07-01"), &terms, None).unwrap_err();
    assert_eq!((errors[0].pointer.as_str(), errors[0].code.as_str()), ("/version", "wrong-version"));
    history.publish("terms", 2, date("2026-07-01"), &terms, None).unwrap();
    assert_eq!(history.at(date("2026-06-30")).effective_ahead_days(), 90);
    assert_eq!(history.at(date("2026-07-01")).effective_ahead_days(), 30);
    let version = |day| history.in_force(date(day)).find(|v| v.part == Part::Terms).map(|v| v.version);
    assert_eq!((version("2026-06-30"), version("2026-07-01")), (Some(1), Some(2)));
}

#[test]
fn a_part_is_held_against_what_the_others_say_on_every_day_on_which_it_will_be_in_force() {
    const DROPPED: &str = "R-KEY-SUPERVISION";
    let mut history = history();
    let (catalogue, mut smaller) = (content("catalogue"), content("catalogue"));
    smaller["items"].as_array_mut().unwrap().retain(|item| item["code"] != DROPPED);
    let mut kinds = content("list-kinds");
    for kind in kinds["kinds"].as_array_mut().unwrap() {
        kind["measures"].as_array_mut().unwrap().retain(|code| code != DROPPED);
    }
    history.publish("list-kinds", 2, date("2026-08-01"), &kinds, None).unwrap();
    let errors = history.publish("catalogue", 2, date("2026-07-01"), &smaller, None).unwrap_err();
    assert!(errors.iter().all(|error| error.pointer == "/content"), "{errors:?}");
    assert!(errors[0].detail.contains(DROPPED), "{errors:?}");
    history.publish("catalogue", 2, date("2026-08-01"), &smaller, None).unwrap();
    // The list kinds of before name the measure again as soon as they are in force.
    let errors = history.publish("list-kinds", 3, date("2026-07-15"), &content("list-kinds"), None).unwrap_err();
    assert!(errors[0].detail.ends_with("on 2026-08-01"), "{errors:?}");
    history.publish("catalogue", 3, date("2026-07-01"), &catalogue, None).unwrap();
}

#[test]
fn a_publication_is_withheld_only_on_a_ground_of_the_plan() {
    let policy = policy();
    let needs = |code| policy.withholding_ground(code).map(|ground| ground.needs_citation);
    assert_eq!((needs("国家秘密"), needs("法律法规另有规定"), needs("不便公开")), (Some(false), Some(true), None));
}

#[test]
fn personal_fields_are_masked_and_an_unnamed_field_is_not_shown() {
    let policy = policy();
    let mask = |field: &str, value: &str| policy.masking().unwrap().mask(field, value);
    assert_eq!(mask("person-name", "张三丰").as_deref(), Some("张**"));
    assert_eq!(mask("person-name", "欧阳修").as_deref(), Some("欧阳**"));
    assert_eq!(mask("person-name", "欧阳").as_deref(), Some("欧**"));
    assert_eq!(mask("person-name", "张").as_deref(), Some("**"));
    assert_eq!(mask("document-number", "11010519491231002X").as_deref(), Some("110**2X"));
    assert_eq!(mask("document-number", "12345").as_deref(), Some("**"));
    assert_eq!(mask("address", "伊宁市解放路1号").as_deref(), Some("伊宁市**"));
    assert_eq!(mask("address", "解放路1号").as_deref(), Some("**"));
    assert_eq!(mask("minor-name", "张三"), None);
    assert_eq!(mask("mother's maiden name", "李"), None);
}

proptest! {
    #[test]
    fn a_deadline_is_a_working_day_and_never_earlier_for_a_later_start_or_a_longer_term(
        start in date("2017-01-01").days()..date("2029-01-01").days(), days in 0_u32..40, later in 0_i32..40,
    ) {
        let policy = policy_once();
        let calendar = policy.calendar();
        let from = Date::from_days(start).unwrap();
        let due = calendar.deadline(from, days);
        prop_assert!(calendar.is_working_day(due.date).0);
        prop_assert!(calendar.deadline(from.plus_days(later), days).date >= due.date);
        prop_assert!(calendar.deadline(from, days + 1).date > due.date || days == 0);
        if days > 0 {
            prop_assert_eq!(calendar.working_days_late(from, due.date), days);
        }
    }

    #[test]
    fn a_deadline_is_the_one_that_is_found_by_counting_the_days_one_by_one(
        start in date("2016-01-01").days()..date("2030-01-01").days(), days in 0_u32..200,
    ) {
        let with_a_gap = Calendar::new(&[year(2026), year(2024)]);
        for calendar in [policy_once().calendar(), &with_a_gap] {
            let (mut day, mut left, mut provisional) = (Date::from_days(start).unwrap(), days.max(1), false);
            day = day.plus_days(-i32::from(days == 0));
            while left > 0 {
                day = day.next();
                let (works, is_provisional) = calendar.is_working_day(day);
                (left, provisional) = (left - u32::from(works), provisional || is_provisional);
            }
            prop_assert_eq!(calendar.deadline(Date::from_days(start).unwrap(), days), Due { date: day, provisional });
        }
    }

    #[test]
    fn lateness_counts_each_working_day_after_the_due_date(
        start in date("2017-01-01").days()..date("2029-01-01").days(), length in 0_i32..900,
    ) {
        let policy = policy_once();
        let calendar = policy.calendar();
        let due = Date::from_days(start).unwrap();
        let counted = (1..=length).filter(|day| calendar.is_working_day(due.plus_days(*day)).0).count();
        prop_assert_eq!(calendar.working_days_late(due, due.plus_days(length)) as usize, counted);
    }
}

fn policy_once() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(policy)
}
