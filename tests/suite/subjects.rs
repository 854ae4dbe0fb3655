//! Who is one subject: numbers of other registers, and two organisations that turn out to be one.

use serde_json::{Value, json};

use crate::support::events::{COMPANY, SHOP, event, organisation, penalty};
use crate::support::server::{LABOUR, MARKET, Server, Site};

const DAY: &str = "2026-06-01";
/// The organisation codes inside the two USCCs.
const COMPANY_CODE: &str = "MA00TEAT4";
const SHOP_CODE: &str = "MA7TE0010";

fn link(kind: &str, id: &str, subject: &str, scheme: &str, value: &str) -> Value {
    event(id, kind, DAY, subject, json!({ "scheme": scheme, "value": value, "reason": "登记机关函" }))
}

/// A penalty of an organisation that is given by its registration number alone.
fn by_number(id: &str, number: &str) -> Value {
    let mut event = penalty(id, DAY, COMPANY);
    event["subject"] = json!({ "kind": "organisation", "name": "星河建筑", "aliases": [
        { "scheme": "registration", "value": number },
    ] });
    event
}

#[track_caller]
fn publish(server: &Server, org: &str, event: &Value) -> (u16, Value) {
    let reply = server.client(org).publish(event);
    (reply.status, reply.json())
}

#[track_caller]
fn applied(server: &Server, event: &Value) -> String {
    let (status, outcome) = publish(server, LABOUR, event);
    assert_eq!((status, &outcome["effect"]), (201, &json!("applied")), "{outcome:#}");
    outcome["position"].as_str().unwrap().to_owned()
}

#[track_caller]
fn get(server: &Server, path: &str) -> Value {
    let reply = server.client(MARKET).get(path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply.json()
}

fn records(file: &Value) -> Vec<&str> {
    let mut records: Vec<&str> =
        file["penalties"].as_array().unwrap().iter().map(|penalty| penalty["record"].as_str().unwrap()).collect();
    records.sort_unstable();
    records
}

#[test]
fn a_number_names_a_subject_from_its_link_on_until_it_is_unlinked() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let (status, problem) = publish(&server, LABOUR, &by_number("P-1", "654002050001234"));
    assert_eq!((status, &problem["errors"][0]["code"]), (400, &json!("identifier-unlinked")), "{problem:#}");
    applied(&server, &link("identifier.linked", "L-1", COMPANY, "registration", "654002050001234"));
    applied(&server, &by_number("P-1", "６５４００２０５０００１２３４"));
    assert_eq!(records(&get(&server, "/v1/subjects/MA00TEAT4")), [format!("{LABOUR}/P-1")]);

    let second = link("identifier.linked", "L-2", SHOP, "registration", "654002050001234");
    let (status, outcome) = publish(&server, LABOUR, &second);
    assert_eq!((status, &outcome["reason"]["code"]), (422, &json!("linked-elsewhere")), "{outcome:#}");
    applied(&server, &link("identifier.unlinked", "U-1", COMPANY, "registration", "654002050001234"));
    let (status, problem) = publish(&server, LABOUR, &by_number("P-2", "654002050001234"));
    assert_eq!((status, &problem["errors"][0]["code"]), (400, &json!("identifier-unlinked")), "{problem:#}");
    applied(&server, &link("identifier.linked", "L-3", SHOP, "registration", "654002050001234"));
    applied(&server, &by_number("P-2", "654002050001234"));
    assert_eq!(records(&get(&server, &format!("/v1/subjects/{SHOP}"))), [format!("{LABOUR}/P-2")]);
}

#[test]
fn of_two_links_of_one_number_at_once_one_has_it() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let links = [
        link("identifier.linked", "L-1", COMPANY, "tax", "6540020001"),
        link("identifier.linked", "L-2", SHOP, "tax", "6540020001"),
    ];
    let lines = links.map(|event| event.to_string()).join("\n");
    let reply = server.client(LABOUR).send("/v1/events", "application/x-ndjson", lines.as_bytes());
    let outcomes = reply.lines();
    assert_eq!(outcomes[0]["effect"], "applied", "{outcomes:#?}");
    assert_ne!(outcomes[1]["effect"], "applied", "{outcomes:#?}");
    let (status, outcome) = publish(&server, LABOUR, &links_again());
    assert_eq!((status, &outcome["reason"]["code"]), (422, &json!("linked-elsewhere")), "{outcome:#}");
}

fn links_again() -> Value {
    link("identifier.linked", "L-2", SHOP, "tax", "6540020001")
}

