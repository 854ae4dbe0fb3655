//! Every heading that we know, and what it says.

use super::field::{Field, FileKind, Generation};

/// What a heading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub field: Field,
    /// None where both kinds of file have the column.
    pub kind: Option<FileKind>,
    /// None where the heading says nothing about the generation.
    pub generation: Option<Generation>,
}

const fn both(field: Field) -> Meaning {
    Meaning { field, kind: None, generation: None }
}

const fn of(kind: FileKind, field: Field) -> Meaning {
    Meaning { field, kind: Some(kind), generation: None }
}

const fn since(generation: Generation, meaning: Meaning) -> Meaning {
    Meaning { generation: Some(generation), ..meaning }
}

use Field as F;
use FileKind::{License as L, Penalty as P};
use Generation::{Middle, Oldest};

/// Codes that stand behind CF_ or XK_, or behind nothing.
const PARTY_CODES: &[(&str, Meaning)] = &[
    ("XDR_MC", both(F::Name)),
    ("XDR_LB", both(F::Category)),
    ("XDR_SHXYM", both(F::Uscc)),
    ("XDR_GSZC", both(F::Registration)),
    ("XDR_ZZJG", both(F::OrganisationCode)),
    ("XDR_SWDJ", both(F::Tax)),
    ("XDR_SYDW", both(F::Institution)),
    ("XDR_SHZZ", both(F::SocialOrganisation)),
    ("XDR_ZJLX", both(F::PersonDocumentKind)),
    ("XDR_ZJHM", both(F::PersonDocumentNumber)),
    ("FRDB", both(F::Representative)),
    ("FR_ZJLX", both(F::RepresentativeDocumentKind)),
    ("FR_ZJHM", both(F::RepresentativeDocumentNumber)),
    ("FR_SFZH", since(Middle, both(F::RepresentativeCitizenNumber))),
    ("BZ", both(F::Remarks)),
    // The oldest generation.
    ("XDR_ZDM", since(Oldest, both(F::OrganisationCode))),
    ("XDR_GSDJ", since(Oldest, both(F::Registration))),
    ("XDR_SFZ", since(Oldest, both(F::PersonCitizenNumber))),
    ("FR", since(Oldest, both(F::Representative))),
    ("XZJG", since(Oldest, both(F::DecidedBy))),
    ("DFBM", since(Oldest, both(F::Region))),
    ("SJC", since(Oldest, both(F::Timestamp))),
];

/// Codes with their prefix.
const CODES: &[(&str, Meaning)] = &[
    ("CF_WSH", of(P, F::DocumentNo)),
    ("CF_WFXW", of(P, F::Conduct)),
    ("CF_SY", of(P, F::Facts)),
    ("CF_YJ", of(P, F::Basis)),
    ("CF_CFLB", of(P, F::Kinds)),
    ("CF_NR", of(P, F::Content)),
    ("CF_NR_FK", of(P, F::Fine)),
    ("CF_NR_WFFF", of(P, F::Confiscated)),
    ("CF_NR_ZKDX", of(P, F::Certificates)),
    ("CF_JDRQ", of(P, F::Decided)),
    ("CF_YXQ", of(P, F::ValidUntil)),
    ("CF_GSJZQ", of(P, F::PublicityUntil)),
    ("CF_CFJG", of(P, F::DecidedBy)),
    ("CF_CFJGDM", of(P, F::DecidedByCode)),
    ("CF_SJLY", of(P, F::Source)),
    ("CF_SJLYDM", of(P, F::SourceCode)),
    ("CF_CFMC", since(Oldest, of(P, F::DocumentName))),
    ("CF_CFLB1", since(Oldest, of(P, F::Kinds))),
    ("CF_CFLB2", since(Oldest, of(P, F::MoreKinds))),
    ("CF_JG", since(Oldest, of(P, F::Content))),
    ("CF_ZT", since(Oldest, of(P, F::State))),
    ("XK_XKWS", of(L, F::DocumentName)),
    ("XK_WSH", of(L, F::DocumentNo)),
    ("XK_XKLB", of(L, F::LicenseCategory)),
    ("XK_XKZS", of(L, F::CertificateName)),
    ("XK_XKBH", of(L, F::CertificateNo)),
    ("XK_NR", of(L, F::Content)),
    ("XK_JDRQ", of(L, F::Decided)),
    ("XK_YXQZ", of(L, F::ValidFrom)),
    ("XK_YXQZI", of(L, F::ValidUntil)),
    ("XK_XKJG", of(L, F::DecidedBy)),
    ("XK_XKJGDM", of(L, F::DecidedByCode)),
    ("XK_ZT", of(L, F::State)),
    ("XK_LYDW", of(L, F::Source)),
    ("XK_LYDWDM", of(L, F::SourceCode)),
    ("XK_XDR", since(Oldest, of(L, F::Name))),
    ("XK_XMMC", since(Oldest, of(L, F::DocumentName))),
    ("XK_SPLB", since(Oldest, of(L, F::LicenseCategory))),
    ("XK_JZQ", since(Oldest, of(L, F::ValidUntil))),
];

