//! Reads the content of a part and collects everything that is wrong with it, so that an office corrects it once.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use std::collections::BTreeSet;

/// One thing that is wrong with a published part, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{pointer}: {detail} ({code})")]
pub struct PolicyError {
    /// A JSON pointer; `/content/…` for what lies in the content, `/version` and `/part` for the rest.
    pub pointer: String,
    /// Stable, for programs.
    pub code: String,
    /// For people.
    pub detail: String,
}

/// A walk over one content that never stops at the first error.
pub(super) struct Check<'a> {
    content: &'a Value,
    errors: Vec<PolicyError>,
}

impl<'a> Check<'a> {
    /// Begins with the content's own shape: an object with these keys and no others.
    pub(super) fn new(content: &'a Value, keys: &[&str]) -> Check<'a> {
        let mut check = Check { content, errors: Vec::new() };
        match content.as_object() {
            None => check.error("", "not-an-object", "the content of a part is a JSON object"),
            Some(object) => {
                for key in object.keys().filter(|key| !keys.contains(&key.as_str())) {
                    check.error(&pointer("", key), "unknown-field", format!("not one of {}", keys.join(", ")));
                }
            }
        }
        check
    }

    /// Notes an error; `at` is relative to the content.
    pub(super) fn error(&mut self, at: &str, code: &str, detail: impl Into<String>) {
        let error = PolicyError { pointer: format!("/content{at}"), code: code.into(), detail: detail.into() };
        self.errors.push(error);
    }

    /// A mandatory value of the content.
    pub(super) fn value<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let at = pointer("", key);
        match self.content.get(key) {
            Some(value) => self.read(&at, value),
            None if self.content.is_object() => {
                self.error(&at, "missing", "mandatory");
                None
            }
            None => None,
        }
    }

    /// A mandatory array of the content, each readable element with its pointer.
    pub(super) fn list<T: DeserializeOwned>(&mut self, key: &str) -> Vec<(String, T)> {
        let at = pointer("", key);
        match self.content.get(key) {
            Some(Value::Array(elements)) => {
                let mut read = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    let at = format!("{at}/{index}");
                    if let Some(element) = self.read(&at, element) {
                        read.push((at, element));
                    }
                }
                read
            }
            Some(_) => {
                self.error(&at, "invalid", "an array is expected");
                Vec::new()
            }
            None => {
                if self.content.is_object() {
                    self.error(&at, "missing", "mandatory");
                }
                Vec::new()
            }
        }
    }

    fn read<T: DeserializeOwned>(&mut self, at: &str, value: &Value) -> Option<T> {
        match serde_path_to_error::deserialize(value) {
            Ok(read) => Some(read),
            Err(error) => {
                let mut at = at.to_owned();
                for segment in error.path() {
                    match segment {
                        Segment::Seq { index } => at.push_str(&format!("/{index}")),
                        Segment::Map { key } | Segment::Enum { variant: key } => at = pointer(&at, key),
                        Segment::Unknown => {}
                    }
                }
                self.error(&at, "invalid", error.inner().to_string());
                None
            }
        }
    }

    /// A text that must say something.
    pub(super) fn filled(&mut self, at: &str, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.error(&format!("{at}/{field}"), "missing", "mandatory, and not blank");
        }
    }

    /// A list that must name something, and nothing blank or twice.
    pub(super) fn names(&mut self, at: &str, field: &str, names: &[impl AsRef<str>], mandatory: bool) {
        if mandatory && names.is_empty() {
            self.error(&format!("{at}/{field}"), "missing", "mandatory, with at least one element");
        }
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().map(AsRef::as_ref).enumerate() {
            self.filled(&format!("{at}/{field}"), &index.to_string(), name);
            if !seen.insert(name) {
                self.error(&format!("{at}/{field}/{index}"), "twice", format!("{name} is named twice"));
            }
        }
    }

    /// Keys that may occur only once within their list; without a field the element itself is the key.
    pub(super) fn once<K: Ord + std::fmt::Debug>(&mut self, field: &str, keys: impl IntoIterator<Item = (String, K)>) {
        let mut seen = BTreeSet::new();
        for (at, key) in keys {
            let detail = format!("{key:?} occurs twice");
            if !seen.insert(key) {
                let at = if field.is_empty() { at } else { format!("{at}/{field}") };
                self.error(&at, "twice", detail);
            }
        }
    }

    /// The part, if nothing was wrong.
    pub(super) fn end<T>(self, part: T) -> Result<T, Vec<PolicyError>> {
        if self.errors.is_empty() { Ok(part) } else { Err(self.errors) }
    }
}

/// The JSON pointer of a key below another pointer (RFC 6901).
fn pointer(above: &str, key: &str) -> String {
    format!("{above}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The elements without their pointers.
pub(super) fn values<T>(list: Vec<(String, T)>) -> Vec<T> {
    list.into_iter().map(|(_, element)| element).collect()
}
