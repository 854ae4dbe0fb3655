//! Licenses and penalties (双公示) with their publication, and repairs. (一)(二十五)(二十六)

use super::{measure::Cause, subject::Reading, words::RecordState};
use crate::{clock::rfc3339, codec::Codec, log::Offset, views::Body};
use chengxin_projections::{
    date::Date,
    event::{Data, LicenseGranted, PenaltyImposed, PersonReference, Procedure},
    facts::{self, Content, Deed, Record},
    money::Money,
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
}

/// What a publisher said of a license.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenseData {
    pub document_no: String,
    pub category: Option<String>,
    pub content: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    pub document_name: Option<String>,
    pub certificate_name: Option<String>,
    pub certificate_no: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
    /// The subject id of the legal representative, where a document was given.
    pub representative: Option<String>,
    pub remarks: Option<String>,
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
    pub publication: PublicationView,
}

/// What a publisher said of a penalty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PenaltyData {
    pub document_no: String,
    pub conduct: Option<String>,
    pub facts: Option<String>,
    pub basis: Option<String>,
    pub kinds: Vec<String>,
    pub content: Option<String>,
    /// `simple` or `ordinary`.
    #[schema(value_type = Option<String>)]
    pub procedure: Option<Procedure>,
    /// Yuan.
    #[schema(value_type = Option<String>)]
    pub fine: Option<Money>,
    /// Yuan.
    #[schema(value_type = Option<String>)]
    pub confiscated: Option<Money>,
    pub certificates: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub publicity_until: Option<Date>,
    pub document_name: Option<String>,
    pub decided_by: Option<String>,
    pub decided_by_code: Option<String>,
    pub source: Option<String>,
    pub source_code: Option<String>,
    /// The subject id of the legal representative, where a document was given.
    pub representative: Option<String>,
    pub remarks: Option<String>,
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
    /// The first day on which a repair can be applied for (default rule 10).
    #[schema(value_type = String, format = Date)]
    pub repairable_from: Date,
    pub publication: PublicationView,
}

/// A repair (二十六) of a record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Repair {
    /// The record that was repaired, by `ORG/ID`.
    pub record: String,
    pub authority: String,
    /// `granted`.
    pub state: String,
    #[schema(value_type = String, format = Date)]
    pub granted: Date,
    pub cause: Cause,
    pub recorded: String,
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

/// Every repair that was granted by the day.
pub fn repairs(reading: &Reading) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for record in known_records(reading) {
        let granted = record.acts(reading.known).filter(|act| act.effective <= reading.as_of);
        repairs.extend(granted.filter(|act| act.what == Deed::RepairGranted).map(|act| Repair {
            record: record.id.to_string(),
            authority: record.authority().to_owned(),
            state: "granted".to_owned(),
            granted: act.effective,
            cause: cause(record, act),
            recorded: rfc3339(act.stamp.recorded),
        }));
    }
    repairs
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

pub fn cause(record: &Record, act: &facts::Act) -> Cause {
    let kind = act.what.event_type(&record.first).to_owned();
    Cause { kind, event: act.event.to_string(), date: act.effective }
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
    })
}

fn license(record: &Record, publication: PublicationView, reading: &Reading) -> License {
    let data = match reading.bodies.data(record.stamp.offset) {
        Some(Data::LicenseGranted(data)) => Some(LicenseData::from(data)),
        _ => None,
    };
    License {
        record: record.id.to_string(),
        authority: record.authority().to_owned(),
        effective: record.effective,
        recorded: rfc3339(record.stamp.recorded),
        data,
        state: publication::state(record, reading.known, reading.as_of),
        publication,
    }
}

fn show_penalty(record: &Record, penalty: &facts::Penalty, publication: PublicationView, reading: &Reading) -> Penalty {
    let data = match reading.bodies.data(record.stamp.offset) {
        Some(Data::PenaltyImposed(data)) => Some(PenaltyData::from(data)),
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
        repairable_from: penalty.repairable_from,
        publication,
    }
}

/// Only the id: the sealed fields stay where they are.
fn person(reference: Option<PersonReference>) -> Option<String> {
    reference.and_then(|reference| reference.person)
}

impl From<LicenseGranted> for LicenseData {
    fn from(data: LicenseGranted) -> LicenseData {
        let LicenseGranted {
            document_no,
            category,
            content,
            valid_from,
            valid_until,
            document_name,
            certificate_name,
            certificate_no,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative,
            remarks,
        } = data;
        LicenseData {
            document_no,
            category,
            content,
            valid_from,
            valid_until,
            document_name,
            certificate_name,
            certificate_no,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative: person(representative),
            remarks,
        }
    }
}

impl From<PenaltyImposed> for PenaltyData {
    fn from(data: PenaltyImposed) -> PenaltyData {
        let PenaltyImposed {
            document_no,
            conduct,
            facts,
            basis,
            kinds,
            content,
            procedure,
            fine,
            confiscated,
            severity: _, // the resolved class is shown instead
            certificates,
            valid_until,
            publicity_until,
            document_name,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative,
            remarks,
        } = data;
        PenaltyData {
            document_no,
            conduct,
            facts,
            basis,
            kinds,
            content,
            procedure,
            fine,
            confiscated,
            certificates,
            valid_until,
            publicity_until,
            document_name,
            decided_by,
            decided_by_code,
            source,
            source_code,
            representative: person(representative),
            remarks,
        }
    }
}
