//! Which view is open to which level of access, over HTTP.

use chengxin::replay::{self, Format, ReplayOptions, Show};
use chengxin_projections::change::ListName;
use serde_json::{Value, json};

use crate::support::events::{COMPANY, act, black, event, exit, penalty};
use crate::support::server::{ADMIN, AUDITOR, BANK, LABOUR, MARKET, OFFICE, Server, Site};

const DAY: &str = "2026-06-01";

/// What each level, from 1 to 4, is answered; `None` of 0 is the public.
const OPEN: [(&str, [u16; 5]); 24] = [
    ("/v1/lists/black", [200, 200, 200, 200, 200]),
    ("/v1/lists/watch", [401, 403, 200, 200, 200]),
    ("/v1/lists/black?as_of=2026-06-01", [401, 403, 403, 200, 200]),
    ("/v1/subjects/MA00TEAT4", [200, 200, 200, 200, 200]),
    ("/v1/subjects/MA00TEAT4?as_of=2026-06-01", [401, 403, 403, 200, 200]),
    ("/v1/subjects?name=星河", [200, 200, 200, 200, 200]),
    ("/v1/subjects?name=星河&known_at=2026-06-01", [401, 403, 403, 200, 200]),
    ("/v1/subjects/MA00TEAT4/timeline", [401, 403, 403, 200, 200]),
    ("/v1/subjects/MA00TEAT4/events", [401, 403, 403, 403, 200]),
    ("/v1/subjects/MA00TEAT4/explain?measure=R-MARKET-BAN", [401, 403, 403, 403, 200]),
    ("/v1/measures", [401, 403, 200, 200, 200]),
    ("/v1/measures?implementer=tax", [401, 403, 200, 200, 200]),
    ("/v1/measures?state=ended", [401, 403, 403, 200, 200]),
    ("/v1/measures?as_of=2026-06-01", [401, 403, 403, 200, 200]),
    ("/v1/measures?implementer=11654000010600011B&as_of=2026-06-01", [401, 200, 200, 200, 200]),
    ("/v1/obligations", [401, 403, 200, 200, 200]),
    ("/v1/obligations?known_at=2026-06-01", [401, 403, 403, 200, 200]),
    ("/v1/obligations?duty=answer-objection", [401, 403, 403, 403, 200]),
    ("/v1/obligations?org=11654000010600011B&known_at=2026-06-01", [401, 200, 200, 200, 200]),
    ("/v1/obligations?org=11654000010399991A", [401, 403, 200, 200, 200]),
    ("/v1/statistics", [401, 403, 403, 403, 200]),
    ("/v1/list-changes", [401, 403, 403, 200, 200]),
    ("/v1/measure-changes", [401, 403, 403, 200, 200]),
    ("/v1/obligation-changes", [401, 403, 403, 403, 200]),
];

#[track_caller]
fn applied(server: &Server, org: &str, event: &Value) {
    let reply = server.client(org).publish(event);
    assert_eq!(reply.status, 201, "{}", reply.body);
}

/// Publishes a policy by which implementers have this level; the register knows a tax bureau and nobody else.
fn implementers_have(server: &Server, level: u32, version: u32) {
    let shipped = include_str!("../../policy/access.json");
    let mut content: Value = serde_json::from_str(shipped).unwrap();
    let mut content = content["content"].take();
    content["roles"][1]["level"] = json!(level);
    publish_policy(server, "access", version, content);
}

fn publish_policy(server: &Server, part: &str, version: u32, content: Value) {
    let data = json!({ "part": part, "version": version, "effective": DAY, "content": content });
    let id = format!("{part}-{version}");
    applied(server, OFFICE, &json!({ "id": id, "type": "policy.published", "effective": DAY, "data": data }));
}

fn nobody_is_of_every_kind(server: &Server) {
    let mut content: Value = serde_json::from_str(include_str!("../../policy/departments.json")).unwrap();
    let mut content = content["content"].take();
    content["unregistered"] = json!("none");
    publish_policy(server, "departments", 2, content);
}

/// A listing with a measure that a bank was asked about, and an objection against it.
fn county(server: &Server) {
    applied(server, LABOUR, &black("unpaid-wages", "D-1", DAY, "2029-06-01", COMPANY));
    applied(server, LABOUR, &penalty("P-1", DAY, COMPANY));
    let record = format!("{LABOUR}/D-1");
    let asked = json!({ "measures": ["R-MARKET-BAN"], "implementers": [BANK], "respond_by": "2026-06-20" });
    applied(server, LABOUR, &act("measure.initiated", "M-1", DAY, COMPANY, &record, asked));
    let grounds = json!({ "grounds": "并非本单位", "by": "当事人" });
    applied(server, MARKET, &act("objection.filed", "O-1", DAY, COMPANY, &record, grounds));
}

