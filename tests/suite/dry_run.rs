//! What a version of the policy would do, asked over HTTP.

use serde_json::{Value, json};

use crate::support::events::{COMPANY, penalty};
use crate::support::server::{ADMIN, AUDITOR, BANK, LABOUR, OFFICE, Server, Site};

const DAY: &str = "2026-06-01";
const PATH: &str = "/v1/policy/dry-run";

/// The calendar of the year with one more day off: the due days behind it move.
fn calendar(version: u32) -> Value {
    let mut content: Value = serde_json::from_str(include_str!("../../policy/calendar-2026.json")).unwrap();
    let mut content = content["content"].take();
    let off = content["off"].as_array_mut().unwrap();
    off.push(json!("2026-06-03"));
    off.sort_by_key(|day| day.as_str().unwrap().to_owned());
    json!({ "part": "calendar-2026", "version": version, "effective": DAY, "content": content })
}

#[track_caller]
fn tried(server: &Server, org: &str, data: &Value) -> Value {
    let reply = server.client(org).post(PATH, data);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

#[test]
fn a_sound_version_is_tried_with_what_it_would_move_and_nothing_is_published() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&penalty("P-1", DAY, COMPANY)).status, 201);
    let before = server.client(OFFICE).get("/v1/policy").json();
    for org in [OFFICE, ADMIN] {
        let run = tried(&server, org, &calendar(2));
        assert_eq!((&run["valid"], &run["reason"], &run["errors"]), (&json!(true), &Value::Null, &json!([])));
        let moved = &run["consequences"]["changed"][0];
        assert_eq!(moved["obligation"]["record"], format!("{LABOUR}/P-1"), "{run:#}");
        assert_eq!((&moved["before"]["due"], &moved["after"]["due"]), (&json!("2026-06-10"), &json!("2026-06-11")));
        assert_eq!((&run["consequences"]["deadlines_moved"], &run["part"]), (&json!(1), &json!("calendar-2026")));
    }
    assert_eq!(server.client(OFFICE).get("/v1/policy").json(), before, "nothing was logged");
}

#[test]
fn a_version_that_the_rules_would_refuse_is_tried_and_told_why() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let run = tried(&server, OFFICE, &calendar(4));
    assert_eq!((&run["valid"], &run["errors"][0]["pointer"]), (&json!(false), &json!("/version")), "{run:#}");
    assert!(run["reason"].is_string() && run["consequences"]["changed"] == json!([]));
    let mut wrong = calendar(2);
    wrong["content"]["off"][0] = json!("2026-02-30");
    let run = tried(&server, OFFICE, &wrong);
    assert_eq!(run["valid"], false);
    assert!(run["errors"][0]["pointer"].as_str().unwrap().contains("off"), "{run:#}");
}

#[test]
fn a_version_that_would_rewrite_the_past_is_tried_and_published_with_the_same_answer() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let mut content: Value = serde_json::from_str(include_str!("../../policy/terms.json")).unwrap();
    let version = |effective: &str, content: Value| json!({ "part": "terms", "version": 2, "effective": effective, "content": content });
    let content = content["content"].take();
    let yesterday = version("2026-05-31", content.clone());
    let run = tried(&server, OFFICE, &yesterday);
    assert_eq!(run["valid"], false, "{run:#}");
    assert!(run["reason"].as_str().unwrap().contains("never rewrites the past"), "{run:#}");
    let publish = |data: &Value| {
        let policy = json!({ "id": "terms-2", "type": "policy.published", "effective": DAY, "data": data });
        server.client(OFFICE).publish(&policy)
    };
    let refused = publish(&yesterday);
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/data/effective");
    let today = version(DAY, content);
    assert_eq!(publish(&today).status, 201);
    server.open("2026-06-02");
    assert_eq!(publish(&today).json()["effect"], "duplicate", "the same once more, on a later day");
}

#[test]
fn an_earlier_revision_of_the_rules_does_not_follow_a_later_one() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let mut rules: Value = serde_json::from_str(include_str!("../../policy/rules.json")).unwrap();
    let mut content = rules["content"].take();
    content["revision"] = json!(1);
    let data = json!({ "part": "rules", "version": 2, "effective": DAY, "content": content });
    let refused = server
        .client(OFFICE)
        .publish(&json!({ "id": "rules-2", "type": "policy.published", "effective": DAY, "data": data }));
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/data/content/revision");
}

#[test]
fn what_is_no_version_at_all_is_malformed_with_a_pointer() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let office = server.client(OFFICE);
    let cut = office.send(PATH, "application/json", b"{\"part\": ".as_slice());
    assert_eq!((cut.status, &cut.json()["code"]), (400, &json!("malformed")), "{}", cut.body);
    let wrong = [
        (json!({}), "/part"),
        (json!([]), ""),
        (json!({ "part": "terms", "version": "two", "effective": DAY, "content": {} }), "/version"),
    ];
    for (data, pointer) in wrong {
        let reply = office.post(PATH, &data);
        assert_eq!((reply.status, reply.content_type.as_str()), (400, "application/problem+json"), "{data}");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{}", reply.body);
    }
}

#[test]
fn only_the_office_and_an_administrator_try_policies() {
    let site = Site::embedded();
    let server = site.start(DAY);
    for org in [LABOUR, BANK, AUDITOR] {
        let reply = server.client(org).post(PATH, &calendar(2));
        assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("forbidden")), "{org}");
    }
    assert_eq!(server.client(OFFICE).with_token("wrong").post(PATH, &calendar(2)).status, 401);
}
