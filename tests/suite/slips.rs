//! What goes wrong between people: a client that hangs up, a decision that comes twice, a cursor of another log.

use std::{io::Write, net::TcpStream};

use chengxin_projections::identifier::citizen_check_character;
use serde_json::{Value, json};

use crate::support::events::{COMPANY, SHOP, act, black, penalty};
use crate::support::load::Publisher;
use crate::support::server::{AUDITOR, LABOUR, MARKET, Server, Site, token, wait_until};

const DAY: &str = "2026-06-01";

/// Sends an event and hangs up without waiting for the answer.
fn hang_up_on(server: &Server, org: &str, content_type: &str, event: &Value) {
    let body = event.to_string();
    let mut stream = TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\ncontent-type: {content_type}\r\n\
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
        hang_up_on(&server, LABOUR, "application/json", &penalty(&id, DAY, COMPANY));
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
fn a_person_is_called_as_the_last_record_has_it_also_if_whoever_published_it_hung_up() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let mut taken = 0;
    for round in 0..500 {
        let number = format!("11010519491231{round:03}");
        let check = citizen_check_character(&number).unwrap();
        let document = json!({ "kind": "身份证", "number": format!("{number}{check}") });
        let about = |id: &str, name: &str| {
            let mut entry = black("unpaid-wages", &format!("{id}-{round}"), DAY, "2029-06-01", COMPANY);
            entry["subject"] = json!({ "kind": "person", "document": &document, "name": name });
            entry
        };
        assert_eq!(server.client(LABOUR).publish(&about("L", "欧阳示例")).status, 201);
        let content_type = ["application/json", "application/x-ndjson"][round % 2];
        hang_up_on(&server, LABOUR, content_type, &about("M", "司马示例"));
        // It may have hung up before the event was read. If it was read, it stands before this one.
        assert_eq!(server.client(LABOUR).publish(&penalty(&format!("P-{round}"), DAY, COMPANY)).status, 201);
        let file = format!("/v1/subjects/{}", server.person(&document));
        let listings = server.client(AUDITOR).get(&file).json()["listings"].as_array().map_or(0, Vec::len);
        if listings == 2 {
            wait_until("the person is called so", || {
                let shown = server.client(LABOUR).with_token("").get(&file).json();
                shown["subject"]["name"].as_str().is_some_and(|shown| shown.starts_with('司'))
            });
            taken += 1;
        }
        if taken == 10 {
            return;
        }
    }
    panic!("{taken} were taken before their clients hung up");
}

#[test]
fn a_person_is_called_as_the_last_record_in_the_log_has_it_whoever_is_answered_first() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    for round in 0..30 {
        let publish = |(number, name): (usize, &'static str)| {
            let mut entry = black("unpaid-wages", &format!("L-{round}-{number}"), DAY, "2029-06-01", COMPANY);
            entry["subject"] = json!({ "kind": "person", "document": &document, "name": format!("{name}示例") });
            let answer = server.client(LABOUR).publish(&entry).json();
            let position = answer["position"].as_str().unwrap_or_else(|| panic!("{answer}"));
            let (_, offset) = position.split_once('-').unwrap();
            (offset.parse::<u64>().unwrap(), name)
        };
        let names = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王"];
        let published: Vec<(u64, &str)> = std::thread::scope(|scope| {
            let publish = &publish;
            let threads: Vec<_> = names.into_iter().enumerate().map(|one| scope.spawn(move || publish(one))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (_, last) = published.iter().max().unwrap();
        let person = server.person(&document);
        let shown = server.client(LABOUR).with_token("").get(&format!("/v1/subjects/{person}")).json();
        let shown = shown["subject"]["name"].as_str().unwrap_or_else(|| panic!("{shown}"));
        assert!(shown.starts_with(last), "{shown} instead of {last}: {published:?}");
    }
}

#[test]
fn the_pages_of_a_moment_to_come_go_on_from_what_the_first_one_knew() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let publish = |id: &str, subject: &str| {
        let entry = black("unpaid-wages", id, DAY, "2029-06-01", subject);
        assert_eq!(server.client(LABOUR).publish(&entry).status, 201);
    };
    publish("L-1", COMPANY);
    publish("L-2", SHOP);
    let page = |more: &str| server.client(AUDITOR).get(&format!("/v1/lists/black?limit=1&known_at=2099-01-01{more}"));
    let first = page("").json();
    publish("L-3", SHOP);
    let second = page(&format!("&cursor={}", first["next"].as_str().unwrap()));
    assert_eq!(second.status, 200, "{second:?}");
    assert_eq!((&second.json()["known_at"], &second.json()["next"]), (&first["position"], &Value::Null));
    let other = server
        .client(AUDITOR)
        .get(&format!("/v1/lists/black?limit=1&known_at=2026-01-01&cursor={}", first["next"].as_str().unwrap()));
    assert_eq!(other.status, 400, "{other:?}");
}

#[test]
fn a_person_is_called_as_the_last_record_of_a_body_has_it() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let publish = |names: &[&str], id: &str| {
        let entry = |(number, name): (usize, &&str)| {
            let mut entry = black("unpaid-wages", &format!("{id}-{number}"), DAY, "2029-06-01", COMPANY);
            entry["subject"] = json!({ "kind": "person", "document": &document, "name": name });
            entry.to_string() + "\n"
        };
        let body: String = names.iter().enumerate().map(entry).collect();
        let answers = server.client(LABOUR).send("/v1/events", "application/x-ndjson", body.as_bytes()).lines();
        assert!(answers.iter().all(|answer| answer["effect"] == "applied"), "{answers:?}");
        let person = server.person(&document);
        server.client(LABOUR).with_token("").get(&format!("/v1/subjects/{person}")).body
    };
    let shown = publish(&["欧阳示例", "司马示例", "欧阳示例"], "A");
    assert!(shown.contains('欧') && !shown.contains('司'), "{shown}");
    let shown = publish(&["欧阳示例", "欧阳示例", "司马示例"], "B");
    assert!(shown.contains('司') && !shown.contains('欧'), "{shown}");
    let shown = publish(&["欧阳示例"], "C");
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
