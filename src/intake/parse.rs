//! From the bytes of one event to a draft: typed, checked, persons replaced by their ids.

use super::{
    FieldError, MAX_EVENT_BYTES, Publisher, Rejection, check,
    distinct::Distinct,
    document::document,
    input::{Input, PersonInput, ResponsibleInput, SubjectInput},
    named::ByName,
    redact,
};
use crate::vault::{PersonalFields, ToSeal, Vault};
use chengxin_projections::{
    date::Date,
    event::{
        Alias, Data, EVENT_TYPES, OF_THE_SYSTEM, PersonReference, ResponsiblePerson, SYSTEM, Subject, SubjectKind,
    },
    for_each_event_type,
    identifier::number_form,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The reference under which a person's own name and document are sealed.
pub const OWN_FIELDS: &str = "subject";

/// The reference under which the name of a record's representative is sealed where no document says who it is.
pub fn representative_of(record: &str) -> String {
    format!("representative of {record}")
}

/// A name, unless it says nothing.
fn a_name(name: Option<&str>) -> Option<String> {
    name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// An event that only lacks its time of recording.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: String,
    pub publisher: String,
    pub office: bool,
    pub effective: Date,
    pub subject: Subject,
    pub data: Data,
    /// Personal fields to be sealed before the event is appended.
    pub sealings: Vec<ToSeal>,
}

/// Reads one event.
pub fn parse(bytes: &[u8], publisher: &Publisher, vault: &Vault) -> Result<Draft, Rejection> {
    if bytes.len() > MAX_EVENT_BYTES {
        let detail = format!("an event has at most {MAX_EVENT_BYTES} bytes");
        return Err(Rejection::Malformed(vec![FieldError::new("", "too-long", detail)]));
    }
    let input: Input = read(bytes, "")?;
    may_publish(publisher, &input.kind)?;
    let mut errors = Vec::new();
    check::id(&input.id, &mut errors);
    let on = input.effective.unwrap_or(Date::MAX);
    let mut persons = Persons { vault, on, sealings: Vec::new(), errors: &mut errors };
    let subject = match &input.subject {
        _ if input.kind == "policy.published" => system(),
        Some(subject) => persons.subject(subject, "/subject"),
        None => {
            persons.errors.push(FieldError::new("/subject", "required", "say whom the event is about"));
            system()
        }
    };
    let owner = format!("{}/{}", publisher.org, input.id);
    let mut data = data(&input, &subject, &owner, &mut persons)?;
    let sealings = std::mem::take(&mut persons.sealings);
    check::identifier(subject.kind, &mut data, &mut errors);
    check::required(&data, &mut errors);
    check::amounts(&data, &mut errors);
    check::substance(&subject.id, &owner, &data, &mut errors);
    redact::in_names(&input.id, &subject, &data, &mut errors);
    let effective = match (&data, input.effective) {
        (_, Some(effective)) => effective,
        (Data::PolicyPublished(policy), None) => policy.effective,
        (_, None) => {
            errors.push(FieldError::new(
                "/effective",
                "required",
                "the business date, YYYY-MM-DD; a date is never defaulted",
            ));
            Date::MIN
        }
    };
    check::ends(&data, effective, &mut errors);
    if !errors.is_empty() {
        return Err(Rejection::Malformed(errors));
    }
    let (id, publisher, office) = (input.id.into_owned(), publisher.org.clone(), publisher.office);
    Ok(Draft { id, publisher, office, effective, subject, data, sealings })
}

/// A draft of a record that came in a file, with its persons not yet replaced.
#[allow(clippy::too_many_arguments)] // the parts of an event
pub fn draft(
    publisher: &Publisher,
    vault: &Vault,
    id: String,
    effective: Date,
    subject: &SubjectInput,
    representative: Option<&PersonInput>,
    mut data: Data,
) -> Result<Draft, Rejection> {
    let mut errors = Vec::new();
    let mut persons = Persons { vault, on: effective, sealings: Vec::new(), errors: &mut errors };
    let subject = persons.subject(subject, "/subject");
    let owner = format!("{}/{id}", publisher.org);
    let reference = representative.map(|person| persons.representative(person, &subject.id, &owner));
    match &mut data {
        Data::LicenseGranted(license) => license.representative = reference,
        Data::PenaltyImposed(penalty) => penalty.representative = reference,
        _ => {}
    }
    let sealings = std::mem::take(&mut persons.sealings);
    redact::in_names(&id, &subject, &data, &mut errors);
    if !errors.is_empty() {
        return Err(Rejection::Malformed(errors));
    }
    Ok(Draft { id, publisher: publisher.org.clone(), office: publisher.office, effective, subject, data, sealings })
}

fn may_publish(publisher: &Publisher, kind: &str) -> Result<(), Rejection> {
    let allowed = match kind {
        "policy.published" => publisher.office,
        "day.opened" | "implication.stated" => false,
        // Whoever may read asks for more; the judge sees to it that the office alone decides.
        _ if kind.starts_with("access.") => publisher.publishes || publisher.implements || publisher.office,
        _ if kind.starts_with("measure.") => publisher.publishes || publisher.implements,
        // Whoever finds an error says so; the objection is decided by the source.
        "objection.filed" => publisher.publishes || publisher.implements || publisher.office,
        _ if kind.starts_with("identifier.") => publisher.publishes || publisher.office,
        _ => publisher.publishes,
    };
    if allowed {
        return Ok(());
    }
    let detail = match kind {
        "day.opened" => "only the system opens days".to_owned(),
        "implication.stated" => {
            "only the system states what an entry says of a person; name persons in the entry".to_owned()
        }
        _ => format!("the token's roles do not allow events of type {kind}"),
    };
    Err(Rejection::Forbidden(detail))
}

fn system() -> Subject {
    Subject { id: SYSTEM.to_owned(), kind: SubjectKind::System, name: None, uscc: None, aliases: Vec::new() }
}

/// Reads JSON fast; only when it is wrong, again with the place of the error.
fn read<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8], base: &str) -> Result<T, Rejection> {
    let read = serde_json::from_slice(bytes).map(|ByName(value)| value);
    read.map_err(|_| {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let result: Result<ByName<T>, _> = serde_path_to_error::deserialize(&mut deserializer);
        let error = match result {
            // The rest behind the value was wrong.
            Ok(_) => FieldError::new(base, "json", "one JSON object and nothing behind it"),
            Err(error) => field_error(base, &error),
        };
        Rejection::Malformed(vec![error])
    })
}

