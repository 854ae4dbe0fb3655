//! What goes wrong between people: a client that hangs up, a mistyped number, a cursor of another log.

use std::{io::Write, net::TcpStream};

use serde_json::{Value, json};

use crate::support::events::{COMPANY, SHOP, act, black, event, penalty};
use crate::support::load::Publisher;
use crate::support::server::{AUDITOR, BANK, LABOUR, MARKET, OFFICE, Server, Site, token, wait_until};

const DAY: &str = "2026-06-01";

/// Sends an event and hangs up without waiting for the answer.
fn hang_up_on(server: &Server, org: &str, event: &Value) {
    let body = event.to_string();
    let mut stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        token(org),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Both).unwrap();
}

#[test]
fn an_id_is_of_one_subject_also_if_whoever_used_it_first_hung_up() {
    let site = Site::embedded();
    let server = site.start(DAY);
    for number in 0..100 {
        let id = format!("P-{number}");
        hang_up_on(&server, LABOUR, &penalty(&id, DAY, COMPANY));
        server.client(LABOUR).publish(&penalty(&id, DAY, SHOP));
    }
    let has = |subject: &str| -> Vec<String> {
        let file = server.client(AUDITOR).get(&format!("/v1/subjects/{subject}")).json();
        let penalties = file["penalties"].as_array().cloned().unwrap_or_default();
        penalties.iter().map(|penalty| penalty["record"].as_str().unwrap().to_owned()).collect()
    };
    wait_until("what nobody waits for is judged, too", || has(COMPANY).len() + has(SHOP).len() >= 100);
    let (first, second) = (has(COMPANY), has(SHOP));
    let both: Vec<&String> = first.iter().filter(|record| second.contains(record)).collect();
    assert!(both.is_empty(), "of two subjects: {both:?}");
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
fn what_has_no_effect_does_not_change_what_a_person_is_called() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let of_person = |mut event: Value, name: &str| {
        let document = json!({ "kind": "护照", "number": "E1234567" });
        event["subject"] = json!({ "kind": "person", "document": document, "name": name });
        server.client(LABOUR).publish(&event)
    };
    assert_eq!(of_person(penalty("P-1", DAY, COMPANY), "欧阳示例").status, 201);
    let grounds = json!({ "grounds": "认定有误", "by": "subject" });
    let nothing = act("objection.filed", "O-1", DAY, COMPANY, &format!("{LABOUR}/X"), grounds);
    assert_eq!(of_person(nothing, "司马演").status, 422);
    let again = of_person(penalty("P-2", DAY, COMPANY), "欧阳示例");
    assert_eq!((again.status, &again.json()["warnings"]), (201, &Value::Null), "{again:?}");
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
fn evidence_of_no_kind_that_the_plan_names_is_taken_with_a_warning() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let entry = black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY);
    assert_eq!(server.client(LABOUR).publish(&entry).status, 201);
    let apply = |id: &str, kind: &str| {
        let evidence =
            json!({ "evidence": [{ "kind": "志愿服务", "reference": "卷1" }, { "kind": kind, "reference": "卷2" }] });
        let applied = act("repair.applied", id, DAY, COMPANY, &format!("{LABOUR}/L-1"), evidence);
        server.client(LABOUR).publish(&applied).json()["warnings"][0]["code"].clone()
    };
    assert_eq!(apply("A-1", "履行义务"), Value::Null);
    assert_eq!(apply("A-2", "履行义务吧"), json!("kind-unlisted"));
}