/// Chinese headings, written as [`normal_heading`] leaves them.
const NAMES: &[(&[&str], Meaning)] = &[
    (
        &[
            "行政相对人名称",
            "相对人名称",
            "当事人名称",
            "被处罚人名称",
            "被处罚单位名称",
            "被许可人名称",
            "企业名称",
            "单位名称",
            "行政相对人",
        ],
        both(F::Name),
    ),
    (&["行政相对人类别", "相对人类别", "当事人类别", "相对人类型", "行政相对人类型"], both(F::Category)),
    (
        &[
            "统一社会信用代码",
            "社会信用代码",
            "行政相对人代码_1(统一社会信用代码)",
            "行政相对人代码1(统一社会信用代码)",
            "行政相对人统一社会信用代码",
            "相对人统一社会信用代码",
            "行政相对人代码(统一社会信用代码)",
        ],
        both(F::Uscc),
    ),
    (&["工商注册号", "工商登记号", "营业执照注册号", "行政相对人代码(工商注册号)"], both(F::Registration)),
    (
        &["行政相对人代码_3(工商登记码)", "行政相对人代码3(工商登记码)", "工商登记码"],
        since(Oldest, both(F::Registration)),
    ),
    (&["组织机构代码", "行政相对人代码(组织机构代码)"], both(F::OrganisationCode)),
    (&["行政相对人代码_2(组织机构代码)", "行政相对人代码2(组织机构代码)"], since(Oldest, both(F::OrganisationCode))),
    (
        &[
            "税务登记号",
            "纳税人识别号",
            "行政相对人代码_4(税务登记号)",
            "行政相对人代码4(税务登记号)",
            "行政相对人代码(税务登记号)",
        ],
        both(F::Tax),
    ),
    (&["事业单位证书号", "事业单位法人证书号"], both(F::Institution)),
    (&["社会组织登记证号", "社会组织登记号"], both(F::SocialOrganisation)),
    (
        &["法定代表人", "法定代表人姓名", "法人代表", "法定代表人(负责人)", "法定代表人或负责人"],
        both(F::Representative),
    ),
    (&["法定代表人证件类型", "法人证件类型"], both(F::RepresentativeDocumentKind)),
    (&["法定代表人证件号码", "法人证件号码"], both(F::RepresentativeDocumentNumber)),
    (
        &["法定代表人身份证号", "法定代表人身份证号码", "法人身份证号", "法人身份证号码"],
        since(Middle, both(F::RepresentativeCitizenNumber)),
    ),
    (&["自然人证件类型", "证件类型", "相对人证件类型"], both(F::PersonDocumentKind)),
    (&["自然人证件号码", "证件号码", "相对人证件号码"], both(F::PersonDocumentNumber)),
    (
        &[
            "行政相对人代码_5(居民身份证号)",
            "行政相对人代码5(居民身份证号)",
            "居民身份证号",
            "身份证号",
            "身份证号码",
            "自然人身份证号",
        ],
        since(Oldest, both(F::PersonCitizenNumber)),
    ),
    (&["备注"], both(F::Remarks)),
    (&["地方编码"], since(Oldest, both(F::Region))),
    (&["数据更新时间戳", "时间戳"], since(Oldest, both(F::Timestamp))),
    (&["当前状态", "状态"], both(F::State)),
    (&["数据来源单位", "信息来源单位"], both(F::Source)),
    (&["数据来源单位统一社会信用代码", "数据来源单位代码"], both(F::SourceCode)),
    (
        &["行政处罚决定书文号", "行政处罚决定文书号", "处罚决定书文号", "处罚决定文书号", "处罚文号"],
        of(P, F::DocumentNo),
    ),
    (&["文书号", "文号", "决定书文号", "决定文书号"], both(F::DocumentNo)),
    (&["处罚名称", "行政处罚名称"], since(Oldest, of(P, F::DocumentName))),
    (&["违法行为类型", "违法行为"], of(P, F::Conduct)),
    (&["违法事实", "处罚事由", "主要违法事实"], of(P, F::Facts)),
    (&["处罚依据", "行政处罚依据"], of(P, F::Basis)),
    (&["处罚类别", "行政处罚类别", "处罚种类"], of(P, F::Kinds)),
    (&["处罚类别1"], since(Oldest, of(P, F::Kinds))),
    (&["处罚类别2"], since(Oldest, of(P, F::MoreKinds))),
    (&["处罚内容", "行政处罚内容"], of(P, F::Content)),
    (&["处罚结果"], since(Oldest, of(P, F::Content))),
    (&["罚款金额(万元)", "罚款金额", "罚款(万元)", "罚款数额(万元)"], of(P, F::Fine)),
    (&["罚款金额(元)", "罚款(元)"], of(P, F::FineYuan)),
    (
        &[
            "没收金额(万元)",
            "没收金额",
            "没收违法所得、没收非法财物的金额(万元)",
            "没收违法所得、没收非法财物的金额",
            "没收违法所得金额(万元)",
        ],
        of(P, F::Confiscated),
    ),
    (&["没收金额(元)"], of(P, F::ConfiscatedYuan)),
    (&["暂扣或吊销证照名称及编号", "暂扣或吊销证照名称"], of(P, F::Certificates)),
    (&["处罚程序", "处罚程序类型", "适用程序"], of(P, F::Procedure)),
    (&["处罚决定日期", "行政处罚决定日期", "处罚日期", "作出处罚决定日期"], of(P, F::Decided)),
    (&["处罚有效期", "处罚有效期至"], of(P, F::ValidUntil)),
    (&["公示截止期", "公示截止日期"], of(P, F::PublicityUntil)),
    (&["处罚机关", "行政处罚机关", "处罚机关名称"], of(P, F::DecidedBy)),
    (&["处罚机关统一社会信用代码", "处罚机关代码"], of(P, F::DecidedByCode)),
    (&["行政许可决定文书名称", "许可决定文书名称"], of(L, F::DocumentName)),
    (&["项目名称", "许可项目名称"], since(Oldest, of(L, F::DocumentName))),
    (&["行政许可决定文书号", "行政许可决定书文号", "许可决定文书号", "许可文书号"], of(L, F::DocumentNo)),
    (&["许可类别", "行政许可类别"], of(L, F::LicenseCategory)),
    (&["审批类别"], since(Oldest, of(L, F::LicenseCategory))),
    (&["许可证书名称", "行政许可证书名称"], of(L, F::CertificateName)),
    (&["许可编号", "许可证书编号", "许可证编号"], of(L, F::CertificateNo)),
    (&["许可内容", "行政许可内容"], of(L, F::Content)),
    (&["许可决定日期", "行政许可决定日期", "许可日期"], of(L, F::Decided)),
    (&["有效期自", "有效期起", "许可有效期自"], of(L, F::ValidFrom)),
    (&["有效期至", "有效期止", "许可有效期至"], of(L, F::ValidUntil)),
    (&["许可截止期"], since(Oldest, of(L, F::ValidUntil))),
    (&["许可机关", "行政许可机关", "许可机关名称"], of(L, F::DecidedBy)),
    (&["许可机关统一社会信用代码", "许可机关代码"], of(L, F::DecidedByCode)),
    (&["已核对", "已核实"], both(F::Confirmed)),
];

