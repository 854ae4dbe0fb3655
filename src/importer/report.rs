//! What became of a file.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Lines that are told of each problem and each warning.
pub const LINES_TOLD: usize = 20;

/// What became of the rows of a file, so far or in all. Each row counts once:
/// `rows = applied + duplicates + repeated + refused + held_back`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rows or lines; blank ones do not count.
    pub rows: u64,
    /// Took effect.
    pub applied: u64,
    /// Had been imported before, in the same words: nothing changed.
    pub duplicates: u64,
    /// Stand twice in this file, in the same words.
    pub repeated: u64,
    /// Sound, and refused by a rule or because their id is used: they are in the quarantine file.
    pub refused: u64,
    /// Not sound: they are in the quarantine file.
    pub held_back: u64,
    /// What is wrong with the rows in the quarantine file, by code.
    pub problems: BTreeMap<String, u64>,
    /// The lines of the first of them, by code.
    #[serde(default)]
    pub problem_lines: BTreeMap<String, Vec<u64>>,
    /// What a clerk should know about rows that went in, by code.
    pub warnings: BTreeMap<String, u64>,
    /// The lines of the first of them, by code.
    #[serde(default)]
    pub warned_lines: BTreeMap<String, Vec<u64>>,
    /// Headings that mean nothing to us, whose cells were not imported.
    pub unknown_columns: Vec<String>,
    /// Sheets that were not read.
    pub other_sheets: Vec<String>,
    /// The quarantine file, if there is one.
    #[serde(skip)]
    pub quarantine: Option<PathBuf>,
}

impl Report {
    /// Rows in the quarantine file.
    pub fn quarantined(&self) -> u64 {
        self.refused + self.held_back
    }

    pub(super) fn problem(&mut self, code: &str, line: u64) {
        count(&mut self.problems, code);
        tell(&mut self.problem_lines, code, line);
    }

    pub(super) fn warning(&mut self, code: &str, line: u64) {
        count(&mut self.warnings, code);
        tell(&mut self.warned_lines, code, line);
    }
}

fn tell(lines: &mut BTreeMap<String, Vec<u64>>, code: &str, line: u64) {
    if !lines.contains_key(code) {
        lines.insert(code.to_owned(), Vec::new());
    }
    if let Some(lines) = lines.get_mut(code).filter(|lines| lines.len() < LINES_TOLD && lines.last() != Some(&line)) {
        lines.push(line);
    }
}

fn count(counts: &mut BTreeMap<String, u64>, code: &str) {
    match counts.get_mut(code) {
        Some(count) => *count += 1,
        None => {
            counts.insert(code.to_owned(), 1);
        }
    }
}
