//! Double-publicity files as departments exchange them, row by row, made into draft events or held back with reasons.
//!
//! In the order of the walk: [`SourceFile`] finds out what a file is (`encoding`, `csv`, `xlsx`, `headings`, `field`);
//! [`Rows`] goes through it; `row` makes a draft of a row (`reading`, `party`, `text`, `redact`); [`QuarantineWriter`] keeps
//! what was held back. Nothing here appends, asks a clock, or knows a policy. `write` and `dirt` make such files for
//! the demo and for tests.

mod cells;
mod csv;
pub mod dirt;
mod encoding;
mod error;
mod field;
mod headings;
pub mod limits;
mod names;
mod party;
mod quarantine;
mod reading;
mod redact;
mod row;
mod rows;
mod source;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_files;
#[cfg(test)]
mod tests_for_all;
mod text;
pub mod write;
mod xlsx;

pub use self::{
    cells::Cells,
    csv::Delimiter,
    encoding::Encoding,
    error::{Code, FileError, Problem},
    field::{Field, FileKind, Generation},
    headings::HeadingMap,
    party::{DraftSubject, HolderOf, Personal},
    quarantine::{QuarantineError, QuarantineWriter},
    row::{Draft, DraftData, QuarantinedRow, Settings},
    rows::{Duplicate, Row, Rows, Summary},
    source::{Format, ReadSeek, SourceFile},
};
