//! Credit repair: applications with what became of them, and repairs that were granted without one. (二十六), default rule 10

use super::{cause::Cause, record::known_records, subject::Reading};
use crate::clock::rfc3339;
use chengxin_projections::{
    date::Date,
    event::Data,
    facts::{Act, Deed, Record},
    repair::{self, Application},
};
use serde::Serialize;
use utoipa::ToSchema;

/// How a repair stands on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RepairState {
    Applied,
    Accepted,
    Refused,
    Granted,
    /// The record ended otherwise, and the application with it.
    Void,
}

/// What shows that a subject has made good: a reference, never the evidence itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceView {
    /// 履行义务, 纠正违法行为, 消除影响, 社会公益服务, 志愿服务, 慈善捐助
    pub kind: String,
    pub reference: String,
}

/// An application for the repair of a record, or a repair that needed none.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Repair {
    /// The record, by `ORG/ID`.
    pub record: String,
    pub authority: String,
    /// The application, by the `ORG/ID` of `repair.applied`; null for a repair that was granted without one.
    pub application: Option<String>,
    pub state: RepairState,
    #[schema(value_type = Option<String>, format = Date)]
    pub applied: Option<Date>,
    pub evidence: Vec<EvidenceView>,
    #[schema(value_type = Option<String>, format = Date)]
    pub accepted: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub refused: Option<Date>,
    /// On what a refusal rests.
    pub citation: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub granted: Option<Date>,
    /// The day on which the record ended otherwise.
    #[schema(value_type = Option<String>, format = Date)]
    pub void: Option<Date>,
    /// What brought it to its state.
    pub cause: Cause,
    /// When that was recorded.
    pub recorded: String,
}

/// Every application, and every repair that was granted, by the day.
pub fn repairs(reading: &Reading) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for record in known_records(reading).filter(|record| !record.acts.is_empty()) {
        let applications = repair::applications(reading.file, record, reading.known);
        let of_application =
            |act: &Act| applications.iter().filter_map(|one| one.decided).any(|decided| decided.stamp == act.stamp);
        let granted = record.acts(reading.known).filter(|act| act.what == Deed::RepairGranted);
        let unasked = granted.filter(|act| act.effective <= reading.as_of && !of_application(act));
        let applied = applications.iter().filter(|one| one.applied.effective <= reading.as_of);
        repairs.extend(applied.map(|application| show(record, application, reading)));
        repairs.extend(unasked.map(|act| Repair { granted: Some(act.effective), ..blank(record, act) }));
    }
    repairs
}

/// A repair of which only its last act is known.
fn blank(record: &Record, act: &Act) -> Repair {
    Repair {
        record: record.id.to_string(),
        authority: record.authority().to_owned(),
        application: None,
        state: RepairState::Granted,
        applied: None,
        evidence: Vec::new(),
        accepted: None,
        refused: None,
        citation: None,
        granted: None,
        void: None,
        cause: Cause::of(record, act),
        recorded: rfc3339(act.stamp.recorded),
    }
}

fn show(record: &Record, application: &Application, reading: &Reading) -> Repair {
    let by_then = |act: &&Act| act.effective <= reading.as_of;
    let (accepted, decided) = (application.accepted.filter(by_then), application.decided.filter(by_then));
    let void = application.void.filter(|void| *void <= reading.as_of && decided.is_none());
    let state = match (decided.map(|act| &act.what), void, accepted) {
        (Some(Deed::RepairGranted), ..) => RepairState::Granted,
        (Some(_), ..) => RepairState::Refused,
        (None, Some(_), _) => RepairState::Void,
        (None, None, Some(_)) => RepairState::Accepted,
        (None, None, None) => RepairState::Applied,
    };
    let is = |wanted| decided.filter(|_| state == wanted);
    let evidence = match reading.bodies.data(application.applied.stamp.offset) {
        Some(Data::RepairApplied(said)) => said.evidence,
        _ => Vec::new(),
    };
    let evidence = evidence.into_iter().map(|one| EvidenceView { kind: one.kind, reference: one.reference });
    Repair {
        application: Some(application.applied.event.to_string()),
        state,
        applied: Some(application.applied.effective),
        evidence: evidence.collect(),
        accepted: accepted.map(|act| act.effective),
        refused: is(RepairState::Refused).map(|act| act.effective),
        citation: is(RepairState::Refused).and_then(|act| citation(act, reading)),
        granted: is(RepairState::Granted).map(|act| act.effective),
        void,
        ..blank(record, decided.or(accepted).unwrap_or(application.applied))
    }
}

fn citation(refusal: &Act, reading: &Reading) -> Option<String> {
    match reading.bodies.data(refusal.stamp.offset) {
        Some(Data::RepairRefused(said)) => Some(said.citation),
        _ => None,
    }
}
