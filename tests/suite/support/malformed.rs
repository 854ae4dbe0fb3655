//! Bodies of events that are wrong, each with the place and the code that the answer names.

use serde_json::{Value, json};

use super::events::{COMPANY, black, event, penalty};
use super::server::MARKET;

const TODAY: &str = "2026-05-11";

/// The body of an event in which one place has been changed.
pub fn changed(pointer: &str, value: Value) -> String {
    let mut event = penalty("P-1", TODAY, COMPANY);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[key] = value;
    event.to_string()
}

fn listing(pointer: &str, value: Value) -> String {
    let mut event = black("unpaid-wages", "L-1", TODAY, "2029-05-11", COMPANY);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[key] = value;
    event.to_string()
}

/// Of an id that no other line of a stream has: its kinds are looked at only once the id is known to be free.
fn of_its_own_id(event: String) -> String {
    event.replace("\"P-1\"", "\"K-1\"")
}

fn correction(changes: Value) -> String {
    let record = format!("{MARKET}/P-0");
    event("K-2", "record.corrected", TODAY, COMPANY, json!({ "record": record, "changes": changes })).to_string()
}

fn represented(name: &str, number: &str) -> String {
    let document = json!({ "kind": "身份证", "number": number });
    changed("/data/representative", json!({ "name": name, "document": document }))
}

fn person(subject: Value) -> String {
    changed("/subject", subject)
}

