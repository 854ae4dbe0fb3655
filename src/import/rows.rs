//! Goes through a file and says of each row what becomes of it.

use super::{
    cells::Cells,
    csv::{self, Delimiter, Lines, Raw},
    encoding::{self, Encoding},
    error::{Code, FileError, Problem},
    headings::{self, HeadingMap},
    limits::{MAX_COLUMNS, MAX_CSV_ROWS, MAX_RECORD_BYTES, MAX_UNCLOSED},
    quarantine::unguarded,
    row::{self, Draft, IdDigest, Parsed, QuarantinedRow, Settings},
    source::{Body, SourceFile},
    xlsx::SheetRow,
};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Draft(Box<Draft>),
    /// The same record as an earlier row, in the same words.
    Duplicate(Duplicate),
    Quarantined(Box<QuarantinedRow>),
}

/// A row that was sent twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    pub line: u64,
    pub first_line: u64,
    pub id: String,
}

/// What became of the rows so far. Blank rows count nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows: u64,
    pub drafts: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    /// Problems of quarantined rows, by code.
    pub problems: BTreeMap<Code, u64>,
    /// Warnings of drafts, by code.
    pub warnings: BTreeMap<Code, u64>,
    /// Headings that mean nothing to us, whose cells were not imported.
    pub unknown_columns: Vec<String>,
    /// Sheets that were not read.
    pub other_sheets: Vec<String>,
}

/// The rows of a file. After an error there are no more.
pub struct Rows<K> {
    source: SourceFile,
    settings: Settings<K>,
    summary: Summary,
    /// The line and the content of every draft so far.
    seen: HashMap<IdDigest, (u64, u64)>,
    first: bool,
    guarded: bool,
    finished: bool,
    /// Quotes so far that were not closed.
    unclosed: u64,
    done: u64,
}

/// A row as it was cut from the file.
enum Cut {
    Cells { line: u64, cells: Cells },
    Broken(QuarantinedRow),
}

impl<K: Fn(&str, &str) -> String> Rows<K> {
    pub(super) fn new(source: SourceFile, settings: Settings<K>) -> Rows<K> {
        let summary = Summary {
            unknown_columns: source.map.unknown().into_iter().map(str::to_owned).collect(),
            other_sheets: source.other_sheets.clone(),
            ..Summary::default()
        };
        let guarded = source.map.is_quarantine();
        Rows {
            source,
            settings,
            summary,
            seen: HashMap::new(),
            first: true,
            guarded,
            finished: false,
            unclosed: 0,
            done: 0,
        }
    }

    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    pub fn headings(&self) -> &HeadingMap {
        &self.source.map
    }

    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// How far the reading is, and the end of it: bytes of a CSV file, rows of a sheet.
    pub fn progress(&self) -> (u64, u64) {
        match &self.source.body {
            Body::Csv { records, .. } => (records.consumed(), self.source.size),
            Body::Xlsx { total, .. } => (self.done, *total as u64),
        }
    }

    fn cut(&mut self) -> Result<Option<Cut>, FileError> {
        let columns = self.source.map.len();
        match &mut self.source.body {
            Body::Csv { records, encoding, delimiter } => {
                let Some(raw) = records.next()? else { return Ok(None) };
                let cut = cut_csv(raw, *encoding, *delimiter, columns);
                if let Cut::Broken(row) = &cut
                    && row.problems.iter().any(|problem| problem.code == Code::UnclosedQuote)
                {
                    records.take_back_all_but_first_line();
                }
                Ok(Some(cut))
            }
            Body::Xlsx { rows, .. } => {
                self.done += 1;
                Ok(rows.next().map(|row| cut_sheet(row, columns)))
            }
        }
    }

    fn judge(&mut self, line: u64, cells: Cells) -> Row {
        match row::parse(line, cells, &self.source.map, &self.settings) {
            Err(row) => Row::Quarantined(row),
            Ok(parsed) => self.recognise(*parsed),
        }
    }

    /// Tells a new record from one that the file had before.
    fn recognise(&mut self, parsed: Parsed) -> Row {
        let Parsed { draft, key, content } = parsed;
        match self.seen.entry(key) {
            Entry::Vacant(place) => {
                place.insert((draft.line, content));
                Row::Draft(Box::new(draft))
            }
            Entry::Occupied(first) => {
                let (first_line, first_content) = *first.get();
                if first_content == content {
                    return Row::Duplicate(Duplicate { line: draft.line, first_line, id: draft.id });
                }
                let column = self.source.map.heading(super::field::Field::DocumentNo).to_owned();
                let reason = format!("与第{first_line}行同一机关、文号、相对人，而内容不同");
                let problems = vec![Problem { code: Code::ConflictingDuplicate, column, reason }];
                Row::Quarantined(Box::new(QuarantinedRow { line: draft.line, cells: draft.cells, problems, raw: None }))
            }
        }
    }

    fn count(&mut self, row: &Row) {
        self.summary.rows += 1;
        match row {
            Row::Draft(draft) => {
                self.summary.drafts += 1;
                draft.warnings.iter().for_each(|w| *self.summary.warnings.entry(w.code).or_default() += 1);
            }
            Row::Duplicate(_) => self.summary.duplicates += 1,
            Row::Quarantined(row) => {
                self.summary.quarantined += 1;
                row.problems.iter().for_each(|p| *self.summary.problems.entry(p.code).or_default() += 1);
            }
        }
    }

    fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        while let Some(mut cut) = self.cut()? {
            if self.guarded {
                let (Cut::Cells { cells, .. } | Cut::Broken(QuarantinedRow { cells, .. })) = &mut cut;
                *cells = cells.iter().map(unguarded).collect();
            }
            if matches!(&cut, Cut::Broken(row) if row.problems.iter().any(|problem| problem.code == Code::UnclosedQuote))
            {
                self.unclosed += 1;
                // Each is looked for through a mebibyte.
                if self.unclosed > MAX_UNCLOSED {
                    return Err(FileError::TooLarge { what: "没有成对的英文双引号", limit: MAX_UNCLOSED });
                }
            }
            let row = match cut {
                Cut::Cells { cells, .. } if cells.is_blank() => continue,
                // Some templates have two rows of headings, names and codes.
                Cut::Cells { cells, .. } if self.first && headings::is_heading(cells.iter()) => continue,
                Cut::Cells { line, cells } => self.judge(line, cells),
                Cut::Broken(row) => Row::Quarantined(Box::new(row)),
            };
            self.first = false;
            if self.summary.rows >= MAX_CSV_ROWS {
                return Err(FileError::TooLarge { what: "行数", limit: MAX_CSV_ROWS });
            }
            self.count(&row);
            return Ok(Some(row));
        }
        Ok(None)
    }
}

impl<K: Fn(&str, &str) -> String> Iterator for Rows<K> {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let row = self.next_row().transpose();
        self.finished = !matches!(row, Some(Ok(_)));
        row
    }
}

fn cut_csv(raw: Raw<'_>, encoding: Encoding, delimiter: Delimiter, columns: usize) -> Cut {
    let broken = |line, cells, code, reason: String, bytes: &[u8]| {
        // Sound text is kept as text, damaged text byte by byte.
        let raw = encoding.decode(bytes).map_or_else(|| encoding::escaped(bytes), |text| text.into_owned());
        let problems = vec![Problem { code, column: String::new(), reason }];
        Cut::Broken(QuarantinedRow { line, cells, problems, raw: Some(raw) })
    };
    match raw {
        Raw::TooLong { line, bytes } => {
            let reason = format!("该行超过{MAX_RECORD_BYTES}字节，只保留了开头");
            broken(line, Cells::default(), Code::LineTooLong, reason, &bytes)
        }
        Raw::Unclosed { line, bytes } => {
            let cells = split_for_clerk(&encoding.decode_lossy(bytes), delimiter, columns);
            broken(line, cells, Code::UnclosedQuote, "英文双引号没有成对".to_owned(), bytes)
        }
        Raw::Record { line, bytes, lines } => {
            let text = match encoding.decode(bytes) {
                Some(text) => text,
                None => {
                    let text = encoding.decode_lossy(bytes);
                    let cells = csv::split(&text, delimiter, columns).unwrap_or_default();
                    let reason = "含有无法识别的字节".to_owned();
                    return broken(line, fitted(cells, columns), Code::InvalidEncoding, reason, bytes);
                }
            };
            let Some(mut cells) = csv::split(&text, delimiter, columns) else {
                let reason = format!("多于{MAX_COLUMNS}列，标题有{columns}列");
                return broken(line, split_for_clerk(&text, delimiter, columns), Code::ColumnCount, reason, bytes);
            };
            cells.drop_empty_beyond(columns);
            let fits = cells.len() == columns || cells.is_blank();
            let joined = match lines {
                Lines::One => false,
                Lines::Many => !fits || hides_rows(&cells, delimiter),
                Lines::ManyByLooseQuotes => true,
            };
            if fits && !joined {
                return Cut::Cells { line, cells };
            }
            if joined {
                // More probably a stray quote has joined these lines than that two mistakes have met.
                let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
                let first = first.strip_suffix(b"\r").unwrap_or(first);
                let cells = split_for_clerk(&encoding.decode_lossy(first), delimiter, columns);
                return broken(line, cells, Code::UnclosedQuote, "英文双引号没有成对".to_owned(), first);
            }
            let reason = format!("有{}列，标题有{columns}列", cells.len());
            broken(line, fitted(cells, columns), Code::ColumnCount, reason, bytes)
        }
    }
}

/// Whether a cell holds the end of one row and the beginning of another: two stray quotes can hide any number of rows
/// in one cell, in a record that has as many cells as it should.
fn hides_rows(cells: &Cells, delimiter: Delimiter) -> bool {
    let last_column = cells.len().saturating_sub(1);
    let count = |text: &str| text.matches(delimiter.text()).count();
    last_column > 0
        && cells.iter().enumerate().any(|(column, cell)| {
            let ends = cell.split_once('\n').zip(cell.rsplit_once('\n'));
            ends.is_some_and(|((first, _), (_, last))| count(first) >= last_column - column && count(last) >= column)
        })
}

/// The cells of a line that cannot be split with certainty.
fn split_for_clerk(text: &str, delimiter: Delimiter, columns: usize) -> Cells {
    fitted(csv::split_plain(text, delimiter), columns)
}

/// As many cells as there are headings; the whole line stands in the column for the original text.
fn fitted(cells: Cells, columns: usize) -> Cells {
    cells.iter().take(columns).collect()
}

fn cut_sheet(row: SheetRow, columns: usize) -> Cut {
    let SheetRow { line, cells, too_wide } = row;
    if cells.len() <= columns && !too_wide {
        return Cut::Cells { line, cells };
    }
    let reason = if too_wide {
        format!("多于{MAX_COLUMNS}列，标题有{columns}列")
    } else {
        format!("有{}列，标题有{columns}列", cells.len())
    };
    let problems = vec![Problem { code: Code::ColumnCount, column: String::new(), reason }];
    let raw = cells.iter().collect::<Vec<_>>().join("\t");
    Cut::Broken(QuarantinedRow { line, cells: fitted(cells, columns), problems, raw: Some(raw) })
}
