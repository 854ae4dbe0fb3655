//! The form in which an event comes in.

use chengxin_projections::{
    date::Date,
    event::{Alias, SubjectKind},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

/// An event as a publisher writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    pub effective: Option<Date>,
    pub subject: Option<SubjectInput>,
    #[serde(borrow)]
    pub data: &'a RawValue,
}

/// Whom an event is about: an organisation by id, a person by document or by the id that the system gave.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectInput {
    pub kind: SubjectKind,
    /// An organisation's USCC or organisation code; a person's id.
    #[serde(default)]
    pub id: Option<String>,
    /// A failing check character of the id or the document number was verified by a person.
    #[serde(default)]
    pub id_verified: bool,
    /// A person's document, instead of the id.
    #[serde(default)]
    pub document: Option<DocumentInput>,
    /// The name of an organisation, or of a person: the latter is sealed.
    #[serde(default)]
    pub name: Option<String>,
    /// Other numbers of an organisation.
    #[serde(default)]
    pub aliases: Vec<Alias>,
}

/// A person's document.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentInput {
    /// One of 身份证, 护照, 港澳居民来往内地通行证, 台湾居民来往大陆通行证, 外国人永久居留身份证
    pub kind: String,
    /// 4 to 32 letters and digits, as on the document; sealed.
    pub number: String,
}

/// Never shows the number.
impl std::fmt::Debug for DocumentInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentInput").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A responsible person of a designation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponsibleInput {
    pub subject: SubjectInput,
    /// Such as 法定代表人; the catalogue names the roles on which measures land.
    pub role: String,
}

/// A representative of an organisation: by document, or by name alone where no document is known.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// Sealed; never logged in clear.
    #[serde(default)]
    pub name: Option<String>,
    /// Who it is: names never link.
    #[serde(default)]
    pub document: Option<DocumentInput>,
    /// The number was checked against the document though its check character does not fit.
    #[serde(default)]
    pub id_verified: bool,
}

/// Never shows the name.
impl std::fmt::Debug for PersonInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonInput").finish_non_exhaustive()
    }
}
