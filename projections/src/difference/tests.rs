use crate::testing::*;

#[test]
fn sequences_count_the_changes_of_a_subject_without_gap_over_events_and_days() {
    let mut scenario = given([day("2026-05-11")]);
    let steps = [
        black("L-1", "2026-05-11").months(1),
        red("R-1", "2026-05-11").months(2),
        black("other", "2026-05-11").about(OTHER),
        exit("none", "2026-05-11"),
        day("2026-08-11"),
        withdraw_designation("L-1", "2026-08-11"),
    ];
    let mut changes = Vec::new();
    let mut measures = Vec::new();
    for step in steps {
        let outcome = scenario.take(step);
        changes.extend(outcome.changes.lists.into_iter().filter(|change| change.subject.id == SUBJECT));
        measures.extend(outcome.changes.measures.into_iter().filter(|change| change.subject.id == SUBJECT));
    }
    assert_eq!(changes.len(), 7);
    assert!(changes.iter().map(|change| change.sequence).eq(1..=7));
    assert!(changes.iter().zip(1..).all(|(change, n)| change.change == format!("{SUBJECT}-L{n}")));
    assert!(measures.iter().map(|change| change.sequence).eq(1..=measures.len() as u64));
    let file = scenario.file();
    assert_eq!((file.list_sequence, file.measure_sequence), (7, measures.len() as u64));
}

#[test]
fn a_change_names_its_cause_its_position_and_whom_it_is_about() {
    let then = given([day("2026-05-11"), black("L-1", "2026-05-11").months(1)]).when(day("2026-06-12"));
    let change = &then.outcome.changes.lists[0];
    assert_eq!((change.cause.kind.as_str(), change.cause.event.as_str()), ("day.opened", "system/day-2026-06-12"));
    assert_eq!(change.cause.date.to_string(), "2026-06-12");
    let then = then.when(withdraw_designation("L-1", "2026-06-12").id("W-1"));
    let change = &then.outcome.changes.lists[0];
    assert_eq!(change.cause.kind, "designation.withdrawn");
    assert_eq!(change.cause.event, format!("{LABOUR}/W-1"));
    assert_eq!(change.position, format!("0-{}", then.offset));
    assert_eq!(change.subject.name.as_deref(), Some("伊宁市星河建筑有限公司"));
}

#[test]
fn a_back_dated_event_takes_effect_on_the_open_day_and_one_ahead_on_its_own() {
    let cause = |effective: &str| {
        let then = given([day("2026-05-11"), black("L-1", "2026-05-01")]).when(exit("L-1", effective));
        then.outcome.changes.lists[0].cause.date.to_string()
    };
    assert_eq!(cause("2026-05-05"), "2026-05-11");
    assert_eq!(cause("2026-05-20"), "2026-05-20");
}

#[test]
fn a_change_of_a_measure_names_so_many_entries_that_a_log_takes_it_and_no_more() {
    let mut steps = vec![day("2026-05-11")];
    steps.extend((0..super::measures::BASIS_TOLD).map(|number| black(&format!("L-{number}"), "2026-05-11")));
    let then = given(steps).when(black("L-last", "2026-05-11"));
    let change = then.outcome.changes.measures.iter().find(|change| change.measure == "R-KEY-SUPERVISION").unwrap();
    assert_eq!(change.basis.len(), super::measures::BASIS_TOLD);
}

#[test]
fn a_person_is_never_named_in_a_change() {
    let person = black("L-1", "2026-05-11").event(|event| {
        event.subject.kind = crate::event::SubjectKind::Person;
        event.subject.uscc = None;
    });
    let then = given([day("2026-05-11")]).when(person).then_applied();
    assert!(then.outcome.changes.lists.iter().all(|change| change.subject.name.is_none()));
    assert!(then.outcome.changes.measures.iter().all(|change| change.subject.name.is_none()));
}

#[test]
fn licenses_penalties_and_their_publications_change_no_list() {
    given([day("2026-05-11")])
        .when(penalty("P-1", "2026-05-11"))
        .then_changes([])
        .when(publish("P-1", "2026-05-11"))
        .then_changes([])
        .when(license("A-1", "2026-05-11"))
        .then_changes([]);
}

