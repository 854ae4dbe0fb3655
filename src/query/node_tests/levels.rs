//! Worklists and duties as far as a level of access shows them.

use super::*;
use chengxin_projections::event::Document;

const TAX: &str = "1165-T";
const BANK: &str = "1165-B";

/// A county whose register knows the tax bureau and nobody else.
fn registered() -> World {
    let mut policy = shipped_policy();
    for part in policy.iter_mut().filter(|part| part.part == "departments") {
        let Document(content) = &mut part.content;
        content["unregistered"] = json!("none");
        content["register"] = json!([{ "org": TAX, "name": "税务局", "kinds": ["tax"] }]);
    }
    World::with(policy)
}

fn about(number: usize, id: &str, kind: &str, data: serde_json::Value) -> serde_json::Value {
    json!({ "id": id, "type": kind, "effective": "2026-04-20", "data": data,
            "subject": { "kind": "organisation", "id": code(number) } })
}

/// One entry that runs, one that ended, one that is disputed; the bank was asked about the first.
fn county() -> World {
    let world = registered();
    let asked = json!({ "record": "social/D-0", "measures": ["R-MARKET-BAN"], "implementers": [BANK],
        "respond_by": "2026-04-30" });
    let events = vec![
        designation("D-0", &code(0), 0),
        designation("D-1", &code(1), 1),
        designation("D-2", &code(2), 2),
        about(0, "M-0", "measure.initiated", asked),
        about(2, "O-2", "objection.filed", json!({ "record": "social/D-2", "grounds": "…", "by": "当事人" })),
    ];
    let first = world.publish(events);
    world.open("2026-04-21");
    let mut exit = about(1, "X-1", "exit.declared", json!({ "record": "social/D-1", "reason": "early" }));
    exit["effective"] = json!("2026-04-21");
    for outcome in first.into_iter().chain(world.publish(vec![exit])) {
        assert_eq!(outcome.effect(), "applied", "{:?}", outcome.reason());
    }
    world
}

