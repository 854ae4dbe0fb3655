//! What goes out: changes of lists and measures, list entries as they stand, and refusals.
//!
//! All of it is the difference of two standings of a subject (`difference/`), so a rule cannot forget to announce itself.

use crate::{date::Date, event::SubjectKind, instant::Instant, listing::State};
use serde::{Deserialize, Serialize};

/// Who a change is about, with the name as known when it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = ChangeSubject))]
pub struct About {
    pub id: String,
    pub kind: SubjectKind,
    /// Never the name of a person.
    pub name: Option<String>,
}

/// A list as the public knows it. The watch follows the black list (default rule 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ListName {
    Red,
    Black,
    Watch,
}

impl ListName {
    pub const ALL: [ListName; 3] = [ListName::Red, ListName::Black, ListName::Watch];

    pub fn as_str(self) -> &'static str {
        match self {
            ListName::Red => "red",
            ListName::Black => "black",
            ListName::Watch => "watch",
        }
    }
}

/// What made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(as = ChangeCause))]
pub struct Cause {
    /// The type of the event: `designation.made`, `day.opened`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The event, by `ORG/ID`.
    pub event: String,
    /// The day on which the change takes effect.
    pub date: Date,
}

/// How a list entry changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ListWhat {
    Listed,
    Amended,
    Disputed,
    Undisputed,
    /// Left the list before its term.
    Exited,
    /// Reached the end of its term.
    Expired,
    /// Was wrong from the start (default rule 4).
    Withdrawn,
}

/// A change of the red, the black or the watch list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ListChange {
    /// Unique and stable: the subject, `-L` and `sequence`.
    pub change: String,
    pub subject: About,
    pub list: ListName,
    pub kind: String,
    /// The entry, by `ORG/ID` of its designation.
    pub record: String,
    pub what: ListWhat,
    pub from: Date,
    /// Where the entry ends, as known now: the last day of its term, which is still on the list; of an exit or a repair its
    /// day, from which on the entry is off. `state` says whether it is on the list at the time of the change.
    pub until: Date,
    pub cause: Cause,
    /// Position of the causing event, `PARTITION-OFFSET`.
    pub position: String,
    /// Counts the list changes of this subject from 1, so that a gap or a repeat shows.
    #[serde(with = "counter")]
    pub sequence: u64,
    /// When the causing event was recorded.
    pub recorded: Instant,
    /// How the entry stands then: whoever follows keeps it as long as this is `active`. None in what was published before
    /// changes told it.
    #[serde(default)]
    pub state: Option<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MeasureWhat {
    /// In force from now on.
    Imposed,
    /// In force as before, on another set of entries (default rule 8).
    Rebased,
    /// Everything that carries it is disputed or without basis (default rules 3 and 5).
    Suspended,
    Resumed,
    Ended,
    /// Was never to be: an entry that carried it was wrong from the start (default rule 4).
    Withdrawn,
}

/// A change of the measures in force on a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MeasureChange {
    pub change: String,
    pub subject: About,
    /// The measure's code in the catalogue.
    pub measure: String,
    pub what: MeasureWhat,
    /// The entries that carry it now, by `ORG/ID`; where it ended, those that carried it last.
    pub basis: Vec<String>,
    pub from: Date,
    /// Where it ends, as known now: the last day of a term, which is still in force; of what an event ends the day from which
    /// on it is off.
    pub until: Date,
    pub cause: Cause,
    pub position: String,
    /// Counts the measure changes of this subject from 1.
    #[serde(with = "counter")]
    pub sequence: u64,
    /// When the causing event was recorded.
    pub recorded: Instant,
}

/// What became of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ObligationWhat {
    /// Due from now on, from another organisation than the one that caused it.
    Arisen,
    /// A calendar moved its last day, or made it final (default rule 15).
    Moved,
    Overdue,
}

/// A duty of which its organisation, or the office, is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ObligationChange {
    pub change: String,
    pub subject: About,
    /// `decide-flag`, `answer-objection`, …
    pub duty: String,
    /// Who owes it.
    pub org: String,
    /// The record that it is about, by `ORG/ID`.
    pub record: String,
    /// What raised it, by `ORG/ID`: the penalty under a flag, the objection, the application.
    pub reason: Option<String>,
    /// The organisation that published what raised it.
    pub reported_by: Option<String>,
    pub measure: Option<String>,
    pub what: ObligationWhat,
    pub since: Date,
    pub due: Date,
    /// A year on the way has no published calendar (default rule 15).
    pub provisional: bool,
    pub cause: Cause,
    pub position: String,
    /// Counts the changes of duties about this subject from 1.
    #[serde(with = "counter")]
    pub sequence: u64,
    /// When the causing event was recorded.
    pub recorded: Instant,
}

/// The state of a list entry after its latest change; the compacted topic `credit.lists` holds one for each entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEntry {
    pub subject: About,
    pub list: ListName,
    pub kind: String,
    pub record: String,
    pub what: ListWhat,
    pub from: Date,
    pub until: Date,
    pub position: String,
    #[serde(with = "counter")]
    pub sequence: u64,
    /// How the entry stands then. None in what was published before entries told it.
    #[serde(default)]
    pub state: Option<State>,
}

/// An event that stays in the log and changes nothing, or a record that is no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Position of the event, `PARTITION-OFFSET`; of a foreign record, `TOPIC/PARTITION-OFFSET`.
    pub position: String,
    /// The publisher's id of the event, as far as it could be read.
    pub id: Option<String>,
    pub publisher: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub subject: Option<String>,
    /// A stable code: `not-your-entry`, `unreadable`, …
    pub code: String,
    pub detail: String,
    /// The bytes of a record that could not be read.
    pub bytes: Option<Bytes>,
}

/// A count as a signed number: Avro has no unsigned one.
mod counter {
    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    pub(super) fn serialize<S: Serializer>(count: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(i64::try_from(*count).map_err(ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        u64::try_from(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Bytes in Avro; base-16 text in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0.iter().map(|b| format!("{b:02x}")).collect::<String>())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes, or their base-16 text")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                let digits: Option<Vec<u8>> = text
                    .as_bytes()
                    .chunks(2)
                    .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                    .collect();
                digits.map(Bytes).ok_or_else(|| E::custom("not base-16"))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Visitor)
        } else {
            deserializer.deserialize_bytes(Visitor)
        }
    }
}
