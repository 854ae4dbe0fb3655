//! What each type of event says, for `/openapi.json` and `docs/events.md`: from the structs that are read.

use crate::intake::{PersonInput, ResponsibleInput, SubjectInput};
use chengxin_projections::{date::Date, event, for_each_event_type};
use utoipa::{
    Modify, OpenApi, PartialSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// How persons stand in the log, which is not how they come in.
const OF_THE_LOG: [&str; 2] = ["PersonReference", "ResponsiblePerson"];
/// The component that says what an event may be.
const EVENT: &str = "PublishedEvent";

/// Stands for any event in the description of a route.
pub(super) struct AnyEvent;

impl utoipa::ToSchema for AnyEvent {}

impl PartialSchema for AnyEvent {
    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(EVENT).into()
    }
}

/// The form of one event type.
struct Form {
    name: &'static str,
    /// The component of its data.
    data: &'static str,
    schema: RefOr<Schema>,
}

macro_rules! define_forms {
    ($($variant:ident => $name:literal,)*) => {
        /// The form of every event type, in the order of the table.
        fn forms() -> Vec<Form> {
            vec![$(Form { name: $name, data: stringify!($variant), schema: event::$variant::schema() },)*]
        }

        /// What the forms refer to.
        #[derive(OpenApi)]
        #[openapi(components(schemas(SubjectInput, ResponsibleInput, PersonInput, $(event::$variant),*)))]
        struct Parts;
    };
}
for_each_event_type!(define_forms);

/// Puts the events that may be published into a description.
pub(super) struct EventForms;

impl Modify for EventForms {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.merge(Parts::openapi());
        let components = document.components.get_or_insert_default();
        let mut any = OneOfBuilder::new().description(Some("An event, by its `type`."));
        for Form { name, data, schema } in forms() {
            if event::OF_THE_SYSTEM.contains(&name) {
                components.schemas.remove(data);
                continue;
            }
            components.schemas.insert(data.to_owned(), as_published(schema));
            any = any.item(envelope(name, data));
        }
        for name in OF_THE_LOG {
            components.schemas.remove(name);
        }
        components.schemas.insert(EVENT.to_owned(), RefOr::T(Schema::OneOf(any.build())));
    }
}

/// The data as it comes in: persons by their documents, not yet by their ids.
fn as_published(mut schema: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(object)) = &mut schema else { return schema };
    if let Some(persons) = object.properties.get_mut("persons") {
        let description = "(十六) The responsible persons.";
        let items = Ref::from_schema_name("ResponsibleInput");
        *persons = ArrayBuilder::new().items(items).description(Some(description)).into();
    }
    if let Some(representative) = object.properties.get_mut("representative") {
        let mut person = Ref::from_schema_name("PersonInput");
        person.description = "FRDB 法定代表人".to_owned();
        *representative = person.into();
    }
    schema
}

fn envelope(name: &str, data: &str) -> Schema {
    let id = "The publisher's own id: 1 to 128 characters. The record that it makes is `ORG/ID` ever after.";
    let id = ObjectBuilder::new().schema_type(Type::String).description(Some(id));
    let object = ObjectBuilder::new()
        .title(Some(name))
        .property("id", id)
        .property("type", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([name])))
        .property("effective", Date::schema())
        .property("subject", Ref::from_schema_name("SubjectInput"))
        .property("data", Ref::from_schema_name(data))
        .required("id")
        .required("type")
        .required("data");
    // Policy is about nobody, and says itself from when on it is in force.
    let object = if name == "policy.published" { object } else { object.required("effective").required("subject") };
    Schema::Object(object.build())
}

#[cfg(test)]
mod tests;
