//! Whose a number is: linked, unlinked, mistyped, and on its way.

use serde_json::{Value, json};

use crate::support::events::{COMPANY, SHOP, act, black, event, penalty};
use crate::support::server::{AUDITOR, BANK, LABOUR, MARKET, OFFICE, Site};

const DAY: &str = "2026-06-01";

/// A penalty that gives its subject the number of a register.
fn with_number(id: &str, subject: &str) -> Value {
    let mut event = penalty(id, DAY, subject);
    event["subject"]["aliases"] = json!([{ "scheme": "registration", "value": "654002050001234" }]);
    event
}

#[test]
fn an_implementer_says_that_it_found_an_error_and_the_office_says_whose_number_it_is() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY)).status, 201);
    let found = json!({ "grounds": "已结清", "by": "implementer" });
    let objection = act("objection.filed", "O-1", DAY, COMPANY, &format!("{LABOUR}/L-1"), found);
    assert_eq!(server.client(AUDITOR).publish(&objection).status, 403);
    let reply = server.client(BANK).publish(&objection);
    assert_eq!((reply.status, &reply.json()["effect"]), (201, &json!("applied")), "{reply:?}");
    let number = json!({ "scheme": "registration", "value": "654002050001234", "reason": "登记档案" });
    let linked = event("N-1", "identifier.linked", DAY, COMPANY, number);
    assert_eq!(server.client(BANK).publish(&linked).status, 403);
    assert_eq!(server.client(OFFICE).publish(&linked).status, 201);
}

#[test]
fn a_mistyped_code_leads_to_nobodys_file() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY)).status, 201);
    // Another check character; another authority in front of the same organisation code.
    for mistyped in [format!("{}X", &COMPANY[..17]), format!("12345678{}", &COMPANY[8..])] {
        for client in [server.client(AUDITOR), server.client(AUDITOR).with_token("")] {
            assert_eq!(client.get(&format!("/v1/subjects/{mistyped}")).status, 404);
            let found = client.get(&format!("/v1/subjects?identifier={mistyped}")).json();
            assert_eq!(found["items"], json!([]), "{found:#}");
        }
    }
    assert_eq!(server.client(AUDITOR).get(&format!("/v1/subjects/{COMPANY}")).status, 200);
}

#[test]
fn a_number_that_came_with_another_name_before_is_taken_with_a_warning() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let outcome = server.client(LABOUR).publish(&penalty("P-1", DAY, COMPANY)).json();
    assert_eq!(outcome["warnings"], Value::Null);
    let mut other = penalty("P-2", DAY, COMPANY);
    other["subject"]["name"] = json!("伊宁市云杉理发店");
    let outcome = server.client(LABOUR).publish(&other).json();
    assert_eq!((&outcome["effect"], &outcome["warnings"][0]["code"]), (&json!("applied"), &json!("name-differs")));
    // Whoever does something to a record says nothing of its subject's name.
    let grounds = json!({ "grounds": "不符", "by": "subject" });
    let mut objection = act("objection.filed", "O-1", DAY, COMPANY, &format!("{LABOUR}/P-1"), grounds);
    objection["subject"]["name"] = json!("别的名称");
    assert_eq!(server.client(MARKET).publish(&objection).status, 201);
    let file = server.client(AUDITOR).get(&format!("/v1/subjects/{COMPANY}")).json();
    assert_eq!(file["subject"]["name"], "伊宁市云杉理发店");
}

#[test]
fn a_number_of_another_organisation_does_not_come_in_with_an_event() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&with_number("P-1", COMPANY)).status, 201);
    assert_eq!(server.client(LABOUR).publish(&with_number("P-2", COMPANY)).status, 201);
    let reply = server.client(MARKET).publish(&with_number("P-3", SHOP));
    assert_eq!((reply.status, &reply.json()["errors"][0]["code"]), (400, &json!("linked-elsewhere")), "{}", reply.body);
}

#[test]
fn a_number_that_was_unlinked_does_not_come_back_with_an_event_and_its_publisher_is_told() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let publish = |event: &Value| server.client(LABOUR).publish(event);
    let number = json!({ "scheme": "registration", "value": "654002050001234", "reason": "登记档案" });
    assert_eq!(publish(&with_number("P-1", COMPANY)).status, 201);
    assert_eq!(publish(&event("U-1", "identifier.unlinked", DAY, COMPANY, number.clone())).status, 201);
    let taken = publish(&with_number("P-2", COMPANY)).json();
    assert_eq!((&taken["effect"], &taken["warnings"][0]["code"]), (&json!("applied"), &json!("identifier-unlinked")));
    assert_eq!(publish(&event("N-1", "identifier.linked", DAY, SHOP, number)).status, 201);
    let reply = publish(&with_number("P-3", COMPANY));
    assert_eq!((reply.status, &reply.json()["errors"][0]["code"]), (400, &json!("linked-elsewhere")), "{}", reply.body);
}

