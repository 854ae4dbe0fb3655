//! The heading row: which column means what, and what the file is by that.

use super::{
    error::FileError,
    field::{Field, FileKind, Generation},
    limits::MIN_HEADINGS,
    names,
};

/// The columns of one file.
#[derive(Debug, Clone)]
pub struct HeadingMap {
    kind: FileKind,
    generation: Generation,
    /// The headings exactly as the file has them.
    headings: Vec<String>,
    fields: Vec<Option<Field>>,
    columns: [Option<u16>; Field::COUNT],
}

/// How many cells are headings that we know.
pub(super) fn known<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    cells.filter(|cell| !cell.is_empty() && names::meaning(cell).is_some()).count()
}

/// Whether a row is a heading row: enough known headings, and not fewer than cells that say anything else.
pub(super) fn is_heading<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let known = known(cells.clone());
    known >= MIN_HEADINGS && known * 2 >= cells.filter(|cell| !super::text::trim(cell).is_empty()).count()
}

impl HeadingMap {
    pub(super) fn new(headings: Vec<String>) -> Result<HeadingMap, FileError> {
        let meanings: Vec<_> = headings.iter().map(|heading| names::meaning(heading)).collect();
        let of = |kind| meanings.iter().flatten().filter(|m| m.kind == Some(kind)).count();
        let kind = match (of(FileKind::Penalty), of(FileKind::License)) {
            (0, 0) => return Err(FileError::NoHeading),
            (_, 0) => FileKind::Penalty,
            (0, _) => FileKind::License,
            _ => return Err(FileError::MixedKinds),
        };
        let has = |generation| meanings.iter().flatten().any(|m| m.generation == Some(generation));
        let generation = match (has(Generation::Oldest), has(Generation::Middle)) {
            (true, _) => Generation::Oldest,
            (false, true) => Generation::Middle,
            (false, false) => Generation::Current,
        };
        let mut columns = [None; Field::COUNT];
        let mut fields = Vec::with_capacity(headings.len());
        for (i, meaning) in meanings.iter().enumerate() {
            let field = meaning.map(|m| m.field);
            fields.push(field);
            let Some(field) = field.filter(|f| *f != Field::Quarantine) else { continue };
            let place = &mut columns[field as usize];
            if let Some(first) = *place {
                let first = headings[usize::from(first)].clone();
                return Err(FileError::DuplicateColumns { columns: vec![first, headings[i].clone()] });
            }
            *place = u16::try_from(i).ok();
        }
        let map = HeadingMap { kind, generation, headings, fields, columns };
        map.require_columns()?;
        Ok(map)
    }

    fn require_columns(&self) -> Result<(), FileError> {
        let (number, date) = match self.kind {
            FileKind::Penalty => ("CF_WSH 行政处罚决定书文号", "CF_JDRQ 处罚决定日期"),
            FileKind::License => ("XK_WSH 行政许可决定文书号", "XK_JDRQ 许可决定日期"),
        };
        let mut missing = Vec::new();
        let mut require = |fields: &[Field], name: &str| {
            if fields.iter().all(|field| self.column(*field).is_none()) {
                missing.push(name.to_owned());
            }
        };
        require(&[Field::Name], "XDR_MC 行政相对人名称");
        let identifiers = [
            Field::Uscc,
            Field::OrganisationCode,
            Field::Registration,
            Field::Tax,
            Field::Institution,
            Field::SocialOrganisation,
            Field::PersonDocumentNumber,
            Field::PersonCitizenNumber,
        ];
        require(&identifiers, "XDR_SHXYM 统一社会信用代码 (或组织机构代码、其他登记号、自然人证件号码)");
        require(&[Field::DocumentNo], number);
        require(&[Field::Decided], date);
        if missing.is_empty() { Ok(()) } else { Err(FileError::MissingColumns { columns: missing }) }
    }

    pub fn kind(&self) -> FileKind {
        self.kind
    }

    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The headings exactly as the file has them.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The headings that mean nothing to us; their cells are not imported.
    pub fn unknown(&self) -> Vec<&str> {
        let unknown = self.fields.iter().zip(&self.headings).filter(|(field, _)| field.is_none());
        unknown.map(|(_, heading)| heading.as_str()).filter(|heading| !heading.trim().is_empty()).collect()
    }

    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns[field as usize].map(usize::from)
    }

    /// The heading over a field, as the file has it.
    pub fn heading(&self, field: Field) -> &str {
        self.column(field).map_or("", |column| &self.headings[column])
    }

    pub(super) fn field(&self, column: usize) -> Option<Field> {
        self.fields.get(column).copied().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.headings.len()
    }

    /// Whether the file is a quarantine file, perhaps corrected.
    pub fn is_quarantine(&self) -> bool {
        self.fields.contains(&Some(Field::Quarantine))
    }
}
