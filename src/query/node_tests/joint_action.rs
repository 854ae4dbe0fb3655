//! Worklists and duties of implementers, and what a version of the policy would do.

use super::*;
use crate::query::dry_run;
use chengxin_projections::event::{Document, SubjectKind};

fn initiated() -> World {
    let world = listed();
    let event = json!({
        "id": "M-1", "type": "measure.initiated", "effective": "2026-04-20",
        "subject": {"kind": "organisation", "id": code(3)},
        "data": {"record": "social/D-3", "measures": ["R-MARKET-BAN"], "implementers": ["1165-X"], "respond_by": "2026-04-30"}
    });
    for outcome in world.publish(vec![event]) {
        assert_eq!(outcome.effect(), "applied", "{:?}", outcome.reason());
        let arisen = &outcome.changes().unwrap().obligations;
        assert_eq!((arisen.len(), arisen[0].duty.as_str(), arisen[0].org.as_str()), (1, "answer-measure", "1165-X"));
    }
    world
}

#[test]
fn an_implementer_that_another_authority_asked_finds_its_duties() {
    let world = initiated();
    let filter = obligations::Filter { org: Some("1165-X".into()), overdue: None, duty: None };
    let page = obligations::page(&world.node, &filter, &world.office(), &world.now(), None, 10).unwrap();
    let duty = &page.items[0];
    assert_eq!(
        (page.items.len(), duty.duty.as_str(), duty.due.to_string().as_str()),
        (1, "answer-measure", "2026-04-30")
    );
    assert_eq!((duty.measure.as_deref(), duty.cause.as_deref()), (Some("R-MARKET-BAN"), Some("social/M-1")));
}

#[test]
fn a_worklist_has_what_the_organisation_was_asked_for_by_name() {
    let world = initiated();
    let (scope, office) = (world.now(), world.office());
    let org = Implementer { kinds: vec![], org: Some("1165-X".into()) };
    let page = worklist::worklist(&world.node, Some(&org), None, &office, &scope, None, 1_000).unwrap();
    let item = &page.items[0];
    assert_eq!((page.items.len(), item.measure.measure.as_str()), (1, "R-MARKET-BAN"));
    assert_eq!((item.subject.id.as_str(), item.measure.state), (code(3).as_str(), measure::State::Active));
    assert_eq!((item.asked[0].respond_by.to_string().as_str(), item.asked[0].answered), ("2026-04-30", None));
    let other = Implementer { kinds: vec![], org: Some("1165-Y".into()) };
    let others = worklist::worklist(&world.node, Some(&other), None, &office, &scope, None, 1_000).unwrap();
    assert!(others.items.is_empty());
}

