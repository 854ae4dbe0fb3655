//! Whom a row is about. By identifier only: a name never decides (default rule 12).

use super::{
    error::Code,
    field::{Field, FileKind, Generation},
    reading::Reading,
    text,
};
use chengxin_projections::{
    event::Alias,
    identifier::{self, DOCUMENT_KINDS, Holder, IdentifierError},
};

/// Whom a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DraftSubject {
    Organisation { organisation_code: String, uscc: Option<String>, name: String, aliases: Vec<Alias> },
    Person { document_kind: String, number: String, name: String },
}

/// What a file says of a natural person beside the party: the legal representative.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Personal {
    pub name: Option<String>,
    pub document_kind: Option<String>,
    pub document_number: Option<String>,
}

const CITIZEN_CARD: &str = DOCUMENT_KINDS[0];

fn document_kind(text: &str) -> Option<&'static str> {
    let known = DOCUMENT_KINDS.iter().find(|kind| **kind == text);
    known.copied().or(match text {
        "居民身份证" | "二代身份证" | "第二代居民身份证" | "中华人民共和国居民身份证" => {
            Some(CITIZEN_CARD)
        }
        "普通护照" | "外国护照" => Some("护照"),
        "港澳居民通行证" | "港澳通行证" | "回乡证" => Some("港澳居民来往内地通行证"),
        "台湾居民通行证" | "台胞证" => Some("台湾居民来往大陆通行证"),
        "外国人永久居留证" => Some("外国人永久居留身份证"),
        _ => None,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Category {
    Organisation,
    Person,
}

/// Tells to whom numbers are linked: what a row without a code needs and a file cannot know.
pub type HolderOf = Box<dyn Fn(&[Alias]) -> Holder + Send>;

pub(super) fn read(row: &mut Reading<'_>, holder: &HolderOf) -> Option<DraftSubject> {
    let category = category(row);
    let name = row.line(Field::Name);
    if name.is_none() {
        row.problem(Code::RequiredMissing, Field::Name, "未填写");
    }
    match category? {
        Category::Organisation => organisation(row, name, holder),
        Category::Person => person(row, name),
    }
}

/// What the row says it is about; where it does not say, what its identifiers say.
fn category(row: &mut Reading<'_>) -> Option<Category> {
    let has = |fields: &[Field]| fields.iter().any(|field| row.raw(*field).is_some());
    let organisation = has(&[
        Field::Uscc,
        Field::OrganisationCode,
        Field::Registration,
        Field::Tax,
        Field::Institution,
        Field::SocialOrganisation,
    ]);
    let person = has(&[Field::PersonDocumentNumber, Field::PersonCitizenNumber]);
    let Some(said) = row.line(Field::Category) else {
        return match (organisation, person) {
            (false, true) => Some(Category::Person),
            // A party with a code is an organisation, whatever else stands there: 个体工商户 give both.
            (true, _) => Some(Category::Organisation),
            (false, false) => {
                row.problem(Code::IdentifierMissing, Field::Uscc, "没有任何能确定主体的代码或证件号码");
                None
            }
        };
    };
    match said.as_str() {
        "自然人" | "个人" => Some(Category::Person),
        "法人及非法人组织"
        | "法人和非法人组织"
        | "法人"
        | "非法人组织"
        | "法人及其他组织"
        | "法人和其他组织"
        | "其他组织"
        | "企业"
        | "单位"
        | "个体工商户"
        | "个体户" => Some(Category::Organisation),
        _ => {
            row.problem(Code::PartyUnclear, Field::Category, "不是标准的相对人类别");
            None
        }
    }
}

fn organisation(row: &mut Reading<'_>, name: Option<String>, holder: &HolderOf) -> Option<DraftSubject> {
    let uscc = uscc(row);
    let code = organisation_code(row);
    let inner = uscc.as_ref().ok().and_then(Option::as_deref).and_then(identifier::organisation_code_of);
    if let (Some(inner), Ok(Some(code))) = (inner, &code)
        && inner != code
    {
        row.problem(Code::IdentifierConflict, Field::OrganisationCode, "与统一社会信用代码中的组织机构代码不一致");
    }
    let key = inner.map(str::to_owned).or_else(|| code.clone().ok().flatten());
    let is_unnamed = key.is_none() && uscc.is_ok() && code.is_ok();
    let mut aliases = Vec::new();
    for (field, scheme) in OTHER_NUMBERS {
        if let Some(value) = row.other_number(field) {
            aliases.push(Alias { scheme: scheme.to_owned(), value });
        }
    }
    for field in [Field::PersonDocumentNumber, Field::PersonCitizenNumber] {
        if row.raw(field).is_some() {
            row.warn(Code::PersonDocumentIgnored, field, "单位的行填了自然人证件");
        }
    }
    let key = if is_unnamed { linked(row, &aliases, holder) } else { key };
    Some(DraftSubject::Organisation { organisation_code: key?, uscc: uscc.ok().flatten(), name: name?, aliases })
}

const OTHER_NUMBERS: [(Field, &str); 4] = [
    (Field::Registration, "registration"),
    (Field::Tax, "tax"),
    (Field::Institution, "institution"),
    (Field::SocialOrganisation, "social-organisation"),
];

/// The organisation to whom the numbers of a row without a code were linked.
fn linked(row: &mut Reading<'_>, aliases: &[Alias], holder: &HolderOf) -> Option<String> {
    let Some(first) = aliases.first() else {
        let reason = "没有统一社会信用代码、组织机构代码或已关联的登记号；名称不能确定主体";
        row.problem(Code::IdentifierMissing, Field::Uscc, reason);
        return None;
    };
    let field =
        OTHER_NUMBERS.iter().find(|(_, scheme)| *scheme == first.scheme).map_or(Field::Uscc, |(field, _)| *field);
    match holder(aliases) {
        Holder::One(code) => return Some(code),
        Holder::Nobody => row.problem(Code::IdentifierUnlinked, field, "该登记号尚未关联到任何主体"),
        Holder::Several => row.problem(Code::IdentifierAmbiguous, field, "各登记号关联到不同的主体"),
    }
    None
}

/// There is something in the cell, and a problem has been noted.
#[derive(Clone, Copy)]
struct Refused;

fn uscc(row: &mut Reading<'_>) -> Result<Option<String>, Refused> {
    let before = row.problems.len();
    let Some(code) = row.identifier(Field::Uscc) else {
        return if row.problems.len() > before { Err(Refused) } else { Ok(None) };
    };
    match identifier::check_uscc(&code) {
        Ok(()) => return Ok(Some(code)),
        Err(IdentifierError::Shape) => row.problem(Code::UsccShape, Field::Uscc, "长度不是18位，或含有不该有的字符"),
        Err(_) => {
            row.problem(Code::UsccCheck, Field::Uscc, "校验码不符");
            if row.confirmed {
                return Ok(Some(code));
            }
        }
    }
    Err(Refused)
}

fn organisation_code(row: &mut Reading<'_>) -> Result<Option<String>, Refused> {
    let before = row.problems.len();
    let Some(code) = row.identifier(Field::OrganisationCode) else {
        return if row.problems.len() > before { Err(Refused) } else { Ok(None) };
    };
    let code = code.replace('-', "");
    match identifier::check_organisation_code(&code) {
        Ok(()) => return Ok(Some(code)),
        Err(IdentifierError::Shape) => {
            row.problem(Code::OrganisationCodeShape, Field::OrganisationCode, "长度不是9位，或含有不该有的字符");
        }
        Err(_) => {
            row.problem(Code::OrganisationCodeCheck, Field::OrganisationCode, "校验码不符");
            if row.confirmed {
                return Ok(Some(code));
            }
        }
    }
    Err(Refused)
}

fn person(row: &mut Reading<'_>, name: Option<String>) -> Option<DraftSubject> {
    let name = name.map(|name| text::person_name(&name));
    for field in [Field::Uscc, Field::OrganisationCode] {
        if row.identifier(field).is_some() {
            row.problem(Code::PartyConflict, field, "自然人的行填了单位的代码");
        }
    }
    for field in [Field::Registration, Field::Tax, Field::Institution, Field::SocialOrganisation] {
        if row.raw(field).is_some() {
            row.warn(Code::AliasIgnored, field, "自然人的行填了单位的登记号");
        }
    }
    let document = document(
        row,
        Field::PersonDocumentKind,
        Field::PersonDocumentNumber,
        Field::PersonCitizenNumber,
        Required::Yes,
    );
    let (document_kind, number) = document?;
    Some(DraftSubject::Person { document_kind, number, name: name? })
}

/// The legal representative, if the row names one.
pub(super) fn representative(row: &mut Reading<'_>) -> Option<Personal> {
    let name = row.line(Field::Representative).map(|name| text::person_name(&name));
    let document = document(
        row,
        Field::RepresentativeDocumentKind,
        Field::RepresentativeDocumentNumber,
        Field::RepresentativeCitizenNumber,
        Required::No,
    );
    let (document_kind, document_number) = document.unzip();
    let personal = Personal { name, document_kind, document_number };
    (personal != Personal::default()).then_some(personal)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Required {
    Yes,
    No,
}

fn document(
    row: &mut Reading<'_>,
    kind_field: Field,
    number_field: Field,
    citizen_field: Field,
    required: Required,
) -> Option<(String, String)> {
    let problems = row.problems.len();
    if let Some(number) = row.identifier(citizen_field) {
        if row.raw(number_field).is_some() {
            row.problem(Code::IdentifierConflict, citizen_field, "证件号码填了两列");
            return None;
        }
        return citizen(row, citizen_field, number).map(|number| (CITIZEN_CARD.to_owned(), number));
    }
    let number = row.identifier(number_field);
    let said = row.line(kind_field);
    if row.problems.len() > problems {
        return None;
    }
    let Some(number) = number else {
        // A representative's kind without a number names no document: nothing is lost by leaving it.
        if required == Required::Yes {
            let field = if row.map.column(number_field).is_some() { number_field } else { citizen_field };
            row.problem(Code::DocumentNumberMissing, field, "自然人未填证件号码");
        }
        return None;
    };
    let Some(said) = said else {
        let field = if row.map.column(kind_field).is_some() { kind_field } else { number_field };
        row.problem(Code::DocumentKindMissing, field, "有证件号码而无证件类型");
        return None;
    };
    let Some(kind) = document_kind(&said) else {
        row.problem(Code::DocumentKindUnknown, kind_field, "不是标准的证件类型");
        return None;
    };
    let number =
        if kind == CITIZEN_CARD { citizen(row, number_field, number)? } else { other(row, number_field, number)? };
    Some((kind.to_owned(), number))
}

fn citizen(row: &mut Reading<'_>, field: Field, number: String) -> Option<String> {
    let (code, reason) = match identifier::check_citizen_number(&number) {
        Ok(()) => return Some(number),
        Err(IdentifierError::Shape) => (Code::DocumentNumberShape, "身份证号码不是18位，或含有不该有的字符"),
        Err(IdentifierError::Check) => (Code::CitizenNumberCheck, "身份证号码校验码不符"),
        Err(IdentifierError::BirthDate) => (Code::BirthDate, "身份证号码中的出生日期不存在"),
    };
    row.problem(code, field, reason);
    (code.confirmable() && row.confirmed).then_some(number)
}

/// The shortest and longest number of a passport or permit.
const OTHER_NUMBER_LENGTHS: std::ops::RangeInclusive<usize> = 5..=32;

fn other(row: &mut Reading<'_>, field: Field, number: String) -> Option<String> {
    let fits = OTHER_NUMBER_LENGTHS.contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'(' | b')' | b'/'));
    if fits {
        return Some(number);
    }
    row.problem(Code::DocumentNumberShape, field, "证件号码长度不符，或含有不该有的字符");
    None
}

/// Whether the state of a record (当前状态) allows it in. The oldest generation counts 0 as normal and 1 to 3 as revoked,
/// disputed, other; the later ones 1 as valid and 0 as not. A license that is not valid any more would be shown as one that
/// is: the file does not say since when it is not, nor why.
pub(super) fn check_state(row: &mut Reading<'_>) {
    let Some(said) = row.identifier_or_line(Field::State) else { return };
    let oldest = row.map.generation() == Generation::Oldest;
    let license = row.map.kind() == FileKind::License;
    match (said.as_str(), oldest) {
        ("0" | "正常", true) | ("1" | "有效" | "正常", false) => {}
        ("1" | "2" | "3" | "撤销" | "异议" | "其他", true) | ("撤销" | "异议", false) => {
            row.problem(Code::StateNotNormal, Field::State, "当前状态为撤销、异议或其他");
        }
        ("0" | "无效", false) if license => row.problem(Code::NotInForce, Field::State, "当前状态为无效"),
        _ => row.problem(Code::StateUnclear, Field::State, "不是标准的状态"),
    }
}

impl Reading<'_> {
    /// A short cell that may be a bare 0.
    fn identifier_or_line(&mut self, field: Field) -> Option<String> {
        let text = self.line(field)?;
        // A number cell of a spreadsheet may come as 0.0.
        Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
    }
}
