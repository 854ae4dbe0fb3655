//! Licenses and penalties (双公示) with their publication. (一)(二十五)

use super::{
    correction::corrected,
    record_data::{LicenseData, PenaltyData},
    subject::Reading,
    words::RecordState,
};
use crate::{clock::rfc3339, codec::Codec, log::Offset, views::Body};
use chengxin_projections::{
    date::Date,
    dispute,
    event::Data,
    facts::{self, Content, Record},
    publication::{self, State},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A subject's events as they stand in the log, decoded only where a view needs what they say.
pub struct Bodies<'a> {
    codec: &'a Codec,
    bodies: Vec<Body>,
}

impl<'a> Bodies<'a> {
    /// `bodies` in the order of their offsets.
    pub fn new(codec: &'a Codec, bodies: Vec<Body>) -> Bodies<'a> {
        Bodies { codec, bodies }
    }

    /// What the event at an offset says.
    pub fn data(&self, offset: Offset) -> Option<Data> {
        let place = self.bodies.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        self.codec.decode_event(&self.bodies[place].1).ok().map(|event| event.data)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Offset, &[u8])> {
        self.bodies.iter().map(|(offset, body)| (*offset, &**body))
    }
}

/// Where the publication of a record stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicationView {
    /// The last day in time.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// The due day will move if the calendar of a year to come says so.
    pub provisional: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub issued: Option<Date>,
    /// Working days after the due day until it was issued, or until the day asked about.
    pub late_by: u32,
    /// The legal exception under which it is withheld.
    pub withheld: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The day on which publicity ends, as known.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    pub channel: Option<String>,
    /// Whether anyone may see the record on the day.
    #[serde(skip)]
    pub is_public: bool,
}

/// An administrative license.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct License {
    /// `ORG/ID`.
    pub record: String,
    pub authority: String,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub recorded: String,
    #[serde(flatten)]
    pub data: Option<LicenseData>,
    #[schema(value_type = RecordState)]
    pub state: State,
    /// Whether an objection against it is open.
    pub disputed: bool,
    pub publication: PublicationView,
}

/// An administrative penalty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Penalty {
    /// `ORG/ID`.
    pub record: String,
    pub authority: String,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    pub recorded: String,
    /// The class as stated, or as the policy in force gave it.
    pub severity: String,
    #[serde(flatten)]
    pub data: Option<PenaltyData>,
    #[schema(value_type = RecordState)]
    pub state: State,
    /// Whether an objection against it is open.
    pub disputed: bool,
    /// The first day on which a repair can be applied for (default rule 10).
    #[schema(value_type = String, format = Date)]
    pub repairable_from: Date,
    pub publication: PublicationView,
}

/// Every license and every penalty that had been decided by the day.
pub fn records(reading: &Reading) -> (Vec<License>, Vec<Penalty>) {
    let (mut licenses, mut penalties) = (Vec::new(), Vec::new());
    for record in known_records(reading) {
        let Some(publication) = publication(record, reading) else { continue };
        match record.content(reading.known) {
            Content::License(_) => licenses.push(license(record, publication, reading)),
            Content::Penalty(penalty) => penalties.push(show_penalty(record, penalty, publication, reading)),
            Content::Designation(_) | Content::Implication(_) => {}
        }
    }
    (licenses, penalties)
}

/// The records that were known, as far as they had begun by the day.
pub fn known_records<'a>(reading: &Reading<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    let (known, as_of) = (reading.known, reading.as_of);
    let records = reading.file.records.iter().map(|record| &**record);
    records.filter(move |record| known.has(record.stamp) && record.effective <= as_of)
}

/// `license`, `penalty`, or the list kind of a designation.
pub fn kind(record: &Record) -> &str {
    match &record.first {
        Content::License(_) => "license",
        Content::Penalty(_) => "penalty",
        Content::Designation(designation) => &designation.kind,
        Content::Implication(implication) => &implication.entry.kind,
    }
}

fn publication(record: &Record, reading: &Reading) -> Option<PublicationView> {
    let found = publication::publication(record, reading.known, reading.as_of, reading.policies)?;
    Some(PublicationView {
        due: found.due.date,
        provisional: found.due.provisional,
        issued: found.issued,
        late_by: found.late_by,
        withheld: found.withheld.map(str::to_owned),
        from: found.issued,
        until: found.until,
        channel: found.channel.map(str::to_owned),
        is_public: found.is_public(reading.as_of)
            && publication::state(record, reading.known, reading.as_of) != State::Withdrawn,
    })
}

fn is_disputed(record: &Record, reading: &Reading) -> bool {
    dispute::objections(record, reading.known).any(|objection| objection.is_open(reading.as_of))
}

fn license(record: &Record, publication: PublicationView, reading: &Reading) -> License {
    let data = match reading.bodies.data(record.stamp.offset) {
        Some(Data::LicenseGranted(data)) => Some(LicenseData::from(corrected(data, record, reading))),
        _ => None,
    };
    License {
        record: record.id.to_string(),
        authority: record.authority().to_owned(),
        effective: record.effective,
        recorded: rfc3339(record.stamp.recorded),
        data,
        state: publication::state(record, reading.known, reading.as_of),
        disputed: is_disputed(record, reading),
        publication,
    }
}

fn show_penalty(record: &Record, penalty: &facts::Penalty, publication: PublicationView, reading: &Reading) -> Penalty {
    let data = match reading.bodies.data(record.stamp.offset) {
        Some(Data::PenaltyImposed(data)) => Some(PenaltyData::from(corrected(data, record, reading))),
        _ => None,
    };
    Penalty {
        record: record.id.to_string(),
        authority: record.authority().to_owned(),
        effective: record.effective,
        recorded: rfc3339(record.stamp.recorded),
        severity: penalty.severity.to_string(),
        data,
        state: publication::state(record, reading.known, reading.as_of),
        disputed: is_disputed(record, reading),
        repairable_from: penalty.repairable_from(record.effective),
        publication,
    }
}
