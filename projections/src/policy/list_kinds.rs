//! The kinds of listings (四)(五): criteria, who designates, default terms, and the measures that an entry carries.

use super::check::{Check, PolicyError, values};
use crate::event::List;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// No term is longer than a hundred years: what exceeds it is a slip of the pen.
const MONTHS: u32 = 1200;

/// A kind of listing, such as `unpaid-wages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListKind {
    #[serde(default)]
    pub code: String,
    pub list: List,
    #[serde(default)]
    pub title: String,
    /// The class of conduct of (五), 1 to 4; none on the red list.
    #[serde(default)]
    pub class: Option<u8>,
    /// When a subject is designated: a list kind has criteria and a citable basis.
    #[serde(default)]
    pub criteria: String,
    /// The conduct of (五) that falls under it; on the red list, what is honoured.
    #[serde(default)]
    pub conduct: Vec<Conduct>,
    /// The plan's item.
    #[serde(default)]
    pub item: String,
    /// Citations.
    #[serde(default)]
    pub basis: Vec<String>,
    /// Kinds of department that may designate; `*` is every organisation.
    #[serde(default)]
    pub authorities: Vec<String>,
    /// Kinds of department that usually do: advice to whoever narrows `authorities`.
    #[serde(default)]
    pub usual_authorities: Vec<String>,
    /// The term where the designation states none, in calendar months.
    pub months: u32,
    /// The longest term; none where the plan sets no limit.
    #[serde(default)]
    pub max_months: Option<u32>,
    /// The watch after the entry, where the designation states none; 0 on the red list, which has no watch.
    #[serde(default)]
    pub watch_months: u32,
    /// How entries of this kind are usually repaired (二十六), as advice for designations.
    #[serde(default)]
    pub repair: Option<String>,
    /// Why policy chose as it did, for people.
    #[serde(default)]
    pub note: Option<String>,
    /// The measures that every entry of this kind carries by itself, by their codes in the catalogue.
    #[serde(default)]
    pub measures: Arc<[Box<str>]>,
}

/// Conduct that leads to a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conduct {
    #[serde(default)]
    pub text: String,
    /// Its class of (五), where it is another than that of the kind.
    #[serde(default)]
    pub class: Option<u8>,
}

impl ListKind {
    /// Whether every organisation may designate.
    pub fn open_to_all(&self) -> bool {
        self.authorities.iter().any(|authority| authority == "*")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListKinds {
    kinds: Vec<ListKind>,
}

impl ListKinds {
    pub(super) fn parse(content: &Value) -> Result<ListKinds, Vec<PolicyError>> {
        let mut check = Check::new(content, &["kinds"]);
        let kinds: Vec<(String, ListKind)> = check.list("kinds");
        for (at, kind) in &kinds {
            validate(&mut check, at, kind);
        }
        check.once("code", kinds.iter().map(|(at, kind)| (at.clone(), (kind.list, &kind.code))));
        let kinds = values(kinds);
        check.end(ListKinds { kinds })
    }

    pub fn get(&self, list: List, code: &str) -> Option<&ListKind> {
        self.kinds.iter().find(|kind| kind.list == list && kind.code == code)
    }

    pub fn all(&self) -> &[ListKind] {
        &self.kinds
    }
}

fn validate(check: &mut Check<'_>, at: &str, kind: &ListKind) {
    check.filled(at, "code", &kind.code);
    check.filled(at, "title", &kind.title);
    check.filled(at, "criteria", &kind.criteria);
    check.filled(at, "item", &kind.item);
    check.names(at, "basis", &kind.basis, true);
    check.names(at, "authorities", &kind.authorities, true);
    check.names(at, "usual_authorities", &kind.usual_authorities, false);
    check.names(at, "measures", &kind.measures, false);
    for (index, conduct) in kind.conduct.iter().enumerate() {
        check.filled(&format!("{at}/conduct/{index}"), "text", &conduct.text);
        if conduct.class.is_some_and(|class| kind.list == List::Red || !(1..=4).contains(&class)) {
            let detail = "conduct has a class of 1 to 4, on the black list only";
            check.error(&format!("{at}/conduct/{index}/class"), "out-of-range", detail);
        }
    }
    match (kind.list, kind.class) {
        (List::Black, Some(1..=4)) | (List::Red, None) => {}
        (List::Black, _) => check.error(&format!("{at}/class"), "out-of-range", "a black kind has a class of 1 to 4"),
        (List::Red, _) => check.error(&format!("{at}/class"), "out-of-range", "a red kind has no class"),
    }
    if !(1..=MONTHS).contains(&kind.months) {
        check.error(&format!("{at}/months"), "out-of-range", format!("1 to {MONTHS} months"));
    }
    if kind.max_months.is_some_and(|max| max < kind.months || max > MONTHS) {
        check.error(&format!("{at}/max_months"), "out-of-range", format!("from the default term to {MONTHS} months"));
    }
    match kind.list {
        List::Black if !(1..=MONTHS).contains(&kind.watch_months) => {
            check.error(&format!("{at}/watch_months"), "out-of-range", format!("1 to {MONTHS} months (二十一)"));
        }
        List::Red if kind.watch_months != 0 => {
            check.error(&format!("{at}/watch_months"), "out-of-range", "a red kind has no watch");
        }
        _ => {}
    }
}