#[test]
fn two_organisations_that_are_one_have_one_file_until_they_are_two_again() {
    let site = Site::embedded();
    let server = site.start(DAY);
    applied(&server, &penalty("P-1", DAY, COMPANY));
    let before = applied(&server, &penalty("P-2", DAY, SHOP));
    let both = [format!("{LABOUR}/P-1"), format!("{LABOUR}/P-2")];
    let linked = applied(&server, &link("identifier.linked", "L-1", COMPANY, "uscc", SHOP));

    let file = get(&server, &format!("/v1/subjects/{COMPANY}"));
    assert_eq!(records(&file), both);
    assert_eq!(file["subject"]["id"], COMPANY_CODE);
    assert_eq!(
        file["subject"]["same_as"],
        json!([
            { "id": SHOP_CODE, "kind": "organisation", "name": "伊宁市星河建筑有限公司", "uscc": SHOP },
        ])
    );
    assert_eq!(get(&server, &format!("/v1/subjects/{SHOP}")), file, "whichever is asked for");
    assert_eq!(records(&get(&server, &format!("/v1/subjects/{SHOP}?known_at={before}"))), both[1..]);
    let events = get(&server, &format!("/v1/subjects/{SHOP}/events?limit=2"));
    let next = events["next"].as_str().unwrap();
    let rest = get(&server, &format!("/v1/subjects/{SHOP}/events?limit=2&cursor={next}"));
    let ids = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect()
    };
    assert_eq!((ids(&events), ids(&rest)), (vec![json!("P-1"), json!("L-1")], vec![json!("P-2")]));

    applied(&server, &penalty("P-3", DAY, SHOP));
    assert_eq!(records(&get(&server, "/v1/subjects/MA00TEAT4")).len(), 3, "it goes on under its own key");
    let third = link("identifier.linked", "L-2", "93654003MA7TE00293", "organisation-code", SHOP_CODE);
    let (status, outcome) = publish(&server, LABOUR, &third);
    assert_eq!((status, &outcome["reason"]["code"]), (422, &json!("linked-elsewhere")), "{outcome:#}");

    applied(&server, &link("identifier.unlinked", "U-1", COMPANY, "uscc", SHOP));
    let alone = get(&server, &format!("/v1/subjects/{COMPANY}"));
    assert_eq!((records(&alone), &alone["subject"]["same_as"]), (vec![both[0].as_str()], &json!([])));
    assert_eq!(records(&get(&server, &format!("/v1/subjects/{SHOP}"))).len(), 2);
    assert_eq!(records(&get(&server, &format!("/v1/subjects/{SHOP}?known_at={linked}"))), both, "as it was known");
}

#[test]
fn an_organisation_of_which_only_the_link_is_known_has_the_file_of_the_other() {
    let site = Site::embedded();
    let server = site.start(DAY);
    applied(&server, &penalty("P-1", DAY, COMPANY));
    applied(&server, &link("identifier.linked", "L-1", COMPANY, "organisation-code", "MA7TE0010"));
    let file = get(&server, "/v1/subjects/MA7TE0010");
    assert_eq!(
        (&file["subject"]["id"], &file["subject"]["same_as"][0]["id"]),
        (&json!(COMPANY_CODE), &json!(SHOP_CODE))
    );
    drop(server);
    let again = site.start(DAY);
    assert_eq!(records(&get(&again, "/v1/subjects/MA7TE0010")), [format!("{LABOUR}/P-1")], "after a new start, too");
}

#[test]
fn a_link_of_no_scheme_or_of_a_person_is_malformed() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let (status, problem) = publish(&server, LABOUR, &link("identifier.linked", "L-1", COMPANY, "phone", "1"));
    assert_eq!((status, &problem["errors"][0]["code"]), (400, &json!("unknown-scheme")));
    let mut person = link("identifier.linked", "L-2", COMPANY, "tax", "6540020001");
    person["subject"] =
        json!({ "kind": "person", "document": { "kind": "身份证", "number": "11010519491231002X" }, "name": "示例" });
    let (status, problem) = publish(&server, LABOUR, &person);
    assert_eq!((status, &problem["errors"][0]["pointer"]), (400, &json!("/subject/kind")));
    assert_eq!(organisation(COMPANY)["kind"], "organisation");
}

#[test]
fn the_events_as_known_at_a_position_end_there_however_many_came_since() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let [_, _, third] = [1, 2, 3].map(|n| applied(&server, &penalty(&format!("P-{n}"), DAY, COMPANY)));
    let more: String = (4..120).map(|n| format!("{}\n", penalty(&format!("P-{n}"), DAY, COMPANY))).collect();
    assert_eq!(server.client(LABOUR).send("/v1/events", "application/x-ndjson", more.as_bytes()).lines().len(), 116);
    let known = |known_at: &str| get(&server, &format!("/v1/subjects/{COMPANY}/events?limit=1000{known_at}"));
    let ids = |page: Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(known(&format!("&known_at={third}"))), ["P-1", "P-2", "P-3"]);
    assert_eq!(ids(known("")).len(), 119);
}
