//! No natural person's name or number in clear: not in the log, the views, the traces, the metrics, nor in the files beside.

use serde_json::{Value, json};
use std::{fs, path::Path};

use crate::support::events::{COMPANY, act, black, event, exit, penalty};
use crate::support::server::{AUDITOR, LABOUR, MARKET, Server, Site};

/// Made up, and of letters that nothing else here uses.
const NAME: &str = "龘靐齉";
const OTHER_NAME: &str = "麤鱻淼";
const NAME_ALONE: &str = "爨彠龖";
const NUMBER: &str = "11010519491231002X";
const OTHER_NUMBER: &str = "440524188001010014";
const LATE_NAME: &str = "馫驫灥";
const LATE_NUMBER: &str = "654002200101010018";

fn person(name: &str, number: &str) -> Value {
    json!({ "kind": "person", "name": name, "document": { "kind": "身份证", "number": number } })
}

/// Everything that takes a person: as a subject, as a representative, as a responsible person, in a dispute.
fn publish_about_persons(server: &Server) {
    let applied = |org: &str, event: &Value| {
        let reply = server.client(org).publish(event);
        assert_eq!(reply.status, 201, "{}", reply.body);
    };
    let mut listing = black("unpaid-wages", "L-1", "2026-06-01", "2029-06-01", COMPANY);
    listing["data"]["persons"] = json!([{ "subject": person(NAME, NUMBER), "role": "法定代表人" }]);
    applied(LABOUR, &listing);
    let mut fined = penalty("P-1", "2026-06-01", COMPANY);
    fined["subject"] = person(OTHER_NAME, OTHER_NUMBER);
    applied(LABOUR, &fined);
    let mut represented = penalty("P-2", "2026-06-01", COMPANY);
    represented["data"]["representative"] = json!({ "name": NAME, "document": { "kind": "身份证", "number": NUMBER } });
    represented["data"]["facts"] = json!(format!("{NAME}（{NUMBER}）与他人（{OTHER_NUMBER}）拒不改正"));
    applied(MARKET, &represented);
    // Whom only the record names is not to be named in what is said of it, either.
    let grounds = json!({ "grounds": format!("{NAME}称{NUMBER}并非其证件"), "by": "subject" });
    applied(MARKET, &act("objection.filed", "O-1", "2026-06-01", COMPANY, &format!("{LABOUR}/L-1"), grounds.clone()));
    applied(LABOUR, &act("objection.filed", "O-2", "2026-06-01", COMPANY, &format!("{MARKET}/P-2"), grounds));
    // Also whom no document tells apart.
    let mut represented = penalty("P-3", "2026-06-01", COMPANY);
    represented["data"]["representative"] = json!({ "name": NAME_ALONE });
    applied(MARKET, &represented);
    let grounds = json!({ "grounds": format!("{NAME_ALONE}从未签字"), "by": "subject" });
    applied(LABOUR, &act("objection.filed", "O-4", "2026-06-01", COMPANY, &format!("{MARKET}/P-3"), grounds));
    applied(LABOUR, &exit("X-1", "2026-06-01", COMPANY, &format!("{LABOUR}/L-1"), "early"));
    // In one stream nothing of the first line is sealed or in a view when the second is looked at.
    let mut entry = black("unpaid-wages", "L-2", "2026-06-01", "2029-06-01", COMPANY);
    entry["data"]["persons"] = json!([{ "subject": person(LATE_NAME, LATE_NUMBER), "role": "法定代表人" }]);
    let grounds = json!({ "grounds": format!("{LATE_NAME}已离职"), "by": LATE_NAME });
    let disputed = act("objection.filed", "O-3", "2026-06-01", COMPANY, &format!("{LABOUR}/L-2"), grounds);
    let lines = format!("{entry}\n{disputed}\n");
    let outcomes = server.client(LABOUR).send("/v1/events", "application/x-ndjson", lines.as_bytes()).lines();
    assert!(outcomes.iter().all(|outcome| outcome["effect"] == "applied"), "{outcomes:#?}");
    // What is refused or malformed is told without the person, too.
    let mut unknown =
        event("W-1", "penalty.withdrawn", "2026-06-01", COMPANY, json!({ "record": "A/B", "reason": "错" }));
    unknown["subject"] = person(OTHER_NAME, OTHER_NUMBER);
    assert_eq!(server.client(LABOUR).publish(&unknown).status, 422);
    unknown["effective"] = json!("2026-13-01");
    assert_eq!(server.client(LABOUR).publish(&unknown).status, 400);
    let asked = json!({ "document": { "kind": "身份证", "number": NUMBER }, "purpose": "核验", "case": "1" });
    assert_eq!(server.client(AUDITOR).post("/v1/subjects/find", &asked).status, 200);
}

