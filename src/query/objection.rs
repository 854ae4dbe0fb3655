//! Objections: who disputes which record, what its source answered, and what came of it. (二十七), default rule 3

use super::{subject::Reading, words::FindingWord};
use crate::clock::rfc3339;
use chengxin_projections::{
    date::Date,
    dispute::{self, Objection},
    event::{Data, Finding},
    facts::{Act, Deed, Record},
};
use serde::Serialize;
use utoipa::ToSchema;

/// How an objection stands on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectionState {
    Open,
    /// The source answered; it is still to be resolved.
    Answered,
    Resolved,
    /// The record was withdrawn meanwhile: nothing is left to dispute.
    Closed,
}

/// What the source of the record answered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnswerView {
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    pub answer: Option<String>,
    /// The event, by `ORG/ID`.
    pub event: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResolutionView {
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    #[schema(value_type = FindingWord)]
    pub finding: Finding,
    /// The correction, by `ORG/ID`, where the record was corrected.
    pub correction: Option<String>,
    /// The event, by `ORG/ID`.
    pub event: String,
}

/// A dispute of a record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ObjectionView {
    /// Its name, the `ORG/ID` of `objection.filed`.
    pub objection: String,
    /// The record that is disputed.
    pub record: String,
    /// The source of the record, which answers and resolves.
    pub authority: String,
    /// `subject`, `source`, `implementer`, `other`; never a name.
    pub by: Option<String>,
    pub grounds: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub filed: Date,
    pub answered: Option<AnswerView>,
    pub resolved: Option<ResolutionView>,
    pub state: ObjectionState,
    pub recorded: String,
}

/// Every objection that had been filed by the day, by record and in the order of the log.
pub fn objections(reading: &Reading) -> Vec<ObjectionView> {
    let mut views = Vec::new();
    // An objection may come before the record's own day, so all records are looked at.
    let records = reading.file.records.iter().filter(|record| reading.known.has(record.stamp));
    for record in records.filter(|record| !record.acts.is_empty()) {
        let filed = dispute::objections(record, reading.known).filter(|one| one.filed.effective <= reading.as_of);
        views.extend(filed.map(|objection| show(record, &objection, reading)));
    }
    views
}

fn show(record: &Record, objection: &Objection, reading: &Reading) -> ObjectionView {
    let by_then = |act: &&Act| dispute::counts_from(act) <= reading.as_of;
    let (answered, resolved) = (objection.answered.filter(by_then), objection.resolved.filter(by_then));
    let state = match (resolved, objection.withdrawn.filter(by_then), answered) {
        (Some(_), ..) => ObjectionState::Resolved,
        (None, Some(_), _) => ObjectionState::Closed,
        (None, None, Some(_)) => ObjectionState::Answered,
        (None, None, None) => ObjectionState::Open,
    };
    let (by, grounds) = match reading.bodies.data(objection.filed.stamp.offset) {
        Some(Data::ObjectionFiled(said)) => (Some(said.by), Some(said.grounds)),
        _ => (None, None),
    };
    ObjectionView {
        objection: objection.filed.event.to_string(),
        record: record.id.to_string(),
        authority: record.authority().to_owned(),
        by,
        grounds,
        filed: objection.filed.effective,
        answered: answered.map(|act| answer(act, reading)),
        resolved: resolved.and_then(|act| resolution(act, reading)),
        state,
        recorded: rfc3339(objection.filed.stamp.recorded),
    }
}

fn answer(act: &Act, reading: &Reading) -> AnswerView {
    let answer = match reading.bodies.data(act.stamp.offset) {
        Some(Data::ObjectionAnswered(said)) => Some(said.answer),
        _ => None,
    };
    AnswerView { date: act.effective, answer, event: act.event.to_string() }
}

fn resolution(act: &Act, reading: &Reading) -> Option<ResolutionView> {
    let Deed::ObjectionResolved { finding, .. } = act.what else { return None };
    let correction = match reading.bodies.data(act.stamp.offset) {
        Some(Data::ObjectionResolved(said)) => said.correction,
        _ => None,
    };
    Some(ResolutionView { date: act.effective, finding, correction, event: act.event.to_string() })
}