/// domain.md, double-publicity files: the same authority, document number and party are one decision.
#[test]
fn a_decision_that_comes_again_under_another_id_is_taken_with_a_warning() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let numbered = |id: &str, number: &str| {
        let mut event = penalty(id, DAY, COMPANY);
        event["data"]["document_no"] = json!(number);
        event
    };
    let warned = |org: &str, event: &Value| server.client(org).publish(event).json()["warnings"][0]["code"].clone();
    assert_eq!(warned(LABOUR, &numbered("P-1", "伊州罚〔2026〕12号")), Value::Null);
    assert_eq!(warned(LABOUR, &numbered("P-1", "伊州罚〔2026〕12号")), Value::Null, "the same event once more");
    assert_eq!(warned(LABOUR, &numbered("P-2", "伊州罚〔2026〕13号")), Value::Null);
    assert_eq!(warned(MARKET, &numbered("P-1", "伊州罚〔2026〕12号")), Value::Null, "of another department");
    assert_eq!(warned(LABOUR, &numbered("P-3", "伊州罚〔2026〕 １２号")), json!("same-decision"));
    let reason = json!({ "reason": "重复登记" });
    for record in ["P-1", "P-3"] {
        let id = format!("W-{record}");
        let withdrawal = act("penalty.withdrawn", &id, DAY, COMPANY, &format!("{LABOUR}/{record}"), reason.clone());
        assert_eq!(server.client(LABOUR).publish(&withdrawal).status, 201);
    }
    assert_eq!(warned(LABOUR, &numbered("P-4", "伊州罚〔2026〕12号")), Value::Null, "what was withdrawn never was");
}

#[test]
fn a_number_of_another_organisation_does_not_come_in_with_an_event() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let with_number = |id: &str, subject: &str| {
        let mut event = penalty(id, DAY, subject);
        event["subject"]["aliases"] = json!([{ "scheme": "registration", "value": "654002050001234" }]);
        event
    };
    assert_eq!(server.client(LABOUR).publish(&with_number("P-1", COMPANY)).status, 201);
    assert_eq!(server.client(LABOUR).publish(&with_number("P-2", COMPANY)).status, 201);
    let reply = server.client(MARKET).publish(&with_number("P-3", SHOP));
    assert_eq!((reply.status, &reply.json()["errors"][0]["code"]), (400, &json!("linked-elsewhere")), "{}", reply.body);
}

#[test]
fn a_number_that_was_unlinked_does_not_come_back_with_an_event_and_its_publisher_is_told() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let with_number = |id: &str, subject: &str| {
        let mut event = penalty(id, DAY, subject);
        event["subject"]["aliases"] = json!([{ "scheme": "registration", "value": "654002050001234" }]);
        event
    };
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

#[test]
fn a_record_that_is_refused_renames_no_person() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let about = |id: &str, kind: &str, name: &str| {
        let mut entry = black(kind, id, DAY, "2029-06-01", COMPANY);
        entry["subject"] = json!({ "kind": "person", "document": &document, "name": name });
        server.client(LABOUR).publish(&entry).status
    };
    assert_eq!(about("L-1", "unpaid-wages", "欧阳示例"), 201);
    assert_eq!(about("L-2", "nonsense", "司马示例"), 422);
    let person = server.person(&document);
    let shown = server.client(LABOUR).with_token("").get(&format!("/v1/subjects/{person}")).body;
    assert!(shown.contains('欧') && !shown.contains('司'), "{shown}");
}

#[test]
fn a_cursor_ahead_of_the_log_is_refused_and_not_waited_for() {
    let site = Site::embedded();
    let server = site.start(DAY);
    assert_eq!(server.client(LABOUR).publish(&black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY)).status, 201);
    let client = server.client(AUDITOR);
    let page = client.get("/v1/list-changes").json();
    let end = page["next"].as_str().unwrap();
    assert_eq!(client.get(&format!("/v1/list-changes?after={end}")).status, 200);
    for feed in ["list-changes", "measure-changes", "obligation-changes"] {
        let reply = client.get(&format!("/v1/{feed}?after=0-0.1-999999.2-0"));
        assert_eq!(reply.status, 400, "{feed}: {}", reply.body);
    }
}