fn field_error(base: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let mut pointer = base.to_owned();
    for segment in error.path().iter() {
        match segment {
            serde_path_to_error::Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            serde_path_to_error::Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            _ => {}
        }
    }
    let inner = without_place(error.inner());
    if let Some(field) = missing(&inner) {
        return FieldError::new(format!("{pointer}/{field}"), "required", "this field is required");
    }
    let code = if error.inner().is_data() { "invalid" } else { "json" };
    FieldError::new(pointer, code, inner)
}

/// What serde says of an error. Where it is in a stream or in a file the pointer and the number of the line say: serde counts
/// lines of its own.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match said.strip_suffix(&place) {
        Some(what) if error.line() == 1 && !error.is_data() => format!("{what} at column {}", error.column()),
        Some(what) if error.is_data() => what.to_owned(),
        _ => said,
    }
}

/// The field that serde says is missing; it has no other way to say so.
fn missing(error: &str) -> Option<&str> {
    Some(error.strip_prefix("missing field `")?.split_once('`')?.0)
}

fn read_value<T: DeserializeOwned>(value: Value, base: &str) -> Result<T, Rejection> {
    let read = serde_path_to_error::deserialize(value);
    read.map(|ByName(value)| value).map_err(|error| Rejection::Malformed(vec![field_error(base, &error)]))
}

/// The data of an event. Where it names persons they are taken out first and come back as ids.
fn data(input: &Input, subject: &Subject, owner: &str, persons: &mut Persons) -> Result<Data, Rejection> {
    let text = input.data.get();
    if text.contains("\\u0000") {
        return Err(Rejection::Malformed(vec![FieldError::new("/data", "text", "no text contains the character NUL")]));
    }
    let is_document = matches!(input.kind.as_ref(), "record.corrected" | "policy.published");
    // A backslash can spell the name of a field in another way.
    let may_name = text.contains("\"persons\"") || text.contains("\"representative\"") || text.contains('\\');
    if may_name || is_document {
        let Distinct(mut value) = read(text.as_bytes(), "/data")?;
        if let Some(field) = value.get_mut("persons") {
            let responsible: Vec<ResponsibleInput> = read_value(field.take(), "/data/persons")?;
            *field = to_value(&persons.responsible(&responsible));
        }
        if let Some(field) = value.get_mut("representative").filter(|field| !field.is_null()) {
            let person: PersonInput = read_value(field.take(), "/data/representative")?;
            *field = to_value(&persons.representative(&person, &subject.id, owner));
        }
        return typed(&input.kind, Typed::Value(value));
    }
    typed(&input.kind, Typed::Text(text))
}

