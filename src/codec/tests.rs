use super::{schemas::Registered, *};
use chengxin_projections::event::{Document, EVENT_TYPES, RecordCorrected, SubjectKind};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock};

static CODEC: LazyLock<Codec> = LazyLock::new(Codec::new);

/// What a message says, whichever kind it is of.
#[derive(Debug, Clone, PartialEq)]
enum Message {
    Event(Box<Event>),
    ListChange(ListChange),
    MeasureChange(MeasureChange),
    ObligationChange(ObligationChange),
    ListEntry(ListEntry),
    Refused(Refused),
}

impl Message {
    fn from_json(kind: &str, json: &Value) -> Message {
        fn read<T: DeserializeOwned>(json: &Value) -> T {
            serde_json::from_value(json.clone()).unwrap_or_else(|e| panic!("{e}: {json}"))
        }
        match kind {
            "list-change" => Message::ListChange(read(json)),
            "measure-change" => Message::MeasureChange(read(json)),
            "list-entry" => Message::ListEntry(read(json)),
            "refusal" => Message::Refused(read(json)),
            "obligation-change" => Message::ObligationChange(read(json)),
            _ => Message::Event(Box::new(event_from_json(kind, json).unwrap_or_else(|e| panic!("{e}: {json}")))),
        }
    }

