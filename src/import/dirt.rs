//! Makes rows as dirty as real files have them: always the same dirt for the same seed. For the demo and for tests.

use super::{
    error::Code,
    field::Field,
    write::{Column, Fields},
};
use chengxin_projections::{date::Date, identifier};

/// One kind of dirt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dirt {
    // What the import cleans.
    FullWidthCode,
    LowerCaseCode,
    PaddedCells,
    WrappedCode,
    SlashDate,
    CompactDate,
    ChineseDate,
    ExcelSerial,
    NoEndDate,
    WideSemicolon,
    UnitInCell,
    Placeholder,
    SentTwice,
    // What it holds back.
    CheckDigit,
    ShortCode,
    DigitsLost,
    NoIdentifier,
    ImpossibleDate,
    NoDate,
    NoDocumentNo,
    ReversedPeriod,
    Yuan,
    AmountInWords,
    NulByte,
    TooLong,
    BirthDate,
    NoDocumentKind,
    Contradiction,
}

impl Dirt {
    pub const ALL: [Dirt; 28] = [
        Dirt::FullWidthCode,
        Dirt::LowerCaseCode,
        Dirt::PaddedCells,
        Dirt::WrappedCode,
        Dirt::SlashDate,
        Dirt::CompactDate,
        Dirt::ChineseDate,
        Dirt::ExcelSerial,
        Dirt::NoEndDate,
        Dirt::WideSemicolon,
        Dirt::UnitInCell,
        Dirt::Placeholder,
        Dirt::SentTwice,
        Dirt::CheckDigit,
        Dirt::ShortCode,
        Dirt::DigitsLost,
        Dirt::NoIdentifier,
        Dirt::ImpossibleDate,
        Dirt::NoDate,
        Dirt::NoDocumentNo,
        Dirt::ReversedPeriod,
        Dirt::Yuan,
        Dirt::AmountInWords,
        Dirt::NulByte,
        Dirt::TooLong,
        Dirt::BirthDate,
        Dirt::NoDocumentKind,
        Dirt::Contradiction,
    ];

    /// The code under which a row with this dirt is held back; none where the import cleans it.
    pub fn code(self) -> Option<Code> {
        Some(match self {
            Dirt::CheckDigit => Code::UsccCheck,
            Dirt::ShortCode => Code::UsccShape,
            Dirt::DigitsLost => Code::DigitsLost,
            Dirt::NoIdentifier => Code::IdentifierMissing,
            Dirt::ImpossibleDate => Code::DateInvalid,
            Dirt::NoDate | Dirt::NoDocumentNo => Code::RequiredMissing,
            Dirt::ReversedPeriod => Code::PeriodReversed,
            Dirt::Yuan => Code::SuspiciousAmount,
            Dirt::AmountInWords => Code::AmountInvalid,
            Dirt::NulByte => Code::ControlCharacter,
            Dirt::TooLong => Code::TooLong,
            Dirt::BirthDate => Code::BirthDate,
            Dirt::NoDocumentKind => Code::DocumentKindMissing,
            Dirt::Contradiction => Code::ConflictingDuplicate,
            _ => return None,
        })
    }
}

/// A generator of random numbers (SplitMix64): small, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }

    /// True in so many of a thousand cases.
    pub fn per_mille(&mut self, rate: u32) -> bool {
        self.below(1_000) < rate as usize
    }
}

/// A row and the dirt that was put on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soiled {
    pub row: Fields,
    pub dirt: Vec<Dirt>,
}

/// Puts dirt on so many of a thousand rows of a file with these columns. A row that is sent twice stands there twice, the
/// copy being the dirty one.
pub fn soil(seed: u64, per_mille: u32, columns: &[Column], rows: impl IntoIterator<Item = Fields>) -> Vec<Soiled> {
    let mut random = Random::new(seed);
    let mut out = Vec::new();
    for row in rows {
        if !random.per_mille(per_mille) {
            out.push(Soiled { row, dirt: Vec::new() });
            continue;
        }
        // Not every dirt sticks to every row: try kinds from a random one on.
        let first = random.below(Dirt::ALL.len());
        let kinds = Dirt::ALL.iter().cycle().skip(first).take(Dirt::ALL.len());
        let shows = |soiled: &Fields| columns.iter().any(|column| soiled.get(&column.field) != row.get(&column.field));
        let sticks = |dirt: &Dirt, soiled: &Fields| *dirt == Dirt::SentTwice || shows(soiled);
        let mut soiled = kinds.copied().filter_map(|dirt| Some((dirt, apply(dirt, &row)?)));
        let Some((dirt, soiled)) = soiled.find(|(dirt, soiled)| sticks(dirt, soiled)) else {
            out.push(Soiled { row, dirt: Vec::new() });
            continue;
        };
        if matches!(dirt, Dirt::SentTwice | Dirt::Contradiction) {
            out.push(Soiled { row, dirt: Vec::new() });
        }
        let mut all = vec![dirt];
        let (mut row, also_padded) = (soiled, random.per_mille(250));
        if also_padded && let Some(padded) = apply(Dirt::PaddedCells, &row) {
            row = padded;
            all.push(Dirt::PaddedCells);
        }
        out.push(Soiled { row, dirt: all });
    }
    out
}

