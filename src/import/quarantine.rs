//! The file that keeps what was held back, for a clerk to correct in a spreadsheet and to import again.

use super::{
    encoding::BOM, error::Problem, field::Field, headings::HeadingMap, limits::MAX_QUARANTINE_FILES,
    row::QuarantinedRow,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// The columns behind the original ones.
const ADDED: [&str; 7] = ["隔离_行号", "隔离_列", "隔离_代码", "隔离_原因", "隔离_处理办法", "隔离_原文", "已核对"];

#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    #[error("the quarantine file {} cannot be written: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} quarantine files lie there already: {}", MAX_QUARANTINE_FILES, path.display())]
    TooMany { path: PathBuf },
}

impl QuarantineError {
    pub fn code(&self) -> &'static str {
        match self {
            QuarantineError::Io { .. } => "quarantine-io",
            QuarantineError::TooMany { .. } => "quarantine-too-many",
        }
    }
}

/// Writes the quarantine file of one source; without rows there is no file.
pub struct QuarantineWriter {
    path: PathBuf,
    out: Option<csv::Writer<BufWriter<File>>>,
    headings: Vec<String>,
    kept: Vec<usize>,
    confirmed: Option<usize>,
    rows: u64,
}

impl QuarantineWriter {
    /// At a path where no file is yet.
    pub fn at(path: PathBuf, map: &HeadingMap) -> QuarantineWriter {
        let columns = 0..map.len();
        let added = |column: &usize| matches!(map.field(*column), Some(Field::Quarantine | Field::Confirmed));
        let kept: Vec<usize> = columns.filter(|column| !added(column)).collect();
        let headings = kept.iter().map(|column| map.headings()[*column].clone()).collect();
        QuarantineWriter { path, out: None, headings, kept, confirmed: map.column(Field::Confirmed), rows: 0 }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn write(&mut self, row: &QuarantinedRow) -> Result<(), QuarantineError> {
        self.try_write(row).map_err(|source| QuarantineError::Io { path: self.path.clone(), source })
    }

    fn try_write(&mut self, row: &QuarantinedRow) -> io::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                let mut out = create(&self.path)?;
                let headings = self.headings.iter().map(|heading| guarded(heading));
                out.write_record(headings.chain(ADDED.iter().map(|added| (*added).to_owned())))?;
                self.out.insert(out)
            }
        };
        for column in &self.kept {
            out.write_field(guarded(row.cells.get(*column)))?;
        }
        let problems = &row.problems;
        out.write_field(row.line.to_string())?;
        out.write_field(guarded(&joined(problems, column)))?;
        out.write_field(joined(problems, |problem| problem.code.as_str()))?;
        out.write_field(joined(problems, |problem| problem.reason.as_str()))?;
        out.write_field(joined(problems, |problem| problem.remedy()))?;
        out.write_field(guarded(row.raw.as_deref().unwrap_or("")))?;
        out.write_field(guarded(self.confirmed.map_or("", |column| row.cells.get(column))))?;
        out.write_record(None::<&[u8]>)?;
        self.rows += 1;
        Ok(())
    }

    /// The path of the file, if there is one, once it is on the disk.
    pub fn finish(self) -> Result<Option<PathBuf>, QuarantineError> {
        let QuarantineWriter { path, out, .. } = self;
        let Some(out) = out else { return Ok(None) };
        let finished = out.into_inner().map_err(|error| io::Error::other(error.to_string()));
        let synced = finished
            .and_then(|out| out.into_inner().map_err(|error| error.into_error()))
            .and_then(|file| file.sync_all());
        match synced {
            Ok(()) => Ok(Some(path)),
            Err(source) => Err(QuarantineError::Io { path, source }),
        }
    }
}

/// Readable by its owner alone: rows are personal. Never over an existing file: a clerk's work may be in it.
fn create(path: &Path) -> io::Result<csv::Writer<BufWriter<File>>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = BufWriter::new(options.open(path)?);
    // Without the mark Excel takes UTF-8 for the local code page.
    out.write_all(BOM)?;
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out))
}

fn column(problem: &Problem) -> &str {
    if problem.column.is_empty() { "整行" } else { &problem.column }
}

/// One problem as it is, several as a numbered list.
fn joined(problems: &[Problem], part: impl Fn(&Problem) -> &str) -> String {
    match problems {
        [only] => part(only).to_owned(),
        _ => {
            let parts = problems.iter().enumerate().map(|(i, problem)| format!("{}. {}", i + 1, part(problem)));
            parts.collect::<Vec<_>>().join("；")
        }
    }
}

/// A cell as a spreadsheet leaves it alone: with an apostrophe before what it would take for a formula, and before
/// numbers whose last digits or first zeros it would drop. [`unguarded`] takes the apostrophe away again.
pub(super) fn guarded(cell: &str) -> String {
    if needs_guard(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// The longest number that a spreadsheet shows digit by digit.
const SHOWN_DIGITS: usize = 11;

fn needs_guard(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    match bytes.first() {
        None => false,
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\'') => true,
        Some(b'0'..=b'9') => {
            let counted = bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'E' | b'e'));
            let exponent = bytes.iter().any(|b| !b.is_ascii_digit());
            counted && (exponent || bytes.len() > SHOWN_DIGITS || (bytes[0] == b'0' && bytes.len() > 1))
        }
        Some(_) => false,
    }
}

/// The cell that [`guarded`] was given.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_comes_off_exactly() {
        for cell in ["", "=1+1", "'=1", "''", "@x", "-5", "914403001922038216", "007", "0", "1E5", "2019-04-22", "公司"]
        {
            assert_eq!(unguarded(&guarded(cell)), cell, "{cell}");
        }
        assert_eq!(guarded("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(guarded("20190422"), "20190422");
    }
}