#[test]
fn an_event_sent_again_is_the_same_event_whoever_has_its_number_by_then() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let publish = |event: &Value| server.client(LABOUR).publish(event);
    let number = json!({ "scheme": "tax", "value": "6540020001", "reason": "登记机关函" });
    let mut fined = penalty("P-1", DAY, COMPANY);
    fined["subject"] = json!({ "kind": "organisation", "aliases": [{ "scheme": "tax", "value": "6540020001" }] });
    assert_eq!(publish(&event("N-1", "identifier.linked", DAY, COMPANY, number.clone())).status, 201);
    assert_eq!(publish(&fined).status, 201);
    let sent_again = || {
        let reply = publish(&fined);
        (reply.status, reply.json()["effect"].clone())
    };
    assert_eq!(sent_again(), (200, json!("duplicate")));
    assert_eq!(publish(&event("U-1", "identifier.unlinked", DAY, COMPANY, number.clone())).status, 201);
    assert_eq!(sent_again(), (200, json!("duplicate")));
    assert_eq!(publish(&event("N-2", "identifier.linked", DAY, SHOP, number)).status, 201);
    assert_eq!(sent_again(), (200, json!("duplicate")));
    server.stop();
}

#[test]
fn whose_a_number_is_that_comes_in_the_same_batch_is_answered_once_it_can_be_known() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let numbered = |id: &str, subject: Option<&str>, number: &str| {
        let mut event = penalty(id, DAY, subject.unwrap_or(COMPANY));
        event["subject"]["aliases"] = json!([{ "scheme": "tax", "value": number }]);
        if subject.is_none() {
            event["subject"]["id"].take();
        }
        event
    };
    let number = json!({ "scheme": "tax", "value": "6540020002", "reason": "登记机关函" });
    let batch = [
        numbered("P-1", Some(COMPANY), "6540020001"),
        numbered("P-2", Some(SHOP), "6540020001"),
        event("N-1", "identifier.linked", DAY, SHOP, number),
        numbered("P-3", None, "6540020002"),
    ];
    let sent = || {
        let text: String = batch.iter().map(|event| format!("{event}\n")).collect();
        let reply = server.client(LABOUR).send("/v1/events", "application/x-ndjson", text.as_bytes());
        reply.lines()
    };
    let effects = |lines: &[Value]| lines.iter().map(|line| line["effect"].clone()).collect::<Vec<_>>();
    let first = sent();
    assert_eq!(effects(&first), ["applied", "unavailable", "applied", "unavailable"], "{first:?}");
    let again = sent();
    assert_eq!(effects(&again), ["duplicate", "malformed", "duplicate", "applied"], "{again:?}");
    assert_eq!(again[1]["errors"][0]["code"], "linked-elsewhere");
    assert_eq!(
        server.client(AUDITOR).get(&format!("/v1/subjects/{SHOP}")).json()["penalties"][0]["record"],
        again[3]["record"]
    );
}

#[test]
fn another_uscc_with_the_same_organisation_code_in_it_takes_nobodys_place() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY)).status, 201);
    let grounds = json!({ "grounds": "不符", "by": "subject" });
    let objection = act("objection.filed", "O-1", DAY, "91654003MA00TEAT4Y", &format!("{LABOUR}/L-1"), grounds);
    let reply = server.client(MARKET).publish(&objection);
    assert_eq!((reply.status, &reply.json()["errors"][0]["code"]), (400, &json!("uscc-differs")), "{}", reply.body);
    let list = server.client(AUDITOR).get("/v1/lists/black?region=654002").json();
    assert_eq!(list["items"][0]["subject"]["uscc"], COMPANY);
}

#[test]
fn a_number_that_is_being_unlinked_names_nobody_until_that_is_judged() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let number = json!({ "scheme": "tax", "value": "6540020001", "reason": "登记机关函" });
    assert_eq!(
        server.client(LABOUR).publish(&event("N-1", "identifier.linked", DAY, COMPANY, number.clone())).status,
        201
    );
    let mut numbered = penalty("P-1", DAY, COMPANY);
    numbered["subject"]["aliases"] = json!([{ "scheme": "tax", "value": "6540020001" }]);
    numbered["subject"]["id"].take();
    let batch = [
        event("N-2", "identifier.unlinked", DAY, COMPANY, number.clone()),
        event("N-3", "identifier.linked", DAY, SHOP, number),
        numbered,
    ];
    let sent = || {
        let text: String = batch.iter().map(|event| format!("{event}\n")).collect();
        let lines = server.client(LABOUR).send("/v1/events", "application/x-ndjson", text.as_bytes()).lines();
        lines.iter().map(|line| line["effect"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(sent(), ["applied", "unavailable", "unavailable"]);
    assert_eq!(sent(), ["duplicate", "applied", "unavailable"]);
    assert_eq!(sent(), ["duplicate", "duplicate", "applied"]);
    let file = |subject: &str| server.client(AUDITOR).get(&format!("/v1/subjects/{subject}")).json();
    assert_eq!(file(SHOP)["penalties"][0]["record"], format!("{LABOUR}/P-1"));
    assert_eq!(file(COMPANY)["penalties"], json!([]));
}
