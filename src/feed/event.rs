//! An event as it stands in the log, told in JSON.

use chengxin_projections::{
    date::Date,
    event::{Data, Event, Subject},
    for_each_event_type,
    instant::Instant,
};
use serde::{Serialize, Serializer};

/// Serializes an event with its type and its position.
pub struct EventJson<'e> {
    pub event: &'e Event,
    /// `PARTITION-OFFSET`
    pub position: &'e str,
}

#[derive(Serialize)]
struct Told<'e, D> {
    id: &'e str,
    #[serde(rename = "type")]
    kind: &'static str,
    position: &'e str,
    publisher: &'e str,
    effective: Date,
    recorded: Instant,
    subject: &'e Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_subject: &'e Option<String>,
    data: &'e D,
}

fn tell<S: Serializer, D: Serialize>(told: &EventJson, data: &D, serializer: S) -> Result<S::Ok, S::Error> {
    let EventJson { event, position } = *told;
    let Event { id, publisher, office: _, effective, recorded, subject, record_subject, data: _ } = event;
    Told {
        id,
        kind: event.data.kind(),
        position,
        publisher,
        effective: *effective,
        recorded: Instant(*recorded),
        subject,
        record_subject,
        data,
    }
    .serialize(serializer)
}

macro_rules! define_json {
    ($($variant:ident => $name:literal,)*) => {
        impl Serialize for EventJson<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match &self.event.data {
                    $(Data::$variant(data) => tell(self, data, serializer),)*
                }
            }
        }
    };
}
for_each_event_type!(define_json);