/// The prefix of the columns that a quarantine file adds.
pub(super) const QUARANTINE_PREFIX: &str = "隔离_";

/// A heading without its dirt: half-width, upper case, no blanks, no marks of required columns.
pub(super) fn normal_heading(heading: &str) -> String {
    let kept: String = heading
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}'))
        .map(|c| super::text::half_width(c).to_ascii_uppercase())
        .collect();
    let mut text = kept.trim_matches(['*', '★', '☆', '※', '"', '\'', ':', '\u{FFFD}']);
    loop {
        let before = text;
        for hint in [
            "(必填)",
            "[必填]",
            "【必填】",
            "(必填项)",
            "(选填)",
            "[选填]",
            "(可选)",
            "(YYYY-MM-DD)",
            "(YYYY/MM/DD)",
            "(文本)",
        ] {
            text = text.strip_suffix(hint).unwrap_or(text);
            text = text.strip_prefix(hint).unwrap_or(text);
        }
        text = text.trim_matches(['*', '★', '☆', '※']);
        if text == before {
            return text.to_owned();
        }
    }
}

/// The meaning of a heading, if it has one.
pub(super) fn meaning(heading: &str) -> Option<Meaning> {
    // A cell as long as this is no heading; what follows looks at it more than once.
    if heading.len() > 200 {
        return None;
    }
    let normal = normal_heading(heading);
    if let Some(meaning) = exact(&normal) {
        return Some(meaning);
    }
    // "行政处罚决定书文号(CF_WSH)", "CF_WSH行政处罚决定书文号": a name and a code that agree.
    let is_code = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let code: String = normal.chars().filter(|c| is_code(*c)).collect();
    let name: String = normal.chars().filter(|c| !is_code(*c)).collect();
    let name = name.trim_end_matches("()").trim_start_matches("()").trim_matches(['/', '-', '[', ']', ':', '(', ')']);
    let (code, name) = (exact(&code)?, exact(name));
    match name {
        Some(name) if name.field == code.field => Some(code),
        _ => None,
    }
}

