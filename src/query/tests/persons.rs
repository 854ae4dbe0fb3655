//! The credit file of a responsible person.

use super::*;
use chengxin_projections::event::{ObjectionFiled, ObjectionResolved};

/// A company on the black list whose entry names a person.
fn listed() -> Story {
    let mut story = Story::on("2026-02-02");
    let persons = vec![ResponsiblePerson { person: PERSON.into(), role: "法定代表人".into() }];
    story.then(SOCIAL, "D-1", DesignationMade { persons, ..designation(List::Black, "unpaid-wages", 36) });
    story
}

#[test]
fn a_person_has_the_measures_of_the_entry_that_names_them_with_basis_and_role_and_is_not_on_the_list() {
    let mut story = listed();
    story.open("2026-06-15");
    let record = format!("{SOCIAL}/D-1");
    let by = "subject".to_owned();
    story.then(TAX, "O-1", ObjectionFiled { record: record.clone(), grounds: "已付清".into(), by });
    story.open("2026-06-24");
    let (objection, finding) = (format!("{TAX}/O-1"), chengxin_projections::event::Finding::Unfounded);
    let resolved = ObjectionResolved { record: record.clone(), objection, finding, correction: None };
    story.then(SOCIAL, "R-1", resolved);
    story.open("2026-09-28");
    story.then(SOCIAL, "X-1", exit(&record));

    let view = story.person("2026-06-15");
    assert_eq!((view.listings.len(), view.implications.len()), (0, 1));
    let implication = &view.implications[0];
    assert_eq!((implication.entity.as_str(), implication.role.as_str()), (SUBJECT, "法定代表人"));
    assert_eq!((&implication.record, implication.state, implication.disputed), (&record, State::Active, true));
    assert!(!implication.measures.is_empty());
    let measure = &view.measures[0];
    assert_eq!((measure.state, &measure.basis[..]), (MeasureState::Suspended, &[record][..]));
    assert_eq!(measure.roles, ["法定代表人"]);

    let view = story.person("2026-09-29");
    assert_eq!(view.implications[0].state, State::Exited);
    assert_eq!(listings(&view), [row("watch", State::Active, "2026-09-29", "2027-09-29")]);
    let intervals: Vec<(String, &str, &str)> = view.measures[0]
        .intervals
        .iter()
        .map(|interval| (interval.from.to_string(), interval.cause.kind.as_str(), interval.cause.event.as_str()))
        .collect();
    let (filed, answered) = (format!("{TAX}/O-1"), format!("{SOCIAL}/R-1"));
    let expected = [
        ("2026-02-02".to_owned(), "designation.made", "11654000010399991A/D-1"),
        ("2026-06-15".to_owned(), "objection.filed", filed.as_str()),
        ("2026-06-24".to_owned(), "objection.resolved", answered.as_str()),
    ];
    assert_eq!(intervals, expected, "the event behind the statement is named");
    assert!(story.as_of("2026-09-29").implications.is_empty(), "an organisation has none");
}

#[test]
fn what_suspended_and_resumed_a_persons_measures_is_named_also_where_both_were_recorded_later() {
    let mut story = listed();
    story.open("2026-07-01");
    let record = format!("{SOCIAL}/D-1");
    let filed = ObjectionFiled { record: record.clone(), grounds: "已付清".into(), by: "subject".into() };
    assert_eq!(story.tell(TAX, "O-1", date("2026-06-15"), filed.into()), Effect::Applied);
    let (objection, finding) = (format!("{TAX}/O-1"), chengxin_projections::event::Finding::Unfounded);
    let resolved = ObjectionResolved { record, objection, finding, correction: None };
    assert_eq!(story.tell(SOCIAL, "R-1", date("2026-06-24"), resolved.into()), Effect::Applied);
    let view = story.person("2026-07-01");
    let causes: Vec<(String, &str)> = view.measures[0]
        .intervals
        .iter()
        .map(|interval| (interval.from.to_string(), interval.cause.kind.as_str()))
        .collect();
    let expected = [
        ("2026-02-02".to_owned(), "designation.made"),
        ("2026-06-15".to_owned(), "objection.filed"),
        ("2026-06-24".to_owned(), "objection.resolved"),
    ];
    assert_eq!(causes, expected);
}