/// The row with that dirt on it, if the dirt sticks: a row without an amount has none in the wrong unit.
pub fn apply(dirt: Dirt, row: &Fields) -> Option<Fields> {
    let mut out = row.clone();
    let get = |field: Field| row.get(&field).filter(|cell| !cell.is_empty()).cloned();
    let set = |out: &mut Fields, field: Field, cell: String| out.insert(field, cell);
    let _replaced: Option<String> = match dirt {
        Dirt::FullWidthCode => set(&mut out, Field::Uscc, full_width(&get(Field::Uscc)?)),
        Dirt::LowerCaseCode => set(&mut out, Field::Uscc, get(Field::Uscc)?.to_ascii_lowercase()),
        Dirt::PaddedCells => {
            for cell in out.values_mut().filter(|cell| !cell.is_empty()) {
                *cell = format!(" \u{3000}{cell}  ");
            }
            None
        }
        Dirt::WrappedCode => set(&mut out, Field::Uscc, format!("=\"{}\"", get(Field::Uscc)?)),
        Dirt::SlashDate => {
            let (year, month, day) = ymd(&get(Field::Decided)?)?;
            set(&mut out, Field::Decided, format!("{year}/{month}/{day}"))
        }
        Dirt::CompactDate => set(&mut out, Field::Decided, get(Field::Decided)?.replace('-', "")),
        Dirt::ChineseDate => {
            let (year, month, day) = ymd(&get(Field::Decided)?)?;
            set(&mut out, Field::Decided, format!("{year}年{month}月{day}日"))
        }
        Dirt::ExcelSerial => {
            let day: Date = get(Field::Decided)?.parse().ok()?;
            set(&mut out, Field::Decided, (day.days() + 25_569).to_string())
        }
        Dirt::NoEndDate if get(Field::ValidUntil).is_none() => set(&mut out, Field::ValidUntil, "2099/12/31".into()),
        Dirt::NoEndDate => return None,
        Dirt::WideSemicolon => {
            let kinds = get(Field::Kinds).filter(|kinds| kinds.contains(';'))?;
            set(&mut out, Field::Kinds, kinds.replace(';', "；"))
        }
        Dirt::UnitInCell => set(&mut out, Field::Fine, format!("{}万元", get(Field::Fine)?)),
        Dirt::Placeholder if get(Field::Remarks).is_none() => set(&mut out, Field::Remarks, "无".into()),
        Dirt::Placeholder => return None,
        Dirt::SentTwice => None,
        Dirt::CheckDigit => {
            let code = get(Field::Uscc).filter(|code| code.len() == 18 && code.is_ascii())?;
            let right = identifier::uscc_check_character(&code[..17])?;
            let wrong = if right == '1' { '2' } else { '1' };
            set(&mut out, Field::Uscc, format!("{}{wrong}", &code[..17]))
        }
        Dirt::ShortCode => {
            let mut code = get(Field::Uscc)?;
            code.pop();
            set(&mut out, Field::Uscc, code)
        }
        Dirt::DigitsLost => {
            get(Field::Uscc)?;
            set(&mut out, Field::Uscc, "9.16540E+17".into())
        }
        Dirt::NoIdentifier => {
            get(Field::Uscc)?;
            for other in [Field::Registration, Field::Tax, Field::Institution, Field::SocialOrganisation] {
                out.remove(&other);
            }
            out.remove(&Field::OrganisationCode);
            out.remove(&Field::Uscc)
        }
        Dirt::ImpossibleDate => set(&mut out, Field::Decided, "2019-02-30".into()),
        Dirt::NoDate => out.remove(&Field::Decided),
        Dirt::NoDocumentNo => out.remove(&Field::DocumentNo),
        Dirt::ReversedPeriod => {
            let (year, month, day) = ymd(&get(Field::Decided)?)?;
            if row.contains_key(&Field::ValidFrom) {
                set(&mut out, Field::ValidFrom, format!("{year}-{month:02}-{day:02}"));
            }
            set(&mut out, Field::ValidUntil, format!("{}-01-01", year - 1))
        }
        Dirt::Yuan => {
            get(Field::Fine)?;
            set(&mut out, Field::Fine, "20000".into())
        }
        Dirt::AmountInWords => {
            get(Field::Fine)?;
            set(&mut out, Field::Fine, "贰仟元整".into())
        }
        Dirt::NulByte => set(&mut out, Field::Name, format!("{}\0", get(Field::Name)?)),
        Dirt::TooLong => set(&mut out, Field::Name, "长".repeat(201)),
        Dirt::BirthDate => {
            get(Field::PersonDocumentNumber)
                .filter(|_| get(Field::PersonDocumentKind).as_deref() == Some(identifier::DOCUMENT_KINDS[0]))?;
            set(&mut out, Field::PersonDocumentNumber, "654021199002290011".into())
        }
        Dirt::NoDocumentKind => {
            get(Field::PersonDocumentNumber)?;
            out.remove(&Field::PersonDocumentKind)
        }
        Dirt::Contradiction => {
            let facts = get(Field::Content).unwrap_or_default();
            set(&mut out, Field::Content, format!("{facts}，另行更正"))
        }
    };
    Some(out)
}

fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(wide).collect()
}

fn ymd(text: &str) -> Option<(i32, u32, u32)> {
    let day: Date = text.parse().ok()?;
    let (month, of_month) = day.month_and_day();
    Some((day.year(), month, of_month))
}