#[test]
fn a_person_of_whom_nothing_is_published_is_not_known_to_the_public() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let mut listed = black("unpaid-wages", "L-1", DAY, "2029-06-01", COMPANY);
    let named = json!({ "kind": "person", "name": "某某某", "document": document });
    listed["data"]["persons"] = json!([{ "subject": named, "role": "法定代表人" }]);
    assert_eq!(server.client(LABOUR).publish(&listed).status, 201);
    let id = server.person(&document);
    assert_eq!(server.client(AUDITOR).get(&format!("/v1/subjects/{id}")).status, 200);
    assert_eq!(server.client(AUDITOR).with_token("").get(&format!("/v1/subjects/{id}")).status, 404);
    // Nor is an entry about a person one that names the person once more.
    let mut own = listed.clone();
    own["id"] = json!("L-2");
    own["subject"] = named;
    let reply = server.client(LABOUR).publish(&own);
    assert_eq!((reply.status, &reply.json()["errors"][0]["code"]), (400, &json!("not-here")), "{}", reply.body);
}

#[test]
fn an_event_sent_again_is_the_same_event_though_persons_were_not_known_yet_when_it_came_with_its_record() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let mut fined = penalty("P-1", DAY, COMPANY);
    fined["subject"] = json!({ "kind": "person", "name": "司马演", "document": document });
    let mut named = penalty("P-2", DAY, COMPANY);
    named["data"]["representative"] = json!({ "name": "欧阳示例" });
    let grounds = |name: &str| json!({ "grounds": format!("{name}称未拖欠"), "by": "subject" });
    let mut of_person = act("objection.filed", "O-1", DAY, COMPANY, &format!("{LABOUR}/P-1"), grounds("司马演"));
    of_person["subject"] = json!({ "kind": "person", "document": document });
    let of_company = act("objection.filed", "O-2", DAY, COMPANY, &format!("{LABOUR}/P-2"), grounds("欧阳示例"));
    let lines = [&fined, &named, &of_person, &of_company].map(Value::to_string).join("\n");
    let outcomes = server.client(LABOUR).send("/v1/events", "application/x-ndjson", lines.as_bytes()).lines();
    assert!(outcomes.iter().all(|outcome| outcome["effect"] == "applied"), "{outcomes:#?}");
    for again in [&of_person, &of_company] {
        let reply = server.client(LABOUR).publish(again);
        assert_eq!((reply.status, &reply.json()["effect"]), (200, &json!("duplicate")), "{}", reply.body);
    }
}

#[test]
fn what_was_known_with_an_outcome_is_the_same_whenever_it_is_asked_for() {
    const PUBLISHERS: usize = 6;
    const ENTRIES: usize = 12;
    let site = Site::embedded();
    let server = site.start(DAY);
    let subjects: Vec<String> = Publisher::subjects().collect();
    let list = |moment: &str| {
        let page = server.client(AUDITOR).get(&format!("/v1/lists/black?limit=1000&known_at={moment}"));
        assert_eq!(page.status, 200, "{}", page.body);
        page.json()["items"].clone()
    };
    let publish = |publisher: usize| -> Vec<(String, Value)> {
        let client = server.client(LABOUR);
        let entry = |number: usize| {
            let subject = &subjects[(publisher + number) % subjects.len()];
            let entry = black("unpaid-wages", &format!("L-{publisher}-{number}"), DAY, "2029-06-01", subject);
            let outcome = client.publish(&entry).json();
            let moment = outcome["position"].as_str().unwrap().to_owned();
            (moment.clone(), list(&moment))
        };
        (0..ENTRIES).map(entry).collect()
    };
    let answers = std::thread::scope(|scope| {
        let publishers: Vec<_> = (0..PUBLISHERS)
            .map(|publisher| {
                scope.spawn({
                    let publish = &publish;
                    move || publish(publisher)
                })
            })
            .collect();
        publishers.into_iter().flat_map(|publisher| publisher.join().unwrap()).collect::<Vec<_>>()
    });
    for (moment, then) in answers {
        assert_eq!(list(&moment), then, "as known at {moment}");
    }
    server.stop();
}
