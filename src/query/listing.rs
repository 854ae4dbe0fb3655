//! Entries of the red list, the black list and the watch. (四)(五)(二十一)

use super::{
    correction::{corrected, is_corrected},
    subject::Reading,
    words::{EntryState, ListWord, SubjectWord},
};
use crate::clock::rfc3339;
use chengxin_projections::{
    change::ListName,
    date::Date,
    event::{self, Data, Repairable, SubjectKind},
    listing::{self, Entry, State},
    policy::Policy,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A responsible person (十六).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Responsible {
    pub subject: PersonId,
    pub role: String,
}

/// A person by the id that the system gave; never by name or document.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonId {
    #[schema(value_type = SubjectWord)]
    pub kind: SubjectKind,
    pub id: String,
}

/// What an entry rests on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BasisView {
    pub citation: Option<String>,
    /// `ORG/ID` of a penalty or judgment.
    pub record: Option<String>,
}

/// An entry of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listing {
    /// `ORG/ID` of the designation.
    pub record: String,
    #[schema(value_type = ListWord)]
    pub list: ListName,
    /// The list kind of the policy, such as `unpaid-wages`.
    pub kind: String,
    /// The list kind in words.
    pub title: Option<String>,
    /// Who designated; it alone may amend or end the entry.
    pub authority: String,
    pub document_no: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day on which it ends, as known. A term includes that day; what an event ends is off from that day on.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    #[schema(value_type = EntryState)]
    pub state: State,
    pub disputed: bool,
    pub basis_lost: bool,
    /// Whether its authority corrected it; what is shown is as corrected.
    pub corrected: bool,
    pub basis: Vec<BasisView>,
    pub repairable: Repairable,
    pub persons: Vec<Responsible>,
    pub grade: Option<String>,
    pub channel: Option<String>,
    /// Months of watch that follow a black listing.
    pub watch_months: u32,
    /// When the designation was recorded.
    pub recorded: String,
}

/// How what an entry says of a person is repaired (default rule 6).
const WITH_THE_ENTITY: &str = "由单位就其名单条目申请修复；修复后，对本人的措施同时终止";

/// Whether an entry is shown: one that is still to begin is not, and one that was wrong from the start never was there,
/// as of any day, for those who know of its withdrawal (default rule 4).
pub fn is_shown(entry: &Entry, as_of: Date) -> bool {
    !matches!(entry.state(as_of), State::Pending | State::Withdrawn)
}

/// Every entry of a subject that has begun, past ones included.
pub fn listings(reading: &Reading) -> Vec<Listing> {
    let entries = listing::entries(reading.file, reading.known);
    entries.filter(|entry| is_shown(entry, reading.as_of)).map(|entry| show(&entry, reading)).collect()
}

/// One entry, with what only the event itself says.
pub fn show(entry: &Entry, reading: &Reading) -> Listing {
    let designation = entry.designation;
    let data = match reading.bodies.data(entry.record.stamp.offset) {
        Some(Data::DesignationMade(data)) => Some(corrected(data, entry.record, reading)),
        _ => None,
    };
    let (document_no, basis) = match data {
        Some(data) => (Some(data.document_no), data.basis.into_iter().map(BasisView::from).collect()),
        None => (None, designation.basis.iter().map(|record| BasisView::of_record(record)).collect()),
    };
    let persons = designation.persons.iter().map(|named| Responsible {
        subject: PersonId { kind: SubjectKind::Person, id: named.person.to_string() },
        role: named.role.to_string(),
    });
    Listing {
        record: entry.record.id.to_string(),
        list: entry.list,
        kind: designation.kind.to_string(),
        title: title(entry, reading.policy),
        authority: entry.record.authority().to_owned(),
        document_no,
        from: entry.span.from,
        until: entry.span.to,
        state: entry.state(reading.as_of),
        disputed: entry.is_disputed(reading.as_of),
        basis_lost: entry.is_basis_lost(reading.as_of),
        corrected: entry.is_own() && is_corrected(entry.record, reading.known),
        basis,
        repairable: Repairable {
            allowed: designation.repairable,
            how: if entry.is_own() {
                designation.repair_note.as_deref().map(str::to_owned)
            } else {
                Some(WITH_THE_ENTITY.to_owned())
            },
        },
        persons: persons.collect(),
        grade: designation.grade.as_deref().map(str::to_owned),
        channel: designation.channel.as_deref().map(str::to_owned),
        watch_months: designation.watch_months,
        recorded: rfc3339(entry.record.stamp.recorded),
    }
}

fn title(entry: &Entry, policy: &Policy) -> Option<String> {
    let kind = policy.list_kind(entry.designation.list, &entry.designation.kind)?;
    Some(kind.title.clone())
}

impl BasisView {
    fn of_record(record: &str) -> BasisView {
        BasisView { citation: None, record: Some(record.to_owned()) }
    }
}

impl From<event::Basis> for BasisView {
    fn from(event::Basis { citation, record }: event::Basis) -> BasisView {
        BasisView { citation, record }
    }
}
