//! Events of the system and of the office, and the document that policy comes in.

use super::List;
use crate::date::Date;
use serde::{Deserialize, Serialize};

/// (十六) What an organisation's entry says of a responsible person, stated by the system on the person's partition whenever
/// it changes: the whole state, so that the latest is enough.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImplicationStated {
    /// The entry, by `ORG/ID`.
    pub record: String,
    /// The organisation that the entry is about.
    pub entity: String,
    pub role: String,
    pub list: List,
    pub kind: String,
    pub from: Date,
    /// Last day of the term.
    pub until: Date,
    /// The day on which an event ended the entry before its term.
    pub ended: Option<Date>,
    pub withdrawn: bool,
    pub watch_months: u32,
    /// The measures that land on the person.
    pub measures: Vec<String>,
    /// Measures initiated beyond those, and since when.
    pub initiated: Vec<InitiatedSince>,
    /// Days on which the entity's entry is disputed, and on which it has no basis.
    pub disputed: Vec<Stretch>,
    pub lost: Vec<Stretch>,
    /// What made it change: the type of the event and its name.
    pub cause_type: String,
    pub cause_event: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InitiatedSince {
    /// The code of the measure, as `/v1/catalogue` has it.
    pub measure: String,
    pub since: Date,
    /// The initiation, `ORG/ID`.
    #[serde(default)]
    pub event: String,
    /// Who was asked to carry it out, and by when they answer.
    #[serde(default)]
    pub implementers: Vec<String>,
    #[serde(default)]
    pub respond_by: Option<Date>,
}

/// Days from one up to, but not including, another; none means no end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    pub from: Date,
    pub to: Option<Date>,
}

/// One part of the policy in a new version (default rule 13).
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyPublished {
    /// The part's name, such as `terms` or `calendar-2027`; see `policy::Part`.
    pub part: String,
    /// Rising, one by one, within a part.
    pub version: u32,
    /// The first day on which the version is in force.
    pub effective: Date,
    /// The whole part, as in `policy/*.json`.
    pub content: Document,
}

/// Midnight in Asia/Shanghai: time is an event.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DayOpened {
    pub date: Date,
}

/// A JSON document: itself in JSON, its text in Avro and view rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = Object))]
pub struct Document(pub serde_json::Value);

impl Serialize for Document {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.0.serialize(serializer)
        } else {
            serializer.serialize_str(&self.0.to_string())
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        if deserializer.is_human_readable() {
            return serde_json::Value::deserialize(deserializer).map(Document);
        }
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Document).map_err(serde::de::Error::custom)
    }
}
