//! Every event that the log can hold, version 1 of each.
//!
//! One struct per event type: [`record`] what makes a record, [`act`] what is done to one or to a subject, [`system`] what
//! the system and the office say. The same struct is read from JSON at the edge and from Avro in the log; `schemas/` holds
//! its Avro schema. Adding a type: a line in [`for_each_event_type`], a struct there, a schema, a golden file; the
//! compiler and the golden test name what is missing. Adding a field: a new schema version, `#[serde(default)]` there.
//!
//! Nothing here is in clear about a natural person: persons appear by their subject id, a keyed hash.

mod act;
mod record;
mod system;

pub use act::*;
pub use record::*;
pub use system::*;

use crate::date::Date;
use serde::{Deserialize, Serialize};

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
pub struct Event<D = Data> {
    /// The publisher's own id; makes publishing idempotent.
    pub id: String,
    /// The organisation that published it, by its own code in the organisation register.
    pub publisher: String,
    /// Whether the publisher held the role `office` or `admin` when publishing.
    pub office: bool,
    /// The business date.
    pub effective: Date,
    /// When intake took it, in milliseconds since the epoch.
    pub recorded: i64,
    pub subject: Subject,
    /// The subject that the amended record belongs to, where intake knew it to be another one: a replay looks nothing up.
    #[serde(default)]
    pub record_subject: Option<String>,
    pub data: D,
}

impl<D> Event<D> {
    /// `ORG/ID`: the name of the event, and of the record that it creates.
    pub fn name(&self) -> String {
        [&*self.publisher, "/", &*self.id].concat() // `format!` grows what it makes, time and again
    }
}

impl<D: std::hash::Hash> Event<D> {
    /// Hash of all that the publisher said: two events of one name are the same event if it is equal.
    pub fn content_hash(&self) -> u64 {
        crate::hash::of(&(self.effective, &self.subject, &self.data))
    }
}

/// Whom an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// An organisation's code (characters 9 to 17 of its USCC), a person's keyed hash, or `system`.
    pub id: String,
    pub kind: SubjectKind,
    /// The name of an organisation; never that of a person.
    pub name: Option<String>,
    /// The unified social credit code, where the publisher gave it.
    pub uscc: Option<String>,
    /// Other numbers that the publisher gave: registration, tax, and the like.
    #[serde(default)]
    pub aliases: Vec<Alias>,
}

/// A legacy number of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// `registration`, `tax`, `institution`, `social-organisation`.
    pub scheme: String,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    Organisation,
    Person,
    /// Days and policy concern every subject of a partition.
    System,
}

/// The id of the subject of `day.opened` and `policy.published`.
pub const SYSTEM: &str = "system";

/// The publisher of days and of what is stated about responsible persons.
pub const SYSTEM_PUBLISHER: &str = "system";

/// Calls `$with!` with a list of `Variant => "event.type"`: the one table of event types.
#[macro_export]
macro_rules! for_each_event_type {
    ($with:ident) => {
        $with! {
            LicenseGranted => "license.granted",
            LicenseRevoked => "license.revoked",
            PenaltyImposed => "penalty.imposed",
            PenaltyWithdrawn => "penalty.withdrawn",
            PublicationIssued => "publication.issued",
            PublicationWithheld => "publication.withheld",
            DesignationMade => "designation.made",
            DesignationWithdrawn => "designation.withdrawn",
            DesignationConfirmed => "designation.confirmed",
            ExitDeclared => "exit.declared",
            NoticeIssued => "notice.issued",
            RepairApplied => "repair.applied",
            RepairAccepted => "repair.accepted",
            RepairRefused => "repair.refused",
            RepairGranted => "repair.granted",
            ObjectionFiled => "objection.filed",
            ObjectionAnswered => "objection.answered",
            ObjectionResolved => "objection.resolved",
            RecordCorrected => "record.corrected",
            MeasureInitiated => "measure.initiated",
            MeasureAccepted => "measure.accepted",
            MeasureExecuted => "measure.executed",
            MeasureDeclined => "measure.declined",
            MeasureReported => "measure.reported",
            IdentifierLinked => "identifier.linked",
            IdentifierUnlinked => "identifier.unlinked",
            SubjectDeregistered => "subject.deregistered",
            AccessRequested => "access.requested",
            AccessDecided => "access.decided",
            ImplicationStated => "implication.stated",
            PolicyPublished => "policy.published",
            DayOpened => "day.opened",
        }
    };
}

macro_rules! define_data {
    ($($variant:ident => $name:literal,)*) => {
        /// What an event says, by its type.
        #[derive(Debug, Clone, PartialEq, Hash)]
        pub enum Data { $($variant($variant),)* }

        impl Data {
            /// The event type, such as `penalty.imposed`.
            pub fn kind(&self) -> &'static str {
                match self { $(Data::$variant(_) => $name,)* }
            }
        }

        $(impl From<$variant> for Data {
            fn from(data: $variant) -> Data { Data::$variant(data) }
        })*

        /// Every event type, in the order of the table.
        pub const EVENT_TYPES: &[&str] = &[$($name),*];
    };
}
for_each_event_type!(define_data);

/// What only the system says.
pub const OF_THE_SYSTEM: [&str; 2] = ["day.opened", "implication.stated"];

impl Data {
    /// The number of the document by which a record was decided.
    pub fn document_no(&self) -> Option<&str> {
        match self {
            Data::LicenseGranted(license) => Some(&license.document_no),
            Data::PenaltyImposed(penalty) => Some(&penalty.document_no),
            Data::DesignationMade(designation) => Some(&designation.document_no),
            _ => None,
        }
    }

    /// The record that the event amends, by `ORG/ID`, if it amends one.
    pub fn record(&self) -> Option<&str> {
        Some(match self {
            Data::LicenseRevoked(d) => &d.record,
            Data::PenaltyWithdrawn(d) => &d.record,
            Data::PublicationIssued(d) => &d.record,
            Data::PublicationWithheld(d) => &d.record,
            Data::DesignationWithdrawn(d) => &d.record,
            Data::DesignationConfirmed(d) => &d.record,
            Data::ExitDeclared(d) => &d.record,
            Data::NoticeIssued(d) => &d.record,
            Data::RepairApplied(d) => &d.record,
            Data::RepairAccepted(d) => &d.record,
            Data::RepairRefused(d) => &d.record,
            Data::RepairGranted(d) => &d.record,
            Data::ObjectionFiled(d) => &d.record,
            Data::ObjectionAnswered(d) => &d.record,
            Data::ObjectionResolved(d) => &d.record,
            Data::RecordCorrected(d) => &d.record,
            Data::MeasureInitiated(d) => &d.record,
            Data::MeasureAccepted(d) => &d.record,
            Data::MeasureExecuted(d) => &d.record,
            Data::MeasureDeclined(d) => &d.record,
            Data::MeasureReported(d) => &d.record,
            Data::ImplicationStated(d) => &d.record,
            _ => return None,
        })
    }
}
