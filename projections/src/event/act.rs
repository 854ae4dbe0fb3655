//! Events that do something to a record, or to its subject.

use super::Document;
use crate::date::Date;
use serde::{Deserialize, Serialize};

/// Wrong from the start (default rule 4).
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationWithdrawn {
    pub record: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationConfirmed {
    pub record: String,
    /// `flag` or `basis-lost`.
    pub on: String,
    pub reason: String,
}

/// (二十一) Why an entry leaves its list before its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitReason {
    Repaired,
    Early,
    Deregistered,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitDeclared {
    pub record: String,
    pub reason: ExitReason,
    /// The notice, where it goes out with the exit.
    #[serde(default)]
    pub notice: Option<String>,
}

/// (二十一)(二十七) What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeAbout {
    Exit,
    Takedown,
    Restoration,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeIssued {
    pub record: String,
    pub about: NoticeAbout,
    pub channel: String,
}

/// (二十六) An application for credit repair.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairApplied {
    pub record: String,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// 履行义务, 纠正违法行为, 消除影响, 社会公益服务, 志愿服务, 慈善捐助
    pub kind: String,
    /// Where the evidence lies; a reference, never the evidence itself.
    pub reference: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairAccepted {
    pub record: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairRefused {
    pub record: String,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairGranted {
    pub record: String,
}

/// (二十七) A dispute of a record.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionFiled {
    pub record: String,
    pub grounds: String,
    /// Who disputes: `subject`, `source`, `implementer`, `other`. Never a name.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionAnswered {
    pub record: String,
    /// `ORG/ID` of the objection.
    pub objection: String,
    pub answer: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    Unfounded,
    Corrected,
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionResolved {
    pub record: String,
    pub objection: String,
    pub finding: Finding,
    /// `ORG/ID` of the correction, where the finding is `corrected`.
    #[serde(default)]
    pub correction: Option<String>,
}

/// A correction of the publisher's own record.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordCorrected {
    pub record: String,
    /// A JSON object of the fields that change and their new values.
    pub changes: Document,
}

/// (二十二) Joint action beyond what the list kind carries by itself.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureInitiated {
    pub record: String,
    pub measures: Vec<String>,
    pub implementers: Vec<String>,
    pub respond_by: Date,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureAccepted {
    pub record: String,
    pub measure: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureExecuted {
    pub record: String,
    pub measure: String,
    pub case: String,
    pub result: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureDeclined {
    pub record: String,
    pub measure: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureReported {
    pub record: String,
    pub measure: String,
    pub period: String,
    pub result: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierLinked {
    pub scheme: String,
    pub value: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierUnlinked {
    pub scheme: String,
    pub value: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectDeregistered {
    pub date: Date,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRequested {
    pub level: u32,
    pub purpose: String,
    pub case: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessDecided {
    pub request: String,
    pub allowed: bool,
    #[serde(default)]
    pub until: Option<Date>,
}
