//! The made-up county as its departments would publish it over HTTP.

use crate::Result;
use chengxin::demo::{Demo, DemoConfig, DemoItem};
use chengxin_projections::{
    date::Date,
    event::{Data, Event, SubjectKind},
    for_each_event_type,
};
use serde_json::{Map, Value, json};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

/// What happens up to a day: first the day opens, then each department sends what it has.
pub(crate) struct Period {
    pub(crate) until: Date,
    /// NDJSON by the place of the department.
    pub(crate) streams: BTreeMap<usize, Vec<u8>>,
}

/// Documents by the ids that the bench gave their persons: a department knows documents, not ids.
type Documents = RefCell<HashMap<String, (String, String)>>;

/// The token of a department.
pub(crate) fn token(department: usize) -> String {
    format!("department-{department}")
}

/// Every event, in periods of so many days.
pub(crate) fn periods(county: &DemoConfig, days: i32) -> Result<Vec<Period>> {
    let mut periods: Vec<Period> = Vec::new();
    each(county, |today, department, line| {
        if periods.last().is_none_or(|period| period.until < today) {
            periods.push(Period { until: today.plus_days(days - 1).min(county.until), streams: BTreeMap::new() });
        }
        if let Some(period) = periods.last_mut() {
            let stream = period.streams.entry(department).or_default();
            stream.extend_from_slice(&line);
            stream.push(b'\n');
        }
    })?;
    Ok(periods)
}

/// Single events and who sends them.
pub(crate) fn singles(county: &DemoConfig) -> Result<Vec<(usize, Vec<u8>)>> {
    let mut singles = Vec::new();
    each(county, |_, department, line| singles.push((department, line)))?;
    Ok(singles)
}

fn each(county: &DemoConfig, mut found: impl FnMut(Date, usize, Vec<u8>)) -> Result<()> {
    let demo = Demo::new(county.clone());
    let places: HashMap<&str, usize> =
        demo.departments().iter().enumerate().map(|(place, department)| (&*department.org, place)).collect();
    let documents = Documents::default();
    let person_id = |kind: &str, number: &str| {
        let id = crate::workload::person_id(kind, number);
        documents.borrow_mut().entry(id.clone()).or_insert_with(|| (kind.to_owned(), number.to_owned()));
        id
    };
    let mut today = county.from;
    for item in demo.items(person_id) {
        match item {
            DemoItem::Day(day) => today = day,
            DemoItem::Event(event) => {
                let department = places.get(&*event.publisher).copied().ok_or("a publisher that is no department")?;
                found(today, department, serde_json::to_vec(&input(&event, &documents)?)?);
            }
        }
    }
    Ok(())
}

fn input(event: &Event, documents: &Documents) -> Result<Value> {
    let subject = match event.subject.kind {
        SubjectKind::Person => person(&event.subject.id, documents),
        _ => {
            let id = event.subject.uscc.as_ref().unwrap_or(&event.subject.id);
            json!({"kind": "organisation", "id": id, "name": event.subject.name})
        }
    };
    let mut data = data(&event.data)?;
    if let Some(known) = data.get_mut("representative") {
        let person = person(known["person"].as_str().unwrap_or_default(), documents);
        *known = json!({"name": person["name"], "document": person["document"]});
    }
    for known in data.get_mut("persons").and_then(Value::as_array_mut).into_iter().flatten() {
        let subject = person(known["person"].as_str().unwrap_or_default(), documents);
        *known = json!({"subject": subject, "role": known["role"]});
    }
    let kind = event.data.kind();
    Ok(json!({"id": event.id, "type": kind, "effective": event.effective, "subject": subject, "data": data}))
}

fn person(id: &str, documents: &Documents) -> Value {
    let documents = documents.borrow();
    let (kind, number) = documents.get(id).map_or(("", ""), |(kind, number)| (kind, number));
    json!({"kind": "person", "document": {"kind": kind, "number": number}, "name": "云示安"})
}

macro_rules! define_data {
    ($($variant:ident => $name:literal,)*) => {
        /// The data without what is not there, as a publisher leaves it out.
        fn data(data: &Data) -> Result<Map<String, Value>> {
            let value = match data { $(Data::$variant(data) => serde_json::to_value(data)?,)* };
            match value {
                Value::Object(fields) => Ok(fields.into_iter().filter(|(_, value)| !value.is_null()).collect()),
                _ => Err("the data of an event are no object".into()),
            }
        }
    };
}
for_each_event_type!(define_data);
