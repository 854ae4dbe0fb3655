//! Finds out what a file is: its format, its encoding, its headings.

use super::{
    cells::Cells,
    csv::{self, Delimiter, Raw, Records},
    encoding::{self, Encoding},
    error::FileError,
    field::{FileKind, Generation},
    headings::{self, HeadingMap},
    limits::{HEAD_BYTES, HEADING_SEARCH_ROWS, MAX_COLUMNS, MIN_HEADINGS},
    row::Settings,
    rows::Rows,
    xlsx,
};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// What a file is read from.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// How a file holds its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Csv { encoding: Encoding, delimiter: Delimiter },
    Xlsx { sheet: String },
}

/// A file whose headings have been understood, ready to be read.
pub struct SourceFile {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) format: Format,
    pub(super) map: HeadingMap,
    pub(super) other_sheets: Vec<String>,
    pub(super) body: Body,
}

/// The rows below the headings.
pub(super) enum Body {
    Csv { records: Records<Box<dyn ReadSeek>>, encoding: Encoding, delimiter: Delimiter },
    Xlsx { rows: std::vec::IntoIter<xlsx::SheetRow>, total: usize },
}

impl SourceFile {
    /// Opens a file on the disk.
    pub fn open(path: &Path) -> Result<SourceFile, FileError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        SourceFile::from_reader(Box::new(File::open(path)?), name)
    }

    /// Opens what a reader gives; it is read twice.
    pub fn from_reader(mut reader: Box<dyn ReadSeek>, name: impl Into<String>) -> Result<SourceFile, FileError> {
        let size = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let mut head = Vec::new();
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        reader.rewind()?;
        if head.is_empty() {
            return Err(FileError::Empty);
        }
        encoding::refuse_other_formats(&head)?;
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return xlsx::open(reader, name.into(), size);
        }
        SourceFile::from_csv(reader, name.into(), size)
    }

    fn from_csv(mut reader: Box<dyn ReadSeek>, name: String, size: u64) -> Result<SourceFile, FileError> {
        let encoding = encoding::detect(BufReader::with_capacity(HEAD_BYTES, &mut reader))?;
        reader.rewind()?;
        let mut head = Vec::new();
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let after_bom = if head.starts_with(encoding::BOM) { encoding::BOM.len() } else { 0 };
        if head[after_bom..].iter().all(u8::is_ascii_whitespace) {
            return Err(FileError::Empty);
        }
        let (delimiter, skip, headings) = find_headings(&head[after_bom..], encoding)?;
        let map = HeadingMap::new(headings.iter().map(str::to_owned).collect())?;
        reader.seek(SeekFrom::Start(after_bom as u64))?;
        let mut records = Records::new(reader, delimiter, encoding);
        for _ in 0..skip {
            records.next()?;
        }
        let body = Body::Csv { records, encoding, delimiter };
        Ok(SourceFile { name, size, format: Format::Csv { encoding, delimiter }, map, other_sheets: Vec::new(), body })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn format(&self) -> &Format {
        &self.format
    }

    pub fn headings(&self) -> &HeadingMap {
        &self.map
    }

    pub fn kind(&self) -> FileKind {
        self.map.kind()
    }

    pub fn generation(&self) -> Generation {
        self.map.generation()
    }

    /// Further sheets of the workbook; only the first one with headings is read.
    pub fn other_sheets(&self) -> &[String] {
        &self.other_sheets
    }

    /// The rows, one after another.
    pub fn rows<K: Fn(&str, &str) -> String>(self, settings: Settings<K>) -> Rows<K> {
        Rows::new(self, settings)
    }
}

/// The delimiter under which a row reads as headings best, how many records end with that row, and its cells.
fn find_headings(head: &[u8], encoding: Encoding) -> Result<(Delimiter, usize, Cells), FileError> {
    let mut best: Option<(usize, Delimiter, usize, Cells)> = None;
    for delimiter in Delimiter::ALL {
        let mut records = Records::new(head, delimiter, encoding);
        for index in 0..HEADING_SEARCH_ROWS {
            let Some(raw) = records.next()? else { break };
            let Raw::Record { bytes, .. } = raw else { continue };
            let text = encoding.decode_lossy(bytes);
            let Some(mut cells) = csv::split(&text, delimiter, 0) else { continue };
            let known = headings::known(cells.iter());
            if known >= MIN_HEADINGS && best.as_ref().is_none_or(|(most, ..)| known > *most) {
                cells.drop_empty_beyond(last_filled(&cells));
                best = Some((known, delimiter, index + 1, cells));
            }
        }
    }
    best.map(|(_, delimiter, skip, cells)| (delimiter, skip, cells)).ok_or(FileError::NoHeading)
}

/// How many cells a heading row has but for the empty ones behind its last heading.
pub(super) fn last_filled(cells: &Cells) -> usize {
    let last = cells.iter().enumerate().filter(|(_, cell)| !super::text::trim(cell).is_empty()).last();
    last.map_or(0, |(column, _)| column + 1).min(MAX_COLUMNS)
}
