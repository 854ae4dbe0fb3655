use super::{
    write::{CsvShape, Fields, HeadingStyle, Shape},
    *,
};
use chengxin_projections::{date::Date, event::PenaltyImposed, identifier::Holder};
use std::io::Cursor;

pub(super) const USCC: &str = "91654002MA00TEAT4G";
pub(super) const CITIZEN: &str = "11010519491231002X";

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// As the shipped policy has them.
pub(super) fn penalty_kinds() -> Vec<String> {
    let policy: serde_json::Value = serde_json::from_str(include_str!("../../policy/severity.json")).unwrap();
    serde_json::from_value(policy["content"]["penalty_kinds"].clone()).unwrap()
}

pub(super) fn settings() -> Settings<impl Fn(&str, &str) -> String> {
    Settings {
        organisation: "11654000010399991A".to_owned(),
        today: None,
        person_key: |kind: &str, number: &str| format!("{kind}/{number}"),
        holder: Box::new(|numbers| match numbers {
            [number] if number.value == "654002000000001" => Holder::One("MA00TEAT4".to_owned()),
            [_] => Holder::Nobody,
            _ => Holder::Several,
        }),
        penalty_kinds: penalty_kinds(),
    }
}

pub(super) fn open(bytes: impl Into<Vec<u8>>) -> Result<SourceFile, FileError> {
    SourceFile::from_reader(Box::new(Cursor::new(bytes.into())), "t.csv")
}

pub(super) fn read(bytes: impl Into<Vec<u8>>) -> (Vec<Row>, Summary) {
    let mut rows = open(bytes).unwrap().rows(settings());
    let all = rows.by_ref().collect::<Result<_, _>>().unwrap();
    (all, rows.summary().clone())
}

pub(super) fn draft(row: &Row) -> &Draft {
    match row {
        Row::Draft(draft) => draft,
        other => panic!("no draft: {other:?}"),
    }
}

pub(super) fn codes(row: &Row) -> Vec<&'static str> {
    match row {
        Row::Quarantined(row) => row.problems.iter().map(|problem| problem.code.as_str()).collect(),
        Row::Draft(draft) => panic!("a draft: {draft:?}"),
        Row::Duplicate(_) => panic!("a duplicate"),
    }
}

fn penalty(draft: &Draft) -> &PenaltyImposed {
    match &draft.data {
        DraftData::Penalty(data) => data,
        DraftData::License(_) => panic!("a license"),
    }
}

pub(super) fn clean() -> Fields {
    let cell = |field, text: &str| (field, text.to_owned());
    Fields::from([
        cell(Field::Name, "伊宁市示例商贸有限公司"),
        cell(Field::Category, "法人及非法人组织"),
        cell(Field::Uscc, USCC),
        cell(Field::DocumentNo, "伊市监罚〔2019〕12号"),
        cell(Field::Conduct, "销售过期食品"),
        cell(Field::Kinds, "警告;罚款"),
        cell(Field::Fine, "0.2"),
        cell(Field::Decided, "2019-04-22"),
    ])
}

pub(super) fn person() -> Fields {
    let mut row = with(
        clean(),
        &[
            (Field::Name, "张三丰"),
            (Field::Category, "自然人"),
            (Field::PersonDocumentKind, "身份证"),
            (Field::PersonDocumentNumber, CITIZEN),
        ],
    );
    row.remove(&Field::Uscc);
    row
}

pub(super) fn with(mut row: Fields, cells: &[(Field, &str)]) -> Fields {
    row.extend(cells.iter().map(|(field, text)| (*field, (*text).to_owned())));
    row
}

pub(super) const SHAPE: Shape =
    Shape { kind: FileKind::Penalty, generation: Generation::Current, headings: HeadingStyle::Codes };

pub(super) fn csv(rows: &[Fields]) -> Vec<u8> {
    let mut out = Vec::new();
    write::write_csv(&mut out, SHAPE, CsvShape::default(), rows).unwrap();
    out
}

