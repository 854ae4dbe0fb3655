//! Messages as bytes: Avro data in the wire format of Confluent's registry (a zero byte, the schema id in four bytes,
//! the datum).
//!
//! A message is read with the schema that it was written with: fields that a later version added take their serde
//! default. Everything is written in the latest version of its schema.

mod datum;
mod envelope;
mod error;
pub mod schemas;
#[cfg(test)]
mod tests;

pub use envelope::Envelope;
pub use error::DecodeError;

use crate::log::{Attributes, Decoded, Record, Stored, Topic};
use apache_avro::{Schema, reader::datum::GenericDatumReader};
use chengxin_projections::{
    change::{ListChange, ListEntry, MeasureChange, ObligationChange, Refused},
    event::{Data, Event, Subject},
    for_each_event_type,
};
use schemas::{Registered, SCHEMAS};
use serde::{Serialize, de::DeserializeOwned};
use std::{borrow::Cow, sync::LazyLock};

/// The longest text or bytes in a message; a longer length prefix is a bad datum and allocates nothing. Above any
/// message that either log takes.
pub const MAX_FIELD_BYTES: usize = 16 << 20;

/// A zero byte and the schema id.
const HEADER_BYTES: usize = 5;

/// Readers and writers borrow their schemas; parsed once for the process, in the order of [`SCHEMAS`].
static PARSED: LazyLock<Vec<Schema>> = LazyLock::new(|| {
    let parse = |schema: &Registered| Schema::parse_str(schema.text).expect("the schemas compiled in are valid Avro");
    SCHEMAS.iter().map(parse).collect()
});

/// Encodes and decodes every message. Costly to build, cheap to use from many threads.
pub struct Codec {
    /// One for each schema, in the order of [`SCHEMAS`].
    readers: Vec<GenericDatumReader<'static>>,
    /// One for each event type, in the order of the table of event types.
    events: Vec<Writer>,
    list_change: Writer,
    measure_change: Writer,
    list_entry: Writer,
    refused: Writer,
    obligation_change: Writer,
}

impl Default for Codec {
    fn default() -> Codec {
        Codec::new()
    }
}

impl Codec {
    pub fn new() -> Codec {
        apache_avro::util::max_allocation_bytes(MAX_FIELD_BYTES);
        let reader = |schema| {
            GenericDatumReader::builder(schema).build().expect("a schema compiled in names nothing outside itself")
        };
        Codec {
            readers: PARSED.iter().map(reader).collect(),
            events: chengxin_projections::event::EVENT_TYPES.iter().map(|kind| Writer::new(kind)).collect(),
            list_change: Writer::new("list-change"),
            measure_change: Writer::new("measure-change"),
            list_entry: Writer::new("list-entry"),
            refused: Writer::new("refusal"),
            obligation_change: Writer::new("obligation-change"),
        }
    }

    /// Appends the message to `out`.
    pub fn encode_event(&self, event: &Event, out: &mut Vec<u8>) {
        write_event(&self.events, event, out);
    }

    /// The event as a record of the topic of events.
    pub fn event_record(&self, event: &Event, partition: u16) -> Record {
        let mut value = Vec::with_capacity(512);
        self.encode_event(event, &mut value);
        let (topic, key) = (Topic::Events, event.subject.id.as_bytes().to_vec());
        let (attributes, decoded) = (Some(attributes(event)), Decoded::default());
        Record { topic, partition, key, value: Some(value), attributes, decoded }
    }

    pub fn decode_event(&self, message: &[u8]) -> Result<Event, DecodeError> {
        let (reader, schema, datum) = self.open(message)?;
        read_event(schema.kind, reader, datum).unwrap_or(Err(DecodeError::OtherMessage { kind: schema.kind }))
    }

