//! Every event that the log can hold, version 1 of each.
//!
//! One struct per event type. The same struct is read from JSON at the edge and from Avro in the log; `schemas/` holds
//! its Avro schema. Adding a type: a line in [`for_each_event_type`], a struct here, a schema, a golden file; the
//! compiler and the golden test name what is missing. Adding a field: a new schema version, `#[serde(default)]` here.
//!
//! Nothing here is in clear about a natural person: persons appear by their subject id, a keyed hash.

use crate::{date::Date, money::Money};
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
        format!("{}/{}", self.publisher, self.id)
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

impl Data {
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

/// The red or the black list (四)(五). The watch is not published to: it follows the black list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    Red,
    Black,
}

/// A representative or another person named in a record: by subject id where a document was given; the sealed
/// fields themselves lie in the vault under the reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonReference {
    pub person: Option<String>,
    pub sealed: Option<String>,
}

/// (一) An administrative license.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenseGranted {
    /// XK_WSH 文书号
    pub document_no: String,
    /// XK_XKLB 许可类别: 普通, 特许, 认可, 核准, 登记, 其他-…
    pub category: Option<String>,
    /// XK_NR 许可内容
    pub content: Option<String>,
    /// XK_YXQZ 有效期自
    pub valid_from: Option<Date>,
    /// XK_YXQZI 有效期至; none means no end.
    pub valid_until: Option<Date>,
    /// XK_XKWS 许可决定文书名称
    #[serde(default)]
    pub document_name: Option<String>,
    /// XK_XKZS 许可证书名称
    #[serde(default)]
    pub certificate_name: Option<String>,
    /// XK_XKBH 许可编号
    #[serde(default)]
    pub certificate_no: Option<String>,
    /// XK_XKJG 许可机关 and its code
    #[serde(default)]
    pub decided_by: Option<String>,
    #[serde(default)]
    pub decided_by_code: Option<String>,
    /// XK_LYDW 数据来源单位 and its code
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub source_code: Option<String>,
    /// FRDB 法定代表人
    #[serde(default)]
    pub representative: Option<PersonReference>,
    /// BZ 备注
    #[serde(default)]
    pub remarks: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenseRevoked {
    pub record: String,
    pub reason: String,
}

/// How a penalty was decided: 简易程序 or 普通程序.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Procedure {
    Simple,
    Ordinary,
}

/// (一) An administrative penalty.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenaltyImposed {
    /// CF_WSH 行政处罚决定书文号
    pub document_no: String,
    /// CF_WFXW 违法行为类型
    pub conduct: Option<String>,
    /// CF_SY 违法事实
    pub facts: Option<String>,
    /// CF_YJ 处罚依据
    pub basis: Option<String>,
    /// CF_CFLB 处罚类别: 警告, 罚款, …
    pub kinds: Vec<String>,
    /// CF_NR 处罚内容
    pub content: Option<String>,
    pub procedure: Option<Procedure>,
    /// CF_NR_FK 罚款金额
    #[serde(default)]
    pub fine: Option<Money>,
    /// CF_NR_WFFF 没收金额
    #[serde(default)]
    pub confiscated: Option<Money>,
    /// The severity class where the publisher states it; otherwise policy decides.
    #[serde(default)]
    pub severity: Option<String>,
    /// CF_NR_ZKDX 暂扣或吊销证照名称及编号
    #[serde(default)]
    pub certificates: Option<String>,
    /// CF_YXQ 处罚有效期
    #[serde(default)]
    pub valid_until: Option<Date>,
    /// CF_GSJZQ 公示截止期
    #[serde(default)]
    pub publicity_until: Option<Date>,
    /// CF_CFMC 处罚名称 (the oldest generation of files)
    #[serde(default)]
    pub document_name: Option<String>,
    /// CF_CFJG 处罚机关 and its code
    #[serde(default)]
    pub decided_by: Option<String>,
    #[serde(default)]
    pub decided_by_code: Option<String>,
    /// CF_SJLY 数据来源单位 and its code
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub source_code: Option<String>,
    /// FRDB 法定代表人
    #[serde(default)]
    pub representative: Option<PersonReference>,
    /// BZ 备注
    #[serde(default)]
    pub remarks: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenaltyWithdrawn {
    pub record: String,
    pub reason: String,
}

/// (一)(二十五) The publication of a record.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationIssued {
    pub record: String,
    pub channel: String,
}

/// (二十五) Not published, under a legal exception of the policy.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationWithheld {
    pub record: String,
    /// A ground of the policy: 国家秘密, 商业秘密, 个人隐私, 法律法规另有规定.
    pub exception: String,
    #[serde(default)]
    pub citation: Option<String>,
}

/// (四)(五) An entry on the red or the black list.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationMade {
    pub list: List,
    /// A list kind of the policy, such as `unpaid-wages`.
    pub kind: String,
    pub document_no: String,
    /// Why: each with a citation, a record, or both.
    pub basis: Vec<Basis>,
    /// The term: calendar months from the effective date, or its last day; policy's default where both are missing.
    #[serde(default)]
    pub months: Option<u32>,
    #[serde(default)]
    pub until: Option<Date>,
    /// (二十六) Repairability is stated when designating.
    pub repairable: Option<Repairable>,
    /// Grade or honour.
    #[serde(default)]
    pub grade: Option<String>,
    /// Months of watch after a black listing ends; policy's default where missing.
    #[serde(default)]
    pub watch_months: Option<u32>,
    /// (十六) The responsible persons.
    #[serde(default)]
    pub persons: Vec<ResponsiblePerson>,
    /// Where the listing was published.
    #[serde(default)]
    pub channel: Option<String>,
    /// (七) Scope of publication.
    #[serde(default)]
    pub scope: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    #[serde(default)]
    pub citation: Option<String>,
    /// `ORG/ID` of the penalty or judgment that the designation rests on.
    #[serde(default)]
    pub record: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repairable {
    pub allowed: bool,
    /// How an entry can be repaired, or the citation under which it cannot.
    #[serde(default)]
    pub how: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponsiblePerson {
    /// The person's subject id.
    pub person: String,
    pub role: String,
}

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

/// (十六) What an organisation's entry says of a responsible person, stated by the system on the person's partition whenever
/// it changes: the whole state, so that the latest is enough.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
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
#[serde(deny_unknown_fields)]
pub struct InitiatedSince {
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
#[serde(deny_unknown_fields)]
pub struct Stretch {
    pub from: Date,
    pub to: Option<Date>,
}

/// One part of the policy in a new version (default rule 13).
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyPublished {
    /// The part's name; see `policy::Part`.
    pub part: String,
    /// Rising, one by one, within a part.
    pub version: u32,
    pub effective: Date,
    pub content: Document,
}

/// Midnight in Asia/Shanghai: time is an event.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayOpened {
    pub date: Date,
}

/// A JSON document: itself in JSON, its text in Avro and view rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
