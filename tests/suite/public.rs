//! What the public sees, and what levels of access show to departments.

use serde_json::{Value, json};

use crate::support::events::{COMPANY, act, black, event, exit, penalty, red};
use crate::support::server::{AUDITOR, LABOUR, MARKET, OFFICE, Server, Site};

const ADULT: &str = "11010519491231002X";

#[track_caller]
fn applied(server: &Server, org: &str, event: &Value) -> Value {
    let reply = server.client(org).publish(event);
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()
}

#[track_caller]
fn public(server: &Server, path: &str) -> (u16, Value) {
    let reply = server.client(LABOUR).with_token("").get(path);
    (reply.status, reply.json())
}

#[track_caller]
fn seen(server: &Server, path: &str) -> Value {
    let (status, answer) = public(server, path);
    assert_eq!(status, 200, "{path}: {answer:#}");
    answer
}

fn publish(id: &str, date: &str, record: &str) -> Value {
    act("publication.issued", id, date, COMPANY, &format!("{LABOUR}/{record}"), json!({ "channel": "credit-portal" }))
}

fn person(number: &str) -> Value {
    json!({ "kind": "person", "document": { "kind": "身份证", "number": number }, "name": "欧阳示例" })
}

fn of_person(mut event: Value, number: &str) -> Value {
    event["subject"] = person(number);
    event
}

#[test]
fn the_public_sees_published_records_while_they_are_on_show() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    for id in ["P-1", "P-2", "P-3", "P-4"] {
        applied(&server, LABOUR, &penalty(id, "2026-06-01", COMPANY));
    }
    let records = |server: &Server| -> Vec<String> {
        let file = seen(server, &format!("/v1/subjects/{COMPANY}"));
        let penalties = file["penalties"].as_array().unwrap().clone();
        penalties
            .iter()
            .map(|penalty| penalty["record"].as_str().unwrap().split('/').nth(1).unwrap().to_owned())
            .collect()
    };
    assert!(records(&server).is_empty(), "nothing is published yet");
    for id in ["1", "3", "4"] {
        applied(&server, LABOUR, &publish(&format!("N-{id}"), "2026-06-01", &format!("P-{id}")));
    }
    let withheld = json!({ "exception": "国家秘密", "citation": "《政府信息公开条例》第十四条" });
    let withheld = act("publication.withheld", "W-2", "2026-06-01", COMPANY, &format!("{LABOUR}/P-2"), withheld);
    applied(&server, LABOUR, &withheld);
    assert_eq!(records(&server), ["P-1", "P-3", "P-4"]);
    let wrong = json!({ "reason": "事实有误" });
    applied(&server, LABOUR, &act("penalty.withdrawn", "X-3", "2026-06-01", COMPANY, &format!("{LABOUR}/P-3"), wrong));
    assert_eq!(records(&server), ["P-1", "P-4"]);
    server.open("2026-09-02");
    applied(&server, LABOUR, &act("repair.granted", "R-4", "2026-09-02", COMPANY, &format!("{LABOUR}/P-4"), json!({})));
    assert_eq!(records(&server), ["P-1"]);
    server.open("2027-06-01");
    assert_eq!(records(&server), ["P-1"], "the last day of its publicity");
    server.open("2027-06-02");
    assert!(records(&server).is_empty());
}

