//! The policy that ships with the program, for a trial and as the start of the prefecture's own.

use crate::{
    date::Date,
    event::{Document, PolicyPublished},
};
use serde::{Deserialize, Serialize};

/// A policy file: what is published, and where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    pub part: String,
    pub version: u32,
    pub effective: Date,
    /// For whoever reads the file; it does not go into the log.
    #[serde(default)]
    pub source: Option<String>,
    pub content: Document,
}

impl From<PolicyFile> for PolicyPublished {
    fn from(file: PolicyFile) -> PolicyPublished {
        let PolicyFile { part, version, effective, source: _, content } = file;
        PolicyPublished { part, version, effective, content }
    }
}

/// In the order in which they are published: what refers to a part comes after it.
const FILES: &[&str] = &[
    include_str!("../../../policy/rules.json"),
    include_str!("../../../policy/departments.json"),
    include_str!("../../../policy/catalogue.json"),
    include_str!("../../../policy/list-kinds.json"),
    include_str!("../../../policy/severity.json"),
    include_str!("../../../policy/terms.json"),
    include_str!("../../../policy/publication.json"),
    include_str!("../../../policy/masking.json"),
    include_str!("../../../policy/access.json"),
    include_str!("../../../policy/calendar-2019.json"),
    include_str!("../../../policy/calendar-2020.json"),
    include_str!("../../../policy/calendar-2021.json"),
    include_str!("../../../policy/calendar-2022.json"),
    include_str!("../../../policy/calendar-2023.json"),
    include_str!("../../../policy/calendar-2024.json"),
    include_str!("../../../policy/calendar-2025.json"),
    include_str!("../../../policy/calendar-2026.json"),
];

/// The shipped policy, one event for each part, in the order of publication.
pub fn shipped_policy() -> Vec<PolicyPublished> {
    let read = |text: &&str| {
        serde_json::from_str::<PolicyFile>(text)
            .expect("the shipped policy is checked by a test: every file reads")
            .into()
    };
    FILES.iter().map(read).collect()
}
