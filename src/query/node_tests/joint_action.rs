//! Worklists and duties of implementers, and what a version of the policy would do.

use super::*;
use crate::query::dry_run;
use chengxin_projections::event::{Document, PolicyPublished};

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
    let page = obligations::page(&world.node, &filter, &world.now(), None, 10).unwrap();
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
    let scope = world.now();
    let org = Implementer { kinds: vec![], org: Some("1165-X".into()) };
    let page = worklist::worklist(&world.node, Some(&org), None, &scope, None, 1_000).unwrap();
    let item = &page.items[0];
    assert_eq!((page.items.len(), item.measure.measure.as_str()), (1, "R-MARKET-BAN"));
    assert_eq!((item.subject.id.as_str(), item.measure.state), (code(3).as_str(), measure::State::Active));
    assert_eq!((item.asked[0].respond_by.to_string().as_str(), item.asked[0].answered), ("2026-04-30", None));
    let other = Implementer { kinds: vec![], org: Some("1165-Y".into()) };
    assert!(worklist::worklist(&world.node, Some(&other), None, &scope, None, 1_000).unwrap().items.is_empty());
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
