//! Sheets of an XLSX file, within limits: a file of a kilobyte can ask for terabytes.

use super::{
    cells::Cells,
    error::{Code, FileError},
    source::{ReadSeek, SourceFile},
};

/// A row of a sheet.
pub(super) struct SheetRow {
    pub(super) line: u64,
    pub(super) cells: Cells,
    /// Column, code and reason of what the cells as text do not show.
    pub(super) problems: Vec<(usize, Code, String)>,
}

pub(super) fn open(_reader: Box<dyn ReadSeek>, _name: String, _size: u64) -> Result<SourceFile, FileError> {
    Err(FileError::UnsupportedFormat { found: "an XLSX file" })
}
