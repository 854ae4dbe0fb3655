//! The events of a subject, as they were published and as they were judged.

use super::{
    Page, same,
    scope::Scope,
    subject,
    walk::{Cursor, Place},
};
use crate::{clock::rfc3339, log::Offset, node::Node, problem::Problem, projector::Shard, views::Held};
use chengxin_projections::{
    date::Date,
    event::{Data, DesignationMade, Event},
    facts::CreditFile,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An event in the form in which events are published, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// The publisher's own id.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    #[schema(value_type = Object)]
    pub subject: Value,
    #[schema(value_type = Object)]
    pub data: Value,
    /// The organisation that published it.
    pub publisher: String,
    /// `ORG/ID`.
    pub record: String,
    /// `PARTITION-OFFSET`.
    pub position: String,
    pub recorded: String,
    /// `applied`, `refused` or `duplicate`.
    pub effect: &'static str,
    /// Of a refused event, the code of its reason.
    pub code: Option<&'static str>,
}

/// A page of the events of a subject that were known, in the order of the log. The business day narrows them only
/// where one is asked about.
pub fn page(
    node: &Node,
    key: &str,
    scope: &Scope,
    place: Option<Place>,
    limit: usize,
) -> Result<Page<EventView>, Problem> {
    let members = same::members(node, key, scope)?;
    let files = same::held(node, &members, scope)?;
    let mut items = Vec::new();
    // One file after the other: partitions have no order between them.
    let (first, mut begin) = match &place {
        Some(place) => (files.iter().position(|(_, held)| *held.file.id == *place.subject).unwrap_or(0), place.shown),
        None => (0, 0),
    };
    for (shard, held) in &files[first..] {
        if let Some(place) = fill(node, shard, held, scope, begin, limit, &mut items)? {
            let mut cursor = Cursor::after(place, scope);
            if !scope.day_asked {
                cursor.as_of.clear();
            }
            return Ok(Page::new(items, Some(cursor.render()), scope));
        }
        begin = 0;
    }
    Ok(Page::new(items, None, scope))
}

/// Adds the events of one file from `begin` on. Says where the page ended if it is full and more follows.
fn fill(
    node: &Node,
    shard: &Shard,
    held: &Held,
    scope: &Scope,
    begin: usize,
    limit: usize,
    items: &mut Vec<EventView>,
) -> Result<Option<Place>, Problem> {
    let (known, subject) = (scope.known(shard.number), &held.file.id);
    let bodies = subject::bodies(node, shard, subject)?;
    let until = scope.day_asked.then_some(scope.as_of);
    // An event is known by the stamp of its judgement; one that came twice was never judged again, and is known with
    // the event before it.
    let mut stamps = held.file.seen.in_order().into_iter().map(|seen| seen.stamp).peekable();
    let mut is_known = true;
    for (index, (offset, body)) in bodies.iter().enumerate() {
        while let Some(stamp) = stamps.next_if(|stamp| stamp.offset <= offset) {
            is_known = known.has(stamp);
        }
        if !is_known || matches!(known, chengxin_projections::facts::Known::Offset(last) if offset > last) {
            break;
        }
        if index < begin {
            continue;
        }
        if items.len() == limit {
            return Ok(Some(Place { subject: subject.to_string(), shown: index }));
        }
        let Ok(event) = node.codec.decode_event(body) else { continue };
        if until.is_none_or(|until| event.effective <= until) {
            items.push(show(&held.file, shard.number, offset, event));
        }
    }
    Ok(None)
}

pub(super) fn show(file: &CreditFile, partition: u16, offset: Offset, event: Event) -> EventView {
    let record = event.name();
    let (effect, code) = match file.seen(&record) {
        Some(seen) if seen.stamp.offset == offset => match seen.refused {
            None => ("applied", None),
            Some(code) => ("refused", Some(code.as_str())),
        },
        Some(seen) if seen.content != event.content_hash() => {
            ("refused", Some(chengxin_projections::refusal::Code::IdConflict.as_str()))
        }
        _ => ("duplicate", None),
    };
    EventView {
        kind: event.data.kind().to_owned(),
        effective: event.effective,
        subject: subject_form(&event),
        data: data_form(event.data),
        id: event.id,
        publisher: event.publisher,
        record,
        position: format!("{partition}-{offset}"),
        recorded: rfc3339(event.recorded),
        effect,
        code,
    }
}

fn subject_form(event: &Event) -> Value {
    let subject = &event.subject;
    let mut form = json!({ "kind": subject.kind, "id": subject.uscc.as_ref().unwrap_or(&subject.id) });
    if let Some(name) = &subject.name {
        form["name"] = json!(name);
    }
    if !subject.aliases.is_empty() {
        form["aliases"] = json!(subject.aliases);
    }
    form
}

/// What an event says, as it is published: persons are subjects with an id. Sealed fields are not told of.
fn data_form(data: Data) -> Value {
    let persons = match &data {
        Data::DesignationMade(DesignationMade { persons, .. }) => Some(persons.iter().map(|responsible| {
            json!({ "subject": { "kind": "person", "id": responsible.person }, "role": responsible.role })
        })),
        _ => None,
    };
    let persons: Option<Vec<Value>> = persons.map(Iterator::collect);
    let mut form = to_json(&data);
    if let Some(fields) = form.as_object_mut() {
        if let Some(persons) = persons {
            fields.insert("persons".to_owned(), Value::Array(persons));
        }
        if let Some(representative) = fields.get_mut("representative").and_then(Value::as_object_mut) {
            representative.remove("sealed");
        }
        fields.retain(|_, value| !value.is_null());
    }
    form
}

macro_rules! define_to_json {
    ($($variant:ident => $name:literal,)*) => {
        fn to_json(data: &Data) -> Value {
            match data {
                $(Data::$variant(data) => serde_json::to_value(data).unwrap_or_default(),)*
            }
        }
    };
}
chengxin_projections::for_each_event_type!(define_to_json);