    /// The event of a record, decoded if it was not handed on with it.
    pub fn event_of<'s>(&self, stored: &'s Stored) -> Result<Cow<'s, Event>, DecodeError> {
        let message = stored.value.as_deref().unwrap_or_default();
        match &stored.decoded.0 {
            Some(event) => {
                debug_assert_eq!(self.decode_event(message).ok().as_ref(), Some(&**event));
                Ok(Cow::Borrowed(event))
            }
            None => self.decode_event(message).map(Cow::Owned),
        }
    }

    /// Appends the message to `out`.
    pub fn encode_list_change(&self, change: &ListChange, out: &mut Vec<u8>) {
        self.list_change.write(change, out);
    }

    pub fn decode_list_change(&self, message: &[u8]) -> Result<ListChange, DecodeError> {
        self.decode("list-change", message)
    }

    /// Appends the message to `out`.
    pub fn encode_measure_change(&self, change: &MeasureChange, out: &mut Vec<u8>) {
        self.measure_change.write(change, out);
    }

    pub fn decode_measure_change(&self, message: &[u8]) -> Result<MeasureChange, DecodeError> {
        self.decode("measure-change", message)
    }

    /// Appends the message to `out`.
    pub fn encode_list_entry(&self, entry: &ListEntry, out: &mut Vec<u8>) {
        self.list_entry.write(entry, out);
    }

    pub fn decode_list_entry(&self, message: &[u8]) -> Result<ListEntry, DecodeError> {
        self.decode("list-entry", message)
    }

    /// Appends the message to `out`.
    pub fn encode_refused(&self, refused: &Refused, out: &mut Vec<u8>) {
        self.refused.write(refused, out);
    }

    pub fn decode_refused(&self, message: &[u8]) -> Result<Refused, DecodeError> {
        self.decode("refusal", message)
    }

    /// Appends the message to `out`.
    pub fn encode_obligation_change(&self, change: &ObligationChange, out: &mut Vec<u8>) {
        self.obligation_change.write(change, out);
    }

    pub fn decode_obligation_change(&self, message: &[u8]) -> Result<ObligationChange, DecodeError> {
        self.decode("obligation-change", message)
    }

    fn decode<T: DeserializeOwned>(&self, kind: &str, message: &[u8]) -> Result<T, DecodeError> {
        let (reader, schema, datum) = self.open(message)?;
        if schema.kind != kind {
            return Err(DecodeError::OtherMessage { kind: schema.kind });
        }
        read(reader, datum)
    }

    /// The reader of a message's schema, the schema, and the datum.
    fn open<'m>(
        &self,
        message: &'m [u8],
    ) -> Result<(&GenericDatumReader<'static>, &'static Registered, &'m [u8]), DecodeError> {
        let (header, datum) = message.split_first_chunk::<HEADER_BYTES>().ok_or(DecodeError::NotWireFormat)?;
        let [0, id @ ..] = *header else { return Err(DecodeError::NotWireFormat) };
        let id = u32::from_be_bytes(id);
        let place = SCHEMAS.binary_search_by_key(&id, |s| s.id).map_err(|_| DecodeError::UnknownSchema { id })?;
        Ok((&self.readers[place], &SCHEMAS[place], datum))
    }
}

fn read<T: DeserializeOwned>(reader: &GenericDatumReader<'static>, mut datum: &[u8]) -> Result<T, DecodeError> {
    let value = reader.read_deser(&mut datum)?;
    if datum.is_empty() { Ok(value) } else { Err(DecodeError::TrailingBytes { count: datum.len() }) }
}

fn read_as<D>(reader: &GenericDatumReader<'static>, datum: &[u8]) -> Result<Event, DecodeError>
where
    D: DeserializeOwned + Into<Data>,
{
    let Event { id, publisher, office, effective, recorded, subject, record_subject, data } =
        read::<Event<D>>(reader, datum)?;
    Ok(Event { id, publisher, office, effective, recorded, subject, record_subject, data: data.into() })
}

/// Writes messages of one kind, in the latest version of its schema.
struct Writer {
    header: [u8; HEADER_BYTES],
}

impl Writer {
    fn new(kind: &str) -> Writer {
        let latest = schemas::latest(kind).expect("every kind of message has a schema: a test looks");
        let [a, b, c, d] = latest.id.to_be_bytes();
        Writer { header: [0, a, b, c, d] }
    }

    fn write<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header);
        datum::write(value, out).expect("a message fits its own schema: the golden test writes each");
    }
}

/// An event of which the type is known, borrowed for writing.
#[derive(Serialize)]
#[serde(rename = "Event")]
struct EventOf<'e, D> {
    id: &'e str,
    publisher: &'e str,
    office: bool,
    effective: chengxin_projections::date::Date,
    recorded: i64,
    subject: &'e Subject,
    record_subject: &'e Option<String>,
    data: &'e D,
}

impl<'e, D> EventOf<'e, D> {
    fn new(event: &'e Event, data: &'e D) -> EventOf<'e, D> {
        let Event { id, publisher, office, effective, recorded, subject, record_subject, data: _ } = event;
        EventOf {
            id,
            publisher,
            office: *office,
            effective: *effective,
            recorded: *recorded,
            subject,
            record_subject,
            data,
        }
    }
}

macro_rules! define_events {
    ($($variant:ident => $name:literal,)*) => {
        /// Places of the writers.
        #[derive(Clone, Copy)]
        enum Place { $($variant),* }

        fn write_event(writers: &[Writer], event: &Event, out: &mut Vec<u8>) {
            match &event.data {
                $(Data::$variant(data) => writers[Place::$variant as usize].write(&EventOf::new(event, data), out),)*
            }
        }

        /// `None` if the schema is not that of an event.
        fn read_event(
            kind: &str,
            reader: &GenericDatumReader<'static>,
            datum: &[u8],
        ) -> Option<Result<Event, DecodeError>> {
            Some(match kind {
                $($name => read_as::<chengxin_projections::event::$variant>(reader, datum),)*
                _ => return None,
            })
        }
    };
}
for_each_event_type!(define_events);

/// The CloudEvents attributes of an event; its subject is the record's key.
pub fn attributes(event: &Event) -> Attributes {
    Attributes { id: event.id.clone(), kind: event.data.kind(), source: event.publisher.clone(), time: event.recorded }
}