#[test]
fn no_name_and_no_number_of_a_person_is_in_clear_in_any_file_trace_or_metric() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    publish_about_persons(&server);
    let metrics = server.client(AUDITOR).get("/metrics").body;
    let traces = server.written();
    server.stop();
    for secret in [NAME, OTHER_NAME, LATE_NAME, NAME_ALONE, NUMBER, OTHER_NUMBER, LATE_NUMBER] {
        assert!(!metrics.contains(secret), "{secret} in the metrics");
        assert!(!traces.contains(secret), "{secret} in the traces");
        let found = files_with(site.data(), secret.as_bytes());
        assert!(found.is_empty(), "{secret} in {found:?}");
    }
}

/// Lines of a length that together are more than a server appends at a time, so that the next ones are looked at before
/// these are in a view.
const LINES: usize = 40;
const CHARACTERS: usize = 10_000;

#[test]
fn whom_a_record_names_is_not_named_in_what_comes_while_it_is_on_its_way_into_the_log() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let mut lines = String::new();
    for part in 0..4 {
        let id = format!("L-{part}");
        let mut entry = black("unpaid-wages", &id, "2026-06-01", "2029-06-01", COMPANY);
        entry["data"]["persons"] = json!([{ "subject": person(NAME, NUMBER), "role": "法定代表人" }]);
        lines.push_str(&format!("{entry}\n"));
        for number in 0..LINES {
            let mut fined = penalty(&format!("P-{part}-{number}"), "2026-06-01", COMPANY);
            fined["data"]["facts"] = json!("拖".repeat(CHARACTERS));
            lines.push_str(&format!("{fined}\n"));
        }
        let grounds = json!({ "grounds": format!("{NAME}已离职"), "by": "subject" });
        let record = format!("{LABOUR}/{id}");
        let disputed = act("objection.filed", &format!("O-{part}"), "2026-06-01", COMPANY, &record, grounds);
        lines.push_str(&format!("{disputed}\n"));
    }
    let outcomes = server.client(LABOUR).send("/v1/events", "application/x-ndjson", lines.as_bytes()).lines();
    assert!(outcomes.iter().all(|outcome| outcome["effect"] == "applied"));
    server.stop();
    let found = files_with(site.data(), NAME.as_bytes());
    assert!(found.is_empty(), "{NAME} in {found:?}");
}

#[test]
fn a_person_is_not_named_in_what_nothing_can_stand_in_place_of() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let represented = |id: &str, field: &str, text: &str| {
        let mut fined = penalty(id, "2026-06-01", COMPANY);
        fined["data"]["representative"] =
            json!({ "name": NAME, "document": { "kind": "护照", "number": "E12345678" } });
        fined["data"][field] = json!(text);
        fined
    };
    let refused = |event: &Value, pointer: &str| {
        let reply = server.client(LABOUR).publish(event);
        let error = &reply.json()["errors"][0];
        assert_eq!(
            (&error["code"], &error["pointer"]),
            (&json!("personal-in-number"), &json!(pointer)),
            "{}",
            reply.body
        );
    };
    refused(&represented(&format!("罚-{NAME}"), "remarks", ""), "/id");
    for (field, text) in [("decided_by_code", NAME), ("source_code", "e12345678"), ("document_no", "罚龘靐齉字2号")]
    {
        refused(&represented("P-1", field, text), &format!("/data/{field}"));
    }
    let taken = represented("P-1", "document_no", "伊州罚〔2026〕2号");
    assert_eq!(server.client(LABOUR).publish(&taken).status, 201);
    let changes = json!({ "changes": { "document_no": format!("罚{NAME}字2号") } });
    let corrected = act("record.corrected", "C-1", "2026-06-01", COMPANY, &format!("{LABOUR}/P-1"), changes);
    refused(&corrected, "/data/changes/document_no");
    server.stop();
}

fn files_with(directory: &Path, secret: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, secret));
        } else if fs::read(&path).unwrap().windows(secret.len()).any(|window| window == secret) {
            found.push(path.display().to_string());
        }
    }
    found
}
