//! Writes double-publicity files: each generation, with codes or Chinese headings, as CSV or XLSX. For the demo and
//! for tests; what is written here reads back as the same drafts.

use super::{
    csv::Delimiter,
    encoding::{BOM, Encoding},
    field::{Field, FileKind, Generation},
    party::{DraftSubject, Personal},
    row::DraftData,
};
use chengxin_projections::{date::Date, event::Procedure, money::Money};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// The cells of one row by their meaning.
pub type Fields = BTreeMap<Field, String>;

/// What the heading row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadingStyle {
    Codes,
    Chinese,
}

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub kind: FileKind,
    pub generation: Generation,
    pub headings: HeadingStyle,
}

/// How text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvShape {
    pub encoding: Encoding,
    /// A byte order mark, without which Excel takes UTF-8 for the local code page.
    pub bom: bool,
    pub delimiter: Delimiter,
}

impl Default for CsvShape {
    fn default() -> CsvShape {
        CsvShape { encoding: Encoding::Utf8, bom: true, delimiter: Delimiter::Comma }
    }
}

/// A column of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub field: Field,
    pub code: &'static str,
    pub name: &'static str,
}

const fn column(field: Field, code: &'static str, name: &'static str) -> Column {
    Column { field, code, name }
}

use Field as F;

const CURRENT_PENALTY: &[Column] = &[
    column(F::Name, "CF_XDR_MC", "行政相对人名称"),
    column(F::Category, "CF_XDR_LB", "行政相对人类别"),
    column(F::Uscc, "CF_XDR_SHXYM", "统一社会信用代码"),
    column(F::Registration, "CF_XDR_GSZC", "工商注册号"),
    column(F::OrganisationCode, "CF_XDR_ZZJG", "组织机构代码"),
    column(F::Tax, "CF_XDR_SWDJ", "税务登记号"),
    column(F::Institution, "CF_XDR_SYDW", "事业单位证书号"),
    column(F::SocialOrganisation, "CF_XDR_SHZZ", "社会组织登记证号"),
    column(F::Representative, "CF_FRDB", "法定代表人"),
    column(F::RepresentativeDocumentKind, "CF_FR_ZJLX", "法定代表人证件类型"),
    column(F::RepresentativeDocumentNumber, "CF_FR_ZJHM", "法定代表人证件号码"),
    column(F::PersonDocumentKind, "CF_XDR_ZJLX", "自然人证件类型"),
    column(F::PersonDocumentNumber, "CF_XDR_ZJHM", "自然人证件号码"),
    column(F::DocumentNo, "CF_WSH", "行政处罚决定书文号"),
    column(F::Conduct, "CF_WFXW", "违法行为类型"),
    column(F::Facts, "CF_SY", "违法事实"),
    column(F::Basis, "CF_YJ", "处罚依据"),
    column(F::Kinds, "CF_CFLB", "处罚类别"),
    column(F::Content, "CF_NR", "处罚内容"),
    column(F::Fine, "CF_NR_FK", "罚款金额（万元）"),
    column(F::Confiscated, "CF_NR_WFFF", "没收违法所得、没收非法财物的金额（万元）"),
    column(F::Certificates, "CF_NR_ZKDX", "暂扣或吊销证照名称及编号"),
    column(F::Decided, "CF_JDRQ", "处罚决定日期"),
    column(F::ValidUntil, "CF_YXQ", "处罚有效期"),
    column(F::PublicityUntil, "CF_GSJZQ", "公示截止期"),
    column(F::DecidedBy, "CF_CFJG", "处罚机关"),
    column(F::DecidedByCode, "CF_CFJGDM", "处罚机关统一社会信用代码"),
    column(F::Source, "CF_SJLY", "数据来源单位"),
    column(F::SourceCode, "CF_SJLYDM", "数据来源单位统一社会信用代码"),
    column(F::Remarks, "CF_BZ", "备注"),
];

