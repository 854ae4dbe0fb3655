//! Events that make a record: a license, a penalty, an entry of a list.

use crate::{date::Date, money::Money};
use serde::{Deserialize, Serialize};

/// The red or the black list (四)(五). The watch is not published to: it follows the black list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum List {
    Red,
    Black,
}

/// A representative or another person named in a record: by subject id where a document was given; the sealed
/// fields themselves lie in the vault under the reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonReference {
    pub person: Option<String>,
    pub sealed: Option<String>,
}

/// (一) An administrative license.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LicenseGranted {
    /// XK_WSH 文书号
    pub document_no: String,
    /// XK_XKLB 许可类别: 普通, 特许, 认可, 核准, 登记, 其他-…
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub category: Option<String>,
    /// XK_NR 许可内容
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub content: Option<String>,
    /// XK_YXQZ 有效期自
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
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
    /// XK_XKJG 许可机关
    #[serde(default)]
    pub decided_by: Option<String>,
    /// XK_XKJGDM, the code of that authority
    #[serde(default)]
    pub decided_by_code: Option<String>,
    /// XK_LYDW 数据来源单位
    #[serde(default)]
    pub source: Option<String>,
    /// XK_LYDWDM, the code of that source
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
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LicenseRevoked {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Why, in words.
    pub reason: String,
}

/// How a penalty was decided: 简易程序 or 普通程序.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Procedure {
    Simple,
    Ordinary,
}

/// (一) An administrative penalty.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PenaltyImposed {
    /// CF_WSH 行政处罚决定书文号
    pub document_no: String,
    /// CF_WFXW 违法行为类型
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub conduct: Option<String>,
    /// CF_SY 违法事实
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub facts: Option<String>,
    /// CF_YJ 处罚依据
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub basis: Option<String>,
    /// CF_CFLB 处罚类别: 警告, 罚款, …
    pub kinds: Vec<String>,
    /// CF_NR 处罚内容
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
    pub content: Option<String>,
    /// Whether it was decided in the simple or the ordinary procedure.
    #[cfg_attr(feature = "utoipa", schema(required = true, nullable = false))]
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
    /// CF_CFJG 处罚机关
    #[serde(default)]
    pub decided_by: Option<String>,
    /// CF_CFJGDM, the code of that authority
    #[serde(default)]
    pub decided_by_code: Option<String>,
    /// CF_SJLY 数据来源单位
    #[serde(default)]
    pub source: Option<String>,
    /// CF_SJLYDM, the code of that source
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
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PenaltyWithdrawn {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Why, in words.
    pub reason: String,
}

/// (一)(二十五) The publication of a record.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PublicationIssued {
    /// `ORG/ID` of the record.
    pub record: String,
    /// Where it was published, such as `credit-portal`.
    pub channel: String,
}

/// (二十五) Not published, under a legal exception of the policy.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PublicationWithheld {
    /// `ORG/ID` of the record.
    pub record: String,
    /// A ground of the policy: 国家秘密, 商业秘密, 个人隐私, 法律法规另有规定.
    pub exception: String,
    /// The law or decision, where the ground asks for one.
    #[serde(default)]
    pub citation: Option<String>,
}

/// (四)(五) An entry on the red or the black list.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DesignationMade {
    /// The red or the black list.
    pub list: List,
    /// A list kind of the policy, such as `unpaid-wages`.
    pub kind: String,
    /// The number of the decision.
    pub document_no: String,
    /// Why: each with a citation, a record, or both.
    pub basis: Vec<Basis>,
    /// The term: calendar months from the effective date, or its last day; policy's default where both are missing.
    #[serde(default)]
    pub months: Option<u32>,
    /// The last day of the term, instead of `months`.
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
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The law, decision or judgment, in words.
    #[serde(default)]
    pub citation: Option<String>,
    /// `ORG/ID` of the penalty or judgment that the designation rests on.
    #[serde(default)]
    pub record: Option<String>,
}

/// (二十六) Whether and how an entry can be repaired, stated when designating.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Repairable {
    /// Whether the entry can be repaired.
    pub allowed: bool,
    /// How an entry can be repaired, or the citation under which it cannot.
    #[serde(default)]
    pub how: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResponsiblePerson {
    /// The person's subject id.
    pub person: String,
    /// Such as 法定代表人; the catalogue names the roles on which measures land.
    pub role: String,
}
