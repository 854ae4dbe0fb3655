//! The forms against what is read, and `docs/events.md`, which is written from them.

use super::super::openapi::document;
use super::*;
use crate::{
    intake::{Publisher, Rejection, parse},
    vault::Vault,
};
use serde_json::{Map, Value, json};
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md");

/// The component of that name.
fn component(name: &str) -> Value {
    let document = serde_json::to_value(document()).unwrap();
    document["components"]["schemas"][name].clone()
}

/// The component that a schema is or refers to.
fn resolved(schema: &Value) -> Value {
    let refers = schema["$ref"].as_str().map(|to| component(to.rsplit('/').next().unwrap()));
    refers.unwrap_or_else(|| schema.clone())
}

fn required(object: &Value) -> Vec<String> {
    let names = object["required"].as_array().into_iter().flatten();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Something that a field may say.
fn sample(name: &str, schema: &Value) -> Value {
    match name {
        "record" => return json!("ORG/P-1"),
        "scheme" => return json!("tax"),
        "subject" => return json!({ "kind": "organisation", "id": "91654002MA00TEAT4G" }),
        "on" => return json!("flag"),
        _ => {}
    }
    let schema = resolved(schema);
    let kind = if schema["type"].is_array() { &schema["type"][0] } else { &schema["type"] };
    match (kind.as_str().unwrap_or("object"), schema["format"].as_str()) {
        _ if schema["enum"].is_array() => schema["enum"][0].clone(),
        ("string", Some("date")) => json!("2026-06-01"),
        ("string", _) => json!("文"),
        ("integer", _) => json!(1),
        ("boolean", _) => json!(true),
        ("array", _) => json!([sample("", &schema["items"])]),
        _ => {
            let fields = required(&schema).into_iter().map(|field| {
                let value = sample(&field, &schema["properties"][&field]);
                (field, value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

fn types() -> Vec<(String, Value)> {
    let any = component(EVENT);
    let envelopes = any["oneOf"].as_array().unwrap().iter();
    envelopes.map(|envelope| (envelope["title"].as_str().unwrap().to_owned(), envelope.clone())).collect()
}

/// The pointers to what is wrong with an event.
fn wrong(event: &Value, vault: &Vault) -> Vec<String> {
    let publisher = Publisher { office: true, ..Publisher::department("ORG") };
    match parse(event.to_string().as_bytes(), &publisher, vault) {
        Ok(_) => Vec::new(),
        Err(Rejection::Malformed(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
        Err(other) => panic!("{event}: {other}"),
    }
}

#[test]
fn an_event_with_what_its_form_requires_is_read_and_without_any_of_it_is_told_which() {
    let directory = tempfile::tempdir().unwrap();
    let vault = Vault::open(directory.path()).unwrap();
    for (name, envelope) in types() {
        let event = sample("", &envelope);
        assert_eq!(wrong(&event, &vault), Vec::<String>::new(), "{event}");
        let fields = required(&envelope).into_iter().map(|field| format!("/{field}"));
        let of_data = required(&resolved(&envelope["properties"]["data"]));
        for pointer in fields.chain(of_data.into_iter().map(|field| format!("/data/{field}"))) {
            if pointer == "/type" {
                continue;
            }
            let mut without = event.clone();
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field);
            assert_eq!(wrong(&without, &vault), [pointer], "{name}: {without}");
        }
    }
}

#[test]
fn everything_but_what_the_system_says_has_a_form() {
    let has: Vec<String> = types().into_iter().map(|(name, _)| name).collect();
    let may: Vec<&str> =
        event::EVENT_TYPES.iter().copied().filter(|name| !event::OF_THE_SYSTEM.contains(name)).collect();
    assert_eq!(has, may);
}

/// What a value looks like, in a word or two.
fn shape(schema: &Value) -> String {
    if let Some(values) = resolved(schema)["enum"].as_array() {
        return values.iter().map(|value| format!("`{}`", value.as_str().unwrap())).collect::<Vec<_>>().join(", ");
    }
    match schema["$ref"].as_str().map(|to| to.rsplit('/').next().unwrap()) {
        Some("Date") => return "date, `YYYY-MM-DD`".into(),
        Some("Money") => return "amount in yuan, as text: `\"2000.00\"`".into(),
        Some("Document") => return "object".into(),
        Some(form) => return format!("[{form}](#{})", form.to_lowercase()),
        None => {}
    }
    let kind = if schema["type"].is_array() { &schema["type"][0] } else { &schema["type"] };
    match kind.as_str().unwrap_or("object") {
        "array" => format!("list of {}", shape(&schema["items"])),
        "string" => "text".into(),
        "integer" => "whole number".into(),
        "boolean" => "`true`, `false`".into(),
        other => other.into(),
    }
}

fn table(of: &Value) -> String {
    let mut rows = "| field | form | | |\n|---|---|---|---|\n".to_owned();
    let required = required(of);
    let fields = of["properties"].as_object().unwrap();
    let needed = |field: &String| required.contains(field);
    for (field, schema) in fields.iter().filter(|(f, _)| needed(f)).chain(fields.iter().filter(|(f, _)| !needed(f))) {
        let needed = if needed(field) { "required" } else { "" };
        // What may be null is one of two.
        let schema = schema.pointer("/oneOf/0").unwrap_or(schema);
        let says = schema["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        writeln!(rows, "| `{field}` | {} | {needed} | {says} |", shape(schema)).unwrap();
    }
    rows
}

fn page() -> String {
    let mut page = "# What each type of event says\n\nWritten by `src/http/event_forms` from the structs that are read (`CHENGXIN_WRITE_DOCS=1 cargo test --lib event_forms`); a test \
fails where it is out of date. The same as JSON Schema: `PublishedEvent` in `/openapi.json`. What each does: [rules.md](rules.md).\n\nEvery event is an object of `id`, `type`, \
`effective`, `subject` and `data`; no other field is taken. `id` is the publisher's own, 1 to 128 characters. `effective` is the business date, `YYYY-MM-DD`. The tables tell what stands in `data`.\n"
        .to_owned();
    for (name, envelope) in types() {
        let data = resolved(&envelope["properties"]["data"]);
        let says = data["description"].as_str().map(|says| format!("{says}\n\n")).unwrap_or_default();
        write!(page, "\n## {name}\n\n{says}{}", table(&data)).unwrap();
    }
    page += "\n# What stands in them\n";
    for form in
        ["SubjectInput", "DocumentInput", "PersonInput", "ResponsibleInput", "Alias", "Basis", "Repairable", "Evidence"]
    {
        let form_of = component(form);
        let says = form_of["description"].as_str().map(|says| format!("{says}\n\n")).unwrap_or_default();
        write!(page, "\n## {form}\n\n{says}{}", table(&form_of)).unwrap();
    }
    page
}

#[test]
fn the_page_of_the_events_is_as_the_forms_have_it() {
    let page = page();
    if std::env::var_os("CHENGXIN_WRITE_DOCS").is_some() {
        std::fs::write(FILE, &page).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert!(page == written, "docs/events.md is out of date; write it with CHENGXIN_WRITE_DOCS=1. First: {differs:?}");
}
