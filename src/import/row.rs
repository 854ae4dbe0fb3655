//! One row, made into a draft event or held back with everything that is wrong with it.

use super::{
    cells::Cells,
    error::{Code, Problem},
    field::{Field, FileKind},
    headings::HeadingMap,
    party::{self, DraftSubject, HolderOf, Personal},
    reading::{End, Reading},
    redact, text,
};
use chengxin_projections::{
    date::Date,
    event::{LicenseGranted, PenaltyImposed, Procedure},
    hash,
};
use sha2::{Digest, Sha256};

/// An event that a row asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Where the row begins in the file, counted from 1.
    pub line: u64,
    /// The same for the same authority, document number and party, in whatever file they come.
    pub id: String,
    pub effective: Date,
    pub subject: DraftSubject,
    pub data: DraftData,
    pub representative: Option<Personal>,
    /// What a clerk should know, and what a clerk has confirmed.
    pub warnings: Vec<Problem>,
    /// The row exactly as it was, for the quarantine file should the event be refused.
    pub cells: Cells,
}

/// What the event says; `representative` is none, its fields are to be sealed first.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftData {
    Penalty(PenaltyImposed),
    License(LicenseGranted),
}

impl DraftData {
    pub fn document_no(&self) -> &str {
        match self {
            DraftData::Penalty(data) => &data.document_no,
            DraftData::License(data) => &data.document_no,
        }
    }
}

/// A row that does not go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedRow {
    pub line: u64,
    /// The row exactly as it was.
    pub cells: Cells,
    /// All that is wrong with it.
    pub problems: Vec<Problem>,
    /// The bytes of a row that its cells do not show faithfully.
    pub raw: Option<String>,
}

impl QuarantinedRow {
    /// The row of a draft that was sound and all the same had no effect; the reason is for the clerk.
    pub fn refused(line: u64, cells: Cells, reason: String) -> QuarantinedRow {
        let problem = Problem { code: Code::Refused, column: String::new(), reason };
        QuarantinedRow { line, cells, problems: vec![problem], raw: None }
    }
}

/// What the caller knows and the file does not.
pub struct Settings<K> {
    /// The importing organisation: the authority of rows that name none.
    pub organisation: String,
    /// Decisions after this day are refused; none to let the fold judge.
    pub today: Option<Date>,
    /// The keyed hash of a person's document, by kind and number.
    pub person_key: K,
    /// To whom other numbers than codes are linked.
    pub holder: HolderOf,
    /// The closed list of penalty kinds, as policy has it; any other is `其他-…`.
    pub penalty_kinds: Vec<String>,
}

/// A draft, and what tells a copy of it from another record under the same id.
pub(super) struct Parsed {
    pub(super) draft: Draft,
    /// The digest of which the id is the text.
    pub(super) key: IdDigest,
    pub(super) content: u64,
}

pub(super) fn parse<K: Fn(&str, &str) -> String>(
    line: u64,
    cells: Cells,
    map: &HeadingMap,
    settings: &Settings<K>,
) -> Result<Box<Parsed>, Box<QuarantinedRow>> {
    let mut row = Reading::new(&cells, map);
    row.check_characters();
    let subject = party::read(&mut row, &settings.holder);
    let representative = party::representative(&mut row);
    let document_no = row.document_no();
    let effective = row.decided(settings.today);
    party::check_state(&mut row);
    let mut data = match map.kind() {
        FileKind::Penalty => DraftData::Penalty(penalty(&mut row, effective, &settings.penalty_kinds)),
        FileKind::License => DraftData::License(license(&mut row, effective)),
    };
    for field in [Field::Region, Field::Timestamp] {
        row.prose(field);
    }
    let decided_by_code = match &data {
        DraftData::Penalty(data) => &data.decided_by_code,
        DraftData::License(data) => &data.decided_by_code,
    };
    if decided_by_code.as_ref().is_some_and(|code| *code != settings.organisation) {
        row.warn(Code::DecidedElsewhere, Field::DecidedByCode, "所填的决定机关不是报送单位");
    }
    let hidden = redact::hidden(&row, subject.as_ref(), representative.as_ref());
    if let Some(number) = &document_no
        && hidden.iter().any(|hidden| hidden.number && number.contains(hidden.text.as_str()))
    {
        row.problem(Code::PersonalInNumber, Field::DocumentNo, "文号含有证件号码");
    }
    redact::redact(&mut data, &hidden);
    let Reading { problems, warnings, .. } = row;
    match (subject, document_no, effective) {
        (Some(subject), Some(number), Some(effective)) if problems.is_empty() => {
            let (id, key) = id(&data, &number, &subject, settings);
            let content = content(&data, effective, &subject, &representative);
            match &mut data {
                DraftData::Penalty(data) => data.document_no = number,
                DraftData::License(data) => data.document_no = number,
            }
            let draft = Draft { line, id, effective, subject, data, representative, warnings, cells };
            Ok(Box::new(Parsed { draft, key, content }))
        }
        _ => Err(Box::new(QuarantinedRow { line, cells, problems, raw: None })),
    }
}