#[test]
fn the_public_sees_entries_while_they_are_on_a_public_list_and_nothing_of_what_departments_do() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let mut listed = black("unpaid-wages", "D-1", "2026-06-01", "2029-06-01", COMPANY);
    listed["data"]["persons"] = json!([{ "subject": person(ADULT), "role": "法定代表人" }]);
    applied(&server, LABOUR, &listed);
    applied(&server, MARKET, &red("D-2", "2026-06-01", 12, COMPANY));
    let record = format!("{LABOUR}/D-1");
    let objection = json!({ "grounds": "内部意见甲", "by": "当事人" });
    applied(&server, LABOUR, &act("objection.filed", "O-1", "2026-06-01", COMPANY, &record, objection));
    let file = seen(&server, &format!("/v1/subjects/{COMPANY}"));
    assert_eq!(file["listings"].as_array().unwrap().len(), 2);
    assert_eq!(file["subject"]["name"], "伊宁市星河建筑有限公司");
    let text = file.to_string();
    for hidden in ["内部意见甲", "欧阳", "\"P", "flags", "objections", "measures", "access"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let disputed = file["listings"].as_array().unwrap().iter().find(|entry| entry["record"] == record).unwrap();
    assert_eq!(disputed["disputed"], true);
    assert_eq!(seen(&server, "/v1/lists/black")["items"][0]["record"], record);
    for query in ["name=星河", "identifier=91654002MA00TEAT4G", "identifier=ma00teat-4"] {
        let found = seen(&server, &format!("/v1/subjects?{query}"));
        assert_eq!(found["items"][0]["subject"]["uscc"], COMPANY, "{query}");
    }
    assert_eq!(seen(&server, "/v1/subjects?identifier=91654023MA7TE00108")["items"], json!([]), "nothing is known");

    for path in [
        "/v1/lists/watch",
        "/v1/lists/black?as_of=2026-06-01",
        "/v1/subjects/MA00TEAT4?known_at=2026-06-01",
        "/v1/subjects?identifier=654002050001234",
        "/v1/subjects?identifier=P0123456789abcdef0123456789abcdef",
        "/v1/subjects/MA00TEAT4/timeline",
        "/v1/subjects/MA00TEAT4/events",
        "/v1/measures",
        "/v1/obligations",
        "/v1/list-changes",
    ] {
        assert_eq!(public(&server, path).0, 401, "{path}");
    }
    assert_eq!(server.client(LABOUR).with_token("wrong").get("/v1/lists/black").status, 401, "a wrong token is told");
    let audience = server.client(LABOUR).get(&format!("/v1/subjects/{COMPANY}?audience=public"));
    // What is stated about the person comes to another partition meanwhile, so the positions may differ.
    let said = |file: &Value| {
        let mut file = file.clone();
        for key in ["known_at", "position"] {
            file.as_object_mut().unwrap().remove(key);
        }
        file
    };
    assert_eq!(said(&audience.json()), said(&file), "a department can look at what the public sees");
    for query in ["audience=press", "audience=public&as_of=2026-06-01"] {
        assert_eq!(server.client(LABOUR).get(&format!("/v1/lists/black?{query}")).status, 400, "{query}");
    }

    server.open("2026-06-02");
    applied(&server, LABOUR, &exit("E-1", "2026-06-02", COMPANY, &record, "early"));
    assert_eq!(seen(&server, "/v1/lists/black")["items"], json!([]));
    assert_eq!(seen(&server, &format!("/v1/subjects/{COMPANY}"))["listings"].as_array().unwrap().len(), 1);
}

#[test]
fn of_a_person_the_public_sees_a_masked_name_and_what_the_conduct_was_and_of_a_minor_nothing() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let listed = black("judgment-debtor", "D-1", "2026-06-01", "2028-06-01", COMPANY);
    applied(&server, LABOUR, &of_person(listed.clone(), ADULT));
    let mut minor = of_person(listed, "654002201001010023");
    minor["id"] = json!("D-2");
    applied(&server, LABOUR, &minor);
    let page = seen(&server, "/v1/lists/black");
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{page:#}");
    let subject = json!({ "kind": "person", "id": null, "name": "欧阳**", "uscc": null, "document_number": "110**2X" });
    assert_eq!(items[0]["subject"], subject);
    assert!(!page.to_string().contains("示例") && !page.to_string().contains(ADULT));

    let mut fined = of_person(penalty("P-1", "2026-06-01", COMPANY), ADULT);
    fined["data"]["facts"] = json!("欧阳示例在伊宁市拖欠工资");
    fined["data"]["conduct"] = json!("当事人欧阳示例未按规定支付工资");
    fined["data"]["kinds"] = json!(["罚款", "其他-责令欧阳示例改正"]);
    applied(&server, LABOUR, &fined);
    let issued = publish("N-1", "2026-06-01", "P-1");
    applied(&server, LABOUR, &of_person(issued, ADULT));
    let found = server.client(AUDITOR).post(
        "/v1/subjects/find",
        &json!({ "document": { "kind": "身份证", "number": ADULT }, "purpose": "核实", "case": "1" }),
    );
    let id = found.json()["items"][0]["subject"]["id"].as_str().unwrap().to_owned();
    let file = seen(&server, &format!("/v1/subjects/{id}"));
    let penalty = &file["penalties"][0];
    assert_eq!(penalty["kinds"], json!(["罚款", "其他"]));
    assert_eq!((&penalty["conduct"], &penalty["facts"]), (&json!("当事人〔当事人〕未按规定支付工资"), &Value::Null));
    assert_eq!((&penalty["basis"], &penalty["content"]), (&json!("《保障农民工工资支付条例》"), &Value::Null));
    assert!(!file.to_string().contains("示例") && !file.to_string().contains(&id), "{file:#}");
}

