//! The worked scenarios of disputes, repair, flags and responsible persons, through HTTP on both logs.

use serde_json::{Value, json};

use crate::scenarios::{Walk, changes, on_both_logs, text};
use crate::support::county::wait_for;
use crate::support::events::{COMPANY, act, black, exit, penalty, red};
use crate::support::server::{LABOUR, MARKET, Site, TAX};

on_both_logs! {
    an_unfounded_objection_suspends_the_measures_and_not_the_term,
    a_listing_of_another_company_of_the_same_name_never_was,
    a_responsible_person_has_measures_and_a_watch_with_the_entry,
    a_red_subject_that_is_fined_is_flagged_and_keeps_its_incentives_until_its_authority_decides,
    an_application_for_an_unrepairable_entry_is_refused_with_its_citation,
    a_penalty_can_be_repaired_after_its_minimum_publicity,
}

const MEASURE: &str = "R-KEY-SUPERVISION";

/// 2026-04-20 for 36 months, disputed on 06-15.
fn disputed(walk: &mut Walk) -> String {
    walk.begin("2026-04-20");
    walk.publish(LABOUR, &black("unpaid-wages", "L-1", "2026-04-20", "2029-04-20", COMPANY), "applied");
    let record = format!("{LABOUR}/L-1");
    walk.open("2026-06-15");
    let filed = json!({ "grounds": "并非本单位", "by": "subject" });
    let outcome =
        walk.publish(MARKET, &act("objection.filed", "O-1", "2026-06-15", COMPANY, &record, filed), "applied");
    assert_eq!(changes(&outcome), ["disputed black 2026-04-20..2029-04-20"]);
    record
}

fn entry(walk: &mut Walk, as_of: &str) -> Value {
    walk.get(&format!("/v1/subjects/{COMPANY}?as_of={as_of}"))["listings"][0].clone()
}

mod scenario {
    use super::*;

    pub(super) fn an_unfounded_objection_suspends_the_measures_and_not_the_term(walk: &mut Walk) {
        let record = disputed(walk);
        assert_eq!(walk.duties("2026-06-15"), ["answer-objection 2026-06-25 open 0"]);
        assert_eq!(walk.measure(MEASURE, "2026-06-14")["state"], "active");
        assert_eq!(walk.measure(MEASURE, "2026-06-15")["state"], "suspended");
        assert_eq!(entry(walk, "2026-06-15")["disputed"], true);
        assert_eq!(walk.list("black", "2026-06-15"), [record.as_str()], "it stays listed");
        walk.open("2026-06-24");
        let found = json!({ "objection": format!("{MARKET}/O-1"), "finding": "unfounded" });
        let resolved = act("objection.resolved", "O-2", "2026-06-24", COMPANY, &record, found);
        assert_eq!(changes(&walk.publish(LABOUR, &resolved, "applied")), ["undisputed black 2026-04-20..2029-04-20"]);
        assert_eq!(walk.measure(MEASURE, "2026-06-23")["state"], "suspended");
        assert_eq!(walk.measure(MEASURE, "2026-06-24")["state"], "active");
        let listed = entry(walk, "2026-06-24");
        assert_eq!((&listed["disputed"], &listed["until"]), (&json!(false), &json!("2029-04-20")));
        walk.open("2029-04-20");
        assert_eq!(walk.list("black", "2029-04-20"), [record]);
        walk.open("2029-04-21");
        assert_eq!(walk.list("black", "2029-04-21"), [""; 0]);
    }

    pub(super) fn a_listing_of_another_company_of_the_same_name_never_was(walk: &mut Walk) {
        let record = disputed(walk);
        walk.open("2026-07-01");
        let known = text(&walk.server().client(LABOUR).get("/v1/lists/black").json()["position"]);
        walk.open("2026-07-10");
        let withdrawn =
            act("designation.withdrawn", "W-1", "2026-07-10", COMPANY, &record, json!({ "reason": "同名" }));
        assert_eq!(changes(&walk.publish(LABOUR, &withdrawn, "applied")), ["withdrawn black 2026-04-20..2029-04-20"]);
        for day in ["2026-04-20", "2026-07-01", "2026-07-10"] {
            assert_eq!(walk.list("black", day), [""; 0], "{day}, known today");
        }
        let then = walk.get(&format!("/v1/lists/black?as_of=2026-07-01&known_at={known}"));
        assert_eq!(then["items"][0]["record"], json!(record));
        assert!(walk.duties("2026-07-10").contains(&"notify-takedown 2026-07-15 open 0".to_owned()));
        let feed = walk.get("/v1/measure-changes?limit=1000");
        let last = feed["items"].as_array().unwrap().iter().filter(|change| change["what"] == "withdrawn").count();
        let listed = feed["items"].as_array().unwrap().iter().filter(|change| change["what"] == "imposed").count();
        assert_eq!(last, listed, "whoever was told of a measure is told that it never was");
    }