/// Default rule 4: whoever was told of the listing is told again, though it had ended long before.
#[test]
fn what_ended_and_proves_wrong_is_withdrawn_from_lists_and_measures() {
    given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-06-10").watch_months(1)])
        .on("2026-09-01")
        .when(withdraw_designation("L-1", "2026-09-01"))
        .then_changes(["withdrawn black L-1 2026-05-11..2026-06-10", "withdrawn watch L-1 2026-06-11..2026-07-11"])
        .then_measure_changes("R-KEY-SUPERVISION", ["withdrawn 2026-05-11..2026-06-10 on L-1"]);
}

#[test]
fn a_measure_that_another_entry_carries_is_not_withdrawn_with_the_first() {
    given([day("2026-05-11"), black("L-1", "2026-05-11"), black("L-2", "2026-05-11").months(12)])
        .when(withdraw_designation("L-1", "2026-05-11"))
        .then_measure_changes("R-KEY-SUPERVISION", ["rebased 2026-05-11..2027-05-11 on L-2"]);
}

#[test]
fn a_suspended_measure_that_ends_is_told_as_ended_and_one_found_wrong_as_withdrawn() {
    let disputed = || given([day("2026-05-11"), black("L-1", "2026-05-11"), object("O-1", "L-1", "2026-05-11")]);
    disputed()
        .on("2026-05-20")
        .when(exit("L-1", "2026-05-20"))
        .then_measure_changes("R-KEY-SUPERVISION", ["ended 2026-05-11..2026-05-20 on L-1"]);
    disputed()
        .on("2026-05-20")
        .when(withdraw_designation("L-1", "2026-05-20"))
        .then_measure_changes("R-KEY-SUPERVISION", ["withdrawn 2026-05-11..2026-05-20 on L-1"]);
}

#[test]
fn an_end_that_moves_into_an_earlier_past_is_told_as_amended() {
    given([day("2026-05-11"), black("L-1", "2026-05-11").until("2026-06-10")])
        .on("2026-06-15")
        .when(exit("L-1", "2026-06-01"))
        .then_changes(["amended black L-1 2026-05-11..2026-06-01", "amended watch L-1 2026-06-02..2027-06-02"])
        .then_measure_changes("R-KEY-SUPERVISION", []);
}

#[test]
fn duties_are_counted_without_gap_like_other_changes() {
    let mut scenario = given([day("2026-05-11"), penalty("P-1", "2026-05-11"), penalty("P-2", "2026-05-11")]);
    let mut told = Vec::new();
    for step in [object("O-1", "P-1", "2026-05-11").by(COUNTY), day("2026-05-30")] {
        told.extend(scenario.take(step).changes.obligations);
    }
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.iter().zip(1..).all(|(change, n)| change.change == format!("{SUBJECT}-O{n}") && change.sequence == n));
    assert_eq!(scenario.file().obligation_sequence, 4);
}

#[test]
fn what_was_over_when_it_was_recorded_is_told_to_nobody_and_neither_is_what_changes_of_it() {
    given([day("2026-09-01")])
        .when(black("L-1", "2026-01-05").until("2026-03-05").watch_months(1))
        .then_changes([])
        .when(exit("L-1", "2026-02-05"))
        .then_changes([])
        .when(withdraw_designation("L-1", "2026-09-01"))
        .then_changes([]);
}

#[test]
fn whoever_was_told_that_an_entry_began_is_told_what_becomes_of_it_after_its_end() {
    given([day("2026-01-05"), black("L-1", "2026-01-05").until("2026-03-05").watch_months(1)])
        .on("2026-09-01")
        .when(exit("L-1", "2026-02-05"))
        .then_changes(["amended black L-1 2026-01-05..2026-02-05", "amended watch L-1 2026-02-06..2026-03-06"])
        .when(withdraw_designation("L-1", "2026-09-01"))
        .then_changes(["withdrawn black L-1 2026-01-05..2026-02-05", "withdrawn watch L-1 2026-02-06..2026-03-06"]);
}