const CURRENT_LICENSE: &[Column] = &[
    column(F::Name, "XK_XDR_MC", "行政相对人名称"),
    column(F::Category, "XK_XDR_LB", "行政相对人类别"),
    column(F::Uscc, "XK_XDR_SHXYM", "统一社会信用代码"),
    column(F::Registration, "XK_XDR_GSZC", "工商注册号"),
    column(F::OrganisationCode, "XK_XDR_ZZJG", "组织机构代码"),
    column(F::Tax, "XK_XDR_SWDJ", "税务登记号"),
    column(F::Institution, "XK_XDR_SYDW", "事业单位证书号"),
    column(F::SocialOrganisation, "XK_XDR_SHZZ", "社会组织登记证号"),
    column(F::Representative, "XK_FRDB", "法定代表人"),
    column(F::RepresentativeDocumentKind, "XK_FR_ZJLX", "法定代表人证件类型"),
    column(F::RepresentativeDocumentNumber, "XK_FR_ZJHM", "法定代表人证件号码"),
    column(F::PersonDocumentKind, "XK_XDR_ZJLX", "自然人证件类型"),
    column(F::PersonDocumentNumber, "XK_XDR_ZJHM", "自然人证件号码"),
    column(F::DocumentName, "XK_XKWS", "行政许可决定文书名称"),
    column(F::DocumentNo, "XK_WSH", "行政许可决定文书号"),
    column(F::LicenseCategory, "XK_XKLB", "许可类别"),
    column(F::CertificateName, "XK_XKZS", "许可证书名称"),
    column(F::CertificateNo, "XK_XKBH", "许可编号"),
    column(F::Content, "XK_NR", "许可内容"),
    column(F::Decided, "XK_JDRQ", "许可决定日期"),
    column(F::ValidFrom, "XK_YXQZ", "有效期自"),
    column(F::ValidUntil, "XK_YXQZI", "有效期至"),
    column(F::DecidedBy, "XK_XKJG", "许可机关"),
    column(F::DecidedByCode, "XK_XKJGDM", "许可机关统一社会信用代码"),
    column(F::State, "XK_ZT", "当前状态"),
    column(F::Source, "XK_LYDW", "数据来源单位"),
    column(F::SourceCode, "XK_LYDWDM", "数据来源单位统一社会信用代码"),
    column(F::Remarks, "XK_BZ", "备注"),
];

