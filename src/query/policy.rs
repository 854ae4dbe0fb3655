//! The rules in force and the catalogue of measures, which anyone may read. (二十), default rule 13

use super::{Page, scope::Scope};
use chengxin_projections::{
    date::Date,
    event::SubjectKind,
    policy::{CatalogueItem, MeasureKind, PublishedVersion},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A measure that the catalogue offers: all five parts are mandatory.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeasureOffered {
    /// Its code, `I-…` or `R-…`.
    pub measure: String,
    #[schema(value_type = String)]
    pub kind: MeasureKind,
    /// The plan's item.
    pub item: String,
    /// 事项
    pub matter: String,
    /// 对象
    pub target: String,
    /// On entries of whom alone it is carried, `organisation` or `person`; null where it is of both.
    #[schema(value_type = Option<String>)]
    pub subjects: Option<SubjectKind>,
    /// 方式
    pub means: String,
    /// 实施部门, by kind of department.
    pub implementer: Vec<String>,
    /// 依据
    pub basis: Vec<String>,
    /// (十六) The roles on whom it also lands; `*` is every responsible person.
    pub persons: Vec<String>,
    pub persons_note: Option<String>,
}

/// A part of the policy in the version that is in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartView {
    /// `rules`, `departments`, `catalogue`, `list-kinds`, `severity`, `terms`, `publication`, `masking`, `access`, `calendar-YYYY`.
    pub part: String,
    pub version: u32,
    #[schema(value_type = String, format = Date)]
    pub effective: Date,
    #[schema(value_type = Object)]
    pub content: Value,
}

/// The measures of the catalogue in force on the day.
pub fn catalogue(scope: &Scope) -> Page<MeasureOffered> {
    let policy = scope.policy(0);
    Page::new(policy.measures().iter().cloned().map(MeasureOffered::from).collect(), None, scope)
}

/// Every part of the policy in force on the day.
pub fn policy(scope: &Scope) -> Page<PartView> {
    let Some(shared) = scope.partition(0) else { return Page::new(Vec::new(), None, scope) };
    let known = shared.known_history(scope.known(0));
    let history = known.as_ref().unwrap_or(&shared.history);
    Page::new(history.in_force(scope.as_of).map(PartView::from).collect(), None, scope)
}

impl From<PublishedVersion<'_>> for PartView {
    fn from(published: PublishedVersion<'_>) -> PartView {
        let PublishedVersion { part, version, effective, content } = published;
        PartView { part: part.to_string(), version, effective, content: content.clone() }
    }
}

impl From<CatalogueItem> for MeasureOffered {
    fn from(item: CatalogueItem) -> MeasureOffered {
        let CatalogueItem {
            code,
            kind,
            item,
            matter,
            target,
            means,
            implementers,
            basis,
            subjects,
            persons,
            persons_note,
        } = item;
        MeasureOffered {
            measure: code,
            kind,
            item,
            matter,
            target,
            subjects,
            means,
            implementer: implementers,
            basis,
            persons,
            persons_note,
        }
    }
}
