//! The double-publicity files in which the county's records would come: every generation, as departments write them.

use super::{Category, Demo, DemoRow, Party};
use crate::import::{
    DraftData, DraftSubject, Encoding, Field, FileKind, Generation, Personal,
    dirt::{Soiled, soil},
    write::{CsvShape, Fields, HeadingStyle, Shape, columns, fields, write_csv, write_xlsx},
};
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// CSV in UTF-8 with the codes of the standard as headings.
    Utf8,
    /// CSV in GB18030 with Chinese headings.
    Gb18030,
    /// A workbook with Chinese headings under a title.
    Xlsx,
}

impl Form {
    pub const ALL: [Form; 3] = [Form::Utf8, Form::Gb18030, Form::Xlsx];

    fn headings(self) -> HeadingStyle {
        if self == Form::Utf8 { HeadingStyle::Codes } else { HeadingStyle::Chinese }
    }

    fn suffix(self) -> &'static str {
        match self {
            Form::Utf8 => ".csv",
            Form::Gb18030 => ".gb18030.csv",
            Form::Xlsx => ".xlsx",
        }
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    pub path: PathBuf,
    pub rows: usize,
    /// Rows that have something wrong with them.
    pub dirty: usize,
    /// Those that an import holds back; it cleans the others.
    pub held_back: usize,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct WriteError {
    path: PathBuf,
    reason: String,
}

impl WriteError {
    fn new(path: &Path, reason: impl ToString) -> WriteError {
        WriteError { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// Writes files of `rows` rows each, no record in two of them: penalties and licenses, in every generation and form.
/// `dirt_rate`, 0 to 1, of the rows have something wrong with them.
pub fn write_files(demo: &Demo, dir: &Path, rows: usize, dirt_rate: f64) -> Result<Vec<WrittenFile>, WriteError> {
    fs::create_dir_all(dir).map_err(|error| WriteError::new(dir, error))?;
    let mut sorted = Sorted::of(demo);
    let mut written = Vec::new();
    for (kind, kind_name) in [(FileKind::Penalty, "处罚"), (FileKind::License, "许可")] {
        for (generation, generation_name) in
            [(Generation::Oldest, "一代"), (Generation::Middle, "二代"), (Generation::Current, "现行")]
        {
            for form in Form::ALL {
                let path = dir.join(format!("{kind_name}-{generation_name}{}", form.suffix()));
                let records = sorted.take(kind, rows);
                let clean = records.iter().map(|row| row_fields(generation, row));
                let shape = Shape { kind, generation, headings: form.headings() };
                let seed = demo.config().seed.wrapping_add(written.len() as u64);
                let soiled = soil(seed, per_mille(dirt_rate), &columns(kind, generation), clean);
                written.push(write_file(&path, shape, form, soiled)?);
            }
        }
    }
    Ok(written)
}

/// Writes one clean CSV file of penalties of the current generation, for measuring.
pub fn write_clean_csv(demo: &Demo, path: &Path, rows: usize) -> Result<(), WriteError> {
    let shape = Shape { kind: FileKind::Penalty, generation: Generation::Current, headings: HeadingStyle::Codes };
    let records = Sorted::of(demo).take(FileKind::Penalty, rows);
    let clean = records.iter().map(|row| row_fields(shape.generation, row));
    let rows = clean.map(|row| Soiled { row, dirt: Vec::new() }).collect();
    write_file(path, shape, Form::Utf8, rows).map(drop)
}

fn per_mille(rate: f64) -> u32 {
    (rate.clamp(0.0, 1.0) * 1_000.0).round() as u32
}

/// The county's rows, told apart by what they are.
struct Sorted<I> {
    rows: I,
    penalties: VecDeque<DemoRow>,
    licenses: VecDeque<DemoRow>,
}

impl Sorted<()> {
    fn of(demo: &Demo) -> Sorted<impl Iterator<Item = DemoRow>> {
        // Rows are numbered with 32 bits.
        let rows = demo.double_publicity_rows(u32::MAX as usize);
        Sorted { rows, penalties: VecDeque::new(), licenses: VecDeque::new() }
    }
}

impl<I: Iterator<Item = DemoRow>> Sorted<I> {
    fn take(&mut self, kind: FileKind, count: usize) -> Vec<DemoRow> {
        loop {
            let wanted = if kind == FileKind::Penalty { &mut self.penalties } else { &mut self.licenses };
            if wanted.len() >= count {
                return wanted.drain(..count).collect();
            }
            match self.rows.next() {
                Some(row @ DemoRow::Penalty { .. }) => self.penalties.push_back(row),
                Some(row @ DemoRow::License { .. }) => self.licenses.push_back(row),
                None => return wanted.drain(..).collect(),
            }
        }
    }
}

fn row_fields(generation: Generation, row: &DemoRow) -> Fields {
    let (party, effective, data) = match row {
        DemoRow::Penalty { party, effective, data, .. } => (party, *effective, DraftData::Penalty(data.clone())),
        DemoRow::License { party, effective, data, .. } => (party, *effective, DraftData::License(data.clone())),
    };
    let representative = party.representative.as_ref().map(|person| Personal {
        name: Some(person.name.clone()),
        document_kind: Some(person.document.kind.to_owned()),
        document_number: Some(person.document.number.clone()),
    });
    let mut fields = fields(generation, effective, &subject(party), &data, representative.as_ref());
    fields.insert(Field::Category, party.category.title().to_owned());
    fields
}

fn subject(party: &Party) -> DraftSubject {
    let name = party.name.clone();
    match &party.document {
        Some(document) if party.category == Category::Person => {
            DraftSubject::Person { document_kind: document.kind.to_owned(), number: document.number.clone(), name }
        }
        _ => DraftSubject::Organisation {
            organisation_code: party.organisation_code().unwrap_or_default().to_owned(),
            uscc: party.uscc.clone(),
            name,
            aliases: Vec::new(),
        },
    }
}

fn write_file(path: &Path, shape: Shape, form: Form, soiled: Vec<Soiled>) -> Result<WrittenFile, WriteError> {
    let dirty = soiled.iter().filter(|row| !row.dirt.is_empty()).count();
    let held_back = soiled.iter().filter(|row| row.dirt.iter().any(|dirt| dirt.code().is_some())).count();
    let rows: Vec<Fields> = soiled.into_iter().map(|soiled| soiled.row).collect();
    let csv = |encoding, bom| {
        let form = CsvShape { encoding, bom, ..CsvShape::default() };
        let mut out = BufWriter::new(File::create(path)?);
        write_csv(&mut out, shape, form, &rows)?;
        out.flush()
    };
    let written: Result<(), io::Error> = match form {
        Form::Utf8 => csv(Encoding::Utf8, true),
        Form::Gb18030 => csv(Encoding::Gb18030, false),
        Form::Xlsx => write_xlsx(shape, Some("行政许可和行政处罚双公示信息"), &rows)
            .map_err(io::Error::other)
            .and_then(|bytes| fs::write(path, bytes)),
    };
    written.map_err(|error| WriteError::new(path, error))?;
    Ok(WrittenFile { path: path.to_owned(), rows: rows.len(), dirty, held_back })
}