impl World {
    fn open(&self, day: &str) {
        let day = day.parse().unwrap();
        self.node.clock.open(day);
        while self.node.today() < day {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The subjects of a worklist, by number, and the measures on them.
    fn work(&self, onlooker: &Onlooker, of: Option<&Implementer>) -> BTreeSet<(usize, String)> {
        let page = worklist::worklist(&self.node, of, None, onlooker, &self.now(), None, 1_000).unwrap();
        let number = |id: &str| (0..3).find(|n| code(*n) == id).unwrap();
        page.items.into_iter().map(|item| (number(&item.subject.id), item.measure.measure)).collect()
    }

    fn duties(&self, onlooker: &Onlooker) -> BTreeSet<(String, String)> {
        let filter = obligations::Filter::default();
        let page = obligations::page(&self.node, &filter, onlooker, &self.now(), None, 1_000).unwrap();
        page.items.into_iter().map(|item| (item.org, item.duty)).collect()
    }
}

fn subjects(work: &BTreeSet<(usize, String)>) -> BTreeSet<usize> {
    work.iter().map(|(subject, _)| *subject).collect()
}

#[test]
fn others_work_is_seen_by_level_and_ones_own_whole() {
    let world = county();
    let of = |level: u32| world.work(&world.onlooker("1165-Z", level), None);
    let everyones = of(1);
    assert!(everyones.iter().all(|(_, measure)| measure != "R-NO-FINANCIAL-SERVICE"), "{everyones:?}");
    let second = of(2);
    assert_eq!(subjects(&second), [0, 2].into(), "in force and suspended");
    assert!(second.len() > everyones.len());
    assert_eq!(subjects(&of(3)), [0, 1, 2].into(), "what ended, too");
    assert_eq!(of(4), of(3));

    let tax = Implementer::find(TAX, &world.node.policy()).unwrap();
    let own = world.work(&world.onlooker(TAX, 1), Some(&tax));
    assert_eq!(own, world.work(&world.office(), Some(&tax)), "its own, ended or not, at the lowest level");
    assert_eq!(subjects(&own), [0, 1, 2].into());
    let bank = Implementer::find(BANK, &world.node.policy()).unwrap();
    assert_eq!(world.work(&world.onlooker(BANK, 1), Some(&bank)), world.work(&world.office(), Some(&bank)));
    assert!(world.work(&world.onlooker(BANK, 1), None).contains(&(0, "R-MARKET-BAN".to_owned())), "it was asked");
    assert!(!world.work(&world.onlooker(TAX, 1), None).contains(&(0, "R-MARKET-BAN".to_owned())), "it was not");
}

#[test]
fn a_level_without_the_past_sees_only_how_others_measures_stand_now() {
    let world = county();
    world.open("2026-04-22");
    let mut objection =
        about(0, "O-0", "objection.filed", json!({ "record": "social/D-0", "grounds": "…", "by": "…" }));
    objection["effective"] = json!("2026-04-22");
    assert_eq!(world.publish(vec![objection])[0].effect(), "applied");
    world.open("2026-04-23");
    let intervals = |level: u32| {
        let onlooker = world.onlooker("1165-Z", level);
        let page = worklist::worklist(&world.node, None, None, &onlooker, &world.now(), None, 1_000).unwrap();
        let item = page.items.into_iter().find(|item| item.measure.measure == "R-NO-FISCAL-FUNDS").unwrap();
        assert_eq!((item.subject.id, item.measure.state), (code(0), measure::State::Suspended));
        item.measure.intervals.len()
    };
    assert_eq!((intervals(2), intervals(3)), (1, 2));
}

#[test]
fn a_duty_of_others_is_seen_by_who_may_see_what_raised_it_and_ones_own_whole() {
    let world = county();
    let duties = |org: &str, level: u32| -> Vec<String> {
        world.duties(&world.onlooker(org, level)).into_iter().map(|(org, duty)| format!("{org} {duty}")).collect()
    };
    assert_eq!(duties("1165-Z", 1), [""; 0]);
    assert_eq!(duties("1165-Z", 2), ["1165-B answer-measure"]);
    assert_eq!(duties("1165-Z", 3), ["1165-B answer-measure", "social notify-exit"]);
    let all = ["1165-B answer-measure", "social answer-objection", "social notify-exit"];
    assert_eq!(duties("1165-Z", 4), all);
    assert_eq!(duties("social", 1), all[1..], "its own");
    let noticed = json!({ "record": "social/D-1", "about": "exit", "channel": "…" });
    let mut noticed = about(1, "N-1", "notice.issued", noticed);
    noticed["effective"] = json!("2026-04-21");
    assert_eq!(world.publish(vec![noticed])[0].effect(), "applied");
    let accepted = about(0, "A-0", "measure.accepted", json!({ "record": "social/D-0", "measure": "R-MARKET-BAN" }));
    assert_eq!(world.publish_as(&Publisher::department(BANK), vec![accepted])[0].effect(), "applied");
    assert_eq!(duties("1165-Z", 2), ["1165-B report-measure"], "what is done is of the past");
    assert!(duties("1165-Z", 3).contains(&"1165-B answer-measure".to_owned()));
    assert!(duties("social", 1).contains(&"social notify-exit".to_owned()), "of its own the past, too");
}

#[test]
fn a_decision_of_the_office_about_a_subject_shows_its_work_and_its_duties_and_no_others() {
    let world = county();
    let asked = about(2, "Q-1", "access.requested", json!({ "level": 4, "purpose": "核查", "case": "1" }));
    assert_eq!(world.publish_as(&Publisher::department(BANK), vec![asked])[0].effect(), "applied");
    let decided = about(2, "Q-2", "access.decided", json!({ "request": "1165-B/Q-1", "allowed": true }));
    let office = Publisher { office: true, ..Publisher::department("office") };
    assert_eq!(world.publish_as(&office, vec![decided])[0].effect(), "applied");
    let (before, after) = (world.onlooker("1165-Z", 1), world.onlooker(BANK, 1));
    assert!(!world.work(&before, None).contains(&(2, "R-NO-FISCAL-FUNDS".to_owned())));
    assert!(world.work(&after, None).contains(&(2, "R-NO-FISCAL-FUNDS".to_owned())));
    assert!(!world.work(&after, None).contains(&(0, "R-NO-FISCAL-FUNDS".to_owned())));
    let objection = ("social".to_owned(), "answer-objection".to_owned());
    assert!(world.duties(&after).contains(&objection) && !world.duties(&before).contains(&objection));
}
