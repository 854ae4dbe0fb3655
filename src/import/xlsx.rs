//! Sheets of an XLSX file, within limits: a file of a kilobyte can ask for terabytes.
//!
//! First every part is unpacked into nothing and counted; only then a library that trusts the file gets it. A sheet
//! is read cell by cell, for a range in memory is as large as its farthest cell says.

use super::{
    cells::Cells,
    error::FileError,
    headings::{self, HeadingMap},
    limits::*,
    reading::NOT_CALCULATED,
    source::{Body, Format, ReadSeek, SourceFile, last_filled},
};
use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::{
    io::{BufReader, Read},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A row of a sheet that is not empty.
pub(super) struct SheetRow {
    pub(super) line: u64,
    pub(super) cells: Cells,
    /// It has cells beyond the widest row that we accept.
    pub(super) too_wide: bool,
}

type Input = BufReader<Box<dyn ReadSeek>>;

pub(super) fn open(mut reader: Box<dyn ReadSeek>, name: String, size: u64) -> Result<SourceFile, FileError> {
    if size > MAX_XLSX_FILE_BYTES {
        return Err(too_large("文件字节数", MAX_XLSX_FILE_BYTES));
    }
    measure(&mut reader)?;
    reader.rewind()?;
    let input = BufReader::new(reader);
    // The libraries below have been seen to panic on files that no program wrote; one bad file must not end an import
    // of many. Nothing that they touched is used afterwards.
    let read = catch_unwind(AssertUnwindSafe(|| read(input)));
    let Found { sheet, other_sheets, map, rows } =
        read.unwrap_or_else(|_| Err(FileError::Corrupt { reason: "内容自相矛盾".to_owned() }))?;
    let body = Body::Xlsx { total: rows.len(), rows: rows.into_iter() };
    Ok(SourceFile { name, size, format: Format::Xlsx { sheet }, map, other_sheets, body })
}

fn too_large(what: &'static str, limit: u64) -> FileError {
    FileError::TooLarge { what, limit }
}

fn corrupt(error: impl std::fmt::Display) -> FileError {
    FileError::Corrupt { reason: error.to_string() }
}

/// Unpacks every part and counts, believing no size that the file declares.
fn measure(reader: &mut Box<dyn ReadSeek>) -> Result<(), FileError> {
    let mut archive = zip::ZipArchive::new(BufReader::new(reader)).map_err(corrupt)?;
    if archive.len() > MAX_XLSX_PARTS {
        return Err(too_large("内部文件数", MAX_XLSX_PARTS as u64));
    }
    let mut total = 0_u64;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(corrupt)?;
        let packed = part.compressed_size();
        let strings = part.name().map_err(corrupt)?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut unpacked = 0_u64;
        loop {
            let read = match part.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read as u64,
                Err(error) => return Err(corrupt(error)),
            };
            unpacked += read;
            total += read;
            if total > MAX_XLSX_UNPACKED_BYTES {
                return Err(too_large("解压后的字节数", MAX_XLSX_UNPACKED_BYTES));
            }
            if strings && unpacked > MAX_XLSX_STRINGS_BYTES {
                return Err(too_large("文字内容的字节数", MAX_XLSX_STRINGS_BYTES));
            }
            if unpacked > XLSX_RATIO_FLOOR_BYTES && unpacked / MAX_XLSX_RATIO > packed {
                return Err(too_large("压缩比", MAX_XLSX_RATIO));
            }
        }
    }
    Ok(())
}

/// What was found in a workbook.
struct Found {
    sheet: String,
    other_sheets: Vec<String>,
    map: HeadingMap,
    rows: Vec<SheetRow>,
}