#[test]
fn each_view_is_open_from_its_level_on_and_closed_below_with_the_reason() {
    let site = Site::embedded();
    let server = site.start(DAY);
    county(&server);
    nobody_is_of_every_kind(&server);
    for level in 0..=4 {
        if level > 0 {
            implementers_have(&server, level as u32, 1 + level as u32);
        }
        let client = server.client(BANK);
        let client = if level == 0 { client.with_token("") } else { client };
        for (path, expected) in OPEN {
            let reply = client.get(path);
            assert_eq!(reply.status, expected[level], "level {level}: {path}: {}", reply.body);
            if reply.status == 403 {
                assert_eq!(reply.content_type, "application/problem+json");
                assert_eq!(reply.json()["code"], "level-too-low", "{path}");
                assert!(reply.json()["detail"].as_str().unwrap().contains(&format!(" {level}")), "{}", reply.body);
            }
        }
    }
    for (path, _) in OPEN {
        for org in [OFFICE, AUDITOR, ADMIN] {
            assert_eq!(server.client(org).get(path).status, 200, "{org}: {path}");
        }
    }
}

#[test]
fn the_lowest_level_sees_its_own_work_and_duties_and_of_the_lists_what_the_public_sees() {
    let site = Site::embedded();
    let server = site.start(DAY);
    county(&server);
    nobody_is_of_every_kind(&server);
    implementers_have(&server, 1, 2);
    let bank = server.client(BANK);
    let work = bank.get(&format!("/v1/measures?implementer={BANK}")).json();
    let asked: Vec<&Value> = work["items"].as_array().unwrap().iter().map(|item| &item["asked"][0]["org"]).collect();
    assert_eq!(asked, [&json!(BANK)], "{work:#}");
    let duties = bank.get(&format!("/v1/obligations?org={BANK}")).json();
    assert_eq!(duties["items"][0]["duty"], "answer-measure", "{duties:#}");
    let list = bank.get("/v1/lists/black").json();
    assert!(list.get("feed").is_none() && list["items"][0].get("persons").is_none(), "the public view: {list:#}");
    let find =
        json!({ "document": { "kind": "身份证", "number": "11010519491231002X" }, "purpose": "核实", "case": "1" });
    assert_eq!(bank.post("/v1/subjects/find", &find).status, 403);
    assert_eq!(server.client(LABOUR).post("/v1/subjects/find", &find).status, 200);
}

#[test]
fn a_cursor_brings_nobody_back_to_a_day_that_the_level_does_not_show() {
    let site = Site::embedded();
    let server = site.start(DAY);
    applied(&server, LABOUR, &black("unpaid-wages", "D-1", DAY, "2029-06-01", COMPANY));
    applied(&server, LABOUR, &black("tax-violation", "D-2", DAY, "2029-06-01", COMPANY));
    implementers_have(&server, 2, 2);
    server.open("2026-06-02");
    applied(&server, LABOUR, &exit("E-1", "2026-06-02", COMPANY, &format!("{LABOUR}/D-1"), "early"));
    applied(&server, LABOUR, &exit("E-2", "2026-06-02", COMPANY, &format!("{LABOUR}/D-2"), "early"));
    let then = server.client(LABOUR).get("/v1/lists/black?as_of=2026-06-01&limit=1").json();
    let next = format!("/v1/lists/black?limit=10&cursor={}", then["next"].as_str().unwrap());
    let told = |org: &str| server.client(org).get(&next).json();
    assert_eq!(told(LABOUR)["as_of"], "2026-06-01");
    assert_eq!(told(LABOUR)["items"].as_array().unwrap().len(), 1, "the other one of that day");
    let now = told(BANK);
    assert_eq!((&now["as_of"], &now["items"], &now["feed"]), (&json!("2026-06-02"), &json!([]), &Value::Null));
}