    fn decode(kind: &str, bytes: &[u8]) -> Result<Message, DecodeError> {
        Ok(match kind {
            "list-change" => Message::ListChange(CODEC.decode_list_change(bytes)?),
            "measure-change" => Message::MeasureChange(CODEC.decode_measure_change(bytes)?),
            "list-entry" => Message::ListEntry(CODEC.decode_list_entry(bytes)?),
            "refusal" => Message::Refused(CODEC.decode_refused(bytes)?),
            "obligation-change" => Message::ObligationChange(CODEC.decode_obligation_change(bytes)?),
            _ => Message::Event(Box::new(CODEC.decode_event(bytes)?)),
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Message::Event(event) => CODEC.encode_event(event, &mut out),
            Message::ListChange(change) => CODEC.encode_list_change(change, &mut out),
            Message::MeasureChange(change) => CODEC.encode_measure_change(change, &mut out),
            Message::ObligationChange(change) => CODEC.encode_obligation_change(change, &mut out),
            Message::ListEntry(entry) => CODEC.encode_list_entry(entry, &mut out),
            Message::Refused(refused) => CODEC.encode_refused(refused, &mut out),
        }
        out
    }

    fn to_json(&self) -> Value {
        match self {
            Message::Event(event) => event_to_json(event),
            Message::ListChange(change) => serde_json::to_value(change).unwrap(),
            Message::MeasureChange(change) => serde_json::to_value(change).unwrap(),
            Message::ObligationChange(change) => serde_json::to_value(change).unwrap(),
            Message::ListEntry(entry) => serde_json::to_value(entry).unwrap(),
            Message::Refused(refused) => serde_json::to_value(refused).unwrap(),
        }
    }
}

macro_rules! define_json {
    ($($variant:ident => $name:literal,)*) => {
        fn event_from_json(kind: &str, json: &Value) -> serde_json::Result<Event> {
            match kind {
                $($name => {
                    type Of = Event<chengxin_projections::event::$variant>;
                    let Event { id, publisher, office, effective, recorded, subject, record_subject, data } =
                        serde_json::from_value::<Of>(json.clone())?;
                    Ok(Event { id, publisher, office, effective, recorded, subject, record_subject, data: data.into() })
                })*
                _ => panic!("no event type {kind}"),
            }
        }

        fn event_to_json(event: &Event) -> Value {
            match &event.data {
                $(Data::$variant(data) => serde_json::to_value(EventOf::new(event, data)).unwrap(),)*
            }
        }
    };
}
for_each_event_type!(define_json);

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// The values whose bytes are kept: the first says everything that can be said, the second as little as can be.
fn golden_values(schema: &Registered) -> Vec<Message> {
    let path = directory().join(format!("golden/{}.v{}.json", schema.kind, schema.version));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let values: Vec<Value> = serde_json::from_str(&text).unwrap();
    values.iter().map(|value| Message::from_json(schema.kind, value)).collect()
}

/// A golden file: the digest of the schema, then each message in base 16, a line each.
fn golden_text(schema: &Registered, messages: &[Message]) -> String {
    let mut lines = vec![format!("schema {}", hex::encode(Sha256::digest(schema.text)))];
    lines.extend(messages.iter().map(|message| hex::encode(message.encode())));
    lines.join("\n") + "\n"
}

/// With `CHENGXIN_WRITE_GOLDEN` set, writes the files that are missing; none is ever written over.
fn golden_file(schema: &Registered, messages: &[Message]) -> String {
    let path = directory().join(format!("golden/{}.v{}.hex", schema.kind, schema.version));
    if std::env::var_os("CHENGXIN_WRITE_GOLDEN").is_some() && !path.exists() {
        fs::write(&path, golden_text(schema, messages)).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}; see CHENGXIN_WRITE_GOLDEN", path.display()))
}

#[test]
fn the_bytes_of_every_version_mean_what_they_meant() {
    for schema in SCHEMAS {
        let expected = golden_values(schema);
        let file = golden_file(schema, &expected);
        let mut lines = file.lines();
        let digest = format!("schema {}", hex::encode(Sha256::digest(schema.text)));
        assert_eq!(lines.next(), Some(&*digest), "{} changed: make another version instead", schema.kind);
        let bytes: Vec<Vec<u8>> = lines.map(|line| hex::decode(line).unwrap()).collect();
        assert_eq!(bytes.len(), expected.len(), "{}", schema.kind);
        for (bytes, expected) in bytes.iter().zip(&expected) {
            assert_eq!(bytes[1..5], schema.id.to_be_bytes(), "{}", schema.kind);
            assert_eq!(Message::decode(schema.kind, bytes).as_ref(), Ok(expected), "{}", schema.kind);
        }
    }
}

#[test]
fn the_latest_version_writes_its_golden_bytes() {
    for schema in SCHEMAS.iter().filter(|s| schemas::latest(s.kind) == Some(s)) {
        let values = golden_values(schema);
        assert_eq!(golden_file(schema, &values), golden_text(schema, &values), "{}", schema.kind);
    }
}

/// What is written without looking at a schema (`datum.rs`) is read by apache-avro, which looks at it: each symbol of each
/// enum in its place.
#[test]
fn every_symbol_is_read_as_it_was_written() {
    fn each_symbol(schema: &Value, value: &Value, path: &str, see: &mut impl FnMut(&str, &Value)) {
        let (Some(fields), Some(object)) = (schema["fields"].as_array(), value.as_object()) else { return };
        for field in fields {
            let name = field["name"].as_str().unwrap();
            let (kind, path) = (&field["type"], format!("{path}/{name}"));
            for kind in std::iter::once(kind).chain(kind.as_array().into_iter().flatten()) {
                kind["symbols"].as_array().into_iter().flatten().for_each(|symbol| see(&path, symbol));
                each_symbol(kind, &object[name], &path, see);
            }
        }
    }
    let mut seen = 0;
    for schema in SCHEMAS.iter().filter(|schema| schemas::latest(schema.kind) == Some(schema)) {
        let json = golden_values(schema)[0].to_json();
        let parsed: Value = serde_json::from_str(schema.text).unwrap();
        each_symbol(&parsed, &json, "", &mut |path, symbol| {
            let mut json = json.clone();
            *json.pointer_mut(path).unwrap() = symbol.clone();
            let message = Message::from_json(schema.kind, &json);
            assert_eq!(Message::decode(schema.kind, &message.encode()), Ok(message), "{} {path} {symbol}", schema.kind);
            seen += 1;
        });
    }
    assert!(seen > 100, "{seen} symbols");
}

/// Else a field could be written wrongly and no golden byte would show it.
#[test]
fn golden_values_fill_every_field_once_and_leave_every_field_once() {
    fn fields(value: &Value, path: &str, see: &mut impl FnMut(&str, &Value)) {
        see(path, value);
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| fields(value, &format!("{path}/{name}"), see))
            }
            Value::Array(items) => items.iter().for_each(|value| fields(value, path, see)),
            _ => {}
        }
    }
    // An earlier version leaves what came later.
    for schema in SCHEMAS.iter().filter(|schema| schemas::latest(schema.kind) == Some(schema)) {
        let values = golden_values(schema);
        fields(&values[0].to_json(), schema.kind, &mut |path, value| {
            // The changes of a correction and the content of a policy are the publisher's own JSON.
            let ours = !path.contains("/data/changes/") && !path.contains("/data/content/");
            assert!(!ours || !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()), "{path}");
        });
        let mut empty = 0;
        fields(&values[1].to_json(), schema.kind, &mut |path, value| {
            let filled = value.as_array().is_some_and(|items| !items.is_empty());
            assert!(!filled, "{path} is not as little as can be");
            empty += usize::from(value.is_null());
        });
        let optional = schema.text.matches("\"null\"").count();
        assert!(empty > 0 || optional == 0, "{}", schema.kind);
    }
}