/// An entry that names a responsible person, whose measure a bank was asked about and accepted.
fn responsible() -> (World, String) {
    let world = World::new();
    let number = "11010519491231002X";
    let mut entry = designation("D-1", &code(1), 1);
    entry["data"]["persons"] = json!([{ "role": "法定代表人", "subject": {
        "kind": "person", "name": "欧阳示例", "document": { "kind": "身份证", "number": number },
    } }]);
    let about = |id: &str, kind: &str, data: serde_json::Value| {
        json!({ "id": id, "type": kind, "effective": "2026-04-20", "data": data,
                "subject": { "kind": "organisation", "id": code(1) } })
    };
    let asked = json!({ "record": "social/D-1", "measures": ["R-MARKET-BAN"], "implementers": ["1165-X"],
        "respond_by": "2026-04-30" });
    let answers = world.publish(vec![entry, about("M-1", "measure.initiated", asked)]);
    assert!(answers.iter().all(|answer| answer.effect() == "applied"));
    let person = world.node.vault.person_id("身份证", number);
    // What the entry says of the person comes to another partition, a little later.
    let has_both = || {
        let held = world.node.shard_of(&person).file(&person).unwrap();
        held.is_some_and(|held| {
            measure::measures_of(
                &held.file,
                world.now().known(world.node.shard_of(&person).number),
                world.node.today(),
                &world.node.policy(),
            )
            .iter()
            .any(|m| m.measure == "R-MARKET-BAN")
        })
    };
    for _ in 0..5_000 {
        if has_both() {
            let accepted = json!({ "id": "A-1", "type": "measure.accepted", "effective": "2026-04-20",
                "subject": { "kind": "person", "id": person },
                "data": { "record": "social/D-1", "measure": "R-MARKET-BAN" } });
            let answers = world.publish_as(&Publisher::department("1165-X"), vec![accepted]);
            assert_eq!(answers[0].effect(), "applied", "{:?}", answers[0].reason());
            return (world, person);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the entry never came to the person");
}

#[test]
fn the_worklist_of_an_implementer_has_the_measures_on_a_responsible_person_with_what_it_was_asked_and_answered() {
    let (world, person) = responsible();
    let org = Implementer { kinds: vec![], org: Some("1165-X".into()) };
    let (scope, office) = (world.now(), world.office());
    let page = worklist::worklist(&world.node, Some(&org), None, &office, &scope, None, 1_000).unwrap();
    let item = page.items.iter().find(|item| item.subject.kind == SubjectKind::Person).unwrap();
    assert_eq!((item.subject.id.as_str(), item.subject.name.as_deref()), (person.as_str(), None));
    assert_eq!((item.measure.measure.as_str(), item.measure.state), ("R-MARKET-BAN", measure::State::Active));
    assert_eq!(
        (&item.measure.roles[..], &item.measure.basis[..]),
        (&["法定代表人".to_owned()][..], &["social/D-1".to_owned()][..])
    );
    assert_eq!((item.asked[0].event.as_str(), item.asked[0].answered.is_some()), ("social/M-1", true));
    assert_eq!(item.answers[0].event, "1165-X/A-1");
    let of_company = page.items.iter().filter(|item| item.subject.id == code(1)).count();
    assert_eq!((page.items.len(), of_company), (2, 1), "the company and the person, each once");
}

#[test]
fn a_dry_run_tells_which_deadlines_a_calendar_would_move_and_changes_nothing() {
    let world = listed();
    let fine = json!({
        "id": "P-1", "type": "penalty.imposed", "effective": "2026-04-20",
        "subject": {"kind": "organisation", "id": code(3)},
        "data": {"document_no": "1", "conduct": "…", "facts": "…", "basis": "…", "kinds": ["罚款"], "content": "…",
                 "procedure": "ordinary", "severity": "ordinary"}
    });
    assert_eq!(world.publish(vec![fine])[0].effect(), "applied");
    let scope = world.now();
    let shipped = shipped_policy().into_iter().find(|part| part.part == "calendar-2026").unwrap();
    let mut content = shipped.content.0;
    content["off"].as_array_mut().unwrap().push(json!("2026-04-22"));
    content["off"].as_array_mut().unwrap().sort_by_key(|day| day.as_str().unwrap().to_owned());
    let effective = "2026-04-20".parse().unwrap();
    let said = |version| PolicyPublished {
        part: "calendar-2026".into(),
        version,
        effective,
        content: Document(content.clone()),
    };
    let run = dry_run::dry_run(&world.node, "office", &said(2), &scope).unwrap();
    assert!(run.valid, "{:?}", run.reason);
    let moved = &run.consequences.changed[0];
    assert_eq!((run.consequences.deadlines_moved, run.consequences.entries_moved), (1, 0));
    assert_eq!(
        (moved.before.due.to_string().as_str(), moved.after.due.to_string().as_str()),
        ("2026-04-29", "2026-04-30")
    );
    let wrong = dry_run::dry_run(&world.node, "office", &said(3), &scope).unwrap();
    assert_eq!((wrong.valid, wrong.errors[0].pointer.as_str()), (false, "/version"));
    assert_eq!(policy::policy(&world.now()).items.len(), shipped_policy().len());
    assert!(policy::policy(&world.now()).items.iter().all(|part| part.version == 1), "nothing was published");
}