/// Bodies that are wrong, and where and how.
pub fn malformed() -> Vec<(String, &'static str, &'static str)> {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let in_data = |text: &str| changed("/data/remarks", json!("@")).replace("\"@\"", text);
    let citizen = |number: &str| {
        person(json!({ "kind": "person", "document": { "kind": "身份证", "number": number }, "name": "某某" }))
    };
    let record = json!({ "record": "no-organisation", "channel": "credit-portal" });
    let mut rows = vec![
        // Not JSON, not one object, cut off, too deep.
        (String::new(), "", "json"),
        ("诚信".into(), "", "json"),
        ("{\"id\": \"P-1\", ".into(), "", "json"),
        ("[]".into(), "", "invalid"),
        ("null".into(), "", "invalid"),
        (format!("{} {{}}", penalty("P-1", TODAY, COMPANY)), "", "json"),
        (deep(100_000), "", ""),
        (in_data(&deep(100_000)), "/data/remarks", "invalid"),
        (in_data(&"{\"a\":".repeat(40_000)), "", ""),
        // Characters.
        (changed("/id", json!("P\u{0}1")), "/id", "text"),
        (changed("/data/remarks", json!("a\u{0}b")), "/data", "text"),
        (changed("/subject/name", json!("a\nb")), "/subject/name", "text"),
        (in_data("\"a\u{1}b\""), "", ""),
        (in_data("\"\\ud800\""), "", ""),
        // Missing, unknown, of another type.
        (changed("/id", json!("")), "/id", "text"),
        (changed("/id", json!(" P-1")), "/id", "text"),
        (changed("/id", json!("x".repeat(129))), "/id", "text"),
        (changed("/id", json!(1)), "/id", "invalid"),
        // A citizen's number would be in clear for ever.
        (changed("/id", json!("P-11010519491231002X")), "/id", "personal-in-number"),
        (changed("/data/document_no", json!("罚〔11010519491231002x〕1号")), "/data/document_no", "personal-in-number"),
        (changed("/colour", json!("red")), "/colour", "invalid"),
        (changed("/data/colour", json!("red")), "/data/colour", "invalid"),
        (changed("/subject/colour", json!("red")), "/subject/colour", "invalid"),
        (changed("/data", json!(7)), "/data", "invalid"),
        (changed("/data/kinds", json!("罚款")), "/data/kinds", "invalid"),
        (changed("/data/kinds", json!([1])), "/data/kinds/0", "invalid"),
        (changed("/data/kinds", json!([])), "/data/kinds", "required"),
        (of_its_own_id(changed("/data/kinds", json!(["罚款", "吊销营业执照"]))), "/data/kinds/1", "unknown-kind"),
        (of_its_own_id(changed("/data/kinds", json!(["罚款；警告"]))), "/data/kinds/0", "unknown-kind"),
        (correction(json!({ "kinds": ["罚款", "吊销营业执照"] })), "/data/changes/kinds/1", "unknown-kind"),
        (correction(json!({ "kinds": [] })), "/data/changes/kinds", "required"),
        (correction(json!({ "document_no": " " })), "/data/changes/document_no", "required"),
        (correction(json!({ "basis": [{ "citation": " " }] })), "/data/changes/basis/0/citation", "required"),
        (correction(json!({ "basis": [{ "record": "garbage" }] })), "/data/changes/basis/0/record", "record-shape"),
        (correction(json!({ "repairable": { "allowed": false } })), "/data/changes/repairable/how", "required"),
        (listing("/data/months", json!(3)), "/data/until", "not-here"),
        (listing("/data/repairable", json!({ "allowed": false })), "/data/repairable/how", "required"),
        (changed("/data/conduct", Value::Null), "/data/conduct", "required"),
        (changed("/data/procedure", json!("quick")), "/data/procedure", "invalid"),
        (changed("/type", json!("penalty.doubled")), "/type", "unknown-type"),
        (changed("/subject", json!(null)), "/subject", "required"),
        // Dates.
        (changed("/effective", Value::Null), "/effective", "required"),
        (changed("/effective", json!("2026-02-30")), "/effective", "invalid"),
        (changed("/effective", json!("2026-13-01")), "/effective", "invalid"),
        (changed("/effective", json!("20260511")), "/effective", "invalid"),
        (changed("/effective", json!("0000-01-01")), "/effective", "invalid"),
        (changed("/effective", json!("10000-01-01")), "/effective", "invalid"),
        (changed("/effective", json!(20_260_511)), "/effective", "invalid"),
        (changed("/data/valid_until", json!("2025-02-29")), "/data/valid_until", "invalid"),
        (changed("/data/valid_until", json!("2026-05-10")), "/data/valid_until", "out-of-range"),
        (changed("/data/publicity_until", json!("2026-05-10")), "/data/publicity_until", "out-of-range"),
        // An array for an object: what its items mean, nobody said.
        (format!("[\"P-1\", \"penalty.imposed\", \"{TODAY}\", {{}}, {{}}]"), "", "invalid"),
        (changed("/data", json!(["1号", "行为", "事实", "依据", ["罚款"], "罚款", "ordinary"])), "/data", "invalid"),
        (changed("/subject", json!(["organisation", COMPANY])), "/subject", "invalid"),
        (listing("/data/basis", json!([["伊州政发〔2019〕1号", null]])), "/data/basis/0", "invalid"),
        (correction(json!({ "until": "2027-05-01", "months": 24 })), "/data/changes/until", "not-here"),
        // Twice: of two values none is the one that was meant.
        (in_data("\"a\", \"remarks\": \"b\""), "/data", ""),
        (in_data("\"a\", \"remarks\": \"b\", \"representative\": {\"name\": \"x\"}"), "/data", ""),
        (represented("某某", "110105194912310021"), "/data/representative/document/number", "identifier-check"),
        (represented(&"某".repeat(201), "11010519491231002X"), "/data/representative/name", "text"),
        (correction(json!({ "fine": "@" })).replace("\"@\"", "\"1.00\", \"fine\": \"2.00\""), "/data/changes", ""),
        // Numbers.
        (changed("/data/fine", json!(20_000)), "/data/fine", "invalid"),
        (changed("/data/fine", json!("-5")), "/data/fine", "invalid"),
        (changed("/data/fine", json!("1e9")), "/data/fine", "invalid"),
        (changed("/data/fine", json!("99999999999999999999999999")), "/data/fine", "invalid"),
        (listing("/data/months", json!(-1)), "/data/months", "invalid"),
        (listing("/data/months", json!(1.5)), "/data/months", "invalid"),
        (listing("/data/months", json!(4_294_967_296_u64)), "/data/months", "invalid"),
        (listing("/data/months", json!(3_000_000_000_u64)), "/data/months", "out-of-range"),
        (listing("/data/watch_months", json!(4_294_967_295_u64)), "/data/watch_months", "out-of-range"),
        (listing("/data/basis", json!([{ "citation": " " }])), "/data/basis/0/citation", "required"),
        (listing("/data/basis", json!([{ "record": "garbage" }])), "/data/basis/0/record", "record-shape"),
        (listing("/data/basis", json!(vec![json!({ "citation": "法" }); 201])), "/data/basis", "too-many"),
        (listing("/data/months", json!("@")).replace("\"@\"", "1e400"), "/data", ""),
        (
            listing("/data/persons", json!([{ "subject": { "kind": "organisation" }, "role": "x" }])),
            "/data/persons/0",
            "",
        ),
        // Identifiers.
        (changed("/subject/id", json!("")), "/subject/id", "identifier-shape"),
        (changed("/subject/id", json!("91654002MA00TEAT4H")), "/subject/id", "identifier-check"),
        (changed("/subject/id", json!("91654002ma00teat4g")), "/subject/id", "identifier-shape"),
        (changed("/subject/id", json!("91654002MA00TEAI4G")), "/subject/id", "identifier-shape"),
        (changed("/subject/id", json!("９１６５４００２")), "/subject/id", "identifier-shape"),
        (changed("/subject/id", Value::Null), "/subject/id", "required"),
        // The number of a citizen that passes for a code.
        (changed("/subject/id", json!("65400219600122022X")), "/subject/id", "personal-in-number"),
        (changed("/subject/kind", json!("system")), "/subject/kind", "invalid"),
        (changed("/subject/kind", json!("ghost")), "/subject/kind", "invalid"),
        (citizen("654021199002290011"), "/subject/document/number", "identifier-check"),
        (citizen("110105194912310021"), "/subject/document/number", "identifier-check"),
        (citizen("1"), "/subject/document/number", "identifier-shape"),
        (citizen("110105299901010022"), "/subject/document/number", "identifier-check"),
        (
            person(json!({ "kind": "person", "document": { "kind": "护照", "number": "11010519491231002X" } })),
            "/subject/document/kind",
            "document-kind",
        ),
        (person(json!({ "kind": "person", "id": "P12" })), "/subject", "person"),
        (person(json!({ "kind": "person" })), "/subject", "person"),
    ];
    let of_record = json!({ "record": "ORG/L-1" });
    for (kind, field, mut data) in [
        ("designation.withdrawn", "reason", of_record.clone()),
        ("objection.filed", "grounds", json!({ "record": "ORG/L-1", "by": "subject" })),
        ("publication.issued", "channel", of_record.clone()),
        ("exit.declared", "notice", json!({ "record": "ORG/L-1", "reason": "early" })),
        ("repair.refused", "citation", of_record),
        ("identifier.linked", "reason", json!({ "scheme": "tax", "value": "1" })),
    ] {
        data[field] = json!(" ");
        let pointer = format!("/data/{field}").leak();
        rows.push((event("R-2", kind, TODAY, COMPANY, data).to_string(), pointer, "required"));
    }
    let named = json!({ "kind": "person", "document": { "kind": "护照", "number": "E1" }, "name": "某某" });
    let persons = json!([{ "subject": named, "role": "法".repeat(65) }]);
    rows.push((listing("/data/persons", persons), "/data/persons", "too-long"));
    let representative = json!({ "name": "某某", "document": { "kind": "护照", "number": "E1" } });
    let changes = json!({ "record": "ORG/P-1", "changes": { "representative": representative } });
    rows.push((
        event("C-1", "record.corrected", TODAY, COMPANY, changes).to_string(),
        "/data/changes",
        "unknown-field",
    ));
    let of_nobody = event("G-1", "publication.issued", TODAY, COMPANY, record);
    rows.push((of_nobody.to_string(), "/data/record", "record-shape"));
    rows
}