fn penalty(row: &mut Reading<'_>, decided: Option<Date>, known: &[String]) -> PenaltyImposed {
    let content = row.prose(Field::Content);
    let fine = row.money(Field::Fine, Field::FineYuan, content.as_deref());
    let confiscated = row.money(Field::Confiscated, Field::ConfiscatedYuan, content.as_deref());
    let End(valid_until) = row.end(Field::ValidUntil, decided);
    let End(publicity_until) = row.end(Field::PublicityUntil, decided);
    PenaltyImposed {
        document_no: String::new(),
        conduct: row.prose(Field::Conduct),
        facts: row.prose(Field::Facts),
        basis: row.prose(Field::Basis),
        kinds: kinds(row, known),
        content,
        procedure: procedure(row),
        fine,
        confiscated,
        severity: None,
        certificates: row.line(Field::Certificates),
        valid_until,
        publicity_until,
        document_name: row.line(Field::DocumentName),
        decided_by: row.line(Field::DecidedBy),
        decided_by_code: row.other_number(Field::DecidedByCode),
        source: row.line(Field::Source),
        source_code: row.other_number(Field::SourceCode),
        representative: None,
        remarks: row.prose(Field::Remarks),
    }
}

fn license(row: &mut Reading<'_>, decided: Option<Date>) -> LicenseGranted {
    let valid_from = row.day(Field::ValidFrom);
    let End(valid_until) = row.end(Field::ValidUntil, valid_from.or(decided));
    LicenseGranted {
        document_no: String::new(),
        category: license_category(row),
        content: row.prose(Field::Content),
        valid_from,
        valid_until,
        document_name: row.line(Field::DocumentName),
        certificate_name: row.line(Field::CertificateName),
        certificate_no: row.number_line(Field::CertificateNo),
        decided_by: row.line(Field::DecidedBy),
        decided_by_code: row.other_number(Field::DecidedByCode),
        source: row.line(Field::Source),
        source_code: row.other_number(Field::SourceCode),
        representative: None,
        remarks: row.prose(Field::Remarks),
    }
}

fn procedure(row: &mut Reading<'_>) -> Option<Procedure> {
    match row.line(Field::Procedure)?.as_str() {
        "简易程序" | "简易" | "当场处罚" => Some(Procedure::Simple),
        "普通程序" | "普通" | "一般程序" | "一般" | "听证程序" => Some(Procedure::Ordinary),
        _ => {
            row.problem(Code::StateUnclear, Field::Procedure, "处罚程序应为简易程序或普通程序");
            None
        }
    }
}

/// What stands before a kind of one's own.
const OTHER: &str = "其他-";
const UNNAMED: &str = "其他-未注明";

/// As the closed list writes a kind that files write otherwise.
fn usual(kind: &str) -> &str {
    match kind {
        "暂扣许可证" | "暂扣许可证件或执照" => "暂扣许可证件",
        "吊销许可证" | "吊销营业执照" | "吊销执照" => "吊销许可证件",
        "没收所得" => "没收违法所得",
        "没收财物" => "没收非法财物",
        "拘留" => "行政拘留",
        _ => kind,
    }
}