    pub(super) fn a_responsible_person_has_measures_and_a_watch_with_the_entry(walk: &mut Walk) {
        walk.begin("2026-02-02");
        let mut listing = black("unpaid-wages", "L-1", "2026-02-02", "2029-02-02", COMPANY);
        let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
        let person = json!({ "kind": "person", "document": document, "name": "示例人" });
        listing["data"]["persons"] = json!([{ "subject": person, "role": "法定代表人" }]);
        walk.publish(LABOUR, &listing, "applied");
        let id = walk.server().person(&document);
        let state = |walk: &mut Walk, as_of: &str, wanted: &str| {
            let path = format!("/v1/subjects/{id}?as_of={as_of}");
            // The person's partition takes up what the company's has stated.
            wait_for(&format!("{MEASURE} {wanted} on {as_of}"), || {
                let file = walk.server().client(LABOUR).get(&path).json();
                let mut measures = file["measures"].as_array().into_iter().flatten();
                measures.any(|measure| measure["measure"] == MEASURE && measure["state"] == wanted)
            });
        };
        state(walk, "2026-02-02", "active");
        walk.open("2026-09-28");
        let record = format!("{LABOUR}/L-1");
        walk.publish(LABOUR, &exit("X-1", "2026-09-28", COMPANY, &record, "repaired"), "applied");
        state(walk, "2026-09-28", "ended");
        state(walk, "2026-09-27", "active");
        walk.open("2026-09-29");
        let watched = walk.list("watch", "2026-09-29");
        assert_eq!(watched, [record.as_str(), record.as_str()], "the company and the person");
    }

    pub(super) fn a_red_subject_that_is_fined_is_flagged_and_keeps_its_incentives_until_its_authority_decides(
        walk: &mut Walk,
    ) {
        walk.begin("2026-03-02");
        walk.publish(TAX, &red("R-1", "2026-03-02", 24, COMPANY), "applied");
        let record = format!("{TAX}/R-1");
        walk.open("2026-06-08");
        let outcome = walk.publish(MARKET, &penalty("P-1", "2026-06-08", COMPANY), "applied");
        let told =
            outcome["changes"].as_array().unwrap().iter().find(|change| change["duty"] == "decide-flag").unwrap();
        assert_eq!((&told["org"], &told["due"]), (&json!(TAX), &json!("2026-06-15")));
        let file = walk.get(&format!("/v1/subjects/{COMPANY}"));
        assert_eq!(
            (&file["flags"][0]["flag"], &file["flags"][0]["since"]),
            (&json!("dishonest-while-red"), &json!("2026-06-08"))
        );
        let incentive = file["measures"][0]["measure"].as_str().unwrap().to_owned();
        assert_eq!(file["measures"][0]["state"], "active");
        walk.open("2026-06-12");
        let outcome = walk.publish(TAX, &exit("X-1", "2026-06-12", COMPANY, &record, "early"), "applied");
        assert_eq!(changes(&outcome), ["exited red 2026-03-02..2026-06-12"]);
        assert_eq!(walk.measure(&incentive, "2026-06-11")["state"], "active");
        assert_eq!(walk.measure(&incentive, "2026-06-12")["state"], "ended");
        let duties = walk.duties("2026-06-12");
        assert!(duties.contains(&"decide-flag 2026-06-15 done 0".to_owned()), "{duties:?}");
        assert!(duties.iter().any(|duty| duty.starts_with("notify-exit")), "{duties:?}");
    }

    pub(super) fn an_application_for_an_unrepairable_entry_is_refused_with_its_citation(walk: &mut Walk) {
        walk.begin("2026-05-11");
        let mut listing = black("unpaid-wages", "L-1", "2026-05-11", "2029-05-11", COMPANY);
        listing["data"]["repairable"] = json!({ "allowed": false, "how": "条例第十条" });
        walk.publish(LABOUR, &listing, "applied");
        walk.open("2026-06-01");
        let evidence = json!({ "evidence": [{ "kind": "志愿服务", "reference": "卷1" }] });
        let applied = act("repair.applied", "A-1", "2026-06-01", COMPANY, &format!("{LABOUR}/L-1"), evidence);
        let outcome = walk.publish(MARKET, &applied, "refused");
        assert_eq!(outcome["reason"]["code"], "not-repairable");
        assert!(text(&outcome["reason"]["detail"]).contains("条例第十条"));
        assert_eq!(walk.list("black", "2026-06-01"), [format!("{LABOUR}/L-1")]);
    }

    pub(super) fn a_penalty_can_be_repaired_after_its_minimum_publicity(walk: &mut Walk) {
        walk.begin("2026-05-06");
        walk.publish(LABOUR, &penalty("P-1", "2026-05-06", COMPANY), "applied");
        let record = format!("{LABOUR}/P-1");
        let issue = json!({ "channel": "credit-portal" });
        walk.publish(LABOUR, &act("publication.issued", "G-1", "2026-05-06", COMPANY, &record, issue), "applied");
        let apply = |id: &str, date: &str| {
            let evidence = json!({ "evidence": [{ "kind": "履行义务", "reference": "卷1" }] });
            act("repair.applied", id, date, COMPANY, &record, evidence)
        };
        walk.open("2026-08-05");
        let outcome = walk.publish(MARKET, &apply("A-1", "2026-08-05"), "refused");
        assert_eq!(outcome["reason"]["code"], "too-early");
        walk.open("2026-08-07");
        walk.publish(MARKET, &apply("A-2", "2026-08-07"), "applied");
        let duties = walk.duties("2026-08-07");
        assert!(duties.contains(&"accept-repair 2026-08-12 open 0".to_owned()), "{duties:?}");
        assert!(duties.contains(&"decide-repair 2026-08-21 open 0".to_owned()), "{duties:?}");
        let file = walk.get(&format!("/v1/subjects/{COMPANY}"));
        assert_eq!(file["penalties"][0]["publication"]["until"], "2027-05-06", "with no repair it ends by itself");
    }
}