fn exact(normal: &str) -> Option<Meaning> {
    if normal.starts_with(QUARANTINE_PREFIX) {
        return Some(both(Field::Quarantine));
    }
    let find = |table: &[(&str, Meaning)], code: &str| table.iter().find(|(c, _)| *c == code).map(|(_, m)| *m);
    if let Some(meaning) = find(CODES, normal) {
        return Some(meaning);
    }
    for (prefix, kind) in [("CF_", Some(P)), ("XK_", Some(L)), ("", None)] {
        if let Some(meaning) = normal.strip_prefix(prefix).and_then(|code| find(PARTY_CODES, code)) {
            return Some(Meaning { kind, ..meaning });
        }
    }
    NAMES.iter().find(|(names, _)| names.contains(&normal)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_under_any_dirt() {
        for heading in [
            "CF_WSH",
            " cf_wsh ",
            "＊ＣＦ＿ＷＳＨ",
            "\u{FEFF}行政处罚决定书文号",
            "行政处罚决定书文号*",
            "★行政处罚 决定书文号（必填）",
            "行政处罚决定书文号（CF_WSH）",
            "CF_WSH\n行政处罚决定书文号",
        ] {
            assert_eq!(meaning(heading).map(|m| (m.field, m.kind)), Some((F::DocumentNo, Some(P))), "{heading}");
        }
        assert_eq!(meaning("罚款金额（万元）").map(|m| m.field), Some(F::Fine));
        assert_eq!(meaning("罚款金额（元）").map(|m| m.field), Some(F::FineYuan));
        assert_eq!(meaning("XK_XDR_SHXYM").map(|m| (m.field, m.kind)), Some((F::Uscc, Some(L))));
        assert_eq!(meaning("隔离_原因").map(|m| m.field), Some(F::Quarantine));
    }

    #[test]
    fn a_heading_that_says_two_things_or_nothing_known_has_no_meaning() {
        for heading in ["", "序号", "处罚机关(CF_WSH)", "法定代表人(身份证号)", "CF_", "FR_"] {
            assert_eq!(meaning(heading), None, "{heading}");
        }
    }

    #[test]
    fn no_name_stands_in_the_tables_twice() {
        let mut names: Vec<&str> = NAMES.iter().flat_map(|(names, _)| names.iter().copied()).collect();
        names.extend(CODES.iter().chain(PARTY_CODES).map(|(code, _)| *code));
        assert!(names.iter().all(|name| normal_heading(name) == **name), "written as normal_heading leaves them");
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