const OLDEST_PENALTY: &[Column] = &[
    column(F::DocumentNo, "CF_WSH", "行政处罚决定书文号"),
    column(F::DocumentName, "CF_CFMC", "处罚名称"),
    column(F::Kinds, "CF_CFLB1", "处罚类别1"),
    column(F::MoreKinds, "CF_CFLB2", "处罚类别2"),
    column(F::Facts, "CF_SY", "处罚事由"),
    column(F::Basis, "CF_YJ", "处罚依据"),
    column(F::Name, "CF_XDR_MC", "行政相对人名称"),
    column(F::Uscc, "CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    column(F::OrganisationCode, "CF_XDR_ZDM", "行政相对人代码_2(组织机构代码)"),
    column(F::Registration, "CF_XDR_GSDJ", "行政相对人代码_3(工商登记码)"),
    column(F::Tax, "CF_XDR_SWDJ", "行政相对人代码_4(税务登记号)"),
    column(F::PersonCitizenNumber, "CF_XDR_SFZ", "行政相对人代码_5(居民身份证号)"),
    column(F::Representative, "CF_FR", "法定代表人姓名"),
    column(F::Content, "CF_JG", "处罚结果"),
    column(F::Decided, "CF_JDRQ", "处罚决定日期"),
    column(F::DecidedBy, "CF_XZJG", "处罚机关"),
    column(F::State, "CF_ZT", "当前状态"),
    column(F::Region, "DFBM", "地方编码"),
    column(F::Timestamp, "SJC", "数据更新时间戳"),
    column(F::Remarks, "BZ", "备注"),
];

const OLDEST_LICENSE: &[Column] = &[
    column(F::DocumentNo, "XK_WSH", "行政许可决定书文号"),
    column(F::DocumentName, "XK_XMMC", "项目名称"),
    column(F::LicenseCategory, "XK_SPLB", "审批类别"),
    column(F::Content, "XK_NR", "许可内容"),
    column(F::Name, "XK_XDR", "行政相对人名称"),
    column(F::Uscc, "XK_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
    column(F::OrganisationCode, "XK_XDR_ZDM", "行政相对人代码_2(组织机构代码)"),
    column(F::Registration, "XK_XDR_GSDJ", "行政相对人代码_3(工商登记码)"),
    column(F::Tax, "XK_XDR_SWDJ", "行政相对人代码_4(税务登记号)"),
    column(F::PersonCitizenNumber, "XK_XDR_SFZ", "行政相对人代码_5(居民身份证号)"),
    column(F::Representative, "XK_FR", "法定代表人姓名"),
    column(F::Decided, "XK_JDRQ", "许可决定日期"),
    column(F::ValidUntil, "XK_JZQ", "许可截止期"),
    column(F::DecidedBy, "XK_XZJG", "许可机关"),
    column(F::State, "XK_ZT", "当前状态"),
    column(F::Region, "DFBM", "地方编码"),
    column(F::Timestamp, "SJC", "数据更新时间戳"),
    column(F::Remarks, "BZ", "备注"),
];

/// The columns of a file, in the order of its standard.
pub fn columns(kind: FileKind, generation: Generation) -> Vec<Column> {
    let middle = generation == Generation::Middle;
    let (current, citizen) = match (kind, generation) {
        (FileKind::Penalty, Generation::Oldest) => return OLDEST_PENALTY.to_vec(),
        (FileKind::License, Generation::Oldest) => return OLDEST_LICENSE.to_vec(),
        (FileKind::Penalty, _) => (CURRENT_PENALTY, "CF_FR_SFZH"),
        (FileKind::License, _) => (CURRENT_LICENSE, "XK_FR_SFZH"),
    };
    let older = |column: &Column| match column.field {
        F::RepresentativeDocumentKind if middle => None,
        F::RepresentativeDocumentNumber if middle => {
            Some(Column { field: F::RepresentativeCitizenNumber, code: citizen, name: "法定代表人身份证号" })
        }
        _ => Some(*column),
    };
    current.iter().filter_map(older).collect()
}

fn heading(column: &Column, style: HeadingStyle) -> &'static str {
    match style {
        HeadingStyle::Codes => column.code,
        HeadingStyle::Chinese => column.name,
    }
}

/// An amount in units of 10,000 yuan, as the files have it.
pub fn ten_thousands(amount: Money) -> String {
    let text = format!("{}.{:06}", amount.fen() / 1_000_000, amount.fen() % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The cells that a record makes in a file of that generation.
pub fn fields(
    generation: Generation,
    effective: Date,
    subject: &DraftSubject,
    data: &DraftData,
    representative: Option<&Personal>,
) -> Fields {
    let mut fields = Fields::new();
    let mut put = |field: Field, text: Option<&str>| {
        if let Some(text) = text {
            fields.insert(field, text.to_owned());
        }
    };
    let oldest = generation == Generation::Oldest;
    put(F::Decided, Some(&effective.to_string()));
    match subject {
        DraftSubject::Organisation { organisation_code, uscc, name, aliases } => {
            put(F::Name, Some(name));
            put(F::Category, Some("法人及非法人组织"));
            put(F::Uscc, uscc.as_deref());
            put(F::OrganisationCode, uscc.is_none().then_some(organisation_code.as_str()));
            for alias in aliases {
                let field = match alias.scheme.as_str() {
                    "registration" => F::Registration,
                    "tax" => F::Tax,
                    "institution" => F::Institution,
                    _ => F::SocialOrganisation,
                };
                put(field, Some(&alias.value));
            }
        }
        DraftSubject::Person { document_kind, number, name } => {
            put(F::Name, Some(name));
            put(F::Category, Some("自然人"));
            put(F::PersonDocumentKind, Some(document_kind));
            put(if oldest { F::PersonCitizenNumber } else { F::PersonDocumentNumber }, Some(number));
        }
    }
    if let Some(person) = representative {
        let number = match generation {
            Generation::Middle => F::RepresentativeCitizenNumber,
            _ => F::RepresentativeDocumentNumber,
        };
        put(F::Representative, person.name.as_deref());
        put(F::RepresentativeDocumentKind, person.document_kind.as_deref());
        put(number, person.document_number.as_deref());
    }
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    match data {
        DraftData::Penalty(data) => {
            put(F::DocumentNo, Some(&data.document_no));
            put(F::Conduct, data.conduct.as_deref());
            put(F::Facts, data.facts.as_deref());
            put(F::Basis, data.basis.as_deref());
            put(F::Kinds, Some(&data.kinds.join(";")));
            put(F::Content, data.content.as_deref());
            put(F::Fine, data.fine.map(ten_thousands).as_deref());
            put(F::Confiscated, data.confiscated.map(ten_thousands).as_deref());
            put(F::Certificates, data.certificates.as_deref());
            put(F::Procedure, data.procedure.map(|p| if p == Procedure::Simple { "简易程序" } else { "普通程序" }));
            put(F::ValidUntil, day(data.valid_until).as_deref());
            put(F::PublicityUntil, day(data.publicity_until).as_deref());
            put(F::DocumentName, data.document_name.as_deref());
            put(F::DecidedBy, data.decided_by.as_deref());
            put(F::DecidedByCode, data.decided_by_code.as_deref());
            put(F::Source, data.source.as_deref());
            put(F::SourceCode, data.source_code.as_deref());
            put(F::Remarks, data.remarks.as_deref());
        }
        DraftData::License(data) => {
            put(F::DocumentNo, Some(&data.document_no));
            put(F::LicenseCategory, data.category.as_deref());
            put(F::Content, data.content.as_deref());
            put(F::ValidFrom, day(data.valid_from).as_deref());
            put(F::ValidUntil, day(data.valid_until).as_deref());
            put(F::DocumentName, data.document_name.as_deref());
            put(F::CertificateName, data.certificate_name.as_deref());
            put(F::CertificateNo, data.certificate_no.as_deref());
            put(F::DecidedBy, data.decided_by.as_deref());
            put(F::DecidedByCode, data.decided_by_code.as_deref());
            put(F::Source, data.source.as_deref());
            put(F::SourceCode, data.source_code.as_deref());
            put(F::Remarks, data.remarks.as_deref());
        }
    }
    fields
}

fn cell(row: &Fields, field: Field) -> &str {
    row.get(&field).map_or("", String::as_str)
}

/// Writes a CSV file. Fields that the generation has no column for are left out.
pub fn write_csv(mut out: impl Write, shape: Shape, form: CsvShape, rows: &[Fields]) -> io::Result<()> {
    let columns = columns(shape.kind, shape.generation);
    if form.bom && form.encoding == Encoding::Utf8 {
        out.write_all(BOM)?;
    }
    let delimiter = form.delimiter.text();
    let mut line = String::new();
    let mut write = |cells: &mut dyn Iterator<Item = &str>| {
        line.clear();
        for (i, cell) in cells.enumerate() {
            line.push_str(if i > 0 { delimiter } else { "" });
            if cell.contains(['"', '\n', '\r']) || cell.contains(delimiter) {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push_str("\r\n");
        out.write_all(&form.encoding.encode(&line))
    };
    write(&mut columns.iter().map(|column| heading(column, shape.headings)))?;
    for row in rows {
        write(&mut columns.iter().map(|column| cell(row, column.field)))?;
    }
    Ok(())
}

/// An XLSX file of text cells, with a title row above the headings where one is given.
pub fn write_xlsx(shape: Shape, title: Option<&str>, rows: &[Fields]) -> Result<Vec<u8>, XlsxError> {
    let columns = columns(shape.kind, shape.generation);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let mut line = 0;
    if let Some(title) = title {
        let format = rust_xlsxwriter::Format::new();
        sheet.merge_range(0, 0, 0, (columns.len() - 1) as u16, title, &format)?;
        line += 1;
    }
    for (at, column) in columns.iter().enumerate() {
        sheet.write_string(line, at as u16, heading(column, shape.headings))?;
    }
    for row in rows {
        line += 1;
        for (at, column) in columns.iter().enumerate() {
            let cell = cell(row, column.field);
            if !cell.is_empty() {
                sheet.write_string(line, at as u16, cell)?;
            }
        }
    }
    book.save_to_buffer()
}