fn read(input: Input) -> Result<Found, FileError> {
    let mut book: Xlsx<Input> = Xlsx::new(input).map_err(corrupt)?;
    let sheets = book.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    if names.len() > MAX_XLSX_SHEETS {
        return Err(too_large("工作表数", MAX_XLSX_SHEETS as u64));
    }
    for name in &names {
        let mut head = Vec::new();
        each_row(&mut book, name, |row| {
            head.push(row);
            if head.len() < HEADING_SEARCH_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let Some((line, headings)) = heading_row(head) else { continue };
        let map = HeadingMap::new(headings)?;
        let mut rows = Vec::new();
        each_row(&mut book, name, |mut row| {
            if row.line > line {
                row.cells.drop_empty_beyond(map.len());
                rows.push(row);
            }
            ControlFlow::Continue(())
        })?;
        let other_sheets = names.iter().filter(|other| *other != name).cloned().collect();
        return Ok(Found { sheet: name.clone(), other_sheets, map, rows });
    }
    Err(if names.is_empty() { FileError::Empty } else { FileError::NoHeading })
}

/// The row with the most known headings, and its line.
fn heading_row(head: Vec<SheetRow>) -> Option<(u64, Vec<String>)> {
    let known = |row: &SheetRow| headings::known(row.cells.iter());
    let most = head.iter().map(known).max().filter(|most| *most >= MIN_HEADINGS)?;
    let row = head.into_iter().find(|row| known(row) == most)?;
    let columns = last_filled(&row.cells);
    Some((row.line, row.cells.iter().take(columns).map(str::to_owned).collect()))
}

/// Calls `each` with every row of a sheet that is not empty, until it breaks.
fn each_row(
    book: &mut Xlsx<Input>,
    sheet: &str,
    mut each: impl FnMut(SheetRow) -> ControlFlow<()>,
) -> Result<(), FileError> {
    let mut reader = match book.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // Excel writes no sheetData into some sheets without cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(corrupt(error)),
    };
    let (mut cell_count, mut text_bytes) = (0, 0);
    let mut row: Option<SheetRow> = None;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(corrupt)? {
        let (at, column) = cell.pos;
        let text = match (&cell.value, &cell.formula) {
            (DataRef::Empty, Some(_)) => NOT_CALCULATED.into(),
            (value, _) => text_of(value),
        };
        if text.is_empty() {
            continue;
        }
        if at as usize >= MAX_XLSX_ROWS {
            return Err(too_large("行数", MAX_XLSX_ROWS as u64));
        }
        cell_count += 1;
        text_bytes += text.len();
        if cell_count > MAX_XLSX_CELLS {
            return Err(too_large("单元格数", MAX_XLSX_CELLS as u64));
        }
        if text_bytes > MAX_XLSX_TEXT_BYTES {
            return Err(too_large("文字字节数", MAX_XLSX_TEXT_BYTES as u64));
        }
        let line = u64::from(at) + 1;
        if row.as_ref().is_none_or(|row| row.line != line) {
            let new = SheetRow { line, cells: Cells::default(), too_wide: false };
            if let Some(done) = row.replace(new) {
                if done.line > line {
                    return Err(corrupt("行的顺序错乱"));
                }
                if each(done).is_break() {
                    return Ok(());
                }
            }
        }
        let Some(row) = &mut row else { continue };
        let column = column as usize;
        if column >= MAX_COLUMNS {
            row.too_wide = true;
            continue;
        }
        if column < row.cells.len() {
            return Err(corrupt("单元格的顺序错乱"));
        }
        while row.cells.len() < column {
            row.cells.end_cell();
        }
        row.cells.push(&text);
    }
    if let Some(row) = row {
        // The last row: whether the caller wants more no longer matters.
        let _ = each(row);
    }
    Ok(())
}

/// A cell as the text that a clerk sees in it, or would see in a column wide enough.
fn text_of(value: &DataRef<'_>) -> std::borrow::Cow<'static, str> {
    match value {
        DataRef::Empty => "".into(),
        DataRef::String(text) => text.clone().into(),
        DataRef::SharedString(text) => (*text).to_owned().into(),
        DataRef::Int(number) => number_text(*number as f64).into(),
        DataRef::Float(number) => number_text(*number).into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(instant) => instant_text(instant).into(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone().into(),
        DataRef::Error(error) => match error {
            CellErrorType::Div0 => "#DIV/0!",
            CellErrorType::NA | CellErrorType::GettingData => "#N/A",
            CellErrorType::Name => "#NAME?",
            CellErrorType::Null => "#NULL!",
            CellErrorType::Num => "#NUM!",
            CellErrorType::Ref => "#REF!",
            CellErrorType::Value => "#VALUE!",
        }
        .into(),
    }
}

/// A number with the 15 digits that Excel keeps; with an exponent where it has more, so that no rounded digit looks like
/// one that was entered.
fn number_text(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    if number.abs() >= EXCEL_DIGITS_END {
        return format!("{number:E}").replace('E', "E+");
    }
    if number == number.trunc() {
        return format!("{number:.0}");
    }
    let whole_digits = if number.abs() < 1.0 { 1 } else { number.abs().log10().floor() as usize + 1 };
    let text = format!("{number:.*}", 15_usize.saturating_sub(whole_digits));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The last day that Excel knows, 9999-12-31.
const LAST_SERIAL: f64 = 2_958_465.0;

fn instant_text(instant: &ExcelDateTime) -> String {
    let serial = instant.as_f64();
    if instant.is_duration() || !(0.0..=LAST_SERIAL).contains(&serial) {
        return number_text(serial);
    }
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_the_digits_that_were_entered() {
        for (number, text) in [
            (0.2, "0.2"),
            (0.1 + 0.2, "0.3"),
            (2000.0, "2000"),
            (43577.0, "43577"),
            (654002000012345.0, "654002000012345"),
            (1234567.123456, "1234567.123456"),
            (6.54021199002291e17, "6.54021199002291E+17"),
            (1e17, "1E+17"),
            (-3.5, "-3.5"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(number_text(number), text);
        }
        assert!(super::super::text::lost_its_digits(&number_text(914403001922038216.0)));
    }
}