#[test]
fn of_a_person_of_unknown_age_the_public_sees_that_there_is_a_record_and_nothing_of_what_was_written() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let document = json!({ "kind": "护照", "number": "E12345678" });
    let who = json!({ "kind": "person", "document": document, "name": "欧阳示例" });
    let mut listed = black("judgment-debtor", "D-1", "2026-06-01", "2028-06-01", COMPANY);
    listed["subject"] = who.clone();
    applied(&server, LABOUR, &listed);
    for (mut event, id) in
        [(penalty("P-1", "2026-06-01", COMPANY), "P-1"), (publish("N-1", "2026-06-01", "P-1"), "N-1")]
    {
        event["subject"] = who.clone();
        event["id"] = json!(id);
        applied(&server, LABOUR, &event);
    }
    let item = &seen(&server, "/v1/lists/black")["items"][0];
    assert_eq!((&item["subject"]["name"], &item["subject"]["document_number"]), (&Value::Null, &Value::Null));
    assert_eq!(item["citations"], json!([]));
    let id = server.person(&document);
    let file = seen(&server, &format!("/v1/subjects/{id}"));
    let penalty = &file["penalties"][0];
    assert_eq!((&penalty["conduct"], &penalty["basis"]), (&Value::Null, &Value::Null), "{file:#}");
    assert_eq!(penalty["fine"], "20000.00");
}

/// A penalty that says everything, with persons in what it says.
fn told_at_length() -> Value {
    let mut fined = penalty("P-1", "2026-06-01", COMPANY);
    let data = &mut fined["data"];
    data["representative"] = json!({ "name": "司马演" });
    data["facts"] = json!("司马演（身份证440524188001010014，电话13912345678）和欧阳示例拖欠工资");
    data["kinds"] = json!(["罚款", "其他-责令司马演改正"]);
    data["document_name"] = json!("行政处罚决定书");
    data["certificates"] = json!("暂扣安全生产许可证2019001");
    data["valid_until"] = json!("2027-06-01");
    data["decided_by"] = json!("州人社局");
    data["decided_by_code"] = json!(LABOUR);
    data["source"] = json!("州人社局");
    data["source_code"] = json!(LABOUR);
    data["remarks"] = json!("联系人");
    fined
}

#[test]
fn of_an_organisation_the_public_sees_all_that_the_standard_shows_with_the_persons_in_it_masked() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let mut content: Value = serde_json::from_str(include_str!("../../policy/departments.json")).unwrap();
    let mut content = content["content"].take();
    content["register"] = json!([{ "org": LABOUR, "name": "州人力资源和社会保障局", "kinds": ["human-resources"] }]);
    let data = json!({ "part": "departments", "version": 2, "effective": "2026-06-01", "content": content });
    let policy = json!({ "id": "1", "type": "policy.published", "effective": "2026-06-01", "data": data });
    applied(&server, OFFICE, &policy);
    let mut listed = black("unpaid-wages", "D-1", "2026-06-01", "2029-06-01", COMPANY);
    listed["data"]["persons"] = json!([{ "subject": person(ADULT), "role": "法定代表人" }]);
    listed["data"]["repairable"]["how"] = json!("由司马演或者欧阳示例清偿后申请");
    listed["data"]["basis"] = json!([{ "citation": "《保障农民工工资支付条例》，查明欧阳示例拖欠" }]);
    applied(&server, LABOUR, &listed);
    applied(&server, LABOUR, &told_at_length());
    applied(&server, LABOUR, &publish("N-1", "2026-06-01", "P-1"));
    let file = seen(&server, &format!("/v1/subjects/{COMPANY}"));
    let penalty = &file["penalties"][0];
    let expected = json!({
        "record": format!("{LABOUR}/P-1"), "authority": LABOUR, "authority_name": "州人力资源和社会保障局",
        "effective": "2026-06-01", "disputed": false, "corrected": false, "published": "2026-06-01",
        "published_until": "2027-06-01", "severity": "ordinary", "document_no": "伊州罚〔2026〕P-1号",
        "document_name": "行政处罚决定书", "kinds": ["罚款", "其他-责令〔相关人员〕改正"], "conduct": "未按规定支付工资",
        "facts": "〔相关人员〕（身份证〔证件号码〕，电话139**78）和欧阳**拖欠工资", "basis": "《保障农民工工资支付条例》",
        "content": "罚款人民币20000元", "procedure": "ordinary", "fine": "20000.00", "confiscated": null,
        "certificates": "暂扣安全生产许可证2019001", "valid_until": "2027-06-01", "representative": "司马**",
        "decided_by": "州人社局", "decided_by_code": LABOUR, "source": "州人社局", "source_code": LABOUR,
    });
    assert_eq!(penalty, &expected);
    for listing in [&file["listings"][0], &seen(&server, "/v1/lists/black")["items"][0]] {
        assert_eq!(listing["repairable"]["how"], "由司马**或者〔相关人员〕清偿后申请");
        assert_eq!(listing["citations"], json!(["《保障农民工工资支付条例》，查明〔相关人员〕拖欠"]));
        assert_eq!(listing["authority_name"], "州人力资源和社会保障局");
    }
}

