//! Events that do something to a record, or to its subject.

use super::Document;
use crate::date::Date;
use serde::{Deserialize, Serialize};

/// Wrong from the start (default rule 4).
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DesignationWithdrawn {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DesignationConfirmed {
    /// `ORG/ID` of the record.
    pub record: String,
    /// `flag` or `basis-lost`.
    pub on: String,
    /// Why, in words.
    pub reason: String,
}

/// (二十一) Why an entry leaves its list before its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ExitReason {
    Repaired,
    Early,
    Deregistered,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExitDeclared {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Why it ends.
    pub reason: ExitReason,
    /// The notice, where it goes out with the exit.
    #[serde(default)]
    pub notice: Option<String>,
}

/// (二十一)(二十七) What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum NoticeAbout {
    Exit,
    Takedown,
    Restoration,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoticeIssued {
    /// `ORG/ID` of the record.
    pub record: String,
    /// What the notice tells.
    pub about: NoticeAbout,
    /// Where the notice was given: a channel of the publication.
    pub channel: String,
}

/// (二十六) An application for credit repair.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepairApplied {
    /// `ORG/ID` of the record.
    pub record: String,
    /// What shows that it was made good; at least one.
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// 履行义务, 纠正违法行为, 消除影响, 社会公益服务, 志愿服务, 慈善捐助
    pub kind: String,
    /// Where the evidence lies; a reference, never the evidence itself.
    pub reference: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepairAccepted {
    /// `ORG/ID` of the record.
    pub record: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepairRefused {
    /// `ORG/ID` of the record.
    pub record: String,
    /// The rule by which it is refused.
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepairGranted {
    /// `ORG/ID` of the record.
    pub record: String,
}

/// (二十七) A dispute of a record.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectionFiled {
    /// `ORG/ID` of the record.
    pub record: String,
    /// What is wrong, in words.
    pub grounds: String,
    /// Who disputes, in a word such as `subject`, `source`, `implementer` or `other`. Never a name: one that is known gives way to a mark.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectionAnswered {
    /// `ORG/ID` of the record.
    pub record: String,
    /// `ORG/ID` of the objection.
    pub objection: String,
    /// The answer of the source, in words.
    pub answer: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    Unfounded,
    Corrected,
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectionResolved {
    /// `ORG/ID` of the record.
    pub record: String,
    /// `ORG/ID` of the objection.
    pub objection: String,
    /// What the source found.
    pub finding: Finding,
    /// `ORG/ID` of the correction, where the finding is `corrected`.
    #[serde(default)]
    pub correction: Option<String>,
}

/// A correction of the publisher's own record. A name that comes with the subject is what the record should have given.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordCorrected {
    /// `ORG/ID` of the record.
    pub record: String,
    /// An object of the fields that change and their new values; `null` clears one that may be empty.
    pub changes: Document,
}

/// (二十二) Joint action beyond what the list kind carries by itself.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureInitiated {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Codes of measures, as `/v1/catalogue` has them.
    pub measures: Vec<String>,
    /// The organisations that are asked, by their codes.
    pub implementers: Vec<String>,
    /// The last day for their answers.
    pub respond_by: Date,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureAccepted {
    /// `ORG/ID` of the record.
    pub record: String,
    /// The code of the measure, as `/v1/catalogue` has it.
    pub measure: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureExecuted {
    /// `ORG/ID` of the record.
    pub record: String,
    /// The code of the measure, as `/v1/catalogue` has it.
    pub measure: String,
    /// The case or transaction in which it was applied.
    pub case: String,
    /// What came of it, in words.
    pub result: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureDeclined {
    /// `ORG/ID` of the record.
    pub record: String,
    /// The code of the measure, as `/v1/catalogue` has it.
    pub measure: String,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureReported {
    /// `ORG/ID` of the record.
    pub record: String,
    /// The code of the measure, as `/v1/catalogue` has it.
    pub measure: String,
    /// The time that the report is about, such as 2026-06.
    pub period: String,
    /// What came of it, in words.
    pub result: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentifierLinked {
    /// `registration`, `tax`, `institution`, `social-organisation`; `uscc` and `organisation-code` make two organisations one.
    pub scheme: String,
    /// The number.
    pub value: String,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentifierUnlinked {
    /// As it was linked.
    pub scheme: String,
    /// The number.
    pub value: String,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubjectDeregistered {
    /// The day of the deregistration.
    pub date: Date,
    /// The decision or the register, in words.
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccessRequested {
    /// The level that is asked for, 1 to 5.
    pub level: u32,
    /// What for, in words.
    pub purpose: String,
    /// The case for which it is needed.
    pub case: String,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccessDecided {
    /// `ORG/ID` of the request.
    pub request: String,
    /// Whether it is allowed.
    pub allowed: bool,
    /// The last day on which it holds; none means until it is decided anew.
    #[serde(default)]
    pub until: Option<Date>,
}