#[test]
fn the_manifest_says_what_is_compiled_in() {
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(directory().join("manifest.json")).unwrap()).unwrap();
    let compiled: Vec<Value> = SCHEMAS
        .iter()
        .map(|s| {
            let file = format!("{}.v{}.avsc", s.kind, s.version);
            serde_json::json!({"id": s.id, "subject": s.subject, "type": s.kind, "version": s.version, "file": file})
        })
        .collect();
    assert_eq!(manifest, Value::Array(compiled));
    let files: BTreeSet<String> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".avsc"))
        .collect();
    let listed = SCHEMAS.iter().map(|s| format!("{}.v{}.avsc", s.kind, s.version)).collect();
    assert_eq!(files, listed);
}

#[test]
fn ids_rise_and_versions_count_from_one() {
    assert!(SCHEMAS.is_sorted_by(|a, b| a.id < b.id), "ids are looked up by halving");
    for subject in schemas::subjects() {
        let versions: Vec<u32> = schemas::versions(subject).map(|schema| schema.version).collect();
        assert_eq!(versions, (1..=versions.len() as u32).collect::<Vec<_>>(), "{subject}");
    }
    assert_eq!(schemas::by_id(SCHEMAS[3].id), Some(&SCHEMAS[3]));
    assert_eq!(schemas::by_id(u32::MAX), None);
}

#[test]
fn a_subject_ends_in_the_full_name_of_its_record() {
    for (schema, parsed) in SCHEMAS.iter().zip(PARSED.iter()) {
        let name = parsed.name().unwrap().fullname(None);
        assert!(schema.subject.ends_with(&format!("-{name}")), "{} against {name}", schema.subject);
    }
}

#[test]
fn every_event_type_and_nothing_else_is_an_event() {
    for kind in EVENT_TYPES {
        let schema = schemas::latest(kind).unwrap_or_else(|| panic!("no schema for {kind}"));
        let Message::Event(event) = &golden_values(schema)[0] else { panic!("{kind} is no event") };
        assert_eq!(event.data.kind(), *kind);
        assert_eq!(attributes(event).kind, *kind);
        assert_eq!(attributes(event).source, event.publisher);
    }
    let change = &golden_values(schemas::latest("list-change").unwrap())[0];
    let bytes = change.encode();
    assert_eq!(CODEC.decode_event(&bytes), Err(DecodeError::OtherMessage { kind: "list-change" }));
    assert_eq!(CODEC.decode_list_entry(&bytes), Err(DecodeError::OtherMessage { kind: "list-change" }));
}

#[test]
fn the_envelope_of_every_event_says_what_the_whole_event_says() {
    let mut kinds = BTreeSet::new();
    for schema in SCHEMAS {
        for message in golden_values(schema) {
            let bytes = message.encode();
            let envelope = CODEC.envelope(&bytes);
            let Message::Event(event) = message else {
                assert!(matches!(envelope, Err(DecodeError::OtherMessage { .. })), "{}", schema.kind);
                continue;
            };
            let expected = Envelope {
                kind: event.data.kind(),
                recorded: event.recorded,
                subject: &event.subject.id,
                subject_kind: event.subject.kind,
            };
            assert_eq!(envelope, Ok(expected));
            kinds.insert(event.subject.kind);
            for length in 0..bytes.len() {
                let _ = CODEC.envelope(&bytes[..length]);
            }
        }
    }
    assert_eq!(kinds.len(), 3, "the golden values are about subjects of every kind");
}