fn kinds(row: &mut Reading<'_>, known: &[String]) -> Vec<String> {
    let listed = |text: &str| known.iter().find(|kind| *kind == usual(text)).cloned();
    let mut kinds: Vec<String> = Vec::new();
    for field in [Field::Kinds, Field::MoreKinds] {
        let Some(cell) = row.line(field) else { continue };
        for part in cell.split([';', '；', '|']).map(text::trim).filter(|part| !part.is_empty()) {
            let mut add = |kind: String| {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            };
            if let Some(kind) = listed(part) {
                add(kind);
                continue;
            }
            // 、 and commas join kinds as well as words within one: only where every piece is a kind are they joints.
            let pieces: Option<Vec<_>> = part.split(['、', ',', '，']).map(|p| listed(text::trim(p))).collect();
            match pieces {
                Some(pieces) => pieces.into_iter().for_each(add),
                None => {
                    let (kind, named_as_other) = other(part);
                    add(kind);
                    if !named_as_other {
                        row.warn(Code::KindUnlisted, field, "不在标准处罚类别中");
                    }
                }
            }
        }
    }
    if kinds.is_empty() {
        row.warn(Code::KindMissing, Field::Kinds, "未填处罚类别");
    }
    kinds
}

/// A kind beyond the list, and whether it came as `其他-…` already.
fn other(text: &str) -> (String, bool) {
    let rest = text.strip_prefix("其他").or_else(|| text.strip_prefix("其它"));
    let Some(rest) = rest else { return (format!("{OTHER}{text}"), false) };
    match rest.trim_start_matches(['-', '－', '—', '–', ':', '：', ' ']) {
        "" => (UNNAMED.to_owned(), false),
        own if own.len() < rest.len() => (format!("{OTHER}{own}"), true),
        _ => (format!("{OTHER}{text}"), false),
    }
}

fn license_category(row: &mut Reading<'_>) -> Option<String> {
    let said = row.line(Field::LicenseCategory)?;
    let known = match said.as_str() {
        "普通" | "普通许可" => "普通",
        "特许" | "特许许可" => "特许",
        "认可" => "认可",
        "核准" => "核准",
        "登记" => "登记",
        _ => {
            let (category, listed) = other(&said);
            if !listed {
                row.warn(Code::KindUnlisted, Field::LicenseCategory, "不在标准许可类别中");
            }
            return Some(category);
        }
    };
    Some(known.to_owned())
}

/// Digits of the digest in an id: 80 bits, far beyond the number of records that there will ever be.
const ID_DIGEST_BYTES: usize = 10;

pub(super) type IdDigest = [u8; ID_DIGEST_BYTES];

fn id<K: Fn(&str, &str) -> String>(
    data: &DraftData,
    number: &str,
    subject: &DraftSubject,
    settings: &Settings<K>,
) -> (String, IdDigest) {
    let (prefix, authority) = match data {
        DraftData::Penalty(data) => ("CF", &data.decided_by_code),
        DraftData::License(data) => ("XK", &data.decided_by_code),
    };
    let mut digest = Sha256::new();
    let number = text::folded_document_number(number);
    let person;
    let party = match subject {
        DraftSubject::Organisation { organisation_code, .. } => organisation_code,
        DraftSubject::Person { document_kind, number, .. } => {
            person = (settings.person_key)(document_kind, number);
            &person
        }
    };
    // None of the parts can hold a line break.
    for part in [prefix, authority.as_deref().unwrap_or(&settings.organisation), &number, party] {
        digest.update(part.as_bytes());
        digest.update(b"\n");
    }
    let digest = digest.finalize();
    let mut id = String::with_capacity(3 + 2 * ID_DIGEST_BYTES);
    id.push_str(prefix);
    id.push('-');
    let mut key = IdDigest::default();
    key.copy_from_slice(&digest[..ID_DIGEST_BYTES]);
    for byte in key {
        for half in [byte >> 4, byte & 15] {
            id.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
    }
    (id, key)
}

/// Tells a copy of a row from another row under the same id. The document number is part of the id, and left out here so
/// that another kind of brackets is no difference.
fn content(data: &DraftData, effective: Date, subject: &DraftSubject, representative: &Option<Personal>) -> u64 {
    match data {
        DraftData::Penalty(data) => hash::of(&(effective, subject, representative, data)),
        DraftData::License(data) => hash::of(&(effective, subject, representative, data)),
    }
}
