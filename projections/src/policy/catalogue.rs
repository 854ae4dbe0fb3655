//! The catalogue of measures (二十): matter, target, means, implementer and basis, all five mandatory.

use super::check::{Check, PolicyError, values};
use crate::event::SubjectKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeasureKind {
    Incentive,
    Restriction,
}

/// A measure of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueItem {
    /// `I-…` or `R-…`.
    #[serde(default)]
    pub code: String,
    pub kind: MeasureKind,
    /// The plan's item.
    #[serde(default)]
    pub item: String,
    /// 事项
    #[serde(default)]
    pub matter: String,
    /// 对象
    #[serde(default)]
    pub target: String,
    /// 方式
    #[serde(default)]
    pub means: String,
    /// 实施部门, by kind of department.
    #[serde(default)]
    pub implementers: Vec<String>,
    /// 依据
    #[serde(default)]
    pub basis: Vec<String>,
    /// On entries of whom it is carried; on those of all where it is not said.
    #[serde(default)]
    pub subjects: Option<SubjectKind>,
    /// (十六) The roles on whom it also lands; `*` is every responsible person that the designation names.
    #[serde(default)]
    pub persons: Vec<String>,
    /// What limits it for persons beyond their role.
    #[serde(default)]
    pub persons_note: Option<String>,
}

impl CatalogueItem {
    /// Whether an entry of such a subject can carry it.
    pub fn fits(&self, kind: SubjectKind) -> bool {
        self.subjects.is_none_or(|subjects| subjects == kind)
    }

    /// Whether it lands on a responsible person of that role, too (落实到人).
    pub fn lands_on(&self, role: &str) -> bool {
        self.persons.iter().any(|person| person == "*" || person == role)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    items: Vec<CatalogueItem>,
    by_code: BTreeMap<String, usize>,
}

impl Catalogue {
    pub(super) fn parse(content: &Value) -> Result<Catalogue, Vec<PolicyError>> {
        let mut check = Check::new(content, &["items"]);
        let items: Vec<(String, CatalogueItem)> = check.list("items");
        for (at, item) in &items {
            validate(&mut check, at, item);
        }
        check.once("code", items.iter().map(|(at, item)| (at.clone(), &item.code)));
        let items = values(items);
        let by_code = items.iter().enumerate().map(|(index, item)| (item.code.clone(), index)).collect();
        check.end(Catalogue { items, by_code })
    }

    pub fn get(&self, code: &str) -> Option<&CatalogueItem> {
        self.by_code.get(code).map(|&index| &self.items[index])
    }

    pub fn all(&self) -> &[CatalogueItem] {
        &self.items
    }
}

fn validate(check: &mut Check<'_>, at: &str, item: &CatalogueItem) {
    check.filled(at, "code", &item.code);
    check.filled(at, "item", &item.item);
    check.filled(at, "matter", &item.matter);
    check.filled(at, "target", &item.target);
    check.filled(at, "means", &item.means);
    check.names(at, "implementers", &item.implementers, true);
    check.names(at, "basis", &item.basis, true);
    check.names(at, "persons", &item.persons, false);
    let prefix = match item.kind {
        MeasureKind::Incentive => "I-",
        MeasureKind::Restriction => "R-",
    };
    if !item.code.is_empty() && !item.code.starts_with(prefix) {
        check.error(&format!("{at}/code"), "wrong-prefix", format!("begins with {prefix}"));
    }
}