#[test]
fn a_timeline_leaves_out_what_the_level_does_not_show_and_a_decision_opens_what_is_about_one_subject() {
    let site = Site::embedded();
    let server = site.start(DAY);
    county(&server);
    let mut content: Value = serde_json::from_str(include_str!("../../policy/access.json")).unwrap();
    let mut content = content["content"].take();
    // Here the second level looks back, on what it shows.
    content["levels"][1]["shows"] = json!(["current-entries", "published-records", "history"]);
    content["levels"][2]["shows"] = json!(["ended-entries", "all-records", "measures"]);
    content["roles"][1]["level"] = json!(2);
    publish_policy(&server, "access", 2, content);
    let timeline = format!("/v1/subjects/{COMPANY}/timeline");
    let kinds = |org: &str| -> Vec<String> {
        let page = server.client(org).get(&timeline).json();
        let spans = page["items"].as_array().unwrap();
        let mut kinds: Vec<String> = spans.iter().map(|span| span["what"].as_str().unwrap().to_owned()).collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(LABOUR), ["listing", "measure"]);
    assert_eq!(kinds(BANK), ["listing"]);

    let explain = format!("/v1/subjects/{COMPANY}/explain?measure=R-MARKET-BAN");
    let refused = server.client(BANK).get(&explain);
    assert_eq!(refused.status, 403);
    assert!(refused.json()["detail"].as_str().unwrap().contains("access.requested"), "{}", refused.body);
    let asked = json!({ "level": 4, "purpose": "核查", "case": "1" });
    applied(&server, BANK, &event("A-1", "access.requested", DAY, COMPANY, asked));
    let decided = json!({ "request": format!("{BANK}/A-1"), "allowed": true });
    applied(&server, OFFICE, &event("A-2", "access.decided", DAY, COMPANY, decided));
    assert_eq!(server.client(BANK).get(&explain).status, 200);
    assert_eq!(kinds(BANK), ["listing", "measure"]);
    assert_eq!(server.client(BANK).get("/v1/measure-changes").status, 403, "one subject opens no feed");
}

#[test]
fn who_was_named_wrongly_by_an_entry_is_told_by_it_to_nobody_any_more() {
    let site = Site::embedded();
    let server = site.start(DAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let named = json!({ "kind": "person", "document": document, "name": "欧阳示例" });
    let mut listed = black("unpaid-wages", "D-1", DAY, "2029-06-01", COMPANY);
    listed["data"]["persons"] = json!([{ "subject": &named, "role": "法定代表人" }]);
    applied(&server, LABOUR, &listed);
    let asked = json!({ "level": 5, "purpose": "行政处罚案件核查", "case": "伊市监案〔2026〕9号" });
    applied(&server, MARKET, &event("A-1", "access.requested", DAY, COMPANY, asked));
    let decided = json!({ "request": format!("{MARKET}/A-1"), "allowed": true, "until": "2026-06-30" });
    applied(&server, OFFICE, &event("A-2", "access.decided", DAY, COMPANY, decided));
    let personal = || {
        let reply = server.client(MARKET).get(&format!("/v1/subjects/{COMPANY}?level=5"));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["personal"].clone()
    };
    let shown = personal();
    assert_eq!(shown[0]["name"], "欧阳示例");

    assert_eq!(json!(server.person(&document)), shown[0]["person"]);
    let entry = format!("{LABOUR}/D-1");
    let about_person = |id: &str, kind: &str, data: Value| {
        let mut event = event(id, kind, DAY, COMPANY, data);
        event["subject"] = json!({ "kind": "person", "id": shown[0]["person"] });
        event
    };
    let filed = json!({ "record": entry, "grounds": "从未任职", "by": "subject" });
    applied(&server, MARKET, &about_person("O-1", "objection.filed", filed));
    assert_eq!(personal().as_array().unwrap().len(), 1, "nothing is decided yet");
    let before = server.client(OFFICE).get(&format!("/v1/subjects/{COMPANY}")).json()["position"].clone();
    let resolved = json!({ "record": entry, "objection": format!("{MARKET}/O-1"), "finding": "withdrawn" });
    applied(&server, LABOUR, &about_person("R-1", "objection.resolved", resolved));
    assert!(personal().as_array().is_none_or(Vec::is_empty), "{}", personal());

    // Nor by its id, except to who asks what was known before; a replay says the same.
    let file = format!("/v1/subjects/{COMPANY}");
    let persons = |path: &str, at: &str| {
        let reply = server.client(OFFICE).get(path);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json().pointer(at).and_then(Value::as_array).map(Vec::len)
    };
    assert_eq!(persons(&file, "/listings/0/persons"), Some(0));
    assert_eq!(persons("/v1/lists/black", "/items/0/persons"), Some(0));
    assert_eq!(persons(&format!("{file}?known_at={}", before.as_str().unwrap()), "/listings/0/persons"), Some(1));
    for show in [Show::Subject(COMPANY.to_owned()), Show::List(ListName::Black)] {
        let options = ReplayOptions { until: None, as_of: None, show, format: Format::Json };
        let mut replayed = Vec::new();
        replay::run(&*site.log(), &options, &mut replayed).unwrap();
        let replayed: Value = serde_json::from_slice(&replayed).unwrap();
        let entry = replayed.pointer("/listings/0").or(replayed.pointer("/items/0")).unwrap();
        assert_eq!(entry["persons"], json!([]));
    }
}
