//! Records of a CSV file, one after another, in bounded memory.
//!
//! Records are cut from the bytes and decoded one by one, so that a damaged byte costs one row. That is sound in
//! GB18030 as in UTF-8: neither has a quote, a line break, a comma, a semicolon or a tab inside a character. A bar can end a
//! character of GB18030, and the full-width comma can lie across two; see [`Scan::is_within_letters`]. The `csv`
//! crate reads a record of any length into memory and swallows the file behind a quote that nobody closed; hence our own.

use super::{
    cells::Cells,
    encoding::Encoding,
    limits::{KEPT_OF_LONG_RECORD, MAX_COLUMNS, MAX_RECORD_BYTES},
};
use std::io::{self, Read};

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    Comma,
    Tab,
    Semicolon,
    Bar,
    FullWidthComma,
}

impl Delimiter {
    pub(super) const ALL: [Delimiter; 5] =
        [Delimiter::Comma, Delimiter::Tab, Delimiter::Semicolon, Delimiter::FullWidthComma, Delimiter::Bar];

    pub(super) fn text(self) -> &'static str {
        match self {
            Delimiter::Comma => ",",
            Delimiter::Tab => "\t",
            Delimiter::Semicolon => ";",
            Delimiter::Bar => "|",
            Delimiter::FullWidthComma => "，",
        }
    }

    fn bytes(self, encoding: Encoding) -> &'static [u8] {
        match (self, encoding) {
            (Delimiter::FullWidthComma, Encoding::Gb18030) => b"\xA3\xAC",
            _ => self.text().as_bytes(),
        }
    }
}

/// A record as it was cut from the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// Without its line break.
    Record { line: u64, bytes: &'a [u8], lines: Lines },
    /// One line, with a quote in it that is not closed.
    Unclosed { line: u64, bytes: &'a [u8] },
    /// The beginning of a record that is too long; the rest is skipped.
    TooLong { line: u64, bytes: Vec<u8> },
}

/// How many lines a record has, and how it came by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    /// Within quotes, as it should be.
    Many,
    /// Within quotes that end in the middle of a cell: probably the beginning of another pair.
    ManyByLooseQuotes,
}

/// Cuts records from a reader.
pub(super) struct Records<R> {
    reader: R,
    delimiter: &'static [u8],
    /// Whether bytes of letters can look like the delimiter.
    ambiguous: bool,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    line: u64,
    consumed: u64,
    /// Where the second line of the last record begins in the buffer.
    second_line: Option<usize>,
    last_line: u64,
}

const CHUNK: usize = 256 << 10;

impl<R: Read> Records<R> {
    pub(super) fn new(reader: R, delimiter: Delimiter, encoding: Encoding) -> Records<R> {
        Records {
            reader,
            delimiter: delimiter.bytes(encoding),
            ambiguous: encoding == Encoding::Gb18030 && matches!(delimiter, Delimiter::Bar | Delimiter::FullWidthComma),
            buffer: Vec::new(),
            start: 0,
            end: 0,
            at_end: false,
            line: 1,
            consumed: 0,
            second_line: None,
            last_line: 1,
        }
    }