fn to_value(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

enum Typed<'a> {
    Text(&'a str),
    Value(Value),
}

impl Typed<'_> {
    fn read<T: DeserializeOwned + Into<Data>>(self) -> Result<Data, Rejection> {
        let data: T = match self {
            Typed::Text(text) => read(text.as_bytes(), "/data")?,
            Typed::Value(value) => read_value(value, "/data")?,
        };
        Ok(data.into())
    }
}

macro_rules! define_typed {
    ($($variant:ident => $name:literal,)*) => {
        fn typed(kind: &str, data: Typed) -> Result<Data, Rejection> {
            match kind {
                $($name => data.read::<chengxin_projections::event::$variant>(),)*
                _ => {
                    let all = EVENT_TYPES.iter().copied();
                    let types: Vec<&str> = all.filter(|name| !OF_THE_SYSTEM.contains(name)).collect();
                    let detail = format!("no event type {kind}; the types are {}", types.join(", "));
                    Err(Rejection::Malformed(vec![FieldError::new("/type", "unknown-type", detail)]))
                }
            }
        }
    };
}
for_each_event_type!(define_typed);

/// Replaces persons by their ids and collects what is to be sealed.
struct Persons<'a> {
    vault: &'a Vault,
    /// The day of the event.
    on: Date,
    sealings: Vec<ToSeal>,
    errors: &'a mut Vec<FieldError>,
}

impl Persons<'_> {
    fn subject(&mut self, input: &SubjectInput, at: &str) -> Subject {
        check::subject(input, at, self.errors);
        match input.kind {
            SubjectKind::Organisation => {
                let (id, uscc) = check::organisation(input, at, self.errors);
                let name = input.name.as_deref().map(|name| name.trim().to_owned());
                let form = |alias: &Alias| Alias { scheme: alias.scheme.clone(), value: number_form(&alias.value) };
                Subject { id, kind: input.kind, name, uscc, aliases: input.aliases.iter().map(form).collect() }
            }
            SubjectKind::Person => {
                let id = self.person(input, at);
                Subject { id, kind: input.kind, name: None, uscc: None, aliases: Vec::new() }
            }
            SubjectKind::System => {
                self.errors.push(FieldError::new(format!("{at}/kind"), "invalid", "organisation or person"));
                system()
            }
        }
    }

    /// The id of a person, by document or as given.
    fn person(&mut self, input: &SubjectInput, at: &str) -> String {
        match (&input.document, input.id.as_deref()) {
            (Some(given), None) => {
                let (kind, number) = document(given, input.id_verified, self.on, at, self.errors);
                let id = self.vault.person_id(&kind, &number);
                self.seal_self(&id, input.name.as_deref(), kind, number);
                id
            }
            (None, Some(id)) if check::is_person_id(id) => id.to_owned(),
            _ => {
                let detail = "a person is given by `document`, or by the `id` that the system gave (P and 32 digits)";
                self.errors.push(FieldError::new(at, "person", detail));
                String::new()
            }
        }
    }

    fn seal_self(&mut self, id: &str, name: Option<&str>, kind: String, number: String) {
        let fields = PersonalFields { name: a_name(name), document_kind: Some(kind), document_number: Some(number) };
        self.sealings.push(ToSeal { subject: id.to_owned(), reference: OWN_FIELDS.to_owned(), fields });
    }

    fn responsible(&mut self, persons: &[ResponsibleInput]) -> Vec<ResponsiblePerson> {
        let of = |(index, input): (usize, &ResponsibleInput)| {
            let at = format!("/data/persons/{index}/subject");
            check::subject(&input.subject, &at, self.errors);
            if input.subject.kind != SubjectKind::Person {
                self.errors.push(FieldError::new(format!("{at}/kind"), "invalid", "person"));
            }
            ResponsiblePerson { person: self.person(&input.subject, &at), role: input.role.trim().to_owned() }
        };
        persons.iter().enumerate().map(of).collect()
    }

    /// A representative: a person where a document says who; otherwise a sealed name, for names never link.
    fn representative(&mut self, input: &PersonInput, subject: &str, owner: &str) -> PersonReference {
        check::name(input.name.as_deref().unwrap_or_default(), 0, "/data/representative", self.errors);
        if let Some(given) = &input.document {
            let (kind, number) = document(given, input.id_verified, self.on, "/data/representative", self.errors);
            let id = self.vault.person_id(&kind, &number);
            self.seal_self(&id, input.name.as_deref(), kind, number);
            return PersonReference { person: Some(id), sealed: None };
        }
        let reference = representative_of(owner);
        let fields = PersonalFields { name: a_name(input.name.as_deref()), document_kind: None, document_number: None };
        self.sealings.push(ToSeal { subject: subject.to_owned(), reference: reference.clone(), fields });
        PersonReference { person: None, sealed: Some(reference) }
    }
}