fn penalty() -> Vec<u8> {
    golden_values(schemas::latest("penalty.imposed").unwrap())[0].encode()
}

#[test]
fn what_is_wrong_with_a_message_is_told() {
    let good = penalty();
    assert_eq!(CODEC.decode_event(&[]), Err(DecodeError::NotWireFormat));
    assert_eq!(CODEC.decode_event(&[1, 0, 0, 3, 0xe9, 0]), Err(DecodeError::NotWireFormat));
    assert_eq!(CODEC.decode_event(&[0, 0, 0, 0, 9, 0]), Err(DecodeError::UnknownSchema { id: 9 }));
    assert_eq!(CODEC.decode_event(&[good.as_slice(), &[0, 0]].concat()), Err(DecodeError::TrailingBytes { count: 2 }));
    for end in HEADER_BYTES..good.len() {
        assert_eq!(CODEC.decode_event(&good[..end]), Err(DecodeError::Truncated), "cut at {end}");
    }
    let mut not_text = good.clone();
    not_text[HEADER_BYTES + 1] = 0xff;
    assert!(matches!(CODEC.decode_event(&not_text), Err(DecodeError::BadDatum(_))));
}

#[test]
fn a_huge_length_is_refused_before_memory_is_taken() {
    let _ = &*CODEC;
    assert_eq!(apache_avro::util::max_allocation_bytes(1), MAX_FIELD_BYTES, "someone else set the limit first");
    // The length of the event's id, zigzag: 2^62.
    let huge = [&penalty()[..HEADER_BYTES], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]].concat();
    let Err(DecodeError::BadDatum(why)) = CODEC.decode_event(&huge) else { panic!("taken for a message") };
    assert!(why.contains("maximum allowed"), "{why}");
}

/// Every decoder has a look at the bytes: none may panic.
fn decode_as_everything(bytes: &[u8]) {
    let _ = CODEC.envelope(bytes);
    let _ = CODEC.decode_event(bytes);
    let _ = CODEC.decode_list_change(bytes);
    let _ = CODEC.decode_measure_change(bytes);
    let _ = CODEC.decode_list_entry(bytes);
    let _ = CODEC.decode_refused(bytes);
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(
        schema in 0..SCHEMAS.len(),
        datum in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        decode_as_everything(&datum);
        decode_as_everything(&[&[0][..], &SCHEMAS[schema].id.to_be_bytes(), &datum].concat());
    }

    #[test]
    fn a_damaged_message_is_another_message_or_an_error(
        schema in 0..SCHEMAS.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let schema = &SCHEMAS[schema];
        let mut bytes = golden_values(schema)[0].encode();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        decode_as_everything(&bytes);
        if let Ok(message) = Message::decode(schema.kind, &bytes) {
            prop_assert_eq!(Message::decode(schema.kind, &message.encode()), Ok(message));
        }
    }
}

#[test]
fn a_document_has_the_same_numbers_when_it_is_read_again() {
    let text =
        r#"{"a": 0.99605703408148589, "b": 1e-310, "c": 18446744073709551615, "d": -0.0, "e": 123456.78901234567}"#;
    let changes = Document(serde_json::from_str(text).unwrap());
    let id = "92330100TEST000001".to_owned();
    let event = Event {
        id: "C-1".into(),
        publisher: "GA00TEST1".into(),
        office: false,
        effective: chengxin_projections::date::Date::MIN,
        recorded: 0,
        subject: Subject { id, kind: SubjectKind::Organisation, name: None, uscc: None, aliases: Vec::new() },
        record_subject: None,
        data: RecordCorrected { record: "GA00TEST1/P-1".into(), changes }.into(),
    };
    let record = CODEC.event_record(&event, 0);
    assert_eq!(CODEC.decode_event(record.value.as_deref().unwrap()).unwrap(), event);
}
