//! What the public sees of a personal field (一)(二十五)(二十七): everything is masked before it is published.

use super::check::{Check, PolicyError, values};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Characters that may stay at either end: more would hide nothing.
const MAX_KEPT: usize = 32;
/// No age above this makes anyone a minor.
const MAX_AGE: u32 = 120;

/// How a field is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// The family name stays.
    FamilyName,
    /// So many characters stay at either end.
    KeepEnds { first: usize, last: usize },
    /// The text stays up to and including the last of these endings, such as 区 or 县.
    KeepThrough { endings: Vec<String> },
    /// Nothing stays, not even that there was something.
    Omit,
    /// Public as it is.
    Plain,
}

/// The rule of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldMask {
    #[serde(default)]
    pub field: String,
    #[serde(default)]
    pub title: String,
    #[serde(flatten)]
    pub method: Method,
    #[serde(default)]
    pub basis: Option<String>,
}

/// Persons under this age are never published by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minors {
    pub under_years: u32,
    #[serde(default)]
    pub basis: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masking {
    fields: Vec<FieldMask>,
    /// What stands for the hidden characters; of fixed length, so that it does not tell how many there were.
    fill: String,
    compound_family_names: Vec<String>,
    pub minors: Minors,
}

impl Masking {
    pub(super) fn parse(content: &Value) -> Result<Masking, Vec<PolicyError>> {
        let mut check = Check::new(content, &["fields", "fill", "compound_family_names", "minors"]);
        let fields: Vec<(String, FieldMask)> = check.list("fields");
        for (at, mask) in &fields {
            check.filled(at, "field", &mask.field);
            check.filled(at, "title", &mask.title);
            if let Method::KeepThrough { endings } = &mask.method {
                check.names(at, "endings", endings, true);
            }
            if let Method::KeepEnds { first, last } = mask.method
                && first.max(last) > MAX_KEPT
            {
                check.error(at, "out-of-range", format!("at most {MAX_KEPT} characters stay at either end"));
            }
        }
        check.once("field", fields.iter().map(|(at, mask)| (at.clone(), &mask.field)));
        let fill: String = check.value("fill").unwrap_or_else(|| "*".into());
        check.filled("", "fill", &fill);
        let compound_family_names: Vec<String> = check.value("compound_family_names").unwrap_or_default();
        let minors: Option<Minors> = check.value("minors");
        if let Some(minors) = &minors {
            check.filled("/minors", "basis", &minors.basis);
            if minors.under_years > MAX_AGE {
                check.error("/minors/under_years", "out-of-range", format!("at most {MAX_AGE}"));
            }
        }
        let minors = minors.unwrap_or(Minors { under_years: 18, basis: String::new() });
        let fields = values(fields);
        check.end(Masking { fields, fill, compound_family_names, minors })
    }

    pub fn fields(&self) -> &[FieldMask] {
        &self.fields
    }

    /// What stands for hidden characters.
    pub fn fill(&self) -> &str {
        &self.fill
    }

    /// What the public sees of the field. A field that policy does not name is not shown: forgetting one must not leak it.
    pub fn mask(&self, field: &str, value: &str) -> Option<String> {
        let mask = self.fields.iter().find(|mask| mask.field == field)?;
        let fill = &self.fill;
        match &mask.method {
            Method::Omit => None,
            Method::Plain => Some(value.to_owned()),
            Method::FamilyName => {
                let value = value.trim();
                let compound = self
                    .compound_family_names
                    .iter()
                    .find(|name| value.strip_prefix(name.as_str()).is_some_and(|given| !given.is_empty()));
                let kept = match compound {
                    Some(name) => name.as_str(),
                    None => value.char_indices().nth(1).map_or("", |(second, _)| &value[..second]),
                };
                Some(format!("{kept}{fill}"))
            }
            Method::KeepEnds { first, last } => {
                let characters: Vec<char> = value.trim().chars().collect();
                // Too short to hide anything between its ends: nothing is shown.
                if characters.len() <= first + last {
                    return Some(fill.clone());
                }
                let head: String = characters[..*first].iter().collect();
                let tail: String = characters[characters.len() - last..].iter().collect();
                Some(format!("{head}{fill}{tail}"))
            }
            Method::KeepThrough { endings } => {
                let end = endings.iter().filter_map(|ending| value.rfind(ending).map(|at| at + ending.len())).max();
                Some(format!("{}{fill}", &value[..end.unwrap_or(0)]))
            }
        }
    }
}