fn one(row: Fields) -> Row {
    let (mut rows, _) = read(csv(&[row]));
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn one_with(cells: &[(Field, &str)]) -> Row {
    one(with(clean(), cells))
}

#[test]
fn a_clean_row_becomes_a_draft() {
    let row = one(clean());
    let draft = draft(&row);
    assert_eq!((draft.line, draft.effective), (2, day("2019-04-22")));
    let DraftSubject::Organisation { organisation_code, uscc, .. } = &draft.subject else { panic!("a person") };
    assert_eq!((organisation_code.as_str(), uscc.as_deref()), ("MA00TEAT4", Some(USCC)));
    let data = penalty(draft);
    assert_eq!(data.kinds, ["警告", "罚款"]);
    assert_eq!(data.fine.map(|fine| fine.to_string()).as_deref(), Some("2000.00"));
    assert!(draft.id.starts_with("CF-") && draft.id.len() == 23, "{}", draft.id);
    assert!(draft.warnings.is_empty());
}

#[test]
fn an_id_depends_on_authority_number_and_party_alone() {
    let id = |cells: &[(Field, &str)]| draft(&one_with(cells)).id.clone();
    let same = id(&[]);
    assert_eq!(
        id(&[(Field::Facts, "别的"), (Field::Decided, "2019/4/23"), (Field::DocumentNo, "伊市监罚[２０１９]12号")]),
        same
    );
    assert_eq!(id(&[(Field::DecidedByCode, "11654000010399991A")]), same);
    for other in [(Field::DocumentNo, "13号"), (Field::Uscc, "92654023MA7TE00108"), (Field::DecidedByCode, USCC)] {
        assert_ne!(id(&[other]), same);
    }
}

#[test]
fn dirt_with_one_meaning_is_cleaned() {
    let expected = one(clean());
    let expected = (&draft(&expected).subject, &draft(&expected).data);
    for cells in [
        [(Field::Uscc, "９１６５４００２ｍａ００ｔｅａｔ４ｇ"), (Field::Decided, "2019/4/22")],
        [(Field::Name, "　伊宁市示例商贸有限公司 "), (Field::Decided, "20190422")],
        [(Field::Kinds, "警告；罚款"), (Field::Decided, "2019年4月22日")],
        [(Field::Kinds, "警告、罚款"), (Field::Decided, "43577")],
        [(Field::Fine, "2000元"), (Field::ValidUntil, "2099/12/31")],
        [(Field::Fine, "０．２０００００"), (Field::Remarks, "/")],
    ] {
        let row = one_with(&cells);
        assert_eq!((&draft(&row).subject, &draft(&row).data), expected, "{cells:?}");
    }
}

#[test]
fn every_kind_of_mistake_has_its_code() {
    let long = "长".repeat(2_001);
    for (field, text, code) in [
        (Field::Uscc, "91654002MA00TEAT4", "uscc-shape"),
        (Field::Uscc, "91654002MA00TEAT41", "uscc-check"),
        (Field::Uscc, "", "identifier-missing"),
        (Field::Uscc, "000000000000000000", "identifier-missing"),
        (Field::Uscc, "9.14403E+17", "digits-lost"),
        (Field::OrganisationCode, "100003962", "identifier-conflict"),
        (Field::Name, " 　", "required-missing"),
        (Field::Category, "外星人", "party-unclear"),
        (Field::Category, "自然人", "party-conflict"),
        (Field::DocumentNo, "", "required-missing"),
        (Field::Decided, "", "required-missing"),
        (Field::Decided, "2019-02-29", "date-invalid"),
        (Field::Decided, "2099-12-31", "date-out-of-range"),
        (Field::Decided, "1919-04-22", "date-out-of-range"),
        (Field::ValidUntil, "昨天", "date-invalid"),
        (Field::PublicityUntil, "2019-04-21", "period-reversed"),
        (Field::Fine, "贰仟", "amount-invalid"),
        (Field::Fine, "20000", "suspicious-amount"),
        (Field::Conduct, &long, "too-long"),
        (Field::Facts, "甲\0乙", "control-character"),
        (Field::Facts, "甲\u{202E}乙", "control-character"),
        (Field::Facts, "甲\u{FFFD}乙", "invalid-encoding"),
        (Field::Facts, "#REF!", "cell-error"),
        (Field::Remarks, "甲\u{1B}乙", "control-character"),
    ] {
        let row = one_with(&[(field, text)]);
        assert!(codes(&row).contains(&code), "{field:?} {text} {:?}", codes(&row));
    }
}

#[test]
fn all_mistakes_of_a_row_are_reported_with_line_column_and_remedy() {
    let row = one_with(&[(Field::Uscc, "9"), (Field::Decided, "?"), (Field::Fine, "?"), (Field::Name, "")]);
    let Row::Quarantined(row) = row else { panic!("not held back") };
    let columns: Vec<_> = row.problems.iter().map(|p| (p.column.as_str(), p.code.as_str())).collect();
    assert_eq!(
        columns,
        [
            ("CF_XDR_MC", "required-missing"),
            ("CF_XDR_SHXYM", "uscc-shape"),
            ("CF_JDRQ", "date-invalid"),
            ("CF_NR_FK", "amount-invalid"),
        ]
    );
    assert!(row.line == 2 && row.problems.iter().all(|p| !p.remedy().is_empty() && !p.reason.is_empty()));
}

#[test]
fn a_clerk_can_confirm_what_is_doubted_and_nothing_else() {
    let file = |uscc: &str, fine: &str, date: &str, checked: &str| {
        format!("CF_XDR_MC,CF_XDR_SHXYM,CF_WSH,CF_JDRQ,CF_NR_FK,已核对\n公司,{uscc},1号,{date},{fine},{checked}\n")
    };
    let (rows, _) = read(file("91350211M0000XUF46", "20000", "2019-04-22", "是"));
    let warned: Vec<_> = draft(&rows[0]).warnings.iter().map(|w| w.code).collect();
    assert_eq!(warned, [Code::UsccCheck, Code::SuspiciousAmount, Code::KindMissing]);
    let (rows, _) = read(file("91350211M0000XUF46", "20000", "2019-04-22", "否"));
    assert_eq!(codes(&rows[0]), ["uscc-check", "suspicious-amount"]);
    let (rows, _) = read(file("91350211M0000XUF46", "20000", "2019-04-32", "是"));
    assert_eq!(codes(&rows[0]), ["date-invalid"]);
}

#[test]
fn an_amount_that_the_text_gives_in_yuan_is_suspicious_at_any_size() {
    assert_eq!(codes(&one_with(&[(Field::Fine, "500"), (Field::Content, "罚款500元")])), ["suspicious-amount"]);
    draft(&one_with(&[(Field::Fine, "500"), (Field::Content, "罚款500万元")]));
}

#[test]
fn an_organisation_code_names_a_subject_and_other_numbers_only_where_they_are_linked() {
    let row = one_with(&[(Field::Uscc, ""), (Field::OrganisationCode, "10000396-2")]);
    let DraftSubject::Organisation { organisation_code, uscc, .. } = &draft(&row).subject else { panic!("a person") };
    assert_eq!((organisation_code.as_str(), uscc), ("100003962", &None));
    let row = one_with(&[(Field::Uscc, ""), (Field::Registration, "654002000012345")]);
    assert_eq!(codes(&row), ["identifier-unlinked"]);
    let row = one_with(&[(Field::Uscc, ""), (Field::Registration, "654002000000001"), (Field::Tax, "6540021234")]);
    assert_eq!(codes(&row), ["identifier-ambiguous"]);
    let row = one_with(&[(Field::Uscc, ""), (Field::Registration, "654002000000001")]);
    assert_eq!(draft(&row).id, draft(&one(clean())).id, "the same record under its number and under its code");
    let row = one_with(&[(Field::Registration, "654002000012345")]);
    let DraftSubject::Organisation { aliases, .. } = &draft(&row).subject else { panic!("a person") };
    assert_eq!((aliases[0].scheme.as_str(), aliases[0].value.as_str()), ("registration", "654002000012345"));
}

#[test]
fn a_natural_person_needs_a_document_and_stays_out_of_the_text() {
    let text = "张三丰（证件11010519491231002x）无证经营，当事人张三丰认错";
    let row = one(with(person(), &[(Field::Facts, text), (Field::Conduct, "张三丰案"), (Field::Remarks, CITIZEN)]));
    let draft = draft(&row);
    assert_eq!(
        draft.subject,
        DraftSubject::Person { document_kind: "身份证".into(), number: CITIZEN.into(), name: "张三丰".into() }
    );
    let data = penalty(draft);
    assert_eq!(data.facts.as_deref(), Some("〔当事人〕（证件〔当事人〕）无证经营，当事人〔当事人〕认错"));
    assert_eq!((data.conduct.as_deref(), data.remarks.as_deref()), (Some("〔当事人〕案"), Some("〔当事人〕")));

    for (cells, code) in [
        (vec![(Field::PersonDocumentNumber, "")], "document-number-missing"),
        (vec![(Field::PersonDocumentKind, "")], "document-kind-missing"),
        (vec![(Field::PersonDocumentKind, "会员卡")], "document-kind-unknown"),
        (vec![(Field::PersonDocumentNumber, "110105194912310021")], "citizen-number-check"),
        (vec![(Field::PersonDocumentNumber, "654021199002290011")], "birth-date"),
        (vec![(Field::PersonDocumentNumber, "110105491231002")], "document-number-shape"),
        (vec![(Field::DocumentNo, "罚11010519491231002X号")], "personal-in-number"),
    ] {
        assert_eq!(codes(&one(with(person(), &cells))), [code]);
    }
}

#[test]
fn no_reason_repeats_a_personal_cell() {
    let row = one(with(person(), &[(Field::PersonDocumentNumber, "110105194912310021"), (Field::Fine, "x")]));
    let Row::Quarantined(row) = row else { panic!("not held back") };
    assert!(row.problems.iter().all(|p| !p.reason.contains("1949") && !p.reason.contains("张三丰")));
}

#[test]
fn a_representative_is_kept_apart() {
    let row = one_with(&[
        (Field::Representative, "李 四"),
        (Field::RepresentativeDocumentKind, "身份证"),
        (Field::RepresentativeDocumentNumber, "440524188001010014"),
        (Field::Facts, "法定代表人证件440524188001010014"),
    ]);
    let person = draft(&row).representative.as_ref().unwrap();
    assert_eq!(person.name.as_deref(), Some("李四"));
    assert_eq!(person.document_number.as_deref(), Some("440524188001010014"));
    assert_eq!(penalty(draft(&row)).facts.as_deref(), Some("法定代表人证件〔证件号码〕"));
}

#[test]
fn a_row_sent_twice_is_a_duplicate_and_a_contradiction_is_held_back() {
    let copy = with(clean(), &[(Field::Decided, "2019/4/22"), (Field::Name, "伊宁市示例商贸有限公司　")]);
    let (rows, summary) = read(csv(&[clean(), copy, with(clean(), &[(Field::Fine, "0.3")])]));
    assert!(matches!(&rows[1], Row::Duplicate(d) if (d.line, d.first_line) == (3, 2)));
    assert_eq!(codes(&rows[2]), ["conflicting-duplicate"]);
    assert_eq!((summary.rows, summary.drafts, summary.duplicates, summary.quarantined), (3, 1, 1, 1));
}

#[test]
fn the_same_document_number_for_several_parties_makes_several_records() {
    let (rows, _) = read(csv(&[clean(), with(clean(), &[(Field::Uscc, "92654023MA7TE00108")]), person()]));
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| draft(row).id.clone()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn kinds_beyond_the_list_become_other_kinds_and_are_told() {
    let row = one_with(&[(Field::Kinds, "罚款;责令改正、恢复原状;其他-训诫;吊销营业执照;罚款")]);
    let expected = ["罚款", "其他-责令改正、恢复原状", "其他-训诫", "吊销许可证件"];
    assert_eq!(penalty(draft(&row)).kinds, expected);
    assert_eq!(draft(&row).warnings.iter().map(|w| w.code).collect::<Vec<_>>(), [Code::KindUnlisted]);
}

#[test]
fn a_kind_that_policy_adds_is_of_the_list() {
    let file = csv(&[with(clean(), &[(Field::Kinds, "警告；限制股权转让")])]);
    let settings = Settings { penalty_kinds: vec!["警告".to_owned(), "限制股权转让".to_owned()], ..settings() };
    let row = open(file).unwrap().rows(settings).next().unwrap().unwrap();
    assert_eq!(penalty(draft(&row)).kinds, ["警告", "限制股权转让"]);
    assert!(draft(&row).warnings.is_empty());
}

#[test]
fn the_state_column_means_the_opposite_in_the_oldest_files() {
    let old = |state: &str| format!("CF_XDR_MC,CF_XDR_ZDM,CF_WSH,CF_JDRQ,CF_ZT\n公司,100003962,1号,20160422,{state}\n");
    draft(&read(old("0")).0[0]);
    assert_eq!(codes(&read(old("1")).0[0]), ["state-not-normal"]);
    let new = |state: &str| format!("XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_JDRQ,XK_ZT\n公司,{USCC},1号,20190422,{state}\n");
    draft(&read(new("1")).0[0]);
    // It would be shown as one that is valid.
    assert_eq!(codes(&read(new("0")).0[0]), ["not-in-force"]);
    assert_eq!(codes(&read(new("7")).0[0]), ["state-unclear"]);
}

#[test]
fn a_decision_later_than_today_is_held_back_where_the_caller_knows_the_day() {
    let settings = Settings { today: Some(day("2019-04-21")), ..settings() };
    let mut rows = open(csv(&[clean()])).unwrap().rows(settings);
    assert_eq!(codes(&rows.next().unwrap().unwrap()), ["date-in-future"]);
}
