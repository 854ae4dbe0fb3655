//! Every bound of the import. A file from outside may be of any size and shape; what it can cost is decided here.

/// The longest record of a CSV file, its line breaks within quotes included. All fields of the standard at their
/// greatest length come to about 120 KiB in UTF-8.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// How much of a record that is too long is kept for the clerk to recognise it by.
pub const KEPT_OF_LONG_RECORD: usize = 1 << 10;

/// The most columns of a row. The widest generation has 32, the quarantine adds 7.
pub const MAX_COLUMNS: usize = 256;

/// The most rows of a CSV file. Each row costs about 40 bytes of memory for the recognition of duplicates.
pub const MAX_CSV_ROWS: u64 = 5_000_000;
/// Quotes of a file that are not closed.
pub const MAX_UNCLOSED: u64 = 1_000;

/// The heading row is looked for among so many rows: titles and notes stand above it.
pub const HEADING_SEARCH_ROWS: usize = 10;

/// A row with so many known headings is a heading row.
pub const MIN_HEADINGS: usize = 3;

/// The beginning of a CSV file in which delimiter and headings are looked for.
pub const HEAD_BYTES: usize = 256 << 10;

/// The part of a CSV file by which the encoding is decided: all of an ordinary file.
pub const ENCODING_SAMPLE_BYTES: u64 = 64 << 20;

/// The largest XLSX file as it lies on the disk.
pub const MAX_XLSX_FILE_BYTES: u64 = 128 << 20;

/// The most bytes that the parts of an XLSX file may unpack to, counted while unpacking.
pub const MAX_XLSX_UNPACKED_BYTES: u64 = 512 << 20;

/// The most bytes of shared strings: each of them costs 24 bytes of memory beside its text, even an empty one.
pub const MAX_XLSX_STRINGS_BYTES: u64 = 128 << 20;

/// A part of an XLSX file may be so many times larger than its compressed form. Deflate ends at about 1,030; sheets
/// of repeated rows reach 50 or so.
pub const MAX_XLSX_RATIO: u64 = 200;

/// Parts smaller than this may be compressed by any ratio: a nearly empty sheet is harmless.
pub const XLSX_RATIO_FLOOR_BYTES: u64 = 1 << 20;

/// The most parts of an XLSX file.
pub const MAX_XLSX_PARTS: usize = 2_000;

/// The most rows of a sheet: what Excel itself can hold.
pub const MAX_XLSX_ROWS: usize = 1_048_576;

/// The most cells of a sheet that are not empty.
pub const MAX_XLSX_CELLS: usize = 16_000_000;

/// The most text of a sheet: one shared string can be named by millions of cells.
pub const MAX_XLSX_TEXT_BYTES: usize = 512 << 20;

/// The most sheets that are searched for a heading row.
pub const MAX_XLSX_SHEETS: usize = 32;

/// CF_SY 违法事实 is C2000 and more ("2000+"): a generous end.
pub const MAX_FACTS_CHARS: usize = 20_000;

/// Columns that no standard limits, such as the oldest generation's timestamp.
pub const MAX_OTHER_CHARS: usize = 4_000;

/// A whole number of 10,000-yuan units from here on (100 million yuan) is taken for yuan by mistake until a clerk
/// confirms it.
pub const SUSPICIOUS_TEN_THOUSANDS: u64 = 10_000;

/// A whole number from here on is suspicious as well when the row's own text gives the same number in yuan.
pub const SUSPICIOUS_WHEN_TEXT_SAYS_YUAN: u64 = 10;

/// The whole numbers that are read as Excel's serial days: 1990-01-01 to 2099-12-31. Lower ones look like a year and
/// a month (20194), higher ones like nothing that has been decided.
pub const EXCEL_SERIALS: std::ops::RangeInclusive<i32> = 32_874..=73_050;

/// From here on a number cell has more digits than Excel keeps (15).
pub const EXCEL_DIGITS_END: f64 = 1e15;

/// No decision is older than this.
pub const EARLIEST_DECISION: &str = "1949-10-01";

/// So many quarantine files may lie beside one source before an import refuses to write another.
pub const MAX_QUARANTINE_FILES: u32 = 1_000;

/// So many problems of one row are reported; a row has no more columns than this in practice.
pub const MAX_PROBLEMS_PER_ROW: usize = 40;