#[test]
fn a_published_record_under_an_objection_is_marked_disputed_until_it_is_resolved() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    applied(&server, LABOUR, &penalty("P-1", "2026-06-01", COMPANY));
    applied(&server, LABOUR, &publish("N-1", "2026-06-01", "P-1"));
    let record = format!("{LABOUR}/P-1");
    let disputed = || {
        let path = format!("/v1/subjects/{COMPANY}");
        let (public, department) = (seen(&server, &path), server.client(MARKET).get(&path).json());
        assert_eq!(public["penalties"][0]["disputed"], department["penalties"][0]["disputed"]);
        public["penalties"][0]["disputed"].clone()
    };
    assert_eq!(disputed(), false);
    let filed = json!({ "grounds": "并非本单位", "by": "当事人" });
    applied(&server, LABOUR, &act("objection.filed", "O-1", "2026-06-01", COMPANY, &record, filed));
    assert_eq!(disputed(), true);
    let resolved = json!({ "objection": format!("{LABOUR}/O-1"), "finding": "unfounded" });
    applied(&server, LABOUR, &act("objection.resolved", "O-2", "2026-06-01", COMPANY, &record, resolved));
    assert_eq!(disputed(), false);
}

#[test]
fn the_publics_cursors_tell_nobodys_id_and_lead_through_the_list_all_the_same() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let numbers = [ADULT, "654002201001010023", "440524188001010014"];
    for (index, number) in numbers.iter().enumerate() {
        let listed = black("judgment-debtor", &format!("D-{index}"), "2026-06-01", "2028-06-01", COMPANY);
        applied(&server, LABOUR, &of_person(listed, number));
    }
    let whole = server.client(AUDITOR).get("/v1/lists/black").json();
    let items = whole["items"].as_array().unwrap();
    let ids: Vec<&str> = items.iter().map(|item| item["subject"]["id"].as_str().unwrap()).collect();
    let (mut records, mut query) = (Vec::new(), String::new());
    loop {
        let page = seen(&server, &format!("/v1/lists/black?limit=1{query}"));
        records.extend(page["items"].as_array().unwrap().iter().map(|item| item["record"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        let (_, place) = next.split_once('-').unwrap();
        let text = String::from_utf8_lossy(&hex::decode(place).unwrap()).into_owned();
        assert!(ids.iter().all(|id| !text.contains(id)), "{text}");
        query = format!("&cursor={next}");
    }
    assert_eq!(records.len(), 2, "the two who are of age: {records:?}");
    let theirs = server.client(AUDITOR).get("/v1/lists/black?limit=1").json();
    let foreign = format!("/v1/lists/black?cursor={}", theirs["next"].as_str().unwrap());
    assert_eq!(public(&server, &foreign).0, 400, "nobody makes a cursor");
}

#[test]
fn a_level_shows_what_policy_says_and_a_decision_of_the_office_raises_it_until_its_last_day() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    let mut listed = black("unpaid-wages", "D-1", "2026-06-01", "2029-06-01", COMPANY);
    listed["data"]["persons"] = json!([{ "subject": person(ADULT), "role": "法定代表人" }]);
    applied(&server, LABOUR, &listed);
    applied(&server, LABOUR, &penalty("P-1", "2026-06-01", COMPANY));
    server.open("2026-06-02");
    applied(&server, LABOUR, &exit("E-1", "2026-06-02", COMPANY, &format!("{LABOUR}/D-1"), "early"));
    let path = format!("/v1/subjects/{COMPANY}");
    let at = |level: &str| server.client(MARKET).get(&format!("{path}?level={level}"));
    let count = |file: &Value, field: &str| file[field].as_array().unwrap().len();

    let whole = server.client(MARKET).get(&path).json();
    assert_eq!((&whole["level"], count(&whole, "listings"), count(&whole, "penalties")), (&json!(4), 1, 1));
    let third = at("3").json();
    assert_eq!((count(&third, "listings"), count(&third, "penalties"), count(&third, "access")), (1, 1, 0));
    let second = at("2").json();
    assert_eq!((count(&second, "listings"), count(&second, "penalties")), (0, 0), "nothing is current: {second:#}");
    assert!(at("1").json().get("measures").is_none(), "the public view");
    assert_eq!(at("6").status, 400);
    let refused = at("5");
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("level-too-low")));
    assert!(refused.body.contains("access.requested"), "{}", refused.body);
    assert_eq!(server.client(MARKET).get(&format!("{path}?level=2&as_of=2026-06-01")).status, 403);

    let asked = json!({ "level": 5, "purpose": "行政处罚案件核查", "case": "伊市监案〔2026〕9号" });
    applied(&server, MARKET, &event("A-1", "access.requested", "2026-06-02", COMPANY, asked));
    assert_eq!(at("5").status, 403, "nobody has decided yet");
    let decided = json!({ "request": format!("{MARKET}/A-1"), "allowed": true, "until": "2026-06-03" });
    applied(&server, OFFICE, &event("A-2", "access.decided", "2026-06-02", COMPANY, decided));
    let file = at("5").json();
    assert_eq!(
        (&file["personal"][0]["name"], &file["personal"][0]["document_number"]),
        (&json!("欧阳示例"), &json!(ADULT))
    );
    let request = &file["access"][0];
    assert_eq!((&request["org"], &request["case"]), (&json!(MARKET), &json!("伊市监案〔2026〕9号")));
    let decision = &request["decision"];
    assert_eq!((&decision["by"], &decision["until"]), (&json!(OFFICE), &json!("2026-06-03")));
    assert!(server.client(MARKET).get("/metrics").body.contains("chengxin_personal_reads_total 1"));
    assert!(server.client(LABOUR).get(&path).json().get("personal").is_none(), "only who asked sees more");
    server.open("2026-06-04");
    assert_eq!(at("5").status, 403, "its last day is over");
    assert!(!server.written().contains("欧阳"));
}

#[test]
fn a_role_has_the_level_that_policy_gives_it() {
    let site = Site::embedded();
    let server = site.start("2026-06-01");
    applied(&server, LABOUR, &penalty("P-1", "2026-06-01", COMPANY));
    let mut content: Value = serde_json::from_str(include_str!("../../policy/access.json")).unwrap();
    content = content["content"].take();
    content["roles"][0]["level"] = json!(2);
    let policy = json!({ "id": "access-2", "type": "policy.published", "effective": "2026-06-01",
        "data": { "part": "access", "version": 2, "effective": "2026-06-01", "content": content } });
    applied(&server, OFFICE, &policy);
    let path = format!("/v1/subjects/{COMPANY}");
    assert_eq!(server.client(MARKET).get(&path).json()["level"], 2);
    assert_eq!(server.client(MARKET).get(&format!("{path}/timeline")).status, 403);
    assert_eq!(server.client(MARKET).get(&format!("{path}/events")).status, 403);
    assert_eq!(server.client(MARKET).get("/v1/lists/black?as_of=2026-06-01").status, 403);
    assert_eq!(server.client(AUDITOR).get(&format!("{path}/events")).status, 200);
}
