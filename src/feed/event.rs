//! An event as it stands in the log, told in JSON.

use chengxin_projections::{
    date::Date,
    event::{Data, Event, Subject},
    for_each_event_type,
    instant::Instant,
};
use serde::{Serialize, Serializer};

/// Serializes an event with its type.
pub struct EventJson<'e>(pub &'e Event);

#[derive(Serialize)]
struct Told<'e, D> {
    id: &'e str,
    #[serde(rename = "type")]
    kind: &'static str,
    publisher: &'e str,
    effective: Date,
    recorded: Instant,
    subject: &'e Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_subject: &'e Option<String>,
    data: &'e D,
}

fn tell<S: Serializer, D: Serialize>(event: &Event, data: &D, serializer: S) -> Result<S::Ok, S::Error> {
    let Event { id, publisher, office: _, effective, recorded, subject, record_subject, data: _ } = event;
    let (kind, recorded) = (event.data.kind(), Instant(*recorded));
    Told { id, kind, publisher, effective: *effective, recorded, subject, record_subject, data }.serialize(serializer)
}

macro_rules! define_json {
    ($($variant:ident => $name:literal,)*) => {
        impl Serialize for EventJson<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match &self.0.data {
                    $(Data::$variant(data) => tell(self.0, data, serializer),)*
                }
            }
        }
    };
}
for_each_event_type!(define_json);