    /// How many bytes have been cut into records.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Reads the second and later lines of the last record again, as records of their own: the quote that joined them
    /// was a mistake.
    pub(super) fn take_back_all_but_first_line(&mut self) {
        if let Some(second) = self.second_line.take() {
            self.consumed -= (self.start - second) as u64;
            self.start = second;
            self.line = self.last_line + 1;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + CHUNK, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.at_end = true,
                Ok(n) => self.end += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Raw<'_>>> {
        self.second_line = None;
        let mut scan = Scan::default();
        loop {
            let record = &self.buffer[self.start..self.end];
            if let Some(length) = scan.run(record, self.delimiter, self.ambiguous) {
                let (from, lines, kind) = (self.start, scan.lines, scan.kind());
                self.second_line = scan.first_break.map(|at| from + at + 1);
                self.advance(length + 1, lines + 1);
                let line = self.last_line;
                let bytes = without_return(&self.buffer[from..from + length]);
                return Ok(Some(Raw::Record { line, bytes, lines: kind }));
            }
            if scan.at > MAX_RECORD_BYTES {
                return if scan.first_break.is_some() { Ok(self.unclosed(&scan)) } else { self.skip_long_line() };
            }
            if self.at_end {
                return Ok(self.last_record(&scan));
            }
            self.fill()?;
        }
    }

    fn advance(&mut self, bytes: usize, lines: u64) {
        self.last_line = self.line;
        self.start += bytes;
        self.consumed += bytes as u64;
        self.line += lines;
    }

    /// The last record, which no line break ends.
    fn last_record(&mut self, scan: &Scan) -> Option<Raw<'_>> {
        if self.start == self.end {
            return None;
        }
        if matches!(scan.state, State::Quoted) {
            return self.unclosed(scan);
        }
        let (from, to, lines, kind) = (self.start, self.end, scan.lines, scan.kind());
        self.second_line = scan.first_break.map(|at| from + at + 1);
        self.advance(to - from, lines + 1);
        let bytes = without_return(&self.buffer[from..to]);
        Some(Raw::Record { line: self.last_line, bytes, lines: kind })
    }

    /// The first line of a record whose quote is not closed; what follows is read as if the quote was not there.
    fn unclosed(&mut self, scan: &Scan) -> Option<Raw<'_>> {
        let from = self.start;
        let length = scan.first_break.unwrap_or(self.end - from);
        self.advance((length + 1).min(self.end - from), 1);
        let bytes = without_return(&self.buffer[from..from + length]);
        Some(Raw::Unclosed { line: self.last_line, bytes })
    }

    fn skip_long_line(&mut self) -> io::Result<Option<Raw<'_>>> {
        let bytes = self.buffer[self.start..self.end][..KEPT_OF_LONG_RECORD].to_vec();
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
                self.advance(at + 1, 1);
                break;
            }
            let all = rest.len();
            self.advance(all, 0);
            if self.at_end {
                break;
            }
            self.fill()?;
        }
        Ok(Some(Raw::TooLong { line: self.last_line, bytes }))
    }
}

fn without_return(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[derive(Debug, Clone, Copy, Default)]
enum State {
    #[default]
    FieldStart,
    Plain,
    Quoted,
    /// A quote inside quotes: the end of them, or one half of a doubled quote.
    QuoteInQuoted,
}

/// The search for the end of a record; goes on where it stopped when more bytes have come.
#[derive(Default)]
struct Scan {
    at: usize,
    state: State,
    first_break: Option<usize>,
    lines: u64,
    loose: bool,
    /// Where a character begins, not far back: bytes are paired from there.
    boundary: usize,
}

impl Scan {
    fn kind(&self) -> Lines {
        match (self.lines, self.loose) {
            (0, _) => Lines::One,
            (_, false) => Lines::Many,
            (_, true) => Lines::ManyByLooseQuotes,
        }
    }

    /// The length of the record that `bytes` begins with, if its end is in sight.
    fn run(&mut self, bytes: &[u8], delimiter: &[u8], ambiguous: bool) -> Option<usize> {
        let last = delimiter[delimiter.len() - 1];
        while self.at < bytes.len() {
            // Most bytes are letters: run over them before looking at what they mean.
            let rest = &bytes[self.at..];
            let run = match self.state {
                State::Plain => rest.iter().position(|b| *b == b'\n' || *b == last),
                State::Quoted => rest.iter().position(|b| *b == b'\n' || *b == b'"'),
                State::FieldStart | State::QuoteInQuoted => Some(0),
            };
            self.at += run.unwrap_or(rest.len());
            let here = self.at;
            if here > MAX_RECORD_BYTES {
                return None;
            }
            let byte = bytes.get(here)?;
            self.at += 1;
            self.state = match (self.state, *byte) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, b'\n') => {
                    self.first_break.get_or_insert(here);
                    self.lines += 1;
                    State::Quoted
                }
                (State::Quoted, _) => State::Quoted,
                (_, b'\n') => return Some(here),
                (State::FieldStart | State::QuoteInQuoted, b'"') => State::Quoted,
                (_, byte)
                    if byte == last
                        && bytes[..=here].ends_with(delimiter)
                        && !(ambiguous && self.is_within_letters(bytes, delimiter)) =>
                {
                    State::FieldStart
                }
                (State::QuoteInQuoted, byte) => {
                    self.loose |= byte != b'\r' && byte != delimiter[0];
                    State::Plain
                }
                _ => State::Plain,
            };
        }
        None
    }

    /// Whether what looks like the delimiter just before `self.at` is made of bytes of letters. Bytes from 0x80 on come in
    /// pairs in GB18030, so an odd number of them in a row before it takes its first byte to itself.
    fn is_within_letters(&mut self, bytes: &[u8], delimiter: &[u8]) -> bool {
        let before = &bytes[self.boundary..self.at - delimiter.len()];
        let is_within = before.iter().rev().take_while(|byte| **byte >= 0x80).count() % 2 == 1;
        // Moves on with every look, so that a record of nothing but such bytes costs no more than another.
        self.boundary = if is_within { self.at + 1 - delimiter.len() } else { self.at };
        is_within
    }
}

/// The cells of a record; none if there are more than any row can have.
pub(super) fn split(record: &str, delimiter: Delimiter, columns: usize) -> Option<Cells> {
    let mut cells = Cells::with_capacity(record.len(), columns);
    let delimiter = delimiter.text();
    let mut rest = record;
    loop {
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let Some(at) = quoted.find('"') else {
                    cells.push_part(quoted);
                    rest = "";
                    break;
                };
                cells.push_part(&quoted[..at]);
                quoted = &quoted[at + 1..];
                match quoted.strip_prefix('"') {
                    Some(after) => {
                        cells.push_part("\"");
                        quoted = after;
                    }
                    None => {
                        rest = quoted;
                        break;
                    }
                }
            }
        }
        // Text behind closed quotes belongs to the cell: nothing may be lost.
        match rest.find(delimiter) {
            Some(at) => {
                cells.push(&rest[..at]);
                rest = &rest[at + delimiter.len()..];
            }
            None => {
                cells.push(rest);
                return Some(cells);
            }
        }
        if cells.len() >= MAX_COLUMNS {
            return None;
        }
    }
}

/// The cells of a line whose quotes do not match: every quote is taken for a letter.
pub(super) fn split_plain(record: &str, delimiter: Delimiter) -> Cells {
    record.split(delimiter.text()).take(MAX_COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, delimiter: Delimiter) -> Vec<String> {
        let bytes = Encoding::Gb18030.encode(text).into_owned();
        let mut records = Records::new(&bytes[..], delimiter, Encoding::Gb18030);
        let mut all = Vec::new();
        while let Some(raw) = records.next().unwrap() {
            let Raw::Record { bytes, .. } = raw else { panic!("{raw:?}") };
            all.push(Encoding::Gb18030.decode(bytes).unwrap().into_owned());
        }
        all
    }

    #[test]
    fn a_letter_that_ends_like_the_delimiter_begins_no_cell() {
        // The second byte of 億 is that of the bar.
        assert_eq!(records("億\"甲|乙\n丙|丁\n", Delimiter::Bar), ["億\"甲|乙", "丙|丁"]);
        assert_eq!(records("億|\"甲\n乙\"\n丙\n", Delimiter::Bar), ["億|\"甲\n乙\"", "丙"]);
        assert_eq!(records("埃，\"甲\n乙\"\n丙\n", Delimiter::FullWidthComma), ["埃，\"甲\n乙\"", "丙"]);
        let all = "㐀，".repeat(3);
        assert_eq!(records(&all, Delimiter::FullWidthComma), [all.as_str()], "letters of four bytes");
    }
}
